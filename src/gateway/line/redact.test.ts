import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { secretsOf, withoutSecrets } from './redact.ts'

const key = 'sk-live-0123456789'

describe('a provider that repeats the key it refuses', () => {
  it('has the key taken out of its message and of its body', () => {
    const error = new GatewayError('upstream_rejected', `Incorrect API key: ${key}`, {
      rawBody: `{"error":"${key} ${key}"}`,
      status: 401,
    })
    const clean = withoutSecrets(error, secretsOf({ key }))
    expect(clean.message).toBe('Incorrect API key: *****')
    expect(clean.facts).toEqual({ rawBody: '{"error":"***** *****"}', status: 401 })
    expect(clean.status).toBe(401)
  })

  it('leaves any other error as it was', () => {
    const error = new GatewayError('upstream_rejected', 'no such model')
    expect(withoutSecrets(error, secretsOf({ key }))).toBe(error)
  })

  it('takes secret settings for secrets too, but no short words', () => {
    expect(secretsOf({ configurations: { aws_secret_access_key: 'abcdefgh', region: 'eu', list: ['x'] } })).toEqual([
      'abcdefgh',
    ])
  })
})
