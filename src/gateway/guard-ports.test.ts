import { describe, expect, it } from 'vitest'
import { chatCall, type GatewayStage, gatewayStage, recordingSink } from '../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../test/support/sample-catalog.ts'
import { chatAnswer } from '../../test/support/upstream.ts'
import type { Line } from './attempt.ts'
import { guardrailPorts } from './guard-ports.ts'
import type { UpstreamRequest, UpstreamResponse } from './ports.ts'
import { serve } from './serve.ts'
import type { Task } from './task.ts'

async function* bytes(...chunks: readonly string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

const answer = (json: object, status = 200): UpstreamResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: bytes(JSON.stringify(json)),
})

/** A chat under this input guardrail; `bedrock` is what Amazon Bedrock says. */
async function chatUnder(guardrail: object, bedrock: object) {
  const stage = gatewayStage(async ({ url }) =>
    url.host.startsWith('bedrock-runtime') ? answer(bedrock) : answer(chatAnswer('good day')),
  )
  const call = chatCall(stage.ambient, { model: '@oai/gpt-5', messages: [{ role: 'user', content: 'I am Ada' }] })
  const config = JSON.stringify({ provider: '@oai', input_guardrails: [guardrail] })
  const sink = recordingSink()
  await serve({ ...call, headers: { ...call.headers, 'x-portkey-config': config } }, sink, stage.ports)
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
    const { sink, sent } = await chatUnder({ 'bedrock.guard': bedrockGuard, deny: true }, blocked)
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
    const { sink, sent } = await chatUnder({ 'bedrock.guard': { ...bedrockGuard, redact: true } }, masked)
    expect(sink.status).toBe(200)
    expect(Buffer.from(sent.at(-1)?.body ?? []).toString()).toContain('I am {NAME}')
    expect(sink.text).toContain('"transformed":true')
  })
})

function portsOn(stage: GatewayStage) {
  const task = { catalog: sampleCatalog() } as Task
  return guardrailPorts(task, { ports: stage.ports } as Line)
}

describe('the way out for checks', () => {
  it('knows which providers of the workspace have an endpoint', () => {
    const { providersWith } = portsOn(gatewayStage(async () => answer({})))
    expect(providersWith('/v1/moderations')).toEqual(['oai'])
    expect(providersWith('/v1/nothing')).toEqual([])
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
