/** Rule 1 of the charge of a call: where no byte of the request left on a connected socket, nothing is charged. */
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { billedModel } from '../support/billing-upstream.ts'
import { type ChargeStage, startChargeStage } from '../support/charge-stage.ts'
import { settledLedger, until } from '../support/ledger-state.ts'

let stage: ChargeStage
/** Takes connections and never says a word, so that no TLS session comes about. */
let mute: net.Server
let connections = 0

beforeAll(async () => {
  stage = await startChargeStage()
  mute = net.createServer(() => {
    connections += 1
  })
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  await stage.sluice.connect('mute', 'openai', `https://127.0.0.1:${(mute.address() as net.AddressInfo).port}`)
})

afterAll(async () => {
  await stage?.stop()
  mute?.close()
})

describe('a call of which no byte was sent', () => {
  it('costs nothing, and its hold is given back at once', async () => {
    const { sluice } = stage
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    const gone = new AbortController()
    const asking = fetch(`${sluice.origin}/v1/chat/completions`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: `@mute/${billedModel}`, messages: [{ role: 'user', content: 'Hi' }] }),
    }).catch(() => undefined)
    await until(
      () => connections,
      (count) => count > 0,
    )
    gone.abort()
    await asking
    const ledger = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
    expect(ledger).toMatchObject({
      spent: 0,
      held: 0,
      logs: expect.arrayContaining([expect.objectContaining({ outcome: 'client-closed', costNanos: 0 })]),
    })
  })

  it('is told from one that was sent, however soon its client leaves', async () => {
    for (const ms of [0, 1, 2, 3, 4, 5, 8, 15, 30, 50]) {
      const calls = stage.upstream.calls()
      const { billed, spent } = await stage.compare({ content: 'plain', leave: () => wait(ms) })
      expect(spent, `left after ${ms} ms`).toBeGreaterThanOrEqual(billed)
      if (stage.upstream.calls() === calls) expect(spent, `left after ${ms} ms, not sent`).toBe(0)
      else expect(spent, `left after ${ms} ms, sent`).toBe(billed)
    }
  })
})
