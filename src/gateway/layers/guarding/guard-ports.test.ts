import { describe, expect, it } from 'vitest'
import { chatCall, type GatewayStage, gatewayStage, recordingSink } from '../../../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../../../test/support/sample-catalog.ts'
import { chatAnswer } from '../../../../test/support/upstream.ts'
import type { SavedGuardrail } from '../../../guardrails/guardrail.ts'
import { openModelPort } from '../../internal-request.ts'
import type { Line } from '../../line/line.ts'
import { Notes } from '../../line/notes.ts'
import type { Task } from '../../line/task.ts'
import type { UpstreamRequest, UpstreamResponse } from '../../ports.ts'
import { serve, serveInternal } from '../../serve.ts'
import { guardrailPorts } from './guard-ports.ts'

async function* bytes(...chunks: readonly string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

const answer = (json: object, status = 200): UpstreamResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: bytes(JSON.stringify(json)),
})

/** A chat under a saved guardrail with this check; `bedrock` is what Amazon Bedrock says. */
async function chatUnder(parameters: Record<string, unknown>, bedrock: object) {
  const saved: SavedGuardrail = {
    id: 'g',
    slug: 'pg-bedrock',
    name: 'bedrock',
    organisationId: 'o',
    status: 'active',
    checks: [{ id: 'bedrock.guard', parameters }],
    actions: { deny: true },
    versionId: 'v',
    createdAtMs: 0,
    updatedAtMs: 0,
  }
  const stage = gatewayStage(async ({ url }) =>
    url.host.startsWith('bedrock-runtime') ? answer(bedrock) : answer(chatAnswer('good day')),
  )
  const call = chatCall(stage.ambient, { model: '@oai/gpt-5', messages: [{ role: 'user', content: 'I am Ada' }] })
  const config = JSON.stringify({ provider: '@oai', input_guardrails: [saved.slug] })
  const catalog = { ...sampleCatalog(), guardrails: [saved] }
  const ports = { ...stage.ports, catalog: { loadWorkspace: async () => catalog } }
  const sink = recordingSink()
  await serve({ ...call, headers: { ...call.headers, 'x-portkey-config': config } }, sink, ports)
  return { sink, sent: stage.sent }
}

const bedrockGuard = { guardrailId: 'abc123', guardrailVersion: '1', awsRegion: 'eu-west-1' }

describe('an Amazon Bedrock guardrail', () => {
  it("is asked with a request signed by the gateway's own role, and denies", async () => {
    const blocked = {
      action: 'GUARDRAIL_INTERVENED',
      outputs: [],
      assessments: [{ topicPolicy: { topics: [{ action: 'BLOCKED' }] } }],
    }
    const { sink, sent } = await chatUnder(bedrockGuard, blocked)
    expect(sink.status).toBe(446)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      method: 'POST',
      isCustomHost: false,
      headers: {
        'content-type': 'application/json',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIAOWN\/\d{8}\/eu-west-1\/bedrock\/aws4_request/,
        ),
      },
    })
  })

  it('that masks changes what the provider is sent', async () => {
    const masked = {
      action: 'GUARDRAIL_INTERVENED',
      outputs: [{ text: 'I am {NAME}' }],
      assessments: [
        { sensitiveInformationPolicy: { piiEntities: [{ type: 'NAME', match: 'Ada', action: 'ANONYMIZED' }] } },
      ],
    }
    const { sink, sent } = await chatUnder({ ...bedrockGuard, redact: true }, masked)
    expect(sink.status).toBe(200)
    expect(Buffer.from(sent.at(-1)?.body ?? []).toString()).toContain('I am {NAME}')
    expect(sink.text).toContain('"transformed":true')
  })
})

function portsOn(stage: GatewayStage) {
  const task = { catalog: sampleCatalog() } as unknown as Task
  return guardrailPorts(task, {
    ports: stage.ports,
    models: openModelPort(serveInternal),
    notes: new Notes(),
  } as unknown as Line)
}

describe('the way out for checks', () => {
  it('knows which providers of the workspace have an endpoint', () => {
    const { providersWith } = portsOn(gatewayStage(async () => answer({})))
    expect(providersWith('/v1/moderations')).toEqual(['oai'])
    expect(providersWith('/v1/nothing')).toEqual([])
  })

  it("signs with a provider's credentials only where that provider is called", async () => {
    const stage = gatewayStage(async () => answer({}))
    const base = sampleCatalog()
    const integrations = base.integrations.map((each) =>
      each.slug === 'oai' ? { ...each, aiProviderId: 'bedrock', secretName: 'aws' } : each,
    )
    const vault = {
      read: async () => ({ configurations: { aws_access_key_id: 'AKIAPROVIDER', aws_secret_access_key: 's' } }),
    }
    const ports = { ...stage.ports, vault }
    const { sendSigned } = guardrailPorts(
      { catalog: { ...base, integrations } } as unknown as Task,
      { ports, notes: new Notes() } as unknown as Line,
    )
    const ask = (provider: string, host: string) =>
      sendSigned(
        { method: 'POST', url: new URL(`https://${host}/guardrail`), timeoutMs: 1_000 },
        { provider, configurations: { aws_region: 'eu-west-1' } },
      )
    await ask('oai', 'bedrock-runtime.eu-west-1.amazonaws.com')
    expect(stage.sent[0]?.headers.authorization).toContain('Credential=AKIAPROVIDER/')
    await expect(ask('goog', 'bedrock-runtime.eu-west-1.amazonaws.com')).rejects.toThrow("no provider '@goog'")
    await expect(ask('oai', 'else.example')).rejects.toThrow('good at else.example')
    await expect(ask('nobody', 'bedrock-runtime.eu-west-1.amazonaws.com')).rejects.toThrow("no provider '@nobody'")
    expect(stage.sent).toHaveLength(1)
  })

  it('fetches files from checked addresses, up to a size', async () => {
    const stage = gatewayStage(async () => ({
      status: 200,
      headers: { 'content-type': 'image/PNG; charset=x' },
      body: bytes('abc', 'def'),
    }))
    const { fetchFile } = portsOn(stage)
    const url = new URL('https://images.example/x')
    expect(await fetchFile({ url, maxBytes: 6, timeoutMs: 1_000 })).toMatchObject({
      contentType: 'image/png',
      bytes: Buffer.from('abcdef'),
    })
    await expect(fetchFile({ url, maxBytes: 5, timeoutMs: 1_000 })).rejects.toThrow('more than 5 bytes')
    expect(stage.sent[0]).toMatchObject({ method: 'GET', isCustomHost: true, headers: {} })
  })

  it('gives up after its time', async () => {
    const stage = gatewayStage(
      ({ signal }: UpstreamRequest) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    const asked = portsOn(stage).send({ method: 'POST', url: new URL('https://slow.example'), timeoutMs: 700 })
    stage.ambient.advance(700)
    await expect(asked).rejects.toThrow('slow.example did not answer within 700 ms')
  })
})
