import { describe, expect, it } from 'vitest'
import { readMetadata } from './metadata.ts'

const read = (headers: Record<string, string>, sources: Parameters<typeof readMetadata>[1] = {}) =>
  readMetadata(headers, sources).metadata
const inHeader = (text: string) => ({ 'x-portkey-metadata': text })

describe('metadata', () => {
  it('lets the workspace win over the key, the key over the header, the header over baggage', () => {
    const headers = { baggage: 'a=0,b=0,c=0,d=sp%C3%A4t', ...inHeader('{"a":"1","b":"1","c":"1"}') }
    expect(read(headers, { apiKey: { a: '2', b: '2' }, workspace: { a: '3' } })).toEqual({
      a: '3',
      b: '2',
      c: '1',
      d: 'spät',
    })
  })

  it('fills the user from the body only when nobody named one', () => {
    expect(read({}, { user: 'ann' })).toEqual({ _user: 'ann' })
    expect(read(inHeader('{"_user":"bob"}'), { user: 'ann' })).toEqual({ _user: 'bob' })
  })

  it.each(['[1]', '"text"', '{', 'null', '{"name":"Dwayne "The Rock" Johnson"}'])(
    'leaves out a header that is not an object, and says so: %s',
    (header) => {
      expect(readMetadata(inHeader(header), {})).toEqual({
        metadata: {},
        warnings: [{ type: 'dropped', field: 'x-portkey-metadata', reason: expect.stringContaining('JSON object') }],
      })
    },
  )

  it('refuses such a header where a policy depends on a key of it', () => {
    const neededKeys = new Set(['_user'])
    expect(() => read(inHeader('{'), { neededKeys })).toThrow("a policy of this workspace depends on '_user'")
    expect(read(inHeader('{'), { neededKeys, apiKey: { _user: 'ann' } })).toEqual({ _user: 'ann' })
  })

  it.each([
    '{"_user":"eve","name":"Eve","_user":"boss"}',
    '{"name":"Eve","_user":"boss","x":"","_user":"eve"}',
    '{"_user":"eve","n":{"_user":"inner"},"\\u005fuser":"boss"}',
  ])('takes no side where a key stands more than once with different values: %s', (header) => {
    const { metadata, warnings } = readMetadata(inHeader(header), {})
    expect(metadata._user).toBeUndefined()
    expect(warnings).toEqual([
      { type: 'dropped', field: 'x-portkey-metadata._user', reason: expect.stringContaining('more than once') },
    ])
    expect(() => read(inHeader(header), { neededKeys: new Set(['_user']) })).toThrow('more than once')
  })

  it('keeps a key that is said twice alike', () => {
    expect(read(inHeader('{"a":"1","a":"1","b":[1,{"a":"2"}]}'))).toEqual({ a: '1', b: '[1,{"a":"2"}]' })
  })

  it('reads UTF-8 where the bytes of the header are that, else letter by letter', () => {
    const asNodeSaysIt = Buffer.from('{"name":"Zoë 李"}').toString('latin1')
    expect(read(inHeader(asNodeSaysIt))).toEqual({ name: 'Zoë 李' })
    expect(read(inHeader('{"name":"Zo\xeb"}'))).toEqual({ name: 'Zoë' })
    expect(read(inHeader('{"name":"李"}'))).toEqual({ name: '李' })
  })

  it('leaves out baggage that cannot be decoded', () => {
    expect(read({ baggage: 'a=%zz,b=1;ttl=3,=x,c' })).toEqual({ b: '1' })
  })
})
