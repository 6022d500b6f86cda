/** Choices that a request's session and its price decide, through official clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let stage: TwoProviders
let other: Upstream

beforeAll(async () => {
  stage = await startTwoProviders()
  other = await startUpstream()
  await stage.sluice.connect('other', 'openai', other.origin)
  stage.open.script(answerJson(chatAnswer('ok')))
  other.script(answerJson(chatAnswer('ok')))
})

afterAll(async () => {
  await stage?.stop()
  await other?.stop()
})

const ask = async (config: object, headers: Record<string, string> = {}) => {
  const { data, response } = await stage.openai.chat.completions
    .create(
      { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] },
      { headers: { 'x-portkey-config': JSON.stringify(config), ...headers } },
    )
    .withResponse()
  expect(data.choices).toHaveLength(1)
  const log = await stage.sluice.logOf(response)
  const [attempt] = log.attempts as readonly { providerSlug: string; chosenBy?: string; model: string }[]
  return attempt
}

describe('a load balance', () => {
  const balanced = { strategy: { mode: 'loadbalance' }, targets: [{ provider: '@open' }, { provider: '@other' }] }

  it('sends the turns of an agent session to one target, and the record says why', async () => {
    const headers = { 'x-claude-code-session-id': '0b0e7c1e-session' }
    const turns = []
    for (let turn = 0; turn < 8; turn++) turns.push(await ask(balanced, headers))
    expect(new Set(turns.map((each) => each?.providerSlug)).size).toBe(1)
    expect(turns[0]?.chosenBy).toBe('session')
  })

  it('is left to the weights with session_affinity: false', async () => {
    const config = { ...balanced, strategy: { mode: 'loadbalance', session_affinity: false } }
    expect((await ask(config, { 'x-claude-code-session-id': 's' }))?.chosenBy).toBe('weight')
  })
})

describe("the mode 'cheapest'", () => {
  it('calls the target whose model costs least for this request', async () => {
    const config = {
      strategy: { mode: 'cheapest' },
      targets: [
        { provider: '@open', override_params: { model: 'gpt-4o' } },
        { provider: '@other', override_params: { model: 'gpt-4o-mini' } },
      ],
    }
    expect(await ask(config)).toMatchObject({ providerSlug: 'other', model: 'gpt-4o-mini', chosenBy: 'price' })
  })
})
