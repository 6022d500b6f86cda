/** Cohere's embeddings, at Cohere (the model in the body) and on Bedrock (the model in the address). https://docs.cohere.com/reference/embed */

import type { Warning } from '../../inference/index.ts'
import { count, isObject, present } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import type { Asked, Reshape } from '../reshape.ts'
import { notThisShape, readObject, unsupported } from './answer.ts'
import { invokedTokens } from './invoked.ts'
import { embeddingRest, inlinePicture, inputsOf, textsOf, writeEmbeddings } from './vectors.ts'

export const cohereEmbeddings: Reshape = {
  id: 'cohere-embeddings',
  of: 'openai-embeddings',
  writeRequest(asked) {
    const { body, warnings } = writeBody(asked)
    return { body: { model: asked.model, ...body }, warnings }
  },
  readAnswer: (answer, asked) => {
    const { id, embeddings, meta } = readObject(answer)
    const vectors = isObject(embeddings) ? embeddings.float : embeddings
    if (!Array.isArray(vectors)) throw notThisShape("it has no list 'embeddings.float'", answer)
    const units = isObject(meta) && isObject(meta.billed_units) ? meta.billed_units : {}
    return writeEmbeddings(asked, answer, {
      id,
      vectors,
      promptTokens: count(units.input_tokens) ?? invokedTokens(answer),
    })
  },
}

export const cohereInvokeEmbeddings: Reshape = {
  ...cohereEmbeddings,
  id: 'cohere-invoke-embeddings',
  writeRequest: writeBody,
}

const usual = 'search_document'

function writeBody(asked: Asked): { readonly body: JsonObject; readonly warnings: readonly Warning[] } {
  const { rest, warnings } = embeddingRest(asked, ['input_type', 'embedding_types'])
  const { dimensions, embedding_types: types } = asked.body
  if (types !== undefined && !(Array.isArray(types) && types.length === 1 && types[0] === 'float')) {
    throw unsupported(
      'embedding_types',
      "embedding_types can only be ['float'] here; encoding_format says how it is written",
    )
  }
  const arePictures = inputsOf(asked).every((item) => isObject(item) && item.image !== undefined)
  const inputType = asked.body.input_type ?? (arePictures ? 'image' : usual)
  const assumed: Warning = {
    type: 'changed',
    field: 'input_type',
    reason: `the provider needs one; '${usual}' was taken`,
  }
  return {
    body: present({
      ...rest,
      ...(arePictures ? { images: picturesOf(asked) } : { texts: textsOf(asked) }),
      input_type: inputType,
      embedding_types: ['float'],
      output_dimension: dimensions,
    }),
    warnings: asked.body.input_type === undefined && !arePictures ? [...warnings, assumed] : warnings,
  }
}

function picturesOf(asked: Asked): readonly string[] {
  return inputsOf(asked).map((item, at) => {
    const { data, mimeType } = inlinePicture(isObject(item) ? item.image : item, `input.${at}.image`)
    return `data:${mimeType};base64,${data}`
  })
}
