import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../bytes/sse.ts'
import { GatewayError } from '../../errors.ts'
import { collect, type InferenceEvent } from '../../inference/index.ts'
import { ChatStreamReader } from './stream.ts'
import { ChatStreamWriter } from './stream-write.ts'

const strict = { model: 'asked', wantsUsage: true, nowMs: 1_700_000_000_500, isStrict: true }
const fixtures = new URL('../../../test/fixtures/openai-chat/', import.meta.url)

function writeAll(events: readonly InferenceEvent[], options = strict) {
  const writer = new ChatStreamWriter(options)
  const text = events.map((event) => writer.push(event)).join('')
  const frames = new SseReader().push(Buffer.from(text)).map((frame) => frame.data ?? '')
  return { text, frames, chunks: frames.filter((data) => data.startsWith('{')).map((data) => JSON.parse(data)), writer }
}

function readAll(bytes: Uint8Array): InferenceEvent[] {
  const reader = new ChatStreamReader()
  return [...new SseReader().push(bytes).flatMap((frame) => [...reader.push(frame)]), ...reader.end()]
}

const start: InferenceEvent = { type: 'response-start', id: 'r', model: 'm', createdAtMs: 5_000 }
const end: InferenceEvent = { type: 'response-end', finish: { reason: 'stop', raw: 'end_turn' } }
const thinking: InferenceEvent[] = [
  start,
  { type: 'block-start', index: 0, block: { type: 'reasoning' } },
  { type: 'block-delta', index: 0, text: 'hm' },
  { type: 'block-end', index: 0, signature: 'sig' },
  { type: 'block-start', index: 1, block: { type: 'reasoning', redacted: 'blob' } },
  { type: 'block-end', index: 1 },
  { type: 'block-start', index: 2, block: { type: 'text' } },
  { type: 'block-delta', index: 2, text: 'yes' },
  { type: 'block-end', index: 2 },
  end,
]

describe('chat stream writer', () => {
  it('writes the role first, usage in a chunk without choices, [DONE] last', () => {
    const { frames, chunks } = writeAll([
      start,
      { type: 'usage', usage: { inputUncached: 3, output: 1 } },
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-delta', index: 0, text: 'a"b' },
      { type: 'block-end', index: 0 },
      { type: 'usage', usage: { output: 2 } },
      end,
    ])
    const head = { id: 'r', object: 'chat.completion.chunk', created: 5, model: 'm' }
    const chunk = (delta: object, finish: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    })
    expect(chunks).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'a"b' }),
      chunk({}, 'stop'),
      { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
    ])
    expect(frames.at(-1)).toBe('[DONE]')
  })

  it('shows usage only to a client that asked', () => {
    const events: InferenceEvent[] = [start, { type: 'usage', usage: { output: 2 } }, end]
    expect(writeAll(events, { ...strict, wantsUsage: false }).text).not.toContain('usage')
    expect(writeAll([start, end]).chunks.filter((chunk) => chunk.choices.length === 0)).toEqual([])
  })

  it('never writes [DONE] after an error', () => {
    const error = new GatewayError('upstream_interrupted', 'gone')
    const { frames } = writeAll([start, { type: 'error', error }, end])
    expect(frames.map((data) => JSON.parse(data)).at(-1)).toMatchObject({ error: { message: 'gone', code: null } })
  })

  it('numbers tool calls by themselves, also when they interleave, and closes empty arguments', () => {
    const { chunks } = writeAll([
      start,
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-end', index: 0 },
      { type: 'block-start', index: 1, block: { type: 'tool-call', id: 'a', name: 'f' } },
      { type: 'block-start', index: 2, block: { type: 'tool-call', id: 'b', name: 'g' } },
      { type: 'block-delta', index: 2, text: '{"x"' },
      { type: 'block-end', index: 1 },
      { type: 'block-delta', index: 2, text: ':1}' },
      end,
    ])
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
      { index: 1, function: { arguments: '{"x"' } },
      { index: 0, function: { arguments: '{}' } },
      { index: 1, function: { arguments: ':1}' } },
    ])
    expect(chunks.at(-1).choices[0].finish_reason).toBe('tool_calls')
  })

  it('keeps to the strict wire and says what it cost', () => {
    const { text, writer } = writeAll(thinking)
    expect(text).toContain('"reasoning_content":"hm"')
    expect(text).not.toContain('content_blocks')
    expect(writer.warnings.map((warning) => warning.field)).toEqual(['content_blocks', 'content_blocks'])
  })

  it('gives blocks with signatures outside the strict wire', () => {
    const { chunks, writer } = writeAll(thinking, { ...strict, isStrict: false })
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.delta.content_blocks ?? [])).toEqual([
      { index: 0, delta: { thinking: 'hm' } },
      { index: 0, delta: { signature: 'sig' } },
      { index: 1, delta: { data: 'blob' } },
      { index: 2, delta: { text: 'yes' } },
    ])
    expect(chunks.at(-1).choices[0].finish_reason).toBe('end_turn')
    expect(writer.warnings).toEqual([])
  })

  it('gives what a provider says beside its answer with the finish, outside the strict wire', () => {
    const grounded: InferenceEvent = {
      ...end,
      carry: { wire: 'google-gemini', fields: { groundingMetadata: {}, delta: 1 } },
    }
    expect(writeAll([grounded]).text).not.toContain('groundingMetadata')
    const { chunks } = writeAll([grounded], { ...strict, isStrict: false })
    expect(chunks.at(-1).choices[0]).toMatchObject({ index: 0, delta: {}, groundingMetadata: {} })
  })

  it('opens the answer by itself when no start came', () => {
    expect(writeAll([end]).chunks[0]).toMatchObject({
      id: 'chatcmpl-1700000000500',
      model: 'asked',
      created: 1_700_000_000,
    })
  })

  it('leaves out what it has no words for, with a warning', () => {
    const { writer, chunks } = writeAll([
      start,
      { type: 'block-start', index: 0, block: { type: 'other', carry: { wire: 'x', fields: {} } } },
      { type: 'block-delta', index: 0, text: 'x' },
      { type: 'block-end', index: 0 },
      { type: 'block-delta', index: 9, text: 'x' },
      { type: 'block-start', index: 1, block: { type: 'tool-call', id: 'a', name: 'f' } },
      { type: 'block-end', index: 1, signature: 's' },
      end,
    ])
    expect(writer.warnings.map((warning) => warning.field)).toEqual(['content', 'tool_calls.signature'])
    expect(chunks).toHaveLength(4)
  })

  it.each(readdirSync(fixtures).filter((name) => readdirSync(new URL(name, fixtures)).includes('answer.sse')))(
    'says again what %s said',
    (name) => {
      const events = readAll(readFileSync(new URL(`${name}/answer.sse`, fixtures)))
      const { text } = writeAll(events)
      const before = collect(events)
      const after = collect(readAll(Buffer.from(text)))
      for (const part of ['text', 'reasoning', 'refusal', 'carry'] as const) expect(after[part]).toEqual(before[part])
      expect(after.finish?.reason).toBe(before.finish?.reason)
      expect(after.error?.message).toBe(before.error?.message)
      expect(after.toolCalls).toEqual(before.toolCalls.map((call) => ({ ...call, arguments: call.arguments || '{}' })))
    },
  )
})
