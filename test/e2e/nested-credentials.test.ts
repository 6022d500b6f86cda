/** Headers of an integration and of its models that are credentials: kept apart, and sent where they belong (issue 9). */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let other: Upstream

const whole = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})

beforeAll(async () => {
  const answer: Parameters<typeof startUpstream>[0] = (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(whole)
  ;[sluice, upstream, other] = await Promise.all([startSluice(), startUpstream(answer), startUpstream(answer)])
  await sluice.connect('own', 'openai', upstream.origin, {
    configurations: {
      custom_host: `${upstream.origin}/v1`,
      custom_headers: { 'x-proxy-token': 'proxy-secret-0123456789', 'x-team': 'blue' },
    },
  })
  await sluice.admin('PUT', '/integrations/own/models', {
    models: [
      {
        slug: 'special',
        enabled: true,
        is_custom: true,
        configurations: {
          custom_host: `${other.origin}/v1`,
          custom_headers: { 'x-proxy-token': 'model-secret-0123456789' },
        },
      },
    ],
  })
})

afterAll(() => Promise.all([sluice.stop(), upstream.stop(), other.stop()]))

async function ask(model: string): Promise<number> {
  const body = { model, max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }
  const response = await sluice.post('/v1/chat/completions', body)
  await response.text()
  return response.status
}

describe('headers that are credentials', () => {
  it('of an integration are sent, masked in answers, and lie in no file in plain text', async () => {
    expect(await ask('@own/gpt-5')).toBe(200)
    const { headers } = upstream.received.at(-1) ?? { headers: {} }
    expect(headers).toMatchObject({ 'x-proxy-token': 'proxy-secret-0123456789', 'x-team': 'blue' })
    expect(Object.keys(headers).filter((name) => name.startsWith('masked'))).toEqual([])
    const shown = JSON.stringify(await sluice.admin('GET', '/integrations/own'))
    expect(shown).toContain('pr*****789')
    const files = readdirSync(sluice.dataFolder, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    )
    const holding = files.filter((each) =>
      readFileSync(join(each.parentPath, each.name)).includes('-secret-0123456789'),
    )
    expect(holding.map(({ name }) => name)).toEqual([])
  })

  it('of a model, and its own address, hold for calls of that model alone', async () => {
    const before = upstream.received.length
    expect(await ask('@own/special')).toBe(200)
    expect(upstream.received.length).toBe(before)
    expect(other.received.at(-1)?.headers).toMatchObject({
      'x-proxy-token': 'model-secret-0123456789',
      'x-team': 'blue',
      authorization: 'Bearer secret-of-own',
    })
  })
})
