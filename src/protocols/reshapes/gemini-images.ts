/** Gemini's image models: a generateContent whose answer is a picture part. https://ai.google.dev/gemini-api/docs/image-generation */
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Reshape } from '../reshape.ts'
import { readObject, withheld } from './answer.ts'
import { aspectOf, inlinePictures, readPictures, writePictures } from './pictures.ts'

const ratios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']

export const geminiImages: Reshape = {
  id: 'gemini-images',
  of: 'openai-images',
  writeRequest(asked) {
    const shape = { most: 1, gives: ['b64_json'], reads: ['aspect_ratio', 'image_size'] } as const
    const { prompt, size, rest, warnings } = readPictures(asked, shape)
    const { aspect_ratio: given, image_size: imageSize } = asked.body
    const { ratio, warnings: changed } = aspectOf(size, ratios)
    const imageConfig = present({ aspectRatio: given ?? ratio, imageSize })
    return {
      body: {
        ...rest,
        contents: [{ role: 'user', parts: [{ text: prompt }] }],
        generationConfig: present({
          responseModalities: ['IMAGE'],
          imageConfig: Object.keys(imageConfig).length === 0 ? undefined : imageConfig,
        }),
      },
      warnings: [...warnings, ...changed],
    }
  },
  readAnswer(answer, asked) {
    const body = readObject(answer)
    const candidate = Array.isArray(body.candidates) && isObject(body.candidates[0]) ? body.candidates[0] : {}
    const parts = partsOf(candidate)
    const pictures = inlinePictures(parts.map(({ inlineData }) => (isObject(inlineData) ? inlineData.data : undefined)))
    if (pictures.length > 0) return writePictures(asked, pictures, usageOf(body))
    const { blockReason } = isObject(body.promptFeedback) ? body.promptFeedback : {}
    const said = parts.map(({ text }) => text).find((text) => typeof text === 'string')
    const reason = [blockReason, said, candidate.finishReason].find((each) => typeof each === 'string')
    throw withheld(`the model made no picture: ${reason ?? 'it does not say why'}`, answer)
  },
}

/** Drafts that the model thought in are no answer. */
function partsOf({ content }: JsonObject): readonly JsonObject[] {
  const parts = isObject(content) && Array.isArray(content.parts) ? content.parts : []
  return parts.filter(isObject).filter(({ thought }) => thought !== true)
}

function usageOf({ usageMetadata }: JsonObject): JsonObject | undefined {
  if (!isObject(usageMetadata)) return undefined
  const input = count(usageMetadata.promptTokenCount)
  const made = count(usageMetadata.candidatesTokenCount)
  if (input === undefined || made === undefined) return undefined
  const output = made + (count(usageMetadata.thoughtsTokenCount) ?? 0)
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    output_tokens_details: { image_tokens: made },
  }
}
