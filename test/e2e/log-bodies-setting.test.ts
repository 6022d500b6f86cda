/** A workspace that switches bodies off keeps none: neither the request's nor the answer's (issue 11). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import { answerJson, chatAnswer } from '../support/upstream.ts'

let stage: TwoProviders

beforeAll(async () => {
  stage = await startTwoProviders()
})

afterAll(() => stage?.stop())

it('keeps figures and no bodies with settings.debug_log: 0', async () => {
  const { sluice, open } = stage
  const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as {
    readonly data: readonly { readonly id: string }[]
  }
  await sluice.admin('PUT', `/admin/workspaces/${data[0]?.id}`, { settings: { debug_log: 0 } })
  sluice.passTime(60_000)
  open.script(answerJson(chatAnswer('a secret answer')))
  const answer = await sluice.post('/v1/chat/completions', {
    model: '@open/gpt-4o-mini',
    messages: [{ role: 'user', content: 'a secret question' }],
  })
  expect(await answer.text()).toContain('a secret answer')
  const log = await sluice.logOf(answer)
  expect(log.metrics).toMatchObject({ outcome: 'completed', response_status_code: 200 })
  expect(JSON.stringify(log)).not.toContain('secret')
})
