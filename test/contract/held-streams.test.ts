/** Every recorded stream of every client wire under output guardrails: what is not denied comes through as without them. */
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../src/bytes/sse.ts'
import { serve } from '../../src/gateway/serve.ts'
import { collect } from '../../src/inference/index.ts'
import { loadProtocol } from '../../src/protocols/load.ts'
import { casesWith } from '../golden/fixtures.ts'
import { chatCall, gatewayStage, recordingSink, secret } from '../support/gateway-ports.ts'
import { sampleCatalog } from '../support/sample-catalog.ts'

const wires = {
  'openai-chat': {
    path: '/v1/chat/completions',
    body: { model: '@oai/gpt-5', messages: [{ role: 'user', content: 'hi' }], stream_options: { include_usage: true } },
  },
  'openai-responses': { path: '/v1/responses', body: { model: '@oai/gpt-5', input: 'hi' } },
  'anthropic-messages': {
    path: '/v1/messages',
    body: { model: '@ant-eu/claude-sonnet-4-5', max_tokens: 99, messages: [{ role: 'user', content: 'hi' }] },
  },
} as const

type Wire = keyof typeof wires

/** Each piece is one chunk. */
async function answered(wire: Wire, pieces: readonly Uint8Array[], guardrails: readonly object[]) {
  const sample = sampleCatalog()
  const workspace = { ...sample.workspace, defaults: { output_guardrails: guardrails } }
  async function* body() {
    yield* pieces
  }
  const stage = gatewayStage(
    async () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: body() }),
    { catalog: { loadWorkspace: async () => ({ ...sample, workspace }) } },
  )
  const { path, body: asked } = wires[wire]
  const sink = recordingSink()
  const call = chatCall(
    stage.ambient,
    { stream: true, ...asked },
    { path, headers: { authorization: `Bearer ${secret}` } },
  )
  await serve(call, sink, stage.ports)
  return { status: sink.status, text: sink.text, closed: stage.closed[0] }
}

/** As the neutral form has it: no arguments are `{}`, an ending it has no word for is `stop`. */
async function said(wire: Wire, text: string) {
  const reader = (await loadProtocol(wire)).upstream.openStream()
  const frames = new SseReader().push(Buffer.from(text))
  const { blocks, finish, usage } = collect([...frames.flatMap((frame) => reader.push(frame)), ...reader.end()])
  return {
    blocks: blocks
      .filter(({ text: words, block }) => words !== '' || block.type === 'tool-call')
      .map(({ block, text: words }) => [block.type, words === '' ? '{}' : words]),
    finish: finish?.reason === 'other' ? 'stop' : finish?.reason,
    output: usage?.output,
  }
}

function cut(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  )
}

const scope = { reasoning: true, tool_calls: true }
const windows = ['whole', 'sentence', 16] as const

describe.each(Object.keys(wires) as Wire[])('a recorded stream of %s', (wire) => {
  const streams = casesWith(wire, 'answer.sse').map(({ name, bytes }) => ({ name, stream: bytes('answer.sse') }))

  it.each(windows)('is the provider’s own bytes under a guardrail that does not deny, held by %s', async (window) => {
    expect(streams.length).toBeGreaterThan(10)
    const never = {
      contains: { words: ['\u0000never'], operator: 'none' },
      deny: true,
      stream_window: window,
      ...scope,
    }
    for (const { name, stream } of streams) {
      const plain = await answered(wire, [stream], [])
      const held = await answered(wire, cut(stream, 7), [never])
      expect(held.closed?.errorCode === undefined, name).toBe(plain.closed?.errorCode === undefined)
      if (plain.closed?.outcome === 'completed') expect(held.text, name).toBe(plain.text)
    }
  })

  it.each(windows)('says the same when a guardrail could have changed it, held by %s', async (window) => {
    const guardrail = { regexReplace: { rule: '\u0000never' }, stream_window: window, ...scope }
    for (const { name, stream } of streams) {
      const plain = await answered(wire, [stream], [])
      if (plain.closed?.outcome !== 'completed') continue
      const held = await answered(wire, cut(stream, 11), [guardrail])
      expect(held.closed?.outcome, name).toBe('completed')
      expect(await said(wire, held.text), name).toEqual(await said(wire, plain.text))
    }
  })
})
