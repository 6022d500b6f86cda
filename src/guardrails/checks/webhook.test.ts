import { describe, expect, it } from 'vitest'
import { answeringPorts, runCheck, subjectOf } from '../../../test/support/guardrail-subject.ts'
import { CheckParameters } from '../check-parameters.ts'
import { findCheck } from './index.ts'

describe('webhook', () => {
  const parameters = {
    webhookURL: 'https://hooks.example.com/judge',
    headers: '{"X-Key":"k"}',
    forwardHeaders: ['X-User'],
  }

  it('posts the request and takes the verdict', async () => {
    const { ports, sent } = answeringPorts(() => ({ text: '{"verdict":false,"data":{"why":"rude"}}' }))
    const subject = subjectOf('hello', { headers: { 'x-user': 'ada', authorization: 'Bearer s' } })
    const verdict = await runCheck('default.webhook', parameters, subject, ports)
    const data = { why: 'rude', verdict: false, responseData: { why: 'rude' } }
    expect(verdict).toEqual({ isPassed: false, data })
    expect(sent[0]?.headers).toEqual({ 'content-type': 'application/json', 'x-key': 'k', 'x-user': 'ada' })
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      request: { text: 'hello', json: { messages: [{ content: 'hello' }] } },
      eventType: 'beforeRequestHook',
    })
  })

  it('of a saved guardrail sends the headers that the vault keeps, in the places of their masks', async () => {
    const { ports, sent } = answeringPorts(() => ({ text: '{"verdict":true}' }))
    const vault = { ...ports, readCredentials: async () => ({ headers: { Authorization: 'Bearer secret' } }) }
    const masked = { ...parameters, headers: { authorization: 'Be*****ret', 'x-team': 'blue' } }
    const run = findCheck('default.webhook')?.prepare(new CheckParameters(masked, 'x', 'sluice/guardrails/g/1'))
    await run?.(subjectOf('hello'), vault)
    expect(sent[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-team': 'blue' })
  })

  it('may change the body of its side only', async () => {
    const { ports } = answeringPorts(() => ({
      text: '{"verdict":true,"transformedData":{"request":{"json":{"a":1}}}}',
    }))
    expect((await runCheck('default.webhook', parameters, 'x', ports)).json).toEqual({ a: 1 })
    const output = subjectOf('x', { hook: 'output' })
    expect(await runCheck('default.webhook', parameters, output, ports)).not.toHaveProperty('json')
  })

  it.each([
    [{ status: 500 }, /answered 500/],
    [{ text: '{"ok":1}' }, /no 'verdict'/],
    [{ text: 'hi' }, /JSON/],
  ])('breaks on an answer like %j', async (answer, message) => {
    await expect(runCheck('default.webhook', parameters, 'x', answeringPorts(() => answer).ports)).rejects.toThrow(
      message,
    )
  })
})

describe('log', () => {
  it('tells the server and always passes', async () => {
    const { ports, sent } = answeringPorts(() => ({ status: 503 }))
    expect((await runCheck('default.log', { logURL: 'https://log.example.com' }, 'x', ports)).isPassed).toBe(true)
    expect(sent).toHaveLength(1)
  })
})
