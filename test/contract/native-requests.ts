/** For every endpoint that is passed on: a request that is right, and what its fields must not be. */
import { FormFile } from '../../src/bytes/multipart-form.ts'
import { googleGeminiClient } from '../../src/protocols/google-gemini/client.ts'
import { nativeProtocols } from '../../src/protocols/index.ts'
import type { ClientProtocol, JsonObject } from '../../src/protocols/protocol.ts'

export interface NativeCase {
  readonly protocol: ClientProtocol
  readonly request: JsonObject
  /** The field → what it must not be. */
  readonly wrong: Readonly<Record<string, readonly unknown[]>>
}

const notText = [7, true, ['a'], { a: 1 }]
const model = [undefined, null, '', ...notText]
const user = notText
const whole = [0, -1, 1.5, Number.POSITIVE_INFINITY, '2', true, [1], {}]
const wholeInForm = ['0', '-1', '1.5', 'two', '1e9', ['1', '2']]
const picture = new FormFile('a.png', 'image/png', Buffer.from('89504e470d0a1a0a', 'hex'))
const sound = new FormFile('a.mp3', 'audio/mpeg', Buffer.alloc(2_000, 1))
const input = [undefined, null, '', [], 7, true, {}]
const noFile = [undefined, null, '', 'a.mp3', 7, [], {}]
const texts = { prompt: [undefined, null, '', 7, ['a'], {}] }

const hearing = { model, file: noFile, prompt: notText, response_format: notText, stream: ['yes', '2', 1, []] }

export const nativeCases: readonly NativeCase[] = [
  {
    protocol: nativeProtocols['openai-embeddings'],
    request: { model: 'text-embedding-3-small', input: ['one', 'two'], user: 'u', dimensions: 8 },
    wrong: { model, input, user },
  },
  {
    protocol: nativeProtocols['openai-completions'],
    request: { model: 'm', prompt: ['a', 'b'], n: 2, best_of: 3, max_tokens: 5, stream: true, user: 'u' },
    wrong: {
      model,
      prompt: input.slice(2),
      n: whole,
      best_of: whole,
      max_tokens: whole.slice(1),
      stream: ['yes', 1, [], {}],
      stream_options: ['x', 7, []],
      user,
    },
  },
  {
    protocol: nativeProtocols['openai-moderations'],
    request: { model: 'omni-moderation-latest', input: [{ type: 'text', text: 'a' }] },
    wrong: { model, input, user },
  },
  {
    protocol: nativeProtocols['openai-rerank'],
    request: { model: 'm', query: 'q', documents: ['a', { text: 'b' }], top_n: 1 },
    wrong: { model, query: [undefined, null, ...notText], documents: [undefined, null, '', 'a', [], 7, {}], user },
  },
  {
    protocol: nativeProtocols['openai-images'],
    request: { model: 'gpt-image-1', prompt: 'an otter', n: 2, size: '1024x1024', stream: true, partial_images: 2 },
    wrong: {
      model,
      ...texts,
      n: whole,
      stream: ['yes', 1, []],
      user,
      partial_images: [-1, 1.5, Number.POSITIVE_INFINITY, '2', []],
    },
  },
  {
    protocol: nativeProtocols['openai-image-edits'],
    request: { model: 'gpt-image-1', prompt: 'a hat', image: [picture, picture], n: '2', size: '1024x1024' },
    wrong: { model, ...texts, image: [undefined, null, '', []], n: wholeInForm, stream: ['yes', '1', []], user },
  },
  {
    protocol: nativeProtocols['openai-image-variations'],
    request: { model: 'dall-e-2', image: picture, n: '2', size: '256x256' },
    wrong: { model, image: [undefined, null, '', 'a.png', [picture], {}], n: wholeInForm, user },
  },
  {
    protocol: nativeProtocols['openai-speech'],
    request: { model: 'gpt-4o-mini-tts', input: 'Good day', voice: 'alloy', stream_format: 'sse' },
    wrong: { model, input: [undefined, null, '', ...notText], stream_format: notText },
  },
  {
    protocol: nativeProtocols['openai-transcriptions'],
    request: { model: 'gpt-4o-transcribe', file: sound, stream: 'true', prompt: 'names' },
    wrong: hearing,
  },
  {
    protocol: nativeProtocols['openai-translations'],
    request: { model: 'whisper-1', file: sound, response_format: 'json' },
    wrong: hearing,
  },
  {
    protocol: googleGeminiClient,
    request: {
      model: 'gemini-2.5-flash',
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { maxOutputTokens: 50, candidateCount: 2 },
      tools: [{ googleSearch: {} }],
    },
    wrong: {
      model: [undefined, null, '', ...notText],
      contents: [undefined, null, '', 'hi', [], {}, 7],
      generationConfig: ['x', 7, [], true],
    },
  },
]
