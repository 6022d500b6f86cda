import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, Part } from '../../inference/index.ts'
import { markSignature } from '../signature.ts'
import { writeRequest } from './request-write.ts'
import { wireId } from './wire.ts'

const say = (text: string): Part => ({ type: 'text', text })
const user = (...content: Part[]): Message => ({ role: 'user', content })
const assistant = (...content: Part[]): Message => ({ role: 'assistant', content })
const call = (id: string, name: string, more = {}): Part => ({
  type: 'tool-call',
  id,
  name,
  arguments: '{"a":1}',
  ...more,
})
const result = (callId: string, text: string, more = {}): Part => ({
  type: 'tool-result',
  callId,
  content: [say(text)],
  ...more,
})

function write(changes: Partial<InferenceRequest> & { messages?: readonly Message[] }) {
  const request = { model: 'gemini-2.5-flash', messages: [user(say('hi'))], isStream: false, ...changes }
  const { body, warnings } = writeRequest(request)
  return { body: JSON.parse(JSON.stringify(body)), told: warnings.map(({ type, field }) => `${type} ${field}`) }
}

describe('messages for Gemini', () => {
  it('have all system text in one place, wherever it stood', () => {
    const { body, told } = write({
      messages: [
        { role: 'system', content: [say('one')] },
        user(say('hi')),
        { role: 'developer', content: [say('two')] },
        user(say('again')),
      ],
    })
    expect(body.systemInstruction).toEqual({ parts: [{ text: 'one' }, { text: 'two' }] })
    expect(body.contents).toEqual([{ role: 'user', parts: [{ text: 'hi' }, { text: 'again' }] }])
    expect(told).toEqual(['changed messages'])
  })

  it('lose what this provider has no place for, and say what', () => {
    const other = (fields: object): Part => ({ type: 'other', carry: { wire: 'x', fields: { ...fields } } })
    const { body, told } = write({
      messages: [
        user(say('go')),
        { ...assistant(call('c1', 'f', { cache: {} })), carry: { wire: 'x', fields: { audio: { id: 'a' } } } },
        user(
          {
            type: 'tool-result',
            callId: 'c1',
            content: [say('r'), other({}), other({ type: 'poll' }), call('c2', 'g')],
          },
          say(''),
        ),
        assistant(say('')),
        user(say('on')),
      ],
    })
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'go' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'r' } } }, { text: 'on' }] },
    ])
    expect(told).toEqual([
      'dropped messages.audio',
      'dropped cache_control',
      'dropped content',
      'dropped poll',
      'dropped messages',
    ])
  })

  it.each([
    [{ type: 'audio', format: 'mp3', base64: 'AA' }, { inlineData: { mimeType: 'audio/mpeg', data: 'AA' } }],
    [{ type: 'audio', format: 'weird', base64: 'AA' }, { inlineData: { mimeType: 'audio/weird', data: 'AA' } }],
    [{ type: 'image', source: { type: 'text', text: 'a cat' } }, { text: 'a cat' }],
    [{ type: 'document', source: { type: 'text', text: 'law' }, name: 'l.txt' }, { text: 'l.txt:\nlaw' }],
    [
      { type: 'image', source: { type: 'url', url: 'no address.webp' } },
      { fileData: { mimeType: 'image/webp', fileUri: 'no address.webp' } },
    ],
  ] as const)('hold %j as %j', (part, written) => {
    expect(write({ messages: [user(part)] }).body.contents[0].parts).toEqual([written])
  })

  it('give thinking before a call back with its words, the signature with the call', () => {
    const thought: Part = { type: 'reasoning', text: 'hm', signature: markSignature(wireId, 'call', 'S') }
    const { body } = write({
      messages: [user(say('go')), assistant(thought, call('c1', 'f')), user(result('c1', 'r'))],
    })
    expect(body.contents[1].parts).toEqual([
      { text: 'hm', thought: true },
      { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'S' },
    ])
  })

  it('keep results of one unknown call in the order they came', () => {
    const { body } = write({ messages: [user(say('go'), result('x', '1'), result('y', '2'))] })
    expect(
      body.contents[0].parts.map(
        (each: { functionResponse?: { response: unknown } }) => each.functionResponse?.response,
      ),
    ).toEqual([{ output: '1' }, { output: '2' }, undefined])
  })

  it('need one that is no system text', () => {
    expect(() => write({ messages: [{ role: 'system', content: [say('one')] }] })).toThrow('at least one user message')
  })

  it('hold no image in system text', () => {
    const image: Part = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
    expect(() => write({ messages: [{ role: 'system', content: [image] }, user(say('hi'))] })).toThrow(GatewayError)
  })

  it('answer calls in the order of the calls, by their names, before other words', () => {
    const { body } = write({
      messages: [
        user(say('go')),
        assistant(call('c1', 'first'), call('c2', 'second')),
        user(say('and?'), result('c2', 'two'), result('c1', 'one', { isError: true })),
      ],
    })
    expect(body.contents[2].parts).toEqual([
      { functionResponse: { name: 'first', response: { error: 'one' } } },
      { functionResponse: { name: 'second', response: { output: 'two' } } },
      { text: 'and?' },
    ])
  })

  it.each([
    ['gemini-3-flash-preview', { id: 'c1' }],
    ['gemini-2.5-flash', {}],
  ])('name calls and results by id where %s knows ids', (model, id) => {
    const { body } = write({
      model,
      messages: [assistant(call('c1', 'f', { signature: 'S' })), user(result('c1', 'x'))],
    })
    expect(body.contents[0].parts[0].functionCall).toEqual({ ...id, name: 'f', args: { a: 1 } })
    expect(body.contents[1].parts[0].functionResponse).toEqual({ ...id, name: 'f', response: { output: 'x' } })
  })

  it('tell of a result without a call', () => {
    const { body, told } = write({ messages: [user(result('gone', 'x'))] })
    expect(body.contents[0].parts[0].functionResponse.name).toBe('unknown_function')
    expect(told).toEqual(['changed tool_result'])
  })

  it.each(['', ' ', '{}'])('take the arguments %j for none', (text) => {
    const part = { ...call('c', 'f'), arguments: text } as Part
    expect(write({ messages: [assistant(part)] }).body.contents[0].parts[0].functionCall.args).toEqual({})
  })

  it.each(['{"a":"b', '[1]', 'null'])('keep the arguments %j that are no object', (text) => {
    const { body, told } = write({ messages: [assistant({ ...call('c', 'f'), arguments: text } as Part)] })
    expect(body.contents[0].parts[0].functionCall.args).toEqual({ INVALID_JSON: text })
    expect(told).toEqual(['changed tool_calls.arguments'])
  })
})

describe('files for Gemini', () => {
  const png = 'iVBORw0KGgo='
  const source = { type: 'base64', mediaType: 'image/png', base64: png } as const
  const partOf = (part: Part) => write({ messages: [user(part)] }).body.contents[0].parts[0]

  it.each<[string, Part, unknown]>([
    ['inline', { type: 'image', source }, { inlineData: { mimeType: 'image/png', data: png } }],
    [
      'as a data url',
      { type: 'image', source: { type: 'url', url: `data:image/webp;base64,${png}` } },
      { inlineData: { mimeType: 'image/webp', data: png } },
    ],
    [
      'with a data url where base64 should be',
      { type: 'image', source: { ...source, base64: `data:image/png;base64,${png}` } },
      { inlineData: { mimeType: 'image/png', data: png } },
    ],
    [
      'by an address that tells the type',
      { type: 'document', source: { type: 'url', url: 'https://example.com/A.PDF?x=1' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/A.PDF?x=1' } },
    ],
    [
      'by an address that does not',
      { type: 'image', source: { type: 'url', url: 'https://example.com/pictures/7' } },
      { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.com/pictures/7' } },
    ],
    [
      'stored at the provider',
      { type: 'document', source: { type: 'file', fileId: 'gs://bucket/a.pdf' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' } },
    ],
    [
      'of sound',
      { type: 'audio', base64: 'AAAA', format: 'mp3' },
      { inlineData: { mimeType: 'audio/mpeg', data: 'AAAA' } },
    ],
    ['of text', { type: 'document', name: 'a.txt', source: { type: 'text', text: 'x' } }, { text: 'a.txt:\nx' }],
  ])('are sent %s', (_, part, expected) => {
    expect(partOf(part)).toEqual(expected)
  })

  it('of another provider are refused', () => {
    const part: Part = { type: 'document', source: { type: 'file', fileId: 'file-7' } }
    expect(() => partOf(part)).toThrow(expect.objectContaining({ code: 'unsupported_parameter' }))
  })

  it.each([
    ['gemini-3-pro-preview', 1, []],
    ['gemini-2.5-flash', 3, ['changed messages.tool_result']],
  ])('in a result are inside it or behind it as %s takes them', (model, count, expected) => {
    const shot: Part = { type: 'tool-result', callId: 'c', content: [say('shot'), { type: 'image', source }] }
    const { body, told } = write({ model, messages: [assistant(call('c', 'look', { signature: 'S' })), user(shot)] })
    const { parts } = body.contents[1]
    expect(parts).toHaveLength(count)
    expect(JSON.stringify(parts)).toContain(png)
    expect(parts[0].functionResponse.response).toEqual({ output: 'shot' })
    expect(told).toEqual(expected)
  })
})

describe('signatures for Gemini', () => {
  const model = 'gemini-3-pro-preview'
  const thought = (place: string, text = ''): Part => ({
    type: 'reasoning',
    text,
    signature: markSignature(wireId, place, 'S+/='),
  })
  const parts = (...content: Part[]) => write({ model, messages: [user(say('go')), assistant(...content)] })

  it('of a call go back to the call, its thinking before it', () => {
    const { body, told } = parts(thought('call', 'hm'), call('c1', 'f'), call('c2', 'g'))
    expect(body.contents[1].parts).toEqual([
      { text: 'hm', thought: true },
      { functionCall: { id: 'c1', name: 'f', args: { a: 1 } }, thoughtSignature: 'S+/=' },
      { functionCall: { id: 'c2', name: 'g', args: { a: 1 } } },
    ])
    expect(told).toEqual([])
  })

  it('of a text and of a thought go back where they stood', () => {
    expect(parts(say('x'), thought('text')).body.contents[1].parts).toEqual([
      { text: 'x' },
      { text: '', thoughtSignature: 'S+/=' },
    ])
    expect(parts(thought('thought', 'hm'), say('x')).body.contents[1].parts[0]).toEqual({
      text: 'hm',
      thought: true,
      thoughtSignature: 'S+/=',
    })
  })

  it.each([
    ['on the call itself', { signature: 'S+/=' }],
    [
      "where Google's compatible endpoint puts it",
      { carry: { wire: 'openai-chat', fields: { extra_content: { google: { thought_signature: 'S+/=' } } } } },
    ],
  ])('are found %s', (_, more) => {
    const { body, told } = parts(call('c', 'f', more))
    expect(body.contents[1].parts[0].thoughtSignature).toBe('S+/=')
    expect(told).toEqual([])
  })

  it('that were lost are stood in for, once a step, in the running turn only', () => {
    const { body, told } = write({
      model,
      messages: [
        user(say('one')),
        assistant(call('a', 'f')),
        user(result('a', 'x')),
        user(say('two')),
        assistant(call('b', 'f'), call('c', 'f')),
        user(result('b', 'x'), result('c', 'x')),
      ],
    })
    const calls = body.contents.flatMap((each: { parts: { functionCall?: unknown }[] }) =>
      each.parts.filter((part) => part.functionCall),
    )
    const signatures = calls.map((part: { thoughtSignature?: string }) => part.thoughtSignature)
    expect(signatures).toEqual([undefined, 'skip_thought_signature_validator', undefined])
    expect(told).toEqual(['changed tool_calls.signature'])
  })

  it('are not asked for by older models', () => {
    const { body } = write({ messages: [user(say('go')), assistant(call('c', 'f'))] })
    expect(body.contents[1].parts[0].thoughtSignature).toBeUndefined()
  })

  it.each<Part>([
    { type: 'reasoning', text: 'hm', signature: 'ErUBCkYI' },
    { type: 'reasoning', text: '', redacted: 'D+/=' },
    { type: 'reasoning', text: 'hm' },
  ])('of another provider are left out and told: %j', (part) => {
    const { body, told } = parts(part, say('x'))
    expect(body.contents[1].parts).toEqual([{ text: 'x' }])
    expect(told).toEqual(['dropped reasoning'])
  })
})

describe('settings for Gemini', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }
  const tool = { name: 'f', schema }

  it('go into the generation config', () => {
    const { body, told } = write({
      maxOutputTokens: 9,
      temperature: 1.5,
      topP: 0.9,
      topK: 40,
      stop: ['END'],
      seed: 7,
      outputFormat: { type: 'json-schema', name: 'out', description: 'what', schema: { $schema: 'x', ...schema } },
      carry: { wire: 'openai-chat', fields: { presence_penalty: 0.5, frequency_penalty: -0.5 } },
    })
    expect(body.generationConfig).toEqual({
      maxOutputTokens: 9,
      temperature: 1.5,
      topP: 0.9,
      topK: 40,
      stopSequences: ['END'],
      seed: 7,
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      responseMimeType: 'application/json',
      responseJsonSchema: { description: 'what', ...schema },
    })
    expect(told).toEqual([])
  })

  it("take the provider's own words from clients of other wires, and touch no safety otherwise", () => {
    const safety = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]
    const said = { thinking_config: { thinking_budget: 7 }, cached_content: 'cachedContents/1' }
    const { body, told } = write({
      reasoning: { isEnabled: true, effort: 'high' },
      carry: { wire: 'openai-chat', fields: { safety_settings: safety, extra_body: { google: said } } },
    })
    expect(body).toMatchObject({ safetySettings: safety, cachedContent: 'cachedContents/1' })
    expect(body.generationConfig).toEqual({ thinkingConfig: { thinking_budget: 7 } })
    expect(told).toEqual([])
    expect(write({}).body).not.toHaveProperty('safetySettings')
  })

  it('of its own wire go back in', () => {
    const fields = { tomorrow: 1, generationConfig: { speechConfig: {} } }
    const { body } = write({ temperature: 0, carry: { wire: wireId, fields } })
    expect(body).toMatchObject({ tomorrow: 1, generationConfig: { speechConfig: {}, temperature: 0 } })
  })

  it('of another wire are named when they are left out', () => {
    const fields = { logit_bias: { 5: 1 }, n: 1, store: false }
    expect(write({ user: 'ann', carry: { wire: 'openai-chat', fields } }).told).toEqual([
      'dropped user',
      'dropped logit_bias',
    ])
  })

  it.each([{ n: 2 }, { modalities: ['text', 'audio'] }])('that promise another answer are refused: %j', (fields) => {
    expect(() => write({ carry: { wire: 'openai-chat', fields } })).toThrow(GatewayError)
  })

  it('ask for images as well as text', () => {
    const fields = { modalities: ['text', 'image'] }
    const { body } = write({ carry: { wire: 'openai-chat', fields } })
    expect(body.generationConfig.responseModalities).toEqual(['TEXT', 'IMAGE'])
  })

  it.each([
    ['gemini-2.5-flash', false],
    ['gemini-3-flash-preview', true],
  ])('of %s combine a format with tools: %s', (model, isPossible) => {
    const { body, told } = write({ model, tools: [tool], outputFormat: { type: 'json' } })
    expect(body.generationConfig?.responseMimeType).toBe(isPossible ? 'application/json' : undefined)
    expect(told).toEqual(isPossible ? [] : ['dropped response_format'])
  })

  it.each([
    [{ type: 'auto' } as const, { mode: 'AUTO' }],
    [{ type: 'none' } as const, { mode: 'NONE' }],
    [{ type: 'required' } as const, { mode: 'ANY' }],
    [{ type: 'tool', name: 'f' } as const, { mode: 'ANY', allowedFunctionNames: ['f'] }],
  ])('write the choice %j', (toolChoice, expected) => {
    expect(write({ tools: [tool], toolChoice }).body.toolConfig).toEqual({ functionCallingConfig: expected })
  })

  it('name a choice without tools, and serial calls, as dropped', () => {
    expect(write({ toolChoice: { type: 'required' } }).told).toEqual(['dropped tool_choice'])
    expect(write({ tools: [tool], isParallelToolUse: false }).told).toEqual(['dropped parallel_tool_calls'])
  })

  it('turn functions without arguments into the tools they are named after, and leave others alone', () => {
    const { body } = write({ tools: [{ name: 'google_search' }, { name: 'url_context', schema }, tool] })
    expect(body.tools).toEqual([
      {
        functionDeclarations: [
          { name: 'url_context', parametersJsonSchema: schema },
          { name: 'f', parametersJsonSchema: schema },
        ],
      },
      { googleSearch: {} },
    ])
  })

  it("leave another provider's tools out beside others, and refuse them alone", () => {
    const otherTools = [{ wire: 'anthropic-messages', fields: { type: 'web_search_20250305' } }]
    expect(() => write({ otherTools })).toThrow("tools holds nothing but 'web_search_20250305'")
    const { body, told } = write({ otherTools, tools: [{ name: 'f' }] })
    expect(body.tools).toMatchObject([{ functionDeclarations: [{ name: 'f' }] }])
    expect(told).toEqual(['dropped tools.web_search_20250305'])
  })
})

describe("this wire's own words said in another", () => {
  const said = (fields: object, more: Partial<InferenceRequest> = {}) =>
    write({ carry: { wire: 'openai-chat', fields: { ...fields } }, ...more })

  it.each([{ generationConfig: { temperature: 0.2, topK: 3 } }, { generation_config: { temperature: 0.2, top_k: 3 } }])(
    'are heard in either spelling: %j',
    (fields) => {
      expect(said(fields).body.generationConfig).toEqual({ temperature: 0.2, topK: 3 })
      expect(said(fields, { temperature: 1 }).body.generationConfig).toEqual({ temperature: 1, topK: 3 })
    },
  )

  it.each([
    { maxOutputTokens: 50_000, candidateCount: 8 },
    { max_output_tokens: 50_000, candidate_count: 8 },
  ])('never raise what the call may cost: %j', (generationConfig) => {
    for (const fields of [
      { generationConfig },
      { generation_config: generationConfig },
      { extra_body: { google: { generationConfig } } },
    ]) {
      const { body, told } = said(fields, { maxOutputTokens: 5 })
      expect(body.generationConfig).toEqual({ maxOutputTokens: 5 })
      expect(told).toEqual(['dropped generationConfig.maxOutputTokens', 'dropped generationConfig.candidateCount'])
    }
  })

  it('are left out where they are no object', () => {
    expect(said({ generationConfig: 7 }).told).toEqual(['dropped generationConfig'])
  })
})
