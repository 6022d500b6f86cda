import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { peek, readRequest } from './request.ts'
import { readUrl } from './request-parts.ts'

const hello = [{ role: 'user', content: 'hi' }]
const body = (extra: object = {}) => ({ model: 'm', messages: hello, ...extra })

function fixture(name: string): Record<string, unknown> {
  const file = new URL(`../../../test/fixtures/openai-chat/${name}/request.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
}

function refusal(act: () => unknown): GatewayError {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('peek at a chat request', () => {
  it('finds what the gateway acts on', () => {
    expect(peek(body())).toEqual({ model: 'm', isStream: false, answers: 1, wantsUsage: false, hasTools: false })
    expect(
      peek(
        body({
          stream: true,
          stream_options: { include_usage: true },
          max_tokens: 5,
          max_completion_tokens: 7,
          n: 2,
          user: 'u',
          tools: [{}],
        }),
      ),
    ).toEqual({
      model: 'm',
      isStream: true,
      maxOutputTokens: 7,
      answers: 2,
      wantsUsage: true,
      user: 'u',
      hasTools: true,
    })
    expect(peek(body({ functions: [{}], tools: [], max_tokens: 5, stream: null, n: null }))).toMatchObject({
      hasTools: true,
      maxOutputTokens: 5,
    })
  })

  it.each<[object, string, RegExp]>([
    [{ model: undefined }, 'model', /model is missing; it must be a non-empty string/],
    [{ model: 7 }, 'model', /model is 7/],
    [{ model: '' }, 'model', /model is an empty string/],
    [{ messages: undefined }, 'messages', /messages is missing; it must be a non-empty array/],
    [{ messages: [] }, 'messages', /messages is an empty array/],
    [{ messages: 'hi' }, 'messages', /messages is 'hi'/],
    [{ stream: 'yes' }, 'stream', /stream is 'yes'; it must be true or false/],
    [{ max_tokens: 0 }, 'max_tokens', /max_tokens is 0; it must be a whole number, 1 or more/],
    [{ max_completion_tokens: 1.5 }, 'max_completion_tokens', /max_completion_tokens is 1.5/],
    [{ max_tokens: -1, max_completion_tokens: 5 }, 'max_tokens', /max_tokens is -1/],
    [{ n: 0 }, 'n', /n is 0/],
    [{ tools: {} }, 'tools', /tools is an object; it must be an array/],
    [{ stream_options: true }, 'stream_options', /stream_options is true/],
  ])('refuses %j and names the field', (wrong, param, message) => {
    const error = refusal(() => peek(body(wrong)))
    expect([error.code, error.facts.param]).toEqual(['invalid_request', param])
    expect(error.message).toMatch(message)
  })
})

describe('full reading of a chat request', () => {
  it('keeps system and developer messages where they stand, and tool results in one user message', () => {
    const { messages, tools, toolChoice, isParallelToolUse, maxOutputTokens } = readRequest(fixture('request-agent'))
    expect(messages.map((message) => [message.role, message.content.map((part) => part.type)])).toEqual([
      ['system', ['text']],
      ['user', ['text']],
      ['assistant', ['tool-call', 'tool-call']],
      ['user', ['tool-result', 'tool-result']],
      ['user', ['text']],
      ['system', ['text']],
      ['assistant', ['text']],
    ])
    expect(messages[2]?.content[1]).toEqual({ type: 'tool-call', id: 'call_b', name: 'now', arguments: '' })
    expect(messages[3]?.content[1]).toEqual({
      type: 'tool-result',
      callId: 'call_b',
      content: [
        { type: 'text', text: '12:00' },
        { type: 'image', source: { type: 'base64', mediaType: 'image/png', base64: 'iVBORw0KGgo=' } },
      ],
    })
    expect(tools).toEqual([
      {
        name: 'get_weather',
        description: 'Weather',
        isStrict: true,
        schema: expect.objectContaining({ type: 'object' }),
      },
      { name: 'now' },
    ])
    expect([toolChoice, isParallelToolUse, maxOutputTokens]).toEqual([{ type: 'auto' }, false, 500])
  })

  it('reads images, files and audio', () => {
    expect(readRequest(fixture('request-media')).messages[0]?.content.slice(1)).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.jpg' }, detail: 'high' },
      { type: 'image', source: { type: 'base64', mediaType: 'image/jpeg', base64: '/9j/4AAQ' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', base64: 'JVBERi0=' }, name: 'a.pdf' },
      { type: 'document', source: { type: 'file', fileId: 'file-abc' } },
    ])
    expect(readRequest(fixture('request-audio')).messages[0]?.content).toEqual([
      { type: 'audio', base64: 'UklGRg==', format: 'wav' },
    ])
    const bare = { type: 'file', file: { file_data: 'JVBERi0=' } }
    expect(readRequest(body({ messages: [{ role: 'user', content: [bare] }] })).messages[0]?.content).toEqual([
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', base64: 'JVBERi0=' } },
    ])
  })

  it.each([
    ['data:image/png;charset=x;base64,AA==', { type: 'base64', mediaType: 'image/png', base64: 'AA==' }],
    ['data:;base64,AA==', { type: 'base64', mediaType: 'application/octet-stream', base64: 'AA==' }],
    ['data:text/plain,hello', { type: 'url', url: 'data:text/plain,hello' }],
    ['https://x/y', { type: 'url', url: 'https://x/y' }],
  ])('reads the address %s', (url, source) => {
    expect(readUrl(url)).toEqual(source)
  })

  it('reads legacy functions and binds their results to their calls', () => {
    const request = readRequest(fixture('request-legacy'))
    expect(request.tools?.map((tool) => tool.name)).toEqual(['f'])
    expect(request.toolChoice).toEqual({ type: 'tool', name: 'f' })
    expect(request.messages.slice(1).map((message) => message.content[0])).toEqual([
      { type: 'tool-call', id: 'call_1', name: 'f', arguments: '{"a":1}' },
      { type: 'tool-result', callId: 'call_1', content: [{ type: 'text', text: 'ok' }] },
    ])
  })

  it('reads thinking that was sent back, signed or not', () => {
    const { messages, reasoning } = readRequest(fixture('request-reasoning'))
    expect(reasoning).toEqual({ isEnabled: true, effort: 'low' })
    expect(messages[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm', signature: 'EqQBCg==' },
      { type: 'text', text: 'Sure' },
    ])
    expect(messages[3]?.content).toEqual([
      { type: 'reasoning', text: 'unsigned' },
      { type: 'text', text: 'Ok' },
    ])
    const parts = [{ type: 'redacted_thinking', data: 'x' }]
    const replayed = readRequest(
      body({ messages: [...hello, { role: 'assistant', content: 'a', content_blocks: parts }] }),
    )
    expect(replayed.messages[1]?.content.map((part) => part.type)).toEqual(['reasoning', 'text'])
  })

  it.each<[object, object | undefined]>([
    [{ reasoning_effort: 'none' }, { isEnabled: false, effort: 'none' }],
    [{ thinking: { type: 'enabled', budget_tokens: 2048 } }, { isEnabled: true, budgetTokens: 2048 }],
    [{ thinking: { type: 'disabled' } }, { isEnabled: false }],
    [{ reasoning: { max_tokens: 900 } }, { isEnabled: true, budgetTokens: 900 }],
    [{ reasoning: { enabled: false, exclude: true } }, { isEnabled: false }],
    [{}, undefined],
  ])('reads the reasoning of %j', (extra, reasoning) => {
    expect(readRequest(body(extra)).reasoning).toEqual(reasoning)
  })

  it('reads output formats and stop sequences', () => {
    expect(readRequest(fixture('request-structured'))).toMatchObject({
      outputFormat: { type: 'json-schema', name: 'list', isStrict: true, schema: { type: 'object' } },
      stop: ['END'],
    })
    expect(readRequest(fixture('request-json-object'))).toMatchObject({
      outputFormat: { type: 'json' },
      stop: { length: 5 },
    })
    expect(readRequest(body({ response_format: { type: 'text' } })).outputFormat).toBeUndefined()
  })

  it.each<[unknown, object]>([
    ['none', { type: 'none' }],
    ['any', { type: 'required' }],
    [{ type: 'required' }, { type: 'required' }],
    [{ name: 'f' }, { type: 'tool', name: 'f' }],
  ])('reads the tool choice %j', (choice, expected) => {
    expect(readRequest(body({ tool_choice: choice })).toolChoice).toEqual(expected)
  })

  it('carries what it does not model', () => {
    expect(readRequest(fixture('request-unknown-keys'))).toEqual({
      model: 'gpt-4o',
      isStream: false,
      user: 'u1',
      seed: 7,
      topP: 0.9,
      temperature: 1.5,
      messages: [{ role: 'user', name: 'ann', content: [{ type: 'text', text: 'Go' }] }],
      carry: {
        wire: 'openai-chat',
        fields: {
          logit_bias: { '50256': -100 },
          presence_penalty: 0.5,
          chat_template_kwargs: { enable_thinking: false },
          metadata: { a: 'b' },
          store: false,
          service_tier: 'auto',
        },
      },
    })
    const tool = {
      type: 'function',
      function: { name: 'f', x: 1 },
      y: 2,
      cache_control: { type: 'ephemeral', ttl: '1h' },
    }
    const part = { type: 'text', text: 'a', cache_control: { type: 'ephemeral' }, z: 3 }
    const video = { type: 'video_url', video_url: { url: 'u' } }
    const call = { id: 'c', type: 'mystery', mystery: { name: 'n', input: 'i' } }
    const request = readRequest(
      body({
        tools: [tool, { type: 'mystery', mystery: { name: 'n' } }],
        stream_options: { include_obfuscation: false },
        reasoning: { effort: 'high', exclude: true },
        messages: [
          { role: 'user', content: [part, video, 'bare'] },
          { role: 'assistant', content: null, audio: { id: 'a' }, tool_calls: [call] },
        ],
      }),
    )
    const own = (fields: object) => ({ wire: 'openai-chat', fields })
    expect(request.tools).toEqual([{ name: 'f', cache: { ttl: '1h' }, carry: own({ function: { x: 1 }, y: 2 }) }])
    expect(request.otherTools).toEqual([own({ type: 'mystery', mystery: { name: 'n' } })])
    expect(request.carry).toEqual(own({ stream_options: { include_obfuscation: false }, reasoning: { exclude: true } }))
    expect(request.messages[0]?.content).toEqual([
      { type: 'text', text: 'a', cache: {}, carry: own({ z: 3 }) },
      { type: 'other', carry: own(video) },
      { type: 'text', text: 'bare' },
    ])
    expect(request.messages[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'other', carry: own(call) }],
      carry: own({ audio: { id: 'a' } }),
    })
  })

  it('refuses several answers, since only one can be translated', () => {
    const error = refusal(() => readRequest(fixture('request-two-answers')))
    expect([error.code, error.facts.param]).toEqual(['unsupported_parameter', 'n'])
  })

  it.each<[object, RegExp]>([
    [{ messages: ['x'] }, /^messages.0 is 'x'; it must be an object/],
    [{ messages: [{ role: 'bot', content: '' }] }, /^messages.0.role is 'bot'; it must be 'system', 'developer'/],
    [{ messages: [{ role: 'user', content: 5 }] }, /^messages.0.content is 5; it must be a string or an array/],
    [{ messages: [{ role: 'user', content: [{ text: 'a' }] }] }, /^messages.0.content.0.type is missing/],
    [{ messages: [{ role: 'tool', content: 'a' }] }, /^messages.0.tool_call_id is missing/],
    [{ messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f' } }] }] }, /tool_calls.0.id is missing/],
    [{ tools: [{ type: 'function' }] }, /^tools.0.function is missing/],
    [{ tools: [{ function: { name: 'f', parameters: 'x' } }] }, /^tools.0.function.parameters is 'x'/],
    [{ tool_choice: 7 }, /^tool_choice is 7/],
    [{ tool_choice: { type: 'allowed_tools' } }, /^tool_choice.allowed_tools.tools is missing/],
    [{ stop: 5 }, /^stop is 5; it must be an array/],
    [{ response_format: { type: 'xml' } }, /^response_format.type is 'xml'/],
    [{ temperature: 'hot' }, /^temperature is 'hot'; it must be a number/],
  ])('refuses %j with the path of the fault', (wrong, message) => {
    const error = refusal(() => readRequest(body(wrong)))
    expect(error.code).toBe('invalid_request')
    expect(error.message).toMatch(message)
  })
})

describe('a conversation in odd or older words', () => {
  const partsOf = (...messages: object[]) => readRequest(body({ messages })).messages.map(({ content }) => content)

  it('gives results of older function calls the id of their call, or one of their own', () => {
    expect(
      partsOf(
        { role: 'assistant', content: '', function_call: { name: 'f', arguments: { a: 1 } } },
        { role: 'function', name: 'f', content: 'r' },
        { role: 'function', name: 'g', content: 's' },
        { role: 'assistant', function_call: { name: 'f' } },
        { role: 'function', name: 'f', content: 't' },
      ),
    ).toEqual([
      [{ type: 'tool-call', id: 'call_0', name: 'f', arguments: '{"a":1}' }],
      [
        { type: 'tool-result', callId: 'call_0', content: [{ type: 'text', text: 'r' }] },
        { type: 'tool-result', callId: 'call_g', content: [{ type: 'text', text: 's' }] },
      ],
      [{ type: 'tool-call', id: 'call_3', name: 'f', arguments: '' }],
      [{ type: 'tool-result', callId: 'call_3', content: [{ type: 'text', text: 't' }] }],
    ])
  })

  it('takes refusals, thinking and pictures however they are written', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } }
    expect(
      partsOf(
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }], refusal: 'never' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: '' },
            { type: 'thinking', thinking: 'so', signature: 'S' },
            { type: 'redacted_thinking', data: 'D' },
            'then',
          ],
        },
        { role: 'user', content: [{ type: 'image_url', image_url: 'https://a.example/a.png' }] },
      ),
    ).toEqual([
      [
        { type: 'refusal', text: 'no' },
        { type: 'refusal', text: 'never' },
      ],
      [
        { type: 'reasoning', text: 'hm' },
        { type: 'reasoning', text: 'so', signature: 'S' },
        { type: 'reasoning', text: '', redacted: 'D' },
        { type: 'text', text: 'then' },
      ],
      [image],
    ])
  })

  it('takes blocks sent back for the message where they hold thinking', () => {
    const blocks = (...content_blocks: unknown[]) => partsOf({ role: 'assistant', content: 'yes', content_blocks })[0]
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'S' }
    const thought = { type: 'reasoning', text: 'hm', signature: 'S' }
    expect(blocks(thinking, { type: 'text', text: 'yes' }, { type: 'text', text: '' }, { type: 'poll' }, 7)).toEqual([
      thought,
      { type: 'text', text: 'yes' },
    ])
    expect(blocks(thinking)).toEqual([thought, { type: 'text', text: 'yes' }])
    expect(blocks({ type: 'text', text: 'other' })).toEqual([{ type: 'text', text: 'yes' }])
  })

  it('takes a schema that is missing for one that allows anything', () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'n' } }
    expect(readRequest(body({ response_format })).outputFormat).toMatchObject({
      type: 'json-schema',
      name: 'n',
      schema: {},
    })
  })
})
