import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, Part } from '../../inference/index.ts'
import { anyTraits } from '../../model-traits/index.ts'
import { readRequest } from './request.ts'
import { writeRequest } from './request-write.ts'

const user = (...content: Part[]): Message => ({ role: 'user', content })
const text = (value: string): Part => ({ type: 'text', text: value })
const request = (extra: Partial<InferenceRequest> = {}): InferenceRequest => ({
  model: 'm',
  messages: [user(text('hi'))],
  isStream: false,
  ...extra,
})

function write(extra: Partial<InferenceRequest> = {}) {
  const { body, warnings } = writeRequest(request(extra))
  return { body, messages: body.messages as object[], warned: warnings.map(({ type, field }) => `${type} ${field}`) }
}

const strictSchema = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
}

describe('writing a chat request', () => {
  it('writes the plain members', () => {
    expect(
      write({ maxOutputTokens: 5, temperature: 1, topP: 0.5, stop: ['x'], seed: 1, user: 'u', isStream: true }).body,
    ).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 5,
      temperature: 1,
      top_p: 0.5,
      stop: ['x'],
      seed: 1,
      user: 'u',
      stream: true,
    })
  })

  it('puts tool results first, as messages of their own, and their pictures after them', () => {
    const image: Part = { type: 'image', source: { type: 'base64', mediaType: 'image/png', base64: 'AA==' } }
    const { messages, warned } = write({
      messages: [
        user(
          text('look'),
          { type: 'tool-result', callId: 'a', content: [text('one'), image, text('two')], isError: true },
          { type: 'tool-result', callId: 'b', content: [] },
        ),
      ],
    })
    expect(messages).toEqual([
      {
        role: 'tool',
        tool_call_id: 'a',
        content: 'one\ntwo\n[The files of this result are in the next user message.]',
      },
      { role: 'tool', tool_call_id: 'b', content: '' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Files of the result of tool call a:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          { type: 'text', text: 'look' },
        ],
      },
    ])
    expect(warned).toEqual(['changed messages.tool_result', 'dropped messages.tool_result.is_error'])
  })

  it('writes calls with null content and an object for empty arguments', () => {
    const call: Part = { type: 'tool-call', id: 'a', name: 'f', arguments: ' ', signature: 's' }
    const { messages, warned } = write({
      messages: [{ role: 'assistant', content: [call, { ...call, id: 'b', arguments: '{"cut' }] }],
    })
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: 'b', type: 'function', function: { name: 'f', arguments: '{"cut' } },
        ],
      },
    ])
    expect(warned).toEqual(['dropped tool_calls.signature'])
  })

  it('sends unsigned thinking back and keeps signed thinking from strangers', () => {
    const { messages, warned } = write({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'plain' },
            { type: 'reasoning', text: 'signed', signature: 's' },
            { type: 'reasoning', text: '', redacted: 'r' },
            text('a'),
            text('b'),
            { type: 'refusal', text: 'no' },
          ],
        },
      ],
    })
    expect(messages).toEqual([{ role: 'assistant', content: 'a\nb', refusal: 'no', reasoning_content: 'plain' }])
    expect(warned).toEqual(['dropped messages.reasoning'])
  })

  it('writes images and documents without a second data: prefix', () => {
    const pdf = { type: 'base64', mediaType: 'application/pdf', base64: 'JVBE' } as const
    const { messages, warned } = write({
      messages: [
        user(
          { type: 'image', source: { type: 'url', url: 'https://x/y' }, detail: 'low' },
          { type: 'image', source: { type: 'base64', mediaType: 'image/png', base64: 'data:image/png;base64,AA==' } },
          { type: 'image', source: { type: 'file', fileId: 'f' } },
          { type: 'document', source: pdf },
          { type: 'document', source: { type: 'file', fileId: 'f' }, name: 'n' },
          { type: 'document', source: { type: 'text', text: 'T' }, name: 'n.txt' },
          { type: 'document', source: { type: 'base64', mediaType: 'text/plain', base64: 'aMOp' } },
          { type: 'audio', base64: 'UklG', format: 'wav' },
        ),
      ],
    })
    expect((messages[0] as { content: unknown }).content).toEqual([
      { type: 'image_url', image_url: { url: 'https://x/y', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
      { type: 'file', file: { file_id: 'f' } },
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
      { type: 'file', file: { file_id: 'f', filename: 'n' } },
      { type: 'text', text: 'n.txt:\nT' },
      { type: 'text', text: 'hé' },
      { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
    ])
    expect(warned).toEqual(['changed messages.content.document'])
  })

  it.each<[string, Partial<InferenceRequest>]>([
    ['a document by url', { messages: [user({ type: 'document', source: { type: 'url', url: 'https://x' } })] }],
    ['an image of text', { messages: [user({ type: 'image', source: { type: 'text', text: 'x' } })] }],
    ["another provider's own tool", { otherTools: [{ wire: 'x', fields: { type: 'web_search' } }] }],
  ])('refuses %s, which cannot be left out honestly', (_, extra) => {
    const thrown = (() => {
      try {
        return write(extra)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toBeInstanceOf(GatewayError)
    expect((thrown as GatewayError).code).toBe('unsupported_parameter')
  })

  it('writes tools with a schema this wire accepts', () => {
    const { body, warned } = write({
      tools: [
        { name: 'f', description: 'd', schema: { type: 'object' }, isStrict: true, cache: {} },
        { name: 'g', carry: { wire: 'x', fields: { defer_loading: true } } },
        { name: 'h', carry: { wire: 'openai-chat', fields: { y: 1, function: { x: 2 } } } },
      ],
      toolChoice: { type: 'tool', name: 'f' },
      isParallelToolUse: false,
    })
    const none = { type: 'object', properties: {} }
    expect(body).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'f', description: 'd', parameters: none, strict: true } },
        { type: 'function', function: { name: 'g', parameters: none } },
        { type: 'function', y: 1, function: { name: 'h', x: 2, parameters: none } },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
    })
    expect(warned).toEqual(['dropped tools.defer_loading', 'dropped tools.cache_control'])
    expect(write({ tools: [], toolChoice: { type: 'auto' }, isParallelToolUse: true }).body).not.toHaveProperty(
      'tool_choice',
    )
    expect(write({ tools: [{ name: 'f' }], toolChoice: { type: 'required' } }).body.tool_choice).toBe('required')
  })

  it('asks for strict output only where the schema allows it', () => {
    const format = (schema: object, name = 'n') => ({
      outputFormat: { type: 'json-schema' as const, name, schema: schema as Record<string, unknown>, isStrict: true },
    })
    expect(write(format(strictSchema)).body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'n', schema: strictSchema, strict: true },
    })
    const loose = {
      type: 'object',
      properties: { a: { anyOf: [strictSchema, { type: ['object', 'null'] }] } },
      required: ['a'],
      additionalProperties: false,
    }
    const { body, warned } = write(format(loose, 'a name'))
    expect(body.response_format).toMatchObject({ json_schema: { name: 'a_name', strict: false, schema: loose } })
    expect(warned).toEqual(['changed response_format.json_schema.strict', 'changed response_format.json_schema.name'])
    expect(write(format({ ...strictSchema, required: [] })).warned).toHaveLength(1)
    expect(write({ outputFormat: { type: 'json' } }).body.response_format).toEqual({ type: 'json_object' })
  })

  it.each<[InferenceRequest['reasoning'], string | undefined, number]>([
    [{ isEnabled: true, effort: 'low' }, 'low', 0],
    [{ isEnabled: true, effort: 'max' }, 'high', 1],
    [{ isEnabled: true, budgetTokens: 1024 }, 'low', 1],
    [{ isEnabled: true, budgetTokens: 8192 }, 'medium', 1],
    [{ isEnabled: true, budgetTokens: 8193 }, 'high', 1],
    [{ isEnabled: true }, undefined, 0],
    [{ isEnabled: false }, undefined, 0],
    [{ isEnabled: false, effort: 'none' }, 'none', 0],
  ])('writes the reasoning %j as %s', (reasoning, effort, warnings) => {
    const { body, warned } = write(reasoning ? { reasoning } : {})
    expect(body.reasoning_effort).toBe(effort)
    expect(warned).toHaveLength(warnings)
  })

  it('names every field of another wire that it drops', () => {
    const carry = { wire: 'x', fields: { service_tier: 'auto', container: null, a: 1 } }
    const { warned, messages } = write({
      topK: 4,
      carry,
      messages: [
        { role: 'user', content: [{ type: 'other', carry: { wire: 'x', fields: { type: 'blob' } } }], carry },
        user({ ...text('a'), cache: {}, carry: { wire: 'x', fields: { citations: [] } } }),
        { role: 'system', content: [text('a'), { type: 'reasoning', text: 'r' }] },
      ],
    })
    expect(messages).toEqual([
      { role: 'user', content: '' },
      { role: 'user', content: 'a' },
      { role: 'system', content: 'a' },
    ])
    expect(warned).toEqual([
      'dropped top_k',
      'dropped service_tier',
      'dropped a',
      'dropped messages.service_tier',
      'dropped messages.container',
      'dropped messages.a',
      'dropped messages.content.blob',
      'dropped cache_control',
      'dropped citations',
      'dropped messages.content.reasoning',
    ])
  })

  it('gives its own words back', () => {
    const folder = new URL('../../../test/fixtures/openai-chat/', import.meta.url)
    const names = readdirSync(folder).filter((name) => name.startsWith('request-') && name !== 'request-two-answers')
    for (const name of names) {
      const body = JSON.parse(readFileSync(new URL(`${name}/request.json`, folder), 'utf8')) as Record<string, unknown>
      const read = readRequest(body)
      expect(readRequest(writeRequest(stable(read), { traits: anyTraits }).body), name).toEqual(stable(read))
    }
  })
})

/** Without the parts that this wire changes on purpose. */
function stable(read: InferenceRequest): InferenceRequest {
  const isKept = (part: Part) => !(part.type === 'reasoning' && part.signature !== undefined)
  const mend = (part: Part): Part => {
    if (part.type === 'tool-call') return { ...part, arguments: part.arguments || '{}' }
    if (part.type !== 'tool-result') return part
    return { ...part, content: part.content.filter((inner) => inner.type === 'text') }
  }
  const messages = read.messages.map((message) => ({ ...message, content: message.content.filter(isKept).map(mend) }))
  const tools = read.tools?.map((tool) => ({
    ...tool,
    schema: { properties: {}, ...(tool.schema ?? { type: 'object' }) },
  }))
  return { ...read, messages, ...(tools ? { tools } : {}) }
}

describe('what a request brings of its own wire', () => {
  it('goes back as it came: custom calls among the calls, parts with their further fields', () => {
    const custom = { id: 'c', type: 'custom', custom: { name: 'sh', input: 'ls' } }
    const other = (wire: string, fields: object): Part => ({ type: 'other', carry: { wire, fields: { ...fields } } })
    const { messages, warned } = write({
      messages: [
        user(
          { ...text('hi'), carry: { wire: 'openai-chat', fields: { tone: 'warm' } } },
          other('openai-chat', { type: 'poll', a: 1 }),
        ),
        { role: 'assistant', content: [other('openai-chat', custom), other('x', { type: 'server_tool_use' })] },
      ],
    })
    expect(messages[0]).toEqual({
      role: 'user',
      content: [
        { type: 'text', text: 'hi', tone: 'warm' },
        { type: 'poll', a: 1 },
      ],
    })
    expect(messages[1]).toMatchObject({ role: 'assistant', tool_calls: [custom] })
    expect(warned).toEqual(['dropped messages.content.server_tool_use'])
  })

  it('has a format with a name that this wire takes, and is strict only where that was said', () => {
    const format = (name: string, more: object = {}) =>
      write({ outputFormat: { type: 'json-schema', name, schema: strictSchema, ...more } }).body.response_format
    expect(format('')).toEqual({ type: 'json_schema', json_schema: { name: 'output', schema: strictSchema } })
    expect(format('a b', { isStrict: false })).toMatchObject({ json_schema: { name: 'a_b', strict: false } })
  })
})
