import { describe, expect, it } from 'vitest'
import { peek, readRequest } from './request.ts'
import { toolOrigins } from './request-tools.ts'

const plain = { model: 'm', input: 'hi' }

describe('a request for a response', () => {
  it.each([
    ['instructions', { instructions: 7 }],
    ['input.0', { input: ['x'] }],
    ['input.0.role', { input: [{ role: 'tool', content: 'x' }] }],
    ['input.0.content', { input: [{ role: 'user', content: 7 }] }],
    ['input.0.content.0.type', { input: [{ role: 'user', content: [{}] }] }],
    ['input.0.call_id', { input: [{ type: 'function_call', name: 'f' }] }],
    ['input.0.content.0.image_url', { input: [{ role: 'user', content: [{ type: 'input_image' }] }] }],
    ['input.0.content.0.file_data', { input: [{ role: 'user', content: [{ type: 'input_file' }] }] }],
    ['tools.0', { tools: ['x'] }],
    ['tools.0.name', { tools: [{ type: 'function' }] }],
    ['tool_choice', { tool_choice: 'maybe' }],
    ['text.format.type', { text: { format: { type: 'xml' } } }],
    ['include', { include: 'x' }],
    ['max_output_tokens', { max_output_tokens: 0 }],
  ])('that is wrong in %s is told so', (param, wrong) => {
    expect(() => readRequest({ ...plain, ...wrong })).toThrow(
      expect.objectContaining({ code: 'invalid_request', facts: { param } }),
    )
  })

  it('needs no input where the provider has stored one', () => {
    expect(peek({ model: 'm', prompt: { id: 'p' } })).toMatchObject({ model: 'm', isStream: false })
    expect(peek({ model: 'm', input: [], previous_response_id: 'r' }).answers).toBe(1)
    expect(() => peek({ model: 'm', input: 7, previous_response_id: 'r' })).toThrow('input is 7')
  })

  it('is known to go on in the background', () => {
    expect(peek({ ...plain, background: true }).isBackground).toBe(true)
    expect(peek({ ...plain, background: false })).not.toHaveProperty('isBackground')
  })

  it('carries nothing for settings that ask for what happens anyway', () => {
    const settings = {
      store: false,
      truncation: 'disabled',
      background: false,
      include: ['reasoning.encrypted_content'],
      text: { format: { type: 'text' } },
      reasoning: { summary: 'auto' },
      stream_options: { include_obfuscation: false },
    }
    expect(readRequest({ ...plain, ...settings })).toEqual(readRequest(plain))
  })

  it('carries the settings that have no neutral word', () => {
    const settings = { store: true, truncation: 'auto', include: ['x'], reasoning: { context: 'all' }, tomorrow: 1 }
    expect(readRequest({ ...plain, ...settings }).carry).toEqual({ wire: 'openai-responses', fields: settings })
  })

  it.each([
    ['background', { background: true }, 'leave it out'],
    ['conversation', { conversation: 'c' }, 'send the whole conversation in input'],
    ['input.0', { input: [{ type: 'item_reference', id: 'x' }] }, 'send the items themselves'],
  ])('that leans on what %s stands for is refused with the way out', (param, body, way) => {
    const refusal = { code: 'unsupported_parameter', facts: { param }, message: expect.stringContaining(way) }
    expect(() => readRequest({ ...plain, ...body })).toThrow(expect.objectContaining(refusal))
  })

  it('reads free text without a grammar as nothing to be dropped', () => {
    const tools = [{ type: 'custom', name: 'patch', format: { type: 'text' } }]
    expect(readRequest({ ...plain, tools }).tools?.[0]).not.toHaveProperty('carry')
  })

  it('refuses a tool choice that only its own provider can make', () => {
    expect(() => readRequest({ ...plain, tool_choice: { type: 'web_search' } })).toThrow(
      expect.objectContaining({ code: 'unsupported_parameter' }),
    )
  })

  it('reads a chosen tool inside a namespace by the name other wires know it by', () => {
    const tool_choice = { type: 'custom', name: 'patch', namespace: 'files' }
    expect(readRequest({ ...plain, tool_choice }).toolChoice).toEqual({ type: 'tool', name: 'files__patch' })
  })

  it('writes out arguments that came as an object, and gives none where there are none', () => {
    const item = { type: 'function_call', call_id: 'c', name: 'f' }
    const read = (more: object) => readRequest({ model: 'm', input: [{ ...item, ...more }] }).messages[0]?.content
    expect(read({ arguments: { a: 1 } })).toMatchObject([{ arguments: '{"a":1}' }])
    expect(read({})).toMatchObject([{ arguments: '' }])
  })

  it('keeps an unknown item that stands first', () => {
    expect(readRequest({ model: 'm', input: [{ type: 'new_call' }] }).messages).toMatchObject([
      { role: 'user', content: [{ type: 'other', carry: { fields: { type: 'new_call' } } }] },
    ])
  })

  it('reads nothing from instructions and content that are empty', () => {
    const input = [{ role: 'user' }, { role: 'assistant', content: '' }]
    expect(readRequest({ model: 'm', instructions: '', input }).messages.map(({ content }) => content)).toEqual([
      [],
      [],
    ])
  })
})

describe('the origins of tools', () => {
  it('are kept for free text and namespaces, wherever the tools were given', () => {
    const tools = [
      { type: 'custom', name: 'patch' },
      { type: 'namespace', name: 'ns' },
      { type: 'function', name: 'f' },
      7,
    ]
    const later = [{ type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f' }, { type: 'function' }] }]
    const origins = toolOrigins({ tools, input: [{ type: 'additional_tools', tools: later }, 'x'] })
    expect([...origins]).toEqual([
      ['patch', { name: 'patch', kind: 'custom' }],
      ['ns__f', { name: 'f', namespace: 'ns', kind: 'function' }],
    ])
    expect(toolOrigins(undefined).size).toBe(0)
  })
})
