/** Embeddings endpoints that are OpenAI's but for some names, and that give floats whatever was asked. */
import { count, isObject, present } from '../fields.ts'
import { usageIn } from '../native.ts'
import type { JsonObject, ReshapedId } from '../protocol.ts'
import type { Reshape } from '../reshape.ts'
import { leftOver, listAt, readObject } from './answer.ts'
import { checkFormat, writeVector } from './vectors.ts'

interface Row {
  readonly id: ReshapedId
  readonly dropped?: readonly string[]
  /** What `dimensions` is called. */
  readonly dimensions?: string
}

function openaiLike({ id, dropped = [], dimensions = 'dimensions' }: Row): Reshape {
  return {
    id,
    of: 'openai-embeddings',
    writeRequest(asked) {
      checkFormat(asked)
      const { rest, warnings } = leftOver(asked.body, ['encoding_format', 'dimensions', 'model'], dropped)
      return { body: present({ ...rest, model: asked.model, [dimensions]: asked.body.dimensions }), warnings }
    },
    readAnswer(answer, asked) {
      const body = readObject(answer)
      const data = listAt(body, 'data', answer).map((item, index) => ({
        object: 'embedding',
        ...(isObject(item) ? item : {}),
        index: placeOf(item, index),
        embedding: writeVector(isObject(item) ? item.embedding : undefined, asked, answer),
      }))
      return { ...body, object: 'list', data, ...writeUsage(body) }
    },
  }
}

/** Its own, where it says one. */
function placeOf(item: unknown, at: number): number {
  const index = isObject(item) ? item.index : undefined
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : at
}

/** Some give the total alone, which is the prompt. */
function writeUsage(body: JsonObject): JsonObject {
  const usage = usageIn(body)
  const prompt = count(usage.prompt_tokens) ?? count(usage.total_tokens)
  return prompt === undefined ? {} : { usage: { ...usage, prompt_tokens: prompt } }
}

/** OpenAI's own names; `encoding_format` is ignored or refused. */
export const floatEmbeddings = openaiLike({ id: 'float-embeddings' })

/** https://jina.ai/embeddings (API reference) */
export const jinaEmbeddings = openaiLike({ id: 'jina-embeddings', dropped: ['user'] })

/** https://docs.voyageai.com/reference/embeddings-api */
export const voyageEmbeddings = openaiLike({
  id: 'voyage-embeddings',
  dropped: ['user'],
  dimensions: 'output_dimension',
})
