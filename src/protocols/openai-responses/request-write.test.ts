import { describe, expect, it } from 'vitest'
import type { InferenceRequest, Part } from '../../inference/index.ts'
import { openaiResponses } from './index.ts'
import { writeRequest } from './request-write.ts'

const plain: InferenceRequest = {
  model: 'm',
  isStream: false,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
}
const says = (role: 'user' | 'assistant', ...content: Part[]) =>
  writeRequest({ ...plain, messages: [{ role, content }] })
const own = (fields: Record<string, unknown>) => ({ wire: 'openai-responses', fields })

describe('a request written for a provider of responses', () => {
  it('stores nothing there, and lets encrypted reasoning travel instead', () => {
    expect(writeRequest(plain).body).toMatchObject({ store: false })
    expect(writeRequest({ ...plain, reasoning: { isEnabled: true, effort: 'low' } }).body).toMatchObject({
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
    })
  })

  it('never lets the wire make a tool strict by itself', () => {
    expect(writeRequest({ ...plain, tools: [{ name: 'f' }] }).body.tools).toEqual([
      { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
    ])
  })

  it('sends its own reasoning back to it and no other', () => {
    const signed = (signature: string): Part => ({ type: 'reasoning', text: 'hm', signature })
    expect(says('assistant', signed('openai-responses/reasoning:gAAA=')).body.input).toEqual([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'gAAA=' },
    ])
    const { body, warnings } = says('assistant', signed('EqQB'), { type: 'reasoning', text: '', redacted: 'x' })
    expect(body.input).toEqual([])
    expect(warnings).toMatchObject([{ field: 'messages.reasoning' }])
  })

  it('keeps the order of text, calls and text', () => {
    const call: Part = { type: 'tool-call', id: 'c', name: 'f', arguments: ' ', signature: 'S' }
    const { body, warnings } = says('assistant', { type: 'text', text: 'a' }, call, { type: 'refusal', text: 'b' })
    expect(body.input).toMatchObject([
      { role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
      { type: 'function_call', call_id: 'c', arguments: '{}' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'b' }] },
    ])
    expect(warnings).toMatchObject([{ field: 'tool_calls.signature' }])
  })

  it('writes text documents as text, by name', () => {
    const base64 = Buffer.from('words').toString('base64')
    const { body, warnings } = says(
      'user',
      { type: 'document', name: 'a.txt', source: { type: 'base64', mediaType: 'text/plain', base64 } },
      { type: 'document', source: { type: 'text', text: 'more' } },
      { type: 'refusal', text: 'no' },
    )
    expect(body.input).toMatchObject([{ content: [{ text: 'a.txt:\nwords' }, { text: 'more' }, { text: 'no' }] }])
    expect(warnings).toMatchObject([{ type: 'changed', field: 'messages.content.document' }])
  })

  it('refuses an image of text and a tool that only another provider has', () => {
    const unsupported = expect.objectContaining({ code: 'unsupported_parameter' })
    expect(() => says('user', { type: 'image', source: { type: 'text', text: 'x' } })).toThrow(unsupported)
    const otherTools = [{ wire: 'another', fields: { type: 'search' } }]
    expect(() => writeRequest({ ...plain, otherTools })).toThrow(unsupported)
  })

  it('asks for nothing more on passthrough, where usage is always told', () => {
    expect(openaiResponses.upstream.askForUsage({ stream: true })).toEqual({})
    expect(openaiResponses.upstream.isUsageOnly({ data: '{"usage":{}}' })).toBe(false)
  })

  it('forgives a data url where base64 is due', () => {
    const source = { type: 'base64' as const, mediaType: 'image/png', base64: 'data:image/png;base64,AA==' }
    expect(says('user', { type: 'image', source }).body.input).toMatchObject([
      { content: [{ type: 'input_image', image_url: 'data:image/png;base64,AA==' }] },
    ])
  })

  it('writes back what is its own', () => {
    const request = {
      ...plain,
      otherTools: [own({ type: 'web_search' })],
      tools: [{ name: 'f', carry: own({ defer_loading: true }) }],
      carry: own({ store: true, text: { verbosity: 'low' }, reasoning: { context: 'all' }, include: ['x'] }),
      outputFormat: { type: 'json' as const },
    }
    expect(writeRequest(request).body).toMatchObject({
      store: true,
      include: ['x'],
      text: { verbosity: 'low', format: { type: 'json_object' } },
      reasoning: { context: 'all' },
      tools: [{ name: 'f', defer_loading: true }, { type: 'web_search' }],
    })
    expect(writeRequest({ ...request, reasoning: { isEnabled: true, effort: 'low' } }).body.reasoning).toEqual({
      context: 'all',
      effort: 'low',
    })
    const messages = [{ ...plain.messages[0]!, carry: own({ future: 1 }) }]
    expect(writeRequest({ ...plain, messages }).body.input).toMatchObject([{ role: 'user', future: 1 }])
    const parts: Part[] = [
      { type: 'other', carry: own({ type: 'input_future' }) },
      { type: 'text', text: 'x', carry: own({ prompt_cache_breakpoint: {} }) },
      { type: 'other', carry: own({ type: 'web_search_call' }) },
      { type: 'reasoning', text: '', carry: own({ encrypted_content: 'gAAA=' }) },
    ]
    expect(says('user', ...parts).body.input).toMatchObject([
      { role: 'user', content: [{ type: 'input_future' }, { text: 'x', prompt_cache_breakpoint: {} }] },
      { type: 'web_search_call' },
      { type: 'reasoning', summary: [], encrypted_content: 'gAAA=' },
    ])
  })

  it('names what it drops of other wires, once each', () => {
    const carry = { wire: 'another', fields: { strange: 1 } }
    const { warnings } = writeRequest({
      ...plain,
      tools: [{ name: 'f', carry, cache: {} }],
      messages: [
        { role: 'user', name: 'ann', carry, content: [{ type: 'text', text: 'a', carry, cache: {} }] },
        { role: 'user', content: [{ type: 'other', carry }, { type: 'other' }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool-result',
              callId: 'c',
              isError: true,
              content: [
                { type: 'text', text: 'x' },
                { type: 'other', carry },
                { type: 'reasoning', text: 'y' },
              ],
            },
          ],
        },
      ],
    })
    expect(warnings.map(({ field }) => field)).toEqual([
      'messages.strange',
      'messages.name',
      'cache_control',
      'strange',
      'messages.content.other',
      'messages.tool_result.is_error',
      'messages.content.reasoning',
      'tools.strange',
      'tools.cache_control',
    ])
  })
})
