/** What a strict budget holds for a request that continues a response which the provider has stored (issue 9). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('p', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const answer = (id: string, input: number, output: number) =>
  answerJson({
    id,
    object: 'response',
    status: 'completed',
    model: 'gpt-4o',
    output: [],
    usage: { input_tokens: input, output_tokens: output, total_tokens: input + output },
  })

it('is its own size where this process has answered it, else the window of the model', async () => {
  // gpt-4o costs $2.50 a million input tokens: a window of 128,000 is $0.32, more than this budget
  const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.05 } })
  const ask = (previous?: string) =>
    sluice.post(
      '/v1/responses',
      {
        model: '@p/gpt-4o',
        input: 'Hi',
        max_output_tokens: 100,
        ...(previous === undefined ? {} : { previous_response_id: previous }),
      },
      { authorization: `Bearer ${secret}` },
    )
  upstream.script(answer('resp_1', 900, 50))
  expect((await ask()).status).toBe(200)
  upstream.script(answer('resp_2', 960, 5))
  expect((await ask('resp_1')).status).toBe(200)
  const unknown = await ask('resp_of_another_process')
  expect(unknown.status).toBe(412)
  expect(await unknown.text()).toContain('this request needs at least $0.32')
})
