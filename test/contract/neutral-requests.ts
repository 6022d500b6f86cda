/** Requests in the neutral form, one per thing that the form models. */
import type { InferenceRequest, Message, Part } from '../../src/inference/index.ts'

const plain: InferenceRequest = {
  model: 'some-model',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  maxOutputTokens: 4000,
  isStream: false,
}

const say = (text: string): Part => ({ type: 'text', text })
const user = (...content: Part[]): Message => ({ role: 'user', content })
const assistant = (...content: Part[]): Message => ({ role: 'assistant', content })
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const tool = { name: 'get_weather', description: 'Weather of a city', schema }
const png = 'iVBORw0KGgo='
const pdf = 'JVBERi0xLjQK'

export const neutralRequests: Readonly<Record<string, InferenceRequest>> = {
  plain,
  stream: { ...plain, isStream: true },
  'system text': { ...plain, messages: [{ role: 'system', content: [say('be brief')] }, ...plain.messages] },
  'developer text': { ...plain, messages: [{ role: 'developer', content: [say('be brief')] }, ...plain.messages] },
  'a conversation': { ...plain, messages: [user(say('hi')), assistant(say('hello')), user(say('go on'))] },
  'characters of every kind': { ...plain, messages: [user(say('Grüße 🌍 \u0000 " \\ \n 日本'))] },
  'names of participants': { ...plain, messages: [{ ...user(say('hi')), name: 'ann' }] },
  'images by url and inline': {
    ...plain,
    messages: [
      user(
        say('compare'),
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        { type: 'image', source: { type: 'base64', mediaType: 'image/png', base64: png } },
      ),
    ],
  },
  'image detail': {
    ...plain,
    messages: [user({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' }, detail: 'high' })],
  },
  'an inline document with a name': {
    ...plain,
    messages: [
      user({
        type: 'document',
        name: 'a.pdf',
        source: { type: 'base64', mediaType: 'application/pdf', base64: pdf },
      }),
    ],
  },
  'a document by url': {
    ...plain,
    messages: [user({ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } })],
  },
  'a document as text': {
    ...plain,
    messages: [user({ type: 'document', source: { type: 'text', text: 'plain words' } })],
  },
  'a stored file': { ...plain, messages: [user({ type: 'document', source: { type: 'file', fileId: 'file_1' } })] },
  audio: { ...plain, messages: [user({ type: 'audio', base64: 'AAAA', format: 'wav' })] },
  tools: {
    ...plain,
    tools: [tool, { name: 'now', description: 'The time', schema: { type: 'object', properties: {} } }],
  },
  'a strict tool': { ...plain, tools: [{ ...tool, isStrict: true }] },
  'tool choice auto': { ...plain, tools: [tool], toolChoice: { type: 'auto' } },
  'tool choice none': { ...plain, tools: [tool], toolChoice: { type: 'none' } },
  'tool choice required': { ...plain, tools: [tool], toolChoice: { type: 'required' } },
  'a forced tool, parallel off': {
    ...plain,
    tools: [tool],
    toolChoice: { type: 'tool', name: 'get_weather' },
    isParallelToolUse: false,
  },
  'parallel tool calls and their results': {
    ...plain,
    tools: [tool],
    messages: [
      user(say('weather?')),
      assistant(
        say('looking'),
        { type: 'tool-call', id: 'call_1', name: 'get_weather', arguments: '{"city":"Rome"}' },
        { type: 'tool-call', id: 'call_2', name: 'get_weather', arguments: '{}' },
      ),
      user(
        { type: 'tool-result', callId: 'call_1', content: [say('sunny')] },
        { type: 'tool-result', callId: 'call_2', content: [say('no city')] },
        say('and?'),
      ),
    ],
  },
  'cut arguments': {
    ...plain,
    messages: [user(say('go')), assistant({ type: 'tool-call', id: 'call_1', name: 'act', arguments: '{"a":"b' })],
  },
  'a failed tool result': {
    ...plain,
    messages: [user({ type: 'tool-result', callId: 'call_1', content: [say('boom')], isError: true })],
  },
  'a tool result with an image': {
    ...plain,
    messages: [
      user({
        type: 'tool-result',
        callId: 'call_1',
        content: [say('shot'), { type: 'image', source: { type: 'base64', mediaType: 'image/png', base64: png } }],
      }),
    ],
  },
  'signed and redacted reasoning': {
    ...plain,
    messages: [
      user(say('go')),
      assistant(
        { type: 'reasoning', text: 'hm', signature: 'S+/=' },
        { type: 'reasoning', text: '', redacted: 'D+/=' },
        say('done'),
      ),
      user(say('on')),
    ],
  },
  'cache marks': {
    ...plain,
    messages: [user({ type: 'text', text: 'long', cache: { ttl: '1h' } }, { type: 'text', text: 'short', cache: {} })],
    tools: [{ ...tool, cache: {} }],
  },
  temperature: { ...plain, temperature: 0.3 },
  'top p': { ...plain, topP: 0.9 },
  'top k': { ...plain, topK: 40 },
  'stop sequences': { ...plain, stop: ['END', '###'] },
  seed: { ...plain, seed: 7 },
  'the end user': { ...plain, user: 'user-1' },
  'free JSON': { ...plain, outputFormat: { type: 'json' } },
  'a JSON schema': { ...plain, outputFormat: { type: 'json-schema', name: 'output', schema, isStrict: true } },
  'reasoning effort': { ...plain, reasoning: { isEnabled: true, effort: 'high' } },
  'reasoning budget': { ...plain, reasoning: { isEnabled: true, budgetTokens: 2000 } },
  'reasoning off': { ...plain, reasoning: { isEnabled: false } },
}
