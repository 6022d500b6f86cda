/** Microseconds per streamed event, without sockets: bytes only, passthrough with metering, translation, for every pair of wires. */
import { SseReader } from '../src/bytes/sse.ts'
import { Meter } from '../src/gateway/line/meter.ts'
import { findClientProtocol, findProtocol } from '../src/protocols/index.ts'
import type { ClientProtocolId } from '../src/protocols/protocol.ts'
import { type Spread, spreadOf } from './statistics.ts'

const streams = 40
const eventsPerStream = 500

export interface EventSample {
  readonly name: string
  readonly microsecondsPerEvent: Spread
  readonly events: number
}

interface Kind {
  readonly name: string
  /** Reads one whole stream; gives how many bytes came out, which is checked to be the same in every round. */
  readonly run: () => number
}

const chunksOf: Readonly<Record<ClientProtocolId, readonly Buffer[]>> = {
  'openai-chat': chatChunks().map((text) => Buffer.from(text)),
  'openai-responses': responsesChunks().map((text) => Buffer.from(text)),
  'anthropic-messages': messagesChunks().map((text) => Buffer.from(text)),
}

function* words(count: number): Generator<string> {
  for (let at = 0; at < count; at++)
    yield ['The', ' gateway', ' adds', ' almost', ' nothing', ' "quoted"', ' naïve', '\n'][at % 8] ?? ''
}

function chatChunks(): string[] {
  const base = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'gpt-5',
    system_fingerprint: 'fp_1',
  }
  const frame = (rest: object) => `data: ${JSON.stringify({ ...base, ...rest })}\n\n`
  const choice = (delta: object, finish: string | null = null) =>
    frame({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })
  return [
    choice({ role: 'assistant', content: '' }),
    ...[...words(eventsPerStream - 4)].map((content) => choice({ content })),
    choice({}, 'stop'),
    frame({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 496, total_tokens: 506 } }),
    'data: [DONE]\n\n',
  ]
}

function messagesChunks(): string[] {
  const event = (type: string, rest: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
  const usage = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  }
  return [
    event('message_start', { message }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...[...words(eventsPerStream - 5)].map((text) =>
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    ),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 495 } }),
    event('message_stop', {}),
  ]
}

function responsesChunks(): string[] {
  const event = (type: string, rest: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const item = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
  const response = { id: 'resp_1', object: 'response', created_at: 1_760_000_000, model: 'gpt-5', output: [] }
  const usage = { input_tokens: 10, output_tokens: 495, total_tokens: 505 }
  return [
    event('response.created', { response }),
    event('response.output_item.added', { output_index: 0, item }),
    ...[...words(eventsPerStream - 4)].map((delta) =>
      event('response.output_text.delta', { ...place, logprobs: [], delta }),
    ),
    event('response.output_item.done', { output_index: 0, item }),
    event('response.completed', { response: { ...response, status: 'completed', usage } }),
  ]
}

function cutOnly(wire: ClientProtocolId): Kind {
  return {
    name: `${wire}: cut into frames`,
    run() {
      const frames = new SseReader()
      let length = 0
      for (const chunk of chunksOf[wire]) for (const frame of frames.push(chunk)) length += frame.bytes.length
      return length + frames.end().length
    },
  }
}

function passthrough(wire: ClientProtocolId): Kind {
  const { upstream } = findProtocol(wire)
  return {
    name: `${wire} -> ${wire}: passthrough, metered`,
    run() {
      const frames = new SseReader()
      const reader = upstream.openStream()
      const meter = new Meter([])
      let length = 0
      for (const chunk of chunksOf[wire]) {
        for (const frame of frames.push(chunk)) {
          meter.push(reader.push(frame))
          length += frame.bytes.length
        }
      }
      meter.push(reader.end())
      return length + checked(meter)
    },
  }
}

function translation(from: ClientProtocolId, to: ClientProtocolId): Kind {
  const { upstream } = findProtocol(from)
  const { client } = findClientProtocol(to)
  return {
    name: `${from} -> ${to}: translated, metered`,
    run() {
      const frames = new SseReader()
      const reader = upstream.openStream()
      const writer = client.openStream({
        model: '@bench/model',
        wantsUsage: true,
        nowMs: 1_760_000_000_000,
        isStrict: true,
      })
      const meter = new Meter([])
      let length = 0
      for (const chunk of chunksOf[from]) {
        for (const frame of frames.push(chunk)) {
          const events = reader.push(frame)
          meter.push(events)
          for (const event of events) length += Buffer.byteLength(writer.push(event))
        }
      }
      return length + checked(meter)
    },
  }
}

function checked(meter: Meter): number {
  if (meter.error !== undefined) throw meter.error
  if (meter.finish === undefined || meter.usage?.output === undefined) throw new Error('the stream was not read whole')
  return meter.characters
}

/** Rounds alternate over all kinds, so that a slow moment of the machine hits every one. */
export function runEvents(rounds: number): readonly EventSample[] {
  const kinds = [
    cutOnly('openai-chat'),
    cutOnly('anthropic-messages'),
    passthrough('openai-chat'),
    passthrough('openai-responses'),
    passthrough('anthropic-messages'),
    translation('anthropic-messages', 'openai-chat'),
    translation('openai-chat', 'anthropic-messages'),
    translation('openai-chat', 'openai-responses'),
    translation('anthropic-messages', 'openai-responses'),
    translation('openai-responses', 'openai-chat'),
  ]
  const expected = kinds.map((kind) => kind.run())
  const taken = kinds.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [at, kind] of kinds.entries()) {
      const startedAtMs = performance.now()
      let total = 0
      for (let stream = 0; stream < streams; stream++) total += kind.run()
      const tookMs = performance.now() - startedAtMs
      if (total !== (expected[at] ?? 0) * streams) throw new Error(`${kind.name} gave another answer than before`)
      if (round > 0) taken[at]?.push((tookMs * 1000) / (streams * eventsPerStream))
    }
  }
  return kinds.map(({ name }, at) => ({
    name,
    microsecondsPerEvent: spreadOf(taken[at] ?? []),
    events: streams * eventsPerStream,
  }))
}
