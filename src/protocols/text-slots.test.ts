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
      ['assistant!: {"city":"Ulm"}', 'assistant!: {"a":1}', 'assistant!: ls /', 'assistant!: ls /tmp'],
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
      ['user!: plain', 'user!: t', 'user!: in parts', 'user!: whole', 'user!: found', 'user!: deep'],
    ],
    [
      'one turn of Google that is no list, in either spelling',
      {
        system_instruction: { parts: { text: 'be brief' } },
        contents: {
          role: 'user',
          parts: { text: 'hi' },
        },
      },
      ['system: be brief', 'user!: hi'],
    ],
    [
      'what functions of Google are called with and give back, in either spelling',
      {
        contents: [
          { role: 'model', parts: { function_call: { name: 'f', args: { a: 'x' } } } },
          { role: 'user', parts: [{ function_response: { name: 'f', response: { found: ['y', { z: 'deep' }] } } }] },
        ],
      },
      ['assistant: {"a":"x"}', 'tool!: y', 'tool!: deep'],
    ],
    [
      'code that Google ran and what it printed',
      {
        contents: [
          {
            role: 'model',
            parts: [
              { executable_code: { language: 'PYTHON', code: 'print(1)' } },
              { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
            ],
          },
        ],
      },
      ['assistant!: print(1)', 'assistant!: 1'],
    ],
    [
      'what an older function was called with, and what was heard',
      {
        messages: [
          { role: 'assistant', content: null, function_call: { name: 'mail', arguments: '{"to":"ada"}' } },
          { role: 'function', name: 'mail', content: 'sent' },
          { role: 'assistant', audio: { id: 'a', transcript: 'spoken' } },
          { role: 'user', content: 'so?' },
        ],
      },
      ['assistant: {"to":"ada"}', 'function: sent', 'assistant: spoken', 'user!: so?'],
    ],
    [
      'a prediction, the variables of a stored prompt',
      {
        messages: [{ role: 'user', content: 'q' }],
        prediction: { type: 'content', content: [{ type: 'text', text: 'likely' }] },
        prompt: { id: 'pmpt_1', version: '2', variables: { city: 'Ulm' } },
      },
      ['user!: q', 'user!: Ulm', 'user!: likely'],
    ],
    [
      'descriptions of tools and of the form of the answer',
      {
        tools: [
          {
            type: 'function',
            function: {
              name: 'f',
              description: 'mails',
              parameters: { type: 'object', properties: { to: { type: 'string', description: 'whom' } } },
            },
          },
        ],
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { description: 'a form' } } },
        messages: [{ role: 'user', content: 'q' }],
      },
      ['system: mails', 'system: whom', 'system: a form', 'user!: q'],
    ],
    [
      'files that hold text as base64',
      {
        contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'text/plain', data: 'c2VjcmV0' } }] }],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain;base64,aGlkZGVu' } },
              { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGlkZGVu' },
              { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGlkZGVu' } },
            ],
          },
        ],
      },
      ['user!: hidden', 'user!: secret'],
    ],
    [
      'members that nobody listed',
      { messages: [{ role: 'user', content: [{ type: 'new_part', new_member: { words: ['read'] } }] }] },
      ['user!: read'],
    ],
    [
      'thinking that nobody signed',
      {
        messages: [
          { role: 'assistant', content: 'a', reasoning_content: 'hm' },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'sealed', signature: 'S=' }] },
          { role: 'user', content: 'q' },
        ],
        input: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'so' }], encrypted_content: 'E=' }],
      },
      ['assistant: a', 'assistant: hm', 'user!: q', 'tool: so'],
    ],
  ])('are found as %s', (_, body, texts) => {
    const slots = requestTexts(body)
    expect(shown(slots)).toEqual(texts)
    const marked = new Map(slots.map(({ kind }, at) => [at, kind === undefined ? `new ${at}` : `{"new":${at}}`]))
    const again = requestTexts(replaceTexts(body, slots, marked))
    expect(again.map(({ text }) => text)).toEqual([...marked.values()])
  })

  it('go back as base64 where they came as base64', () => {
    const body = { messages: [{ role: 'user', content: [{ file: { file_data: 'data:text/plain;base64,aGlkZGVu' } }] }] }
    expect(replaceTexts(body, requestTexts(body), new Map([[0, 'shown']]))).toEqual({
      messages: [{ role: 'user', content: [{ file: { file_data: 'data:text/plain;base64,c2hvd24=' } }] }],
    })
  })

  it('are refused where they nest too deep to be read', () => {
    const deep = Array.from({ length: 70 }).reduce<unknown>((inner) => [inner], 'hidden')
    expect(() => requestTexts({ messages: [{ role: 'user', content: deep }] })).toThrow('nests deeper than 64 levels')
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
