import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, recordingSink } from '../../../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../../../test/support/sample-catalog.ts'
import { chatAnswer } from '../../../../test/support/upstream.ts'
import type { WorkspaceCatalog } from '../../../catalog/catalog.ts'
import type { SavedGuardrail } from '../../../guardrails/guardrail.ts'
import type { UpstreamRequest } from '../../ports.ts'
import { serve } from '../../serve.ts'

const saved: SavedGuardrail = {
  id: 'g-1',
  slug: 'pg-house-rule',
  name: 'house rule',
  organisationId: 'o',
  status: 'active',
  checks: [{ id: 'default.contains', parameters: { words: ['secret'], operator: 'none' } }],
  actions: { deny: true },
  versionId: 'v-1',
  createdAtMs: 0,
  updatedAtMs: 0,
}

async function* once(text: string) {
  yield Buffer.from(text)
}

const hookHost = 'hooks.example.com'

/** A request under this config and catalog; the provider first answers with the statuses given. */
async function ask(config: object, catalog: Partial<WorkspaceCatalog>, statuses: readonly number[] = []) {
  const waiting = [...statuses]
  const answer = async ({ url }: UpstreamRequest) => {
    const isHook = url.host === hookHost
    const status = isHook ? 200 : (waiting.shift() ?? 200)
    const body = isHook ? { verdict: true } : chatAnswer('fine')
    return { status, headers: { 'content-type': 'application/json' }, body: once(JSON.stringify(body)) }
  }
  const whole = { ...sampleCatalog(), ...catalog }
  const stage = gatewayStage(answer, { catalog: { loadWorkspace: async () => whole } })
  const body = { model: '@oai/gpt-5', messages: [{ role: 'user', content: 'a secret' }] }
  const call = chatCall(stage.ambient, body)
  const sink = recordingSink()
  const headers = { ...call.headers, 'x-portkey-config': JSON.stringify({ provider: '@oai', ...config }) }
  const done = serve({ ...call, headers }, sink, stage.ports)
  for (let turn = 0; turn < 200 && !sink.hasEnded; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    stage.ambient.advance(turn < 20 ? 0 : 500)
  }
  await done
  return { sink, hosts: stage.sent.map(({ url }) => url.host) }
}

describe('the guardrails of the organisation', () => {
  const defaults = {
    guardrails: [saved],
    organisationDefaults: { inputGuardrails: ['pg-house-rule'], outputGuardrails: [] },
  }

  it('hold without any config', async () => {
    const { sink, hosts } = await ask({}, defaults)
    expect(sink.status).toBe(446)
    expect(hosts).toEqual([])
  })

  it('cannot be weakened by a config that names them', async () => {
    const weaker = [
      { id: 'pg-house-rule', deny: false },
      { id: 'pg-house-rule', async: true },
    ]
    expect((await ask({ input_guardrails: weaker }, defaults)).sink.status).toBe(446)
  })

  it('do not hold where the workspace is excluded', async () => {
    const excluding = (side: object) => ({
      ...defaults,
      organisationDefaults: { ...defaults.organisationDefaults, ...side },
    })
    expect((await ask({}, excluding({ excludedFromInput: ['w-1'] }))).sink.status).toBe(200)
    expect((await ask({}, excluding({ excludedFromInput: ['w-2'], excludedFromOutput: ['w-1'] }))).sink.status).toBe(
      446,
    )
  })

  it('refuse every request when one of them is not to be found', async () => {
    const { sink } = await ask({}, { ...defaults, guardrails: [] })
    expect(sink.status).toBe(400)
    expect(sink.text).toContain("there is no guardrail 'pg-house-rule'")
  })
})

describe('an input guardrail', () => {
  it('is asked once for a target, however often that is tried again', async () => {
    const webhook = { webhookURL: `https://${hookHost}/judge` }
    const config = { input_guardrails: [{ webhook }], retry: { attempts: 2, on_status_codes: [503] } }
    const { sink, hosts } = await ask(config, {}, [503, 503])
    expect(sink.status).toBe(200)
    expect(hosts.filter((host) => host === hookHost)).toHaveLength(1)
    expect(hosts).toHaveLength(4)
  })
})
