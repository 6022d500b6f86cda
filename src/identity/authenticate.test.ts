import { describe, expect, it } from 'vitest'
import { readProviderSecret, readSecret } from './authenticate.ts'

const key = 'gateway-key'

describe('keys among the headers of a request', () => {
  it.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ 'x-portkey-api-key': key }, key, undefined],
    [{ authorization: `Bearer ${key}` }, key, undefined],
    [{ 'x-api-key': key }, key, undefined],
    [{ authorization: `Bearer ${key}`, 'x-api-key': 'sk-1' }, key, undefined],
    [{ 'x-portkey-api-key': key, authorization: 'Bearer sk-1' }, key, 'sk-1'],
    [{ 'x-portkey-api-key': key, authorization: 'bearer  sk-1 ' }, key, 'sk-1'],
    [{ 'x-portkey-api-key': key, 'x-api-key': 'sk-1' }, key, 'sk-1'],
    [{ 'x-portkey-api-key': key, authorization: 'Bearer sk-1', 'x-api-key': 'sk-2' }, key, 'sk-1'],
    [{ 'x-portkey-api-key': key, authorization: `Bearer ${key}` }, key, undefined],
    [{ 'x-portkey-api-key': key, authorization: `Bearer ${key}`, 'x-api-key': 'sk-1' }, key, 'sk-1'],
    [{ 'x-portkey-api-key': key, authorization: 'sk-1' }, key, 'sk-1'],
    [{ authorization: key }, key, undefined],
    [{ 'x-portkey-api-key': key, authorization: 'Bearer' }, key, undefined],
    [{ 'x-portkey-api-key': key, authorization: 'Basic dXNlcjpwYXNz' }, key, undefined],
    [{ 'x-portkey-api-key': ' ', authorization: `Bearer ${key}` }, key, undefined],
  ])('%j: the gateway’s is %s, the provider’s %s', (headers, own, provider) => {
    expect(readSecret(headers)).toBe(own)
    expect(readProviderSecret(headers)).toBe(provider)
  })
})
