import { describe, expect, it } from 'vitest'
import type { JsonObject } from './protocol.ts'
import { answerTexts, replaceTexts, requestTexts } from './text-slots.ts'

const shown = (slots: readonly { text: string; role: string; isLast: boolean }[]) =>
  slots.map(({ text, role, isLast }) => `${role}${isLast ? '!' : ''}: ${text}`)

describe('the texts of a request', () => {
  it('are those of every message of a chat, the last one marked', () => {
    const body = {
      messages: [
        { role: 'system', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            { type: 'image_url', image_url: { url: 'x' } },
            { type: 'text', text: 'two' },
          ],
        },
      ],
    }
    expect(shown(requestTexts(body))).toEqual(['system: be brief', 'user!: one', 'user!: two'])
  })

  it('are those of the messages wire with its system prompt and tool results', () => {
    const body = {
      system: [{ type: 'text', text: 'be kind' }],
      messages: [
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'sunny' }] }],
        },
      ],
    }
    expect(shown(requestTexts(body))).toEqual(['system: be kind', 'user!: sunny'])
  })

  it('are those of the responses wire', () => {
    const body = { instructions: 'be brief', input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] }
    expect(shown(requestTexts(body))).toEqual(['system: be brief', 'user!: hi'])
    expect(shown(requestTexts({ input: 'hello' }))).toEqual(['user!: hello'])
  })

  it.each<[string, JsonObject, readonly string[]]>([
    ['texts beside each other, each the last', { input: ['a', 'b'] }, ['user!: a', 'user!: b']],
    [
      'parts beside each other, each the last',
      { input: [{ type: 'text', text: 'a' }, { type: 'image_url', image_url: {} }, { text: 'b' }, null, 7] },
      ['user!: a', 'user!: b'],
    ],
    [
      'texts among parts',
      { messages: [{ role: 'user', content: ['a', null, 7, { type: 'text', text: 'b' }] }] },
      ['user!: a', 'user!: b'],
    ],
    [
      'results of functions',
      {
        input: [
          { type: 'function_call_output', output: 'sunny' },
          { role: 'user', content: 'so?' },
        ],
      },
      ['tool: sunny', 'user!: so?'],
    ],
    [
      'what tools were called with',
      {
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'tool_use', input: { city: 'Ulm' } }],
            tool_calls: [
              { type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
              { type: 'custom', custom: { name: 'c', input: 'ls /' } },
              null,
            ],
          },
        ],
        input: [{ type: 'custom_tool_call', name: 'c', input: 'ls /tmp' }],
      },
      ['assistant!: {"a":1}', 'assistant!: ls /', 'assistant!: {"city":"Ulm"}', 'assistant!: ls /tmp'],
    ],
    [
      'documents and search results',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' }, title: 't' },
              { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'in parts' }] } },
              { type: 'document', source: { type: 'content', content: 'whole' } },
              { type: 'document', source: { type: 'base64', data: 'aGk=' } },
              { type: 'search_result', source: 'https://a.example', content: [{ type: 'text', text: 'found' }] },
              { type: 'tool_result', content: [{ type: 'document', source: { type: 'text', data: 'deep' } }] },
            ],
          },
        ],
      },
      ['user!: plain', 'user!: in parts', 'user!: whole', 'user!: found', 'user!: deep'],
    ],
  ])('are found as %s', (_, body, texts) => {
    const slots = requestTexts(body)
    expect(shown(slots)).toEqual(texts)
    const marked = new Map(slots.map(({ kind }, at) => [at, kind === undefined ? `new ${at}` : `{"new":${at}}`]))
    const again = requestTexts(replaceTexts(body, slots, marked))
    expect(again.map(({ text }) => text)).toEqual([...marked.values()])
  })

  it('can be replaced without touching anything else', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache: 1 }] }] }
    const changed = replaceTexts(body, requestTexts(body), new Map([[0, 'b']]))
    expect(changed).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'b', cache: 1 }] }],
    })
    expect(body.messages[0]?.content[0]?.text).toBe('a')
  })
})

describe('the texts of an answer', () => {
  it.each([
    [{ choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] }, ['a', 'b']],
    [
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'tool_use', input: {} },
        ],
      },
      ['a', '{}'],
    ],
    [{ output: [{ type: 'message', content: [{ type: 'output_text', text: 'a' }] }] }, ['a']],
    [{ choices: [{ message: { content: null, tool_calls: [] } }] }, []],
    [{ choices: [{ text: 'a' }, { text: 'b' }, null] }, ['a', 'b']],
    [{ choices: [{ message: { content: null, tool_calls: [{ type: 'custom', custom: { input: 'ls' } }] } }] }, ['ls']],
    [{ output: [{ type: 'custom_tool_call', input: 'ls' }] }, ['ls']],
    [{ output: [{ type: 'image_generation_call', input: 'no words', result: 'aGk=' }] }, []],
  ])('are found in %j', (body, texts) => {
    expect(answerTexts(body).map(({ text }) => text)).toEqual(texts)
  })
})

describe('what an answer does not say', () => {
  const kinds = (body: JsonObject) => answerTexts(body).map(({ text, kind }) => [kind ?? 'said', text])

  it.each<[string, JsonObject]>([
    [
      'a chat',
      {
        choices: [
          {
            message: {
              content: 'said',
              reasoning_content: 'hm',
              tool_calls: [{ type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
            },
          },
        ],
      },
    ],
    [
      'a message',
      {
        content: [
          { type: 'text', text: 'said' },
          { type: 'thinking', thinking: 'hm', signature: 'S=' },
          { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
        ],
      },
    ],
    [
      'a response',
      {
        output: [
          { type: 'message', content: [{ type: 'output_text', text: 'said' }] },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
          { type: 'function_call', name: 'f', arguments: '{"a":1}' },
        ],
      },
    ],
  ])('is told apart in %s', (_, body) => {
    expect(kinds(body)).toEqual([
      ['said', 'said'],
      ['reasoning', 'hm'],
      ['tool-call', '{"a":1}'],
    ])
  })

  it('can be replaced: arguments stay what they were, and thinking loses the signature of what it was', () => {
    const body = {
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'S=' },
        { type: 'tool_use', input: { a: 1 } },
      ],
    }
    const texts = new Map([
      [0, 'ha'],
      [1, '{"a":2}'],
    ])
    expect(replaceTexts(body, answerTexts(body), texts)).toEqual({
      content: [
        { type: 'thinking', thinking: 'ha' },
        { type: 'tool_use', input: { a: 2 } },
      ],
    })
  })
})
