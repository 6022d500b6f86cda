/** Gemini's speech models: a generateContent whose answer is sound without a container, 16 bits a sample. https://ai.google.dev/gemini-api/docs/speech-generation */
import type { Usage, Warning } from '../../inference/index.ts'
import { count, isObject, present, stringAt, textOr } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { RawBody, Reshape } from '../reshape.ts'
import { leftOver, readObject, withheld } from './answer.ts'

const read = ['model', 'input', 'voice', 'instructions', 'response_format', 'stream_format', 'language_code']
const usualRate = 24_000
const bytesPerSample = 2

export const geminiSpeech: Reshape = {
  id: 'gemini-speech',
  of: 'openai-speech',
  writeRequest({ body }) {
    const { rest, warnings } = leftOver(body, read, ['speed', 'user'])
    const said = stringAt(body.input, 'input')
    const voice = isObject(body.voice) ? body.voice.id : body.voice
    const speechConfig = present({
      voiceConfig: { prebuiltVoiceConfig: { voiceName: stringAt(voice, 'voice') } },
      languageCode: body.language_code,
    })
    const text = typeof body.instructions === 'string' ? `${body.instructions}: ${said}` : said
    return {
      body: {
        ...rest,
        contents: [{ role: 'user', parts: [{ text }] }],
        generationConfig: { responseModalities: ['AUDIO'], speechConfig },
      },
      warnings: [...warnings, ...otherContainer(body)],
    }
  },
  readAnswer(answer, { body }) {
    const said = readObject(answer)
    const { data, mimeType } = soundIn(said)
    if (data === undefined) throw withheld('the model said nothing', answer)
    const samples = Buffer.from(data, 'base64')
    const rate = Number(/rate=(\d{4,6})(?!\d)/.exec(mimeType)?.[1] ?? usualRate)
    const isBare = body.response_format === 'pcm'
    return {
      ...(isBare ? { contentType: 'audio/pcm', bytes: samples } : writeWav(samples, rate)),
      ...usageIn(said),
    }
  },
}

function otherContainer({ response_format: format }: JsonObject): readonly Warning[] {
  if (format === 'wav' || format === 'pcm') return []
  return [{ type: 'changed', field: 'response_format', reason: 'the provider gives wav or pcm only; it is wav' }]
}

function usageIn({ usageMetadata: counted }: JsonObject): { readonly usage?: Usage } {
  if (!isObject(counted)) return {}
  const output = count(counted.candidatesTokenCount)
  return {
    usage: present({ inputUncached: count(counted.promptTokenCount), output, outputAudio: output, raw: counted }),
  }
}

function soundIn({ candidates }: JsonObject): { readonly data: string | undefined; readonly mimeType: string } {
  const first: unknown = Array.isArray(candidates) ? candidates[0] : undefined
  const content = isObject(first) && isObject(first.content) ? first.content : {}
  const parts = Array.isArray(content.parts) ? content.parts.filter(isObject) : []
  const sound = parts.map((part) => part.inlineData).find(isObject) ?? {}
  return {
    data: typeof sound.data === 'string' && sound.data !== '' ? sound.data : undefined,
    mimeType: textOr(sound.mimeType),
  }
}

/** One channel of whole numbers behind the 44 bytes that say so. */
function writeWav(samples: Buffer, rate: number): RawBody {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * bytesPerSample, 28)
  head.writeUInt16LE(bytesPerSample, 32)
  head.writeUInt16LE(bytesPerSample * 8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.length, 40)
  return { contentType: 'audio/wav', bytes: Buffer.concat([head, samples]) }
}
