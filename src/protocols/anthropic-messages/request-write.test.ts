import { describe, expect, it } from 'vitest'
import type { InferenceRequest, Message, Part } from '../../inference/index.ts'
import { writeRequest } from './request-write.ts'

const user = (...content: Part[]): Message => ({ role: 'user', content })
const assistant = (...content: Part[]): Message => ({ role: 'assistant', content })
const say = (text: string): Part => ({ type: 'text', text })
const call = (id: string, args: string, name = 'act'): Part => ({ type: 'tool-call', id, name, arguments: args })
const result = (callId: string, text: string): Part => ({ type: 'tool-result', callId, content: [say(text)] })

function write(change: Partial<InferenceRequest> = {}) {
  const { body, warnings } = writeRequest({
    model: 'claude-sonnet-4-5',
    messages: [user(say('hi'))],
    isStream: false,
    maxOutputTokens: 4000,
    ...change,
  })
  return { body, warnings, told: warnings.map((warning) => `${warning.type} ${warning.field}`) }
}

const tool = { name: 'act', schema: { type: 'object', properties: {} } }

describe('messages for this wire', () => {
  it('gathers system and developer messages in one place, in their order, and tells when one was moved', () => {
    const messages: Message[] = [
      { role: 'system', content: [say('one')] },
      { role: 'developer', content: [{ type: 'text', text: 'two', cache: {} }] },
      user(say('hi')),
      { role: 'system', content: [say('three')] },
      user(say('there')),
    ]
    const { body, told } = write({ messages })
    expect(body.system).toEqual([
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'three' },
    ])
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'there' },
        ],
      },
    ])
    expect(told).toEqual(['changed messages'])
  })

  it('loses what only another wire understands, and says what', () => {
    const other = (fields: object): Part => ({ type: 'other', carry: { wire: 'x', fields: { ...fields } } })
    const empty: Part = { type: 'tool-result', callId: 'a', content: [other({ type: 'poll' }), other({})] }
    const { body, told } = write({
      messages: [user(say('go')), assistant(call('a', '{}')), user(empty)],
      tools: [tool],
    })
    expect(body.messages).toMatchObject([
      {},
      {},
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] },
    ])
    expect(told).toEqual(['dropped poll', 'dropped content'])
  })

  it('spells ids that the provider refuses the same in call and result, an empty one too', () => {
    const { body } = write({
      messages: [
        user(say('go')),
        assistant(call('', '{}'), call('a.b', '{}')),
        user(result('', '1'), result('a.b', '2')),
      ],
      tools: [tool],
    })
    expect(JSON.parse(JSON.stringify(body.messages))).toMatchObject([
      {},
      { content: [{ id: '_' }, { id: 'a_2e_b' }] },
      { content: [{ tool_use_id: '_' }, { tool_use_id: 'a_2e_b' }] },
    ])
  })

  it('leaves out an empty system text', () => {
    expect(write({ messages: [{ role: 'system', content: [say('')] }, user(say('hi'))] }).body).not.toHaveProperty(
      'system',
    )
  })

  it('puts tool results first in the message that answers the calls', () => {
    const messages = [
      user(say('go')),
      assistant(call('a', '{}'), call('b', '{"x":1}')),
      user(say('and then')),
      user(result('a', '1')),
      user(result('b', '2')),
    ]
    expect(write({ messages }).body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'go' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'act', input: {} },
          { type: 'tool_use', id: 'b', name: 'act', input: { x: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: '1' }] },
          { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: '2' }] },
          { type: 'text', text: 'and then' },
        ],
      },
    ])
  })

  it('passes an orphan tool result on for the provider to judge', () => {
    expect(write({ messages: [user(result('lost', 'x'))] }).body.messages).toMatchObject([
      { content: [{ type: 'tool_result', tool_use_id: 'lost' }] },
    ])
  })

  it.each([
    ['', {}, false],
    ['{"a":1}', { a: 1 }, false],
    ['{"a":', { INVALID_JSON: '{"a":' }, true],
    ['[1]', { INVALID_JSON: '[1]' }, true],
    ['null', { INVALID_JSON: 'null' }, true],
  ])('sends the arguments %j as %j', (text, input, isTold) => {
    const { body, told } = write({ messages: [user(say('go')), assistant(call('a', text))] })
    expect(body.messages).toMatchObject([{}, { content: [{ input }] }])
    expect(told).toEqual(isTold ? ['changed tool_calls.arguments'] : [])
  })

  it('spells out ids this provider refuses, alike in the call and in its result', () => {
    const { body, told } = write({ messages: [assistant(call('f.get:0', '')), user(result('f.get:0', 'x'))] })
    expect(body.messages).toMatchObject([
      { content: [{ id: 'f_2e_get_3a_0' }] },
      { content: [{ tool_use_id: 'f_2e_get_3a_0' }] },
    ])
    expect(told).toEqual(['changed tool_calls.id'])
  })

  it('sends signed and redacted reasoning back byte for byte and drops the unsigned with one warning', () => {
    const { body, told } = write({
      messages: [
        user(say('go')),
        assistant(
          { type: 'reasoning', text: 'a', signature: 'S+/=' },
          { type: 'reasoning', text: '', redacted: 'D' },
          { type: 'reasoning', text: 'b' },
          { type: 'reasoning', text: 'c' },
          say('x'),
        ),
      ],
    })
    expect(body.messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'a', signature: 'S+/=' },
          { type: 'redacted_thinking', data: 'D' },
          { type: 'text' },
        ],
      },
    ])
    expect(told).toEqual(['dropped reasoning'])
  })

  it('writes images and documents from every source, inline data as data', () => {
    const { body, told } = write({
      messages: [
        user(
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' }, detail: 'high' },
          { type: 'image', source: { type: 'url', url: 'data:image/png;base64,AAAA' } },
          { type: 'image', source: { type: 'file', fileId: 'file_1' } },
          { type: 'document', name: 'a.pdf', source: { type: 'base64', mediaType: 'application/pdf', base64: 'JVBE' } },
          { type: 'document', source: { type: 'base64', mediaType: 'text/csv', base64: 'YSxi' } },
          { type: 'document', source: { type: 'text', text: 'words' } },
        ),
      ],
    })
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'image', source: { type: 'file', file_id: 'file_1' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
          },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
        ],
      },
    ])
    expect(told).toEqual(['dropped image_url.detail'])
  })

  it('refuses audio, a picture in a system message, and a conversation of system text alone', () => {
    const audio: Part = { type: 'audio', base64: 'AA', format: 'wav' }
    const image: Part = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
    expect(() => write({ messages: [user(audio)] })).toThrow(
      'messages.0.content.0 cannot be sent: this provider takes no audio',
    )
    expect(() => write({ messages: [{ role: 'system', content: [image] }] })).toThrow('system messages hold text only')
    expect(() => write({ messages: [{ role: 'system', content: [say('x')] }] })).toThrow('at least one user message')
  })

  it('tells what it leaves out of messages', () => {
    const { told } = write({
      messages: [
        { role: 'user', name: 'ann', content: [say('hi')] },
        { role: 'assistant', content: [] },
        user({ type: 'other', carry: { wire: 'elsewhere', fields: { type: 'strange' } } }, say('x')),
        user({ type: 'text', text: 'y', carry: { wire: 'elsewhere', fields: { annotations: [] } } }),
        assistant(
          { type: 'tool-call', id: 'a', name: 'act', arguments: '', signature: 's' },
          { type: 'refusal', text: 'no' },
        ),
      ],
    })
    expect(told).toEqual([
      'dropped messages.name',
      'dropped messages',
      'dropped strange',
      'dropped annotations',
      'dropped tool_calls.signature',
    ])
  })
})

describe('settings for this wire', () => {
  it('sets a limit when none was given and tells so', () => {
    const { maxOutputTokens, ...request } = { ...baseRequest, maxOutputTokens: undefined }
    expect(maxOutputTokens).toBeUndefined()
    const { body, warnings } = writeRequest(request)
    expect(body.max_tokens).toBe(8192)
    expect(warnings).toMatchObject([{ type: 'changed', field: 'max_tokens' }])
  })

  it('clamps a temperature above 1 and tells so', () => {
    expect(write({ temperature: 0.3 }).body.temperature).toBe(0.3)
    const { body, told } = write({ temperature: 1.7 })
    expect(body.temperature).toBe(1)
    expect(told).toEqual(['clamped temperature'])
  })

  it('names every setting it cannot send', () => {
    const { told } = write({
      seed: 7,
      outputFormat: { type: 'json' },
      stop: ['END', '\n'],
      carry: { wire: 'openai-chat', fields: { logit_bias: { 1: 2 }, presence_penalty: 0.5, logprobs: true } },
    })
    expect(told.sort()).toEqual([
      'dropped logit_bias',
      'dropped logprobs',
      'dropped presence_penalty',
      'dropped response_format',
      'dropped seed',
      'dropped stop',
    ])
  })

  it('says nothing of settings without effect', () => {
    const fields = { n: 1, logprobs: false, logit_bias: {}, presence_penalty: 0, store: null, modalities: ['text'] }
    expect(write({ carry: { wire: 'openai-chat', fields } }).told).toEqual([])
  })

  it.each([{ n: 2 }, { modalities: ['text', 'audio'] }])('refuses %j instead of answering something else', (fields) => {
    expect(() => write({ carry: { wire: 'openai-chat', fields } })).toThrow("which this model's provider cannot do")
  })

  it('writes structured output, also beside tools', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false }
    const { body, told } = write({
      outputFormat: { type: 'json-schema', name: 'city', schema, isStrict: true },
      tools: [tool],
    })
    expect(body.output_config).toEqual({ format: { type: 'json_schema', schema } })
    expect(body.tools).toHaveLength(1)
    expect(told).toEqual([])
  })

  it('writes the end user and the sampling it knows', () => {
    const { body } = write({ user: 'u1', topP: 0.5, topK: 3, stop: ['END'], isStream: true })
    expect(body).toMatchObject({
      metadata: { user_id: 'u1' },
      top_p: 0.5,
      top_k: 3,
      stop_sequences: ['END'],
      stream: true,
    })
  })
})

const baseRequest: InferenceRequest = { model: 'm', messages: [user(say('hi'))], isStream: false }

describe('tools for this wire', () => {
  it('gives a tool without parameters an empty object schema', () => {
    expect(write({ tools: [{ name: 'now' }] }).body.tools).toEqual([
      { name: 'now', input_schema: { type: 'object', properties: {} } },
    ])
  })

  it('adds the object type that the wire wants and keeps the rest', () => {
    const tools = [
      { name: 'a', description: 'd', schema: { properties: {} }, isStrict: true, cache: { ttl: '1h' as const } },
    ]
    expect(write({ tools }).body.tools).toEqual([
      {
        name: 'a',
        description: 'd',
        input_schema: { type: 'object', properties: {}, additionalProperties: false },
        strict: true,
        cache_control: { type: 'ephemeral', ttl: '1h' },
      },
    ])
  })

  it('leaves out an empty tools list, and a choice among none with a warning', () => {
    expect(write({ tools: [], toolChoice: { type: 'none' } })).toMatchObject({ told: [] })
    const { body, told } = write({ tools: [], toolChoice: { type: 'required' } })
    expect(body).not.toHaveProperty('tools')
    expect(body).not.toHaveProperty('tool_choice')
    expect(told).toEqual(['dropped tool_choice'])
  })

  it.each([
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { type: 'none' }, isParallelToolUse: false }, { type: 'none' }],
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [
      { toolChoice: { type: 'tool', name: 'act' }, isParallelToolUse: false },
      { type: 'tool', name: 'act', disable_parallel_tool_use: true },
    ],
    [{ isParallelToolUse: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ isParallelToolUse: true }, undefined],
  ] as const)('writes the choice %j', (change, choice) => {
    expect(write({ tools: [tool], ...change }).body.tool_choice).toEqual(choice)
  })

  it.each(['get.weather', 'ä', 'x'.repeat(129)])(
    'gives the tool name %j another spelling, in tools and history alike',
    (name) => {
      const { body, told } = write({
        tools: [{ name }],
        messages: [assistant(call('a', '{}', name)), user({ type: 'text', text: 'go on' })],
      })
      const [tool] = body.tools as { name: string }[]
      expect(tool?.name).toMatch(/^[a-zA-Z0-9_-]{1,128}$/)
      expect(JSON.stringify(body.messages)).toContain(tool?.name)
      expect(told).toEqual(['changed tools.name'])
    },
  )

  it('refuses a tool without a name', () => {
    expect(() => write({ tools: [{ name: '' }] })).toThrow('a tool has an empty name')
  })

  it('sends its own server tools as they came, and leaves out those of another wire beside others only', () => {
    const own = { wire: 'anthropic-messages', fields: { type: 'bash_20250124', name: 'bash' } }
    const foreign = { wire: 'elsewhere', fields: { type: 'file_search' } }
    expect(write({ otherTools: [own] }).body.tools).toEqual([own.fields])
    expect(() => write({ otherTools: [foreign] })).toThrow("tools holds nothing but 'file_search'")
    const { body, warnings } = write({ otherTools: [foreign], tools: [{ name: 'f' }] })
    expect(body.tools).toMatchObject([{ name: 'f' }])
    expect(warnings).toMatchObject([{ type: 'dropped', field: 'tools.file_search' }])
  })

  it('drops tool fields of another wire with one warning for all tools', () => {
    const carry = { wire: 'elsewhere', fields: { group: 1 } }
    const tools = [
      { name: 'act', carry },
      { name: 'wait', carry },
    ]
    expect(write({ tools }).told).toEqual(['dropped tools.group'])
  })
})
