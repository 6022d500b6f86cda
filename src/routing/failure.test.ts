import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { type FailureKind, failureOf } from './failure.ts'
import { mayGoOn } from './may-go-on.ts'
import { readConfig } from './read-config.ts'
import { decideRetry } from './retry.ts'

const errors: readonly (readonly [FailureKind, GatewayError])[] = [
  ['connect', new GatewayError('upstream_unavailable', 'x', { failure: 'connect' })],
  ['headers', new GatewayError('upstream_unavailable', 'x', { failure: 'headers', mayBeBilled: true })],
  ['headers', new GatewayError('request_timeout', 'x')],
  ['first_content', new GatewayError('request_timeout', 'x', { failure: 'first_content' })],
  ['first_content', new GatewayError('upstream_unavailable', 'not JSON')],
  ['idle', new GatewayError('upstream_unavailable', 'x', { failure: 'idle' })],
  ['status', new GatewayError('upstream_rejected', 'x', { status: 401, isRetryable: false })],
  ['status', new GatewayError('upstream_unavailable', 'x', { status: 503 })],
  ['refusal', new GatewayError('upstream_rejected', 'x', { status: 400, wireCode: 'content_filter' })],
]

const retries = (error: GatewayError, setting: object) =>
  decideRetry({
    error,
    setting: { attempts: 1, usesRetryAfter: false, ...setting },
    retries: 0,
    waitedMs: 0,
    leftMs: 60_000,
    chance: 0,
  }).type === 'retry'

describe('a kind of failure', () => {
  it.each(errors)('%s is told from the others', (kind, error) => {
    expect(failureOf(error)).toBe(kind)
    const others = (['connect', 'headers', 'first_content', 'idle', 'status', 'refusal'] as const).filter(
      (each) => each !== kind,
    )
    expect([mayGoOn(error, { onFailures: [kind] }), mayGoOn(error, { onFailures: others })]).toEqual([true, false])
    expect([retries(error, { onFailures: [kind] }), retries(error, { onFailures: others })]).toEqual([true, false])
  })

  it('adds to the statuses that are listed', () => {
    const listed = { onStatusCodes: [429], onFailures: ['idle'] } as const
    const at = (status: number) => new GatewayError('upstream_rejected', 'x', { status })
    const idle = new GatewayError('upstream_unavailable', 'x', { failure: 'idle' })
    expect([at(429), at(500), idle].map((error) => mayGoOn(error, listed))).toEqual([true, false, true])
    expect([at(429), at(500), idle].map((error) => retries(error, listed))).toEqual([true, false, true])
  })

  it('is none of what is refused here', () => {
    for (const code of ['usage_limit_exceeded', 'rate_limit_exceeded', 'guardrail_denied', 'client_closed'] as const)
      expect(failureOf(new GatewayError(code, 'x'))).toBeUndefined()
  })

  it('that does not exist is refused, naming those that do', () => {
    const config = {
      strategy: { mode: 'fallback', on_failures: ['timeout'] },
      retry: { attempts: 1, on_failures: 'idle' },
      targets: [{ provider: '@a' }],
    }
    expect(readConfig(config).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      expect.stringMatching(/^strategy\.on_failures: .*'connect', 'headers', 'first_content'/),
      expect.stringMatching(/^retry\.on_failures: .*'connect', 'headers', 'first_content'/),
    ])
    const good = {
      ...config,
      strategy: { mode: 'fallback', on_failures: ['idle'] },
      retry: { attempts: 1, on_failures: ['connect'] },
    }
    expect(readConfig(good)).toMatchObject({
      problems: [],
      root: { strategy: { onFailures: ['idle'] }, settings: { retry: { onFailures: ['connect'] } } },
    })
  })
})
