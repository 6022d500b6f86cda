import { describe, expect, it } from 'vitest'
import { type CacheKeyInput, cacheKey, canonicalJson } from './key.ts'

const question: CacheKeyInput = {
  organisationId: 'o',
  workspaceId: 'w',
  wire: 'openai-chat',
  url: 'https://api.example.com/v1/chat/completions',
  headers: { accept: 'application/json', 'content-type': 'application/json' },
  body: { model: 'm', temperature: 1, messages: [{ role: 'user', content: 'hi' }] },
  metadata: { _user: 'ann', team: 'a' },
}
const keyOf = (more: Partial<CacheKeyInput>) => cacheKey({ ...question, ...more })
const key = keyOf({})

describe('the key of an answer', () => {
  it.each<[string, Partial<CacheKeyInput>]>([
    ['the order of keys', { body: { messages: [{ content: 'hi', role: 'user' }], temperature: 1, model: 'm' } }],
    ['streaming', { body: { ...question.body, stream: true, stream_options: { include_usage: true } } }],
    ['what is accepted', { headers: { accept: 'text/event-stream', 'content-type': 'application/json' } }],
    ['the order of metadata', { metadata: { team: 'a', _user: 'ann' } }],
  ])('does not change with %s', (_, more) => {
    expect(keyOf(more)).toBe(key)
  })

  it.each<[string, Partial<CacheKeyInput>]>([
    ['the organisation', { organisationId: 'p' }],
    ['the workspace', { workspaceId: 'x' }],
    ['the wire', { wire: 'anthropic-messages' }],
    ['the address', { url: 'https://other.example.com/v1/chat/completions' }],
    ['a header that the provider reads', { headers: { ...question.headers, 'anthropic-beta': 'x' } }],
    ['the model', { body: { ...question.body, model: 'n' } }],
    ['a parameter', { body: { ...question.body, temperature: 0 } }],
    ['the order of messages', { body: { ...question.body, messages: [{ role: 'user', content: 'ho' }] } }],
    ['the metadata', { metadata: { _user: 'bob', team: 'a' } }],
    ['a namespace', { namespace: 'n' }],
  ])('changes with %s', (_, more) => {
    expect(keyOf(more)).not.toBe(key)
  })

  it('takes a namespace in place of the metadata', () => {
    const shared = keyOf({ namespace: 'n' })
    expect(keyOf({ namespace: 'n', metadata: {} })).toBe(shared)
    expect(keyOf({ namespace: 'm', metadata: {} })).not.toBe(shared)
  })

  it('is refused where a number lost digits on its way in', () => {
    expect(keyOf({ body: JSON.parse('{"seed":9007199254740993}') })).toBeUndefined()
    expect(keyOf({ body: JSON.parse('{"seed":9007199254740991}') })).toBeDefined()
  })
})

describe('canonical JSON', () => {
  it('sorts keys at every depth and leaves lists as they are', () => {
    expect(canonicalJson({ b: [{ d: 1, c: [2, 1] }], a: null })).toBe('{"a":null,"b":[{"c":[2,1],"d":1}]}')
  })
})
