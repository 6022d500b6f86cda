import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../protocol.ts'
import { mend, readLesson } from './lessons.ts'

const read = (message: string, body: JsonObject, more: { param?: string; isPictures?: boolean } = {}) =>
  readLesson({ message, body, isPictures: false, ...more })

describe('what a refusal teaches', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { max_tokens: 5 },
      { max_completion_tokens: 5 },
    ],
    [
      "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
      { temperature: 0.1, seed: 1 },
      { seed: 1 },
    ],
    ["Unsupported parameter: 'top_p' is not supported with this model.", { top_p: 0.5 }, {}],
    ['Unrecognized request argument supplied: seed', { seed: 1 }, {}],
    [
      "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'none', 'low', 'medium', 'high', 'xhigh'.",
      { reasoning_effort: 'minimal' },
      { reasoning_effort: 'none' },
    ],
    [
      'max_tokens is too large: 20000. This model supports at most 16384 completion tokens.',
      { max_tokens: 20_000 },
      { max_tokens: 16_384 },
    ],
    [
      'max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens',
      { max_tokens: 100_000 },
      { max_tokens: 64_000 },
    ],
    ['temperature: Extra inputs are not permitted', { temperature: 0.1 }, {}],
    [
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
      { temperature: 1, top_p: 1 },
      { temperature: 1 },
    ],
    [
      'output_config.effort: Extra inputs are not permitted',
      { output_config: { effort: 'low', format: 1 } },
      { output_config: { format: 1 } },
    ],
    [
      'The model returned the following errors: `temperature` is deprecated for this model.',
      { inferenceConfig: { temperature: 0.1, maxTokens: 5 } },
      { inferenceConfig: { maxTokens: 5 } },
    ],
    [
      'Malformed input request: #: extraneous key [top_k] is not permitted, please reformat your input and try again.',
      { additionalModelRequestFields: { top_k: 5 } },
      {},
    ],
    [
      "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
      { inferenceConfig: { stopSequences: ['a'] } },
      {},
    ],
    [
      'Invalid JSON payload received. Unknown name "seed" at \'generation_config\': Cannot find field.',
      { generationConfig: { seed: 1, topK: 2 } },
      { generationConfig: { topK: 2 } },
    ],
    ['Penalty is not enabled for models/gemini-2.5-pro', { generationConfig: { presencePenalty: 1 } }, {}],
  ])('%s', (message, body, mended) => {
    const lesson = read(message, body)
    expect(lesson).toBeDefined()
    const { edits } = mend(body, lesson === undefined ? [] : [lesson])
    const after = Object.fromEntries(Object.entries({ ...body, ...edits }).filter(([, value]) => value !== undefined))
    expect(after).toEqual(mended)
  })

  it.each<[string, JsonObject]>([
    ["Unknown parameter: 'response_format'.", { response_format: { type: 'json_object' } }],
    ["Unsupported parameter: 'tools' is not supported with this model.", { tools: [] }],
    ["Unsupported value: 'messages[0].role' does not support 'system' with this model.", { messages: [] }],
    ["Unsupported parameter: 'top_p' is not supported with this model.", { temperature: 1 }],
    ['The model produced invalid content.', { temperature: 1 }],
    ['messages: text content blocks must be non-empty', { messages: [] }],
  ])('nothing that may be left out: %s', (message, body) => {
    expect(read(message, body)).toBeUndefined()
  })

  it('that pictures are handed over in one way only', () => {
    const body = { response_format: 'b64_json' }
    expect(read("Unknown parameter: 'response_format'.", body, { isPictures: true })).toEqual({
      type: 'drop',
      path: 'response_format',
    })
  })

  it('changes nothing where what it is about is not there', () => {
    const lesson = { type: 'set', path: 'reasoning_effort', from: 'max', to: 'xhigh' } as const
    expect(mend({ reasoning_effort: 'low' }, [lesson])).toEqual({ edits: {}, changed: [] })
    expect(mend({}, [{ type: 'drop', path: 'seed' }])).toEqual({ edits: {}, changed: [] })
  })
})
