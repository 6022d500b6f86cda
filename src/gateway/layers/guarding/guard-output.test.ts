import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, manualBody, recordingSink } from '../../../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../../../test/support/sample-catalog.ts'
import { chatAnswer, chatChunk, doneFrame, usageChunk } from '../../../../test/support/upstream.ts'
import type { GatewayPorts } from '../../ports.ts'
import { serve } from '../../serve.ts'

const streamed = { model: '@oai/gpt-5', stream: true, messages: [{ role: 'user', content: 'hi' }] }
const noSecret = { contains: { words: ['secret'], operator: 'none' }, deny: true }

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A stream under the workspace's own output guardrails, fed by hand. */
function guarded(guardrails: readonly object[], body: object = streamed) {
  const feed = manualBody()
  const sample = sampleCatalog()
  const workspace = { ...sample.workspace, defaults: { output_guardrails: guardrails } }
  const stage = gatewayStage(
    async () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: feed.body }),
    { catalog: { loadWorkspace: async () => ({ ...sample, workspace }) } },
  )
  const sink = recordingSink()
  const done = serve(chatCall(stage.ambient, body), sink, stage.ports)
  return { feed, stage, sink, done }
}

const ending = [chatChunk({}, 'stop'), usageChunk(3, 2), doneFrame]

describe('a stream that a guardrail may deny', () => {
  it('shows nothing of itself before it was judged, and then everything', async () => {
    const { feed, sink, done } = guarded([noSecret])
    feed.send(chatChunk({ content: 'good' }))
    await settle()
    expect(sink).toMatchObject({ status: 0, text: '' })
    for (const frame of ending) feed.send(frame)
    feed.end()
    await done
    expect(sink.status).toBe(200)
    expect(sink.text).toContain('good')
    expect(sink.text).toContain('[DONE]')
  })

  it('is kept alive while it is held, and its denial is then an error frame', async () => {
    const { feed, stage, sink, done } = guarded([noSecret])
    feed.send(chatChunk({ content: 'a sec' }))
    await settle()
    stage.ambient.advance(15_000)
    await settle()
    expect(sink.status).toBe(200)
    expect(sink.text).toMatch(/^\n\n/)
    for (const frame of [chatChunk({ content: 'ret' }), ...ending]) feed.send(frame)
    feed.end()
    await done
    expect(sink.text).toContain('hooks_failed')
    expect(sink.text).not.toContain('a sec')
    expect(sink.text).not.toContain('[DONE]')
    expect(stage.closed).toMatchObject([
      {
        errorCode: 'guardrail_denied',
        usage: { output: 2 },
        guardrails: [{ hook: 'output', verdict: false, deny: true }],
      },
    ])
  })

  it('that breaks off is an error, and nothing of it was shown', async () => {
    const { feed, sink, done } = guarded([noSecret])
    feed.send(chatChunk({ content: 'half' }))
    await settle()
    feed.fail(new Error('reset'))
    await done
    expect(sink.status).toBe(502)
    expect(sink.text).not.toContain('half')
  })

  it('is refused before the call when it asks for several answers', async () => {
    const { stage, sink, done } = guarded([noSecret], { ...streamed, n: 2 })
    await done
    expect(sink.status).toBe(400)
    expect(stage.sent).toEqual([])
  })
})

describe('a stream under a guardrail that is async', () => {
  it('passes at once, and the record waits for the verdict', async () => {
    const { feed, stage, sink, done } = guarded([{ ...noSecret, async: true }])
    feed.send(chatChunk({ content: 'a secret' }))
    await sink.has('a secret')
    for (const frame of ending) feed.send(frame)
    feed.end()
    await done
    expect(stage.closed).toMatchObject([{ outcome: 'completed', guardrails: [{ isAsync: true, verdict: false }] }])
  })
})

describe('what was held for an answer that is denied', () => {
  const hold = (counter: string) => ({ counter, resource: 'cost' as const, amount: 5, minute: 1 })

  async function ask(config: object, answers: readonly string[]) {
    const released: unknown[] = []
    const gate: GatewayPorts['gate'] = {
      isLimited: () => true,
      async hold({ dimensions, onPlanned }) {
        const holds = [hold(`${dimensions.virtual_key}`)]
        onPlanned?.(holds)
        return { type: 'held', holds, headers: {}, warnings: [] }
      },
      lease: async () => ({ release: async () => {} }),
      usedShare: async () => 0,
      release: async (holds) => void released.push(...holds),
    }
    let turn = 0
    async function* body() {
      yield Buffer.from(JSON.stringify(chatAnswer(answers[turn++] ?? '')))
    }
    const headers = { 'content-type': 'application/json' }
    const stage = gatewayStage(async () => ({ status: 200, headers, body: body() }), { gate })
    const call = chatCall(stage.ambient, { model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }] })
    const sink = recordingSink()
    const sent = { ...call.headers, 'x-portkey-config': JSON.stringify({ output_guardrails: [noSecret], ...config }) }
    await serve({ ...call, headers: sent }, sink, stage.ports)
    return { sink, released, closed: stage.closed[0] }
  }

  it('is charged, when it is the end of the request', async () => {
    const { sink, released, closed } = await ask({ provider: '@oai' }, ['a secret'])
    expect([sink.status, released]).toEqual([446, []])
    expect(closed).toMatchObject({ holds: [hold('oai')], usage: { output: 5 }, isEstimated: false })
  })

  it('is charged beside that of the target that answered', async () => {
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@oai' }, { provider: '@router' }] }
    const { sink, released, closed } = await ask(config, ['a secret', 'fine'])
    expect([sink.status, released]).toEqual([200, []])
    expect(closed).toMatchObject({ holds: [hold('oai'), hold('router')], usage: { output: 10 }, outcome: 'completed' })
  })
})
