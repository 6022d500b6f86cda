/** Patterns that callers write, over a real socket: slow ones hold up nobody and let nothing pass (issue 9). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  upstream.script(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('open', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const slow = `${'a'.repeat(60)}b`
const ask = (config: object, content = slow, metadata = {}) =>
  sluice.post(
    '/v1/chat/completions',
    { model: '@open/gpt-5', messages: [{ role: 'user', content }] },
    { 'x-portkey-config': JSON.stringify(config), 'x-portkey-metadata': JSON.stringify(metadata) },
  )

/** How many other requests were answered until it was. */
async function othersDuring(one: Promise<unknown>): Promise<number> {
  let isOver = false
  const end = one.then(() => {
    isOver = true
  })
  let others = 0
  while (!isOver) {
    const { status } = await fetch(`${sluice.origin}/v1/nothing-here`, { headers: { 'x-portkey-api-key': 'none' } })
    expect(status).toBeGreaterThanOrEqual(400)
    others += 1
  }
  await end
  return others
}

const regexMatch = (rule: string) => ({ id: 'default.regexMatch', parameters: { rule } })

describe('a hundred inline checks with a pattern that backtracks without end', () => {
  it.each(['^(?=a)(a+)+$', '(a+)+\\1$', '^(?:(?!x)(?:a|a))*$'])(
    '%s: are denied, and others are answered meanwhile',
    async (rule) => {
      const checks = Array.from({ length: 100 }, () => regexMatch(rule))
      const answer = ask({ input_guardrails: [{ deny: true, checks }] })
      expect(await othersDuring(answer)).toBeGreaterThan(0)
      const { status } = await answer
      expect(status).toBe(446)
      const body = (await (await answer).json()) as {
        hook_results: { before_request_hooks: { checks: { verdict: boolean; error: unknown }[] }[] }
      }
      const told = body.hook_results.before_request_hooks[0]?.checks ?? []
      expect(told).toHaveLength(100)
      expect(told.every(({ verdict, error }) => !verdict && JSON.stringify(error).includes('did not finish'))).toBe(
        true,
      )
    },
  )

  it('are decided where the pattern can be matched in linear time', async () => {
    const checks = Array.from({ length: 100 }, () => regexMatch('^(a+)+b$'))
    expect((await ask({ input_guardrails: [{ deny: true, checks }] })).status).toBe(200)
    const denied = Array.from({ length: 100 }, () => regexMatch('^(a+)+$'))
    expect((await ask({ input_guardrails: [{ deny: true, checks: denied }] })).status).toBe(446)
  })
})

describe('a pattern that does not finish', () => {
  const inMetadata = {
    id: 'default.requiredMetadataKeyValuePairs',
    parameters: { operator: 'none', matchType: 'regex', metadataPairs: { team: '^(?=a)(a+)+$' } },
  }
  const inReplacement = { id: 'default.regexReplace', parameters: { rule: '^(?=a)(a+)+$' } }

  it.each([
    ['metadata pairs', inMetadata],
    ['a replacement', inReplacement],
  ])('in %s denies', async (_, check) => {
    const answer = await ask({ input_guardrails: [{ deny: true, checks: [check] }] }, slow, { team: slow })
    expect(answer.status).toBe(446)
  })

  it('in a JSON schema denies; one that is linear is decided', async () => {
    upstream.script(answerJson(chatAnswer(JSON.stringify({ name: slow }))))
    const schemaOf = (pattern: string) => ({
      id: 'default.jsonSchema',
      parameters: { schema: { type: 'object', properties: { name: { type: 'string', pattern } } } },
    })
    const status = async (pattern: string) =>
      (await ask({ output_guardrails: [{ deny: true, checks: [schemaOf(pattern)] }] })).status
    expect(await status('^(?=a)(a+)+$')).toBe(446)
    expect(await status('^(a+)+$')).toBe(446)
    expect(await status('^(a+)+b$')).toBe(200)
    expect(await status('^(?!x)a')).toBe(200)
  })

  it('as little does a JSON schema that multiplies itself pass, or hold up others', async () => {
    upstream.script(answerJson(chatAnswer('{"a":1}')))
    const twice = (at: number) => ({ anyOf: [{ $ref: `#/$defs/d${at}` }, { $ref: `#/$defs/d${at}` }] })
    const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d${at}`, twice(at + 1)]))
    const schema = { $ref: '#/$defs/d0', $defs: { ...$defs, d30: { type: 'number' } } }
    const answer = ask({
      output_guardrails: [{ deny: true, checks: [{ id: 'default.jsonSchema', parameters: { schema } }] }],
    })
    expect(await othersDuring(answer)).toBeGreaterThan(0)
    expect((await answer).status).toBe(446)
    expect(await (await answer).text()).toContain('did not finish')
  })

  it('in a condition refuses the request, and others are answered meanwhile', async () => {
    const config = {
      strategy: {
        mode: 'conditional',
        // biome-ignore lint/suspicious/noThenProperty: the name that configs give it
        conditions: [{ query: { 'metadata.team': { $regex: '^(?=a)(a+)+$' } }, then: 'one' }],
        default: 'one',
      },
      targets: [{ name: 'one', provider: '@open' }],
    }
    const answer = ask(config, 'hi', { team: slow })
    expect(await othersDuring(answer)).toBeGreaterThan(0)
    const body = (await (await answer).json()) as { error: { message: string } }
    expect((await answer).status).toBe(400)
    expect(body.error.message).toContain('did not finish')
  })
})
