/** How the line speaks a shape that stands in for the client's wire. The shapes here are made up. */
import { describe, expect, it, vi } from 'vitest'
import { chatCall, gatewayStage, recordingSink } from '../../../../test/support/gateway-ports.ts'
import { GatewayError } from '../../../errors.ts'
import type { NativeProtocolId, WireId } from '../../../protocols/protocol.ts'
import type { Reshape } from '../../../protocols/reshape.ts'
import { aiProviders } from '../../../providers/index.ts'
import type { AiProvider } from '../../../providers/provider.ts'
import type { UpstreamResponse } from '../../ports.ts'
import { serve } from '../../serve.ts'

const shapes: Readonly<Record<string, Reshape>> = {
  'jina-rerank': {
    id: 'jina-rerank',
    of: 'openai-rerank',
    writeRequest: ({ body, model }) => ({
      body: { name: model, texts: body.documents, ask: body.query },
      warnings: [{ type: 'dropped', field: 'user', reason: 'the shape has no place for it' }],
    }),
    readAnswer({ bytes }, { body }) {
      const { scores } = JSON.parse(Buffer.from(bytes).toString()) as { scores?: number[] }
      if (scores === undefined) throw new GatewayError('upstream_rejected', 'it has no scores')
      return {
        results: scores.map((relevance_score, index) => ({ index, relevance_score })),
        usage: { total_tokens: 9 },
        asked: body.query,
      }
    },
    readError: (status, body) => new GatewayError('upstream_rejected', `in its own words: ${body}`, { status }),
  },
  'cohere-rerank': {
    id: 'cohere-rerank',
    of: 'openai-speech',
    writeRequest: ({ body }) => ({
      body: { contentType: 'text/plain', bytes: Buffer.from(String(body.input)) },
      warnings: [],
    }),
    readAnswer: (answer) => ({ contentType: 'audio/wav', bytes: Buffer.concat([Buffer.from('RIFF'), answer.bytes]) }),
  },
  'voyage-rerank': {
    id: 'voyage-rerank',
    of: 'openai-transcriptions',
    writeRequest: ({ body }) => ({
      body: { audio: Buffer.from((body.file as { bytes: Uint8Array }).bytes).toString('base64') },
      warnings: [],
    }),
    readAnswer: ({ bytes }) => ({ text: Buffer.from(bytes).toString() }),
  },
}

vi.mock('../../../protocols/reshapes/load.ts', () => ({
  isReshaped: (id: WireId) => Object.hasOwn(shapes, id),
  reshapes: (id: string): NativeProtocolId | undefined => shapes[id]?.of,
  loadReshape: async (id: string) => shapes[id],
}))

const speaks = { 'jina-rerank': '/rank', 'cohere-rerank': '/say', 'voyage-rerank': '/hear' }

function stageFor(status: number, contentType: string, text: string) {
  const row = { ...aiProviders.find('openai'), speaks } as AiProvider
  async function* body() {
    yield Buffer.from(text)
  }
  const answer: UpstreamResponse = { status, headers: { 'content-type': contentType }, body: body() }
  return gatewayStage(async () => answer, { aiProviders: { ...aiProviders, find: () => row } })
}

async function ask(stage: ReturnType<typeof stageFor>, path: string, body: object, more: object = {}) {
  const sink = recordingSink()
  await serve({ ...chatCall(stage.ambient, body), path, ...more }, sink, stage.ports)
  return { sink, sent: stage.sent[0], log: stage.closed[0] }
}

const rerank = { model: '@oai/ranker', query: 'q', documents: ['a', 'b'], user: 'u' }

describe('a shape that stands in for a wire', () => {
  it('is written, and its answer read back into the wire; the log says so', async () => {
    const { sink, sent, log } = await ask(
      stageFor(200, 'application/json', '{"scores":[0.5,0.25]}'),
      '/v1/rerank',
      rerank,
    )
    expect(sent?.url.href).toBe('https://api.openai.com/rank')
    expect(JSON.parse(Buffer.from(sent?.body ?? []).toString())).toEqual({
      name: 'ranker',
      texts: ['a', 'b'],
      ask: 'q',
    })
    expect(sink.status).toBe(200)
    expect(sink.headers['content-type']).toBe('application/json')
    expect(JSON.parse(sink.text)).toEqual({
      results: [
        { index: 0, relevance_score: 0.5 },
        { index: 1, relevance_score: 0.25 },
      ],
      usage: { total_tokens: 9 },
      asked: 'q',
    })
    expect(log).toMatchObject({
      outcome: 'completed',
      upstreamWire: 'jina-rerank',
      attempts: [{ wire: 'jina-rerank', isPassthrough: false }],
      usage: { inputUncached: 9, output: 0 },
    })
    expect(log?.warnings).toContainEqual({
      type: 'dropped',
      field: 'user',
      reason: 'the shape has no place for it',
    })
  })

  it("tells the provider's error in its own words", async () => {
    const { sink } = await ask(stageFor(422, 'text/plain', 'no'), '/v1/rerank', rerank)
    expect(sink.status).toBe(422)
    expect(JSON.parse(sink.text)).toMatchObject({ error: { message: 'in its own words: no' } })
  })

  it('does not take what is no answer of it for one', async () => {
    const { sink, log } = await ask(stageFor(200, 'application/json', '{}'), '/v1/rerank', rerank)
    expect(sink.status).toBe(502)
    expect(log).toMatchObject({ outcome: 'failed', errorMessage: 'it has no scores' })
  })

  it('may be asked and answered in bytes', async () => {
    const speech = { model: '@oai/tts-1', input: 'hello', voice: 'x' }
    const { sink, sent, log } = await ask(stageFor(200, 'audio/x', 'sound'), '/v1/audio/speech', speech)
    expect([sent?.headers['content-type'], Buffer.from(sent?.body ?? []).toString()]).toEqual(['text/plain', 'hello'])
    expect([sink.headers['content-type'], sink.text, sink.hasEnded]).toEqual(['audio/wav', 'RIFFsound', true])
    expect(log).toMatchObject({ outcome: 'completed', usage: { characters: 5 } })
  })

  it('does not stream where the whole answer cannot be written as one', async () => {
    const speech = { model: '@oai/tts-1', input: 'hello', voice: 'x', stream_format: 'sse' }
    const { sink, sent } = await ask(stageFor(200, 'audio/x', 'sound'), '/v1/audio/speech', speech)
    expect([sink.status, sent]).toEqual([400, undefined])
    expect(JSON.parse(sink.text).error).toMatchObject({ code: 'unsupported_parameter', param: 'stream' })
  })

  it('is asked for the whole where a stream of it can be written, with the file of a form in hand', async () => {
    const lines = ['--x', 'Content-Disposition: form-data; name="model"', '', '@oai/whisper-1']
    lines.push('--x', 'Content-Disposition: form-data; name="stream"', '', 'true')
    lines.push('--x', 'Content-Disposition: form-data; name="file"; filename="a"', '', 'bytes', '--x--', '')
    const stage = stageFor(200, 'text/plain', 'heard')
    const { authorization } = chatCall(stage.ambient, {}).headers
    const headers = { authorization, 'content-type': 'multipart/form-data; boundary=x' }
    const { sink, sent } = await ask(
      stage,
      '/v1/audio/transcriptions',
      {},
      {
        headers,
        body: Buffer.from(lines.join('\r\n')),
      },
    )
    expect(JSON.parse(Buffer.from(sent?.body ?? []).toString())).toEqual({
      audio: Buffer.from('bytes').toString('base64'),
    })
    expect(sent?.headers['content-type']).toBe('application/json')
    expect(sink.headers['content-type']).toBe('text/event-stream')
    expect(sink.text).toContain('{"type":"transcript.text.delta","delta":"heard"}')
  })
})
