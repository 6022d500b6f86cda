import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import type { Block, InferenceEvent } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { ResponsesStreamWriter } from './stream-write.ts'

interface WireEvent {
  readonly type: string
  readonly sequence_number: number
  readonly [member: string]: unknown
}

const options = { model: 'asked', wantsUsage: true, nowMs: 1_763_700_000_000, isStrict: true }
const start: InferenceEvent = { type: 'response-start', id: 'id-1', model: 'm' }
const end = (reason: 'stop' | 'length' = 'stop'): InferenceEvent => ({ type: 'response-end', finish: { reason } })

function block(index: number, kind: Block, texts: readonly string[], signature?: string): InferenceEvent[] {
  return [
    { type: 'block-start', index, block: kind },
    ...texts.map((text): InferenceEvent => ({ type: 'block-delta', index, text })),
    { type: 'block-end', index, ...(signature === undefined ? {} : { signature }) },
  ]
}

function eventsOf(text: string): WireEvent[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const event = JSON.parse(frame.slice(frame.indexOf('\ndata: ') + 7)) as WireEvent
      expect(frame.startsWith(`event: ${event.type}\n`)).toBe(true)
      return event
    })
}

function write(events: readonly InferenceEvent[], request?: JsonObject) {
  const writer = new ResponsesStreamWriter({ ...options, ...(request ? { request } : {}) })
  const written = eventsOf(events.map((event) => writer.push(event)).join(''))
  expect(written.map((event) => event.sequence_number)).toEqual(written.map((_, at) => at))
  return { writer, written, types: written.map(({ type }) => type.replace('response.', '')) }
}

function outputOf(written: readonly WireEvent[]): readonly JsonObject[] {
  return (written.at(-1)!.response as { output: JsonObject[] }).output
}

const call = (id: string, name = 'act'): Block => ({ type: 'tool-call', id, name })

describe('responses stream writer', () => {
  it('gives every item the same id and content from its beginning to the last event', () => {
    const { written } = write([
      start,
      ...block(0, { type: 'reasoning' }, ['hm'], 'S='),
      ...block(1, { type: 'text' }, ['a', 'b']),
      ...block(2, { type: 'refusal' }, ['no']),
      ...block(3, call('call_1'), ['{}']),
      end(),
    ])
    const done = written.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item)
    const added = written.filter(({ type }) => type === 'response.output_item.added').map(({ item }) => item)
    expect(outputOf(written)).toEqual(done)
    const ids = (items: readonly unknown[]) => items.map((item) => (item as JsonObject).id)
    expect(ids(added)).toEqual(ids(done))
    expect(new Set(ids(done)).size).toBe(4)
    for (const event of written) if (event.item_id) expect(ids(done)[event.output_index as number]).toBe(event.item_id)
  })

  it('tells a refusal in its own events', () => {
    const { types } = write([start, ...block(0, { type: 'refusal' }, ['no']), end()])
    expect(types.slice(2)).toEqual([
      'output_item.added',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  it('begins no item that stays empty', () => {
    const empty = [...block(0, { type: 'text' }, ['']), ...block(1, { type: 'reasoning' }, [])]
    expect(write([start, ...empty, end()]).types).toEqual(['created', 'in_progress', 'completed'])
  })

  it('keeps thinking that has a signature and no words, and what is redacted', () => {
    const { written } = write([
      start,
      ...block(0, { type: 'reasoning' }, [], 'S='),
      ...block(1, { type: 'reasoning', redacted: 'D=' }, []),
      end(),
    ])
    expect(outputOf(written)).toMatchObject([
      { type: 'reasoning', summary: [], encrypted_content: 'signature:S=' },
      { type: 'reasoning', summary: [], encrypted_content: 'redacted:D=' },
    ])
  })

  it('marks the item that the length has cut, and only that', () => {
    const cut = [...block(0, { type: 'text' }, ['a']), ...block(1, call('call_1'), ['{"a'])]
    const { written, types } = write([start, ...cut, end('length')])
    expect(types.at(-1)).toBe('incomplete')
    expect(outputOf(written).map(({ status }) => status)).toEqual(['completed', 'incomplete'])
  })

  it('gives an empty object to a call without arguments, and closes what was left open', () => {
    const { written } = write([start, { type: 'block-start', index: 0, block: call('call_1') }, end()])
    expect(outputOf(written)).toMatchObject([{ arguments: '{}', status: 'completed' }])
    expect(written.filter(({ delta }) => delta === '{}')).toHaveLength(1)
  })

  it('never names two calls alike, and names those that have no id', () => {
    const calls = [...block(0, call('same'), ['{}']), ...block(1, call('same'), ['{}']), ...block(2, call(''), ['{}'])]
    const ids = outputOf(write([start, ...calls, end()]).written).map((item) => item.call_id)
    expect(ids).toEqual(['same', 'same_id1_1', 'call_id1_2'])
  })

  it('drops what only another wire understands, and signatures of calls, with a warning each', () => {
    const other: Block = { type: 'other', carry: { wire: 'another', fields: { type: 'x' } } }
    const twice = [...block(0, other, ['ignored']), ...block(1, other, []), ...block(2, call('c'), ['{}'], 'S=')]
    const { writer, written } = write([start, ...twice, end()])
    expect(writer.warnings.map(({ field }) => field)).toEqual(['content', 'tool_calls.signature'])
    expect(outputOf(written)).toHaveLength(1)
  })

  it('writes its own items and citations back', () => {
    const search: Block = {
      type: 'other',
      carry: { wire: 'openai-responses', fields: { type: 'web_search_call', id: 'ws_1' } },
    }
    const annotations = [{ type: 'url_citation' }]
    const cited: InferenceEvent[] = [
      ...block(1, { type: 'text' }, ['a']).slice(0, -1),
      { type: 'block-end', index: 1, carry: { wire: 'openai-responses', fields: { annotations } } },
    ]
    const { written } = write([start, ...block(0, search, ['ignored']), ...cited, end()])
    expect(outputOf(written)).toMatchObject([{ type: 'web_search_call', id: 'ws_1' }, { content: [{ annotations }] }])
  })

  it('writes free text for a tool that takes it, even where the model wrote something else', () => {
    const request = { tools: [{ type: 'custom', name: 'patch' }] }
    const { written, types } = write(
      [
        start,
        ...block(0, call('c1', 'patch'), ['{"input":', '"*** x"}']),
        ...block(1, call('c2', 'patch'), ['*** y']),
        ...block(2, call('c3', 'patch'), []),
        end(),
      ],
      request,
    )
    expect(outputOf(written)).toMatchObject([
      { type: 'custom_tool_call', name: 'patch', call_id: 'c1', input: '*** x' },
      { type: 'custom_tool_call', input: '*** y' },
      { type: 'custom_tool_call', input: '{}' },
    ])
    expect(types.slice(2, 6)).toEqual([
      'output_item.added',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'output_item.done',
    ])
  })

  it('gives a call the namespace its tool was given in', () => {
    const tools = [{ type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f' }] }]
    const { written } = write([start, ...block(0, call('c1', 'ns__f'), ['{}']), end()], { tools })
    expect(outputOf(written)).toMatchObject([{ type: 'function_call', namespace: 'ns', name: 'f' }])
  })

  it('makes ids of the time where the provider never began', () => {
    const { written } = write([...block(0, { type: 'text' }, ['a']), end()])
    expect(outputOf(written)).toMatchObject([{ id: 'msg_1763700000000_0' }])
  })

  it('begins and ends an answer that fails before it began', () => {
    const { types } = write([{ type: 'error', error: new GatewayError('internal', 'oops') }])
    expect(types).toEqual(['created', 'in_progress', 'failed', 'error'])
  })

  it('says nothing for a block it does not know, a second start, or after the end', () => {
    const writer = new ResponsesStreamWriter(options)
    writer.push(start)
    expect(writer.push(start)).toBe('')
    expect(writer.push({ type: 'block-delta', index: 9, text: 'x' })).toBe('')
    expect(writer.push({ type: 'block-end', index: 9 })).toBe('')
    writer.push(end())
    expect(writer.push(end())).toBe('')
  })
})
