import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import type { Block, Finish, InferenceEvent } from '../../inference/index.ts'
import { MessagesStreamWriter } from './stream-write.ts'

const options = { model: 'asked-model', wantsUsage: true, nowMs: 1_700_000_000_000, isStrict: true }
const start: InferenceEvent = { type: 'response-start', id: 'msg_1', model: 'real-model' }
const begin = (index: number, block: Block): InferenceEvent => ({ type: 'block-start', index, block })
const delta = (index: number, text: string): InferenceEvent => ({ type: 'block-delta', index, text })
const end = (index: number, signature?: string): InferenceEvent => ({
  type: 'block-end',
  index,
  ...(signature === undefined ? {} : { signature }),
})
const finish = (reason: Finish['reason'], more: Partial<Finish> = {}): InferenceEvent => ({
  type: 'response-end',
  finish: { reason, ...more },
})
const call = (name: string): Block => ({ type: 'tool-call', id: `id_${name}`, name })

interface Written {
  readonly type: string
  readonly index?: number
  readonly [key: string]: unknown
}

function write(events: readonly InferenceEvent[]) {
  const writer = new MessagesStreamWriter(options)
  const text = events.map((event) => writer.push(event)).join('')
  const frames = text.split('\n\n').filter((frame) => frame !== '')
  const written = frames.map((frame): Written => {
    const [eventLine, dataLine] = frame.split('\n')
    const body = JSON.parse(dataLine!.slice('data: '.length)) as Written
    expect(eventLine).toBe(`event: ${body.type}`)
    return body
  })
  return { text, written, warnings: writer.warnings }
}

/** One word per frame: what happened to which block. */
function outline(written: readonly Written[]): string[] {
  return written.map((body) =>
    body.index === undefined ? body.type : `${body.type.replace('content_block_', '')} ${body.index}`,
  )
}

const ofType = (written: readonly Written[], type: string) => written.find((body) => body.type === type)

describe('stream writer', () => {
  it('writes a text answer in the order of this wire, input tokens in its opening', () => {
    const { written } = write([
      start,
      { type: 'usage', usage: { inputUncached: 10, inputCacheRead: 5 } },
      begin(0, { type: 'text' }),
      delta(0, 'Hi'),
      end(0),
      { type: 'usage', usage: { output: 3, outputReasoning: 1 } },
      finish('stop'),
    ])
    expect(outline(written)).toEqual(['message_start', 'start 0', 'delta 0', 'stop 0', 'message_delta', 'message_stop'])
    expect(written[0]!.message).toMatchObject({
      id: 'msg_1',
      model: 'real-model',
      content: [],
      usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 0 },
    })
    expect(ofType(written, 'message_delta')).toMatchObject({
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 10, output_tokens: 3, output_tokens_details: { thinking_tokens: 1 } },
    })
  })

  it('tells input tokens at the end when they come late', () => {
    const { written } = write([
      start,
      begin(0, { type: 'text' }),
      delta(0, 'Hi'),
      end(0),
      { type: 'usage', usage: { inputUncached: 10, output: 3 } },
      finish('stop'),
    ])
    expect(written[0]!.message).toMatchObject({ usage: { input_tokens: 0 } })
    expect(ofType(written, 'message_delta')).toMatchObject({ usage: { input_tokens: 10, output_tokens: 3 } })
  })

  it('writes two interleaved tool calls one after the other, nothing lost', () => {
    const { written } = write([
      start,
      begin(0, call('first')),
      begin(1, call('second')),
      delta(1, '{"b":'),
      delta(0, '{"a":'),
      delta(1, '2}'),
      delta(0, '1}'),
      end(1),
      end(0),
      finish('tool-calls'),
    ])
    expect(outline(written)).toEqual([
      'message_start',
      'start 0',
      'delta 0',
      'delta 0',
      'stop 0',
      'start 1',
      'delta 1',
      'stop 1',
      'message_delta',
      'message_stop',
    ])
    expect(written[6]).toMatchObject({ delta: { type: 'input_json_delta', partial_json: '{"b":2}' } })
  })

  it('goes on live with a block that waited, once the earlier one has closed', () => {
    const writer = new MessagesStreamWriter(options)
    for (const event of [start, begin(0, call('a')), begin(1, call('b')), delta(1, 'x')]) writer.push(event)
    expect(writer.push(end(0))).toContain('"partial_json":"x"')
    expect(writer.push(delta(1, 'y'))).toBe(
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"y"}}\n\n',
    )
  })

  it('closes blocks that the provider left open', () => {
    const { written } = write([start, begin(0, call('a')), begin(1, call('b')), delta(1, '{}'), finish('tool-calls')])
    expect(outline(written).slice(1, -2)).toEqual(['start 0', 'stop 0', 'start 1', 'delta 1', 'stop 1'])
  })

  it('never opens an empty text or thinking block', () => {
    const { written } = write([
      start,
      begin(0, { type: 'text' }),
      end(0),
      begin(1, { type: 'reasoning' }),
      delta(1, ''),
      end(1),
      begin(2, call('now')),
      end(2),
      finish('tool-calls'),
    ])
    expect(outline(written)).toEqual(['message_start', 'start 0', 'stop 0', 'message_delta', 'message_stop'])
    expect(written[1]).toMatchObject({ content_block: { type: 'tool_use', input: {} } })
  })

  it('writes thinking with its signature, also when there is no text', () => {
    const { written } = write([
      start,
      begin(0, { type: 'reasoning' }),
      delta(0, 'hm'),
      end(0, 'SIG+/='),
      begin(1, { type: 'reasoning' }),
      end(1, 'ONLY'),
      begin(2, { type: 'reasoning', redacted: 'DATA' }),
      end(2),
      finish('stop'),
    ])
    expect(written.slice(1, -2)).toMatchObject([
      { content_block: { type: 'thinking' } },
      { delta: { type: 'thinking_delta', thinking: 'hm' } },
      { delta: { type: 'signature_delta', signature: 'SIG+/=' } },
      { type: 'content_block_stop' },
      { content_block: { type: 'thinking' } },
      { delta: { signature: 'ONLY' } },
      { type: 'content_block_stop' },
      { content_block: { type: 'redacted_thinking', data: 'DATA' } },
      { type: 'content_block_stop' },
    ])
  })

  it.each([
    ['stop after a tool call', [begin(0, call('a')), end(0), finish('stop')], 'tool_use'],
    ['stop after a refusal', [begin(0, { type: 'refusal' }), delta(0, 'no'), end(0), finish('stop')], 'refusal'],
    ['length after a tool call', [begin(0, call('a')), end(0), finish('length')], 'max_tokens'],
    ['content-filter', [finish('content-filter')], 'refusal'],
    ['pause', [finish('pause')], 'pause_turn'],
    ['other', [finish('other', { raw: 'strange' })], 'end_turn'],
    [
      "this wire's own word",
      [finish('length', { raw: 'model_context_window_exceeded' })],
      'model_context_window_exceeded',
    ],
    ["another wire's word", [finish('stop', { raw: 'eos' })], 'end_turn'],
  ] as const)('maps %s', (_, events, word) => {
    expect(ofType(write([start, ...events]).written, 'message_delta')).toMatchObject({ delta: { stop_reason: word } })
  })

  it('names the stop sequence', () => {
    const { written } = write([start, finish('stop-sequence', { stopSequence: 'END' })])
    expect(ofType(written, 'message_delta')).toMatchObject({
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
    })
  })

  it('writes an error as the last frame, never a stop after it', () => {
    const { written } = write([
      start,
      begin(0, { type: 'text' }),
      delta(0, 'Hel'),
      { type: 'error', error: new GatewayError('upstream_interrupted', 'it broke') },
      end(0),
      finish('stop'),
    ])
    expect(outline(written)).toEqual(['message_start', 'start 0', 'delta 0', 'error'])
    expect(written.at(-1)).toMatchObject({ error: { type: 'api_error', message: 'it broke' } })
  })

  it('writes its own blocks back and leaves out foreign ones with a warning', () => {
    const carry = (wire: string) => ({ wire, fields: { type: 'server_tool_use', id: 's', name: 'w', input: { q: 1 } } })
    const { written, warnings } = write([
      start,
      begin(0, { type: 'other', carry: carry('elsewhere') }),
      end(0),
      begin(1, { type: 'other', carry: carry('anthropic-messages') }),
      end(1),
      begin(2, { type: 'text' }),
      delta(2, 'x'),
      { type: 'block-end', index: 2, carry: { wire: 'anthropic-messages', fields: { citations: [{ type: 'c' }] } } },
      { type: 'usage', usage: { output: 1 } },
      finish('stop'),
    ])
    expect(written.slice(1, -2)).toMatchObject([
      { index: 0, content_block: { type: 'server_tool_use', id: 's', input: {} } },
      { index: 0, delta: { partial_json: '{"q":1}' } },
      { index: 0 },
      { index: 1, content_block: { type: 'text' } },
      { index: 1, delta: { text: 'x' } },
      { index: 1, delta: { type: 'citations_delta', citation: { type: 'c' } } },
      { index: 1 },
    ])
    expect(warnings).toMatchObject([{ type: 'dropped', field: 'content' }])
  })

  it('warns of a tool call signature it has no place for and of unknown usage', () => {
    const { warnings } = write([start, begin(0, call('a')), end(0, 'sig'), finish('tool-calls')])
    expect(warnings.map((warning) => warning.field)).toEqual(['tool_calls.signature', 'usage'])
  })

  it('opens by itself when the provider told neither id nor model', () => {
    const { written } = write([begin(0, { type: 'text' }), delta(0, 'x'), delta(9, 'nowhere'), end(9), finish('stop')])
    expect(written[0]!.message).toMatchObject({ id: 'msg_1700000000000', model: 'asked-model' })
  })
})
