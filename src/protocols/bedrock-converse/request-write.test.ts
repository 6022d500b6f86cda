import { describe, expect, it } from 'vitest'
import type { InferenceRequest, Message, Part } from '../../inference/index.ts'
import { writeRequest } from './request-write.ts'

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const earlierClaude = 'us.anthropic.claude-sonnet-4-20250514-v1:0'
const newClaude = 'global.anthropic.claude-opus-4-6-v1'
const nova = 'amazon.nova-pro-v1:0'
const llama = 'meta.llama3-3-70b-instruct-v1:0'

const say = (text: string): Part => ({ type: 'text', text })
const user = (...content: Part[]): Message => ({ role: 'user', content })
const assistant = (...content: Part[]): Message => ({ role: 'assistant', content })
const png: Part = { type: 'image', source: { type: 'base64', mediaType: 'image/png', base64: 'iVBO' } }

interface Block {
  readonly text?: string
  readonly document?: { readonly name: string }
  readonly toolUse?: { readonly toolUseId: string }
  readonly toolResult?: unknown
}

/** As much of the wire's request as is looked at here. */
interface Body {
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[]
  readonly system?: unknown
  readonly inferenceConfig?: unknown
  readonly toolConfig?: {
    readonly tools: readonly { readonly toolSpec: { readonly name: string } }[]
    toolChoice?: unknown
  }
  readonly additionalModelRequestFields?: unknown
  readonly additionalModelResponseFieldPaths?: unknown
  readonly outputConfig?: unknown
  readonly requestMetadata?: { readonly user_id?: string }
}

function write(more: Partial<InferenceRequest>, model = claude) {
  const { body, warnings } = writeRequest({ model, messages: [user(say('hi'))], isStream: false, ...more })
  return { ...(body as unknown as Body), told: warnings.map(({ type, field }) => `${type} ${field}`) }
}

describe('messages', () => {
  it('alternate: neighbours of one role are one message, results first, system texts in front', () => {
    const written = write({
      messages: [
        { role: 'system', content: [say('a')] },
        user(say('1')),
        user(say('2')),
        assistant({ type: 'tool-call', id: 't1', name: 'f', arguments: '{"a":1}' }),
        { role: 'developer', content: [say('b')] },
        user(say('and')),
        user({ type: 'tool-result', callId: 't1', content: [say('r'), png], isError: true }),
      ],
      tools: [{ name: 'f' }],
    })
    expect(written.system).toEqual([{ text: 'a' }, { text: 'b' }])
    expect(written.messages).toEqual([
      { role: 'user', content: [{ text: '1' }, { text: '2' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't1', name: 'f', input: { a: 1 } } }] },
      {
        role: 'user',
        content: [
          {
            toolResult: {
              toolUseId: 't1',
              content: [{ text: 'r' }, { image: { format: 'png', source: { bytes: 'iVBO' } } }],
              status: 'error',
            },
          },
          { text: 'and' },
        ],
      },
    ])
    expect(written.told).toEqual(['changed messages'])
  })

  it('leave out blank text, and a message that is nothing else', () => {
    const written = write({ messages: [user(say('hi'), say(' \n')), assistant(say('')), user(say('on'))] })
    expect(written.messages).toEqual([{ role: 'user', content: [{ text: 'hi' }, { text: 'on' }] }])
    expect(() => write({ messages: [{ role: 'system', content: [say('x')] }] })).toThrow('nothing but system text')
  })

  it('lose what only another wire understands, and say what', () => {
    const other = (fields: object): Part => ({ type: 'other', carry: { wire: 'x', fields: { ...fields } } })
    const odd: Part = { ...say('hi'), carry: { wire: 'x', fields: { tone: 'warm' } } }
    const written = write({ messages: [user(odd, other({ type: 'poll' }), other({}))] })
    expect(written.messages).toEqual([{ role: 'user', content: [{ text: 'hi' }] }])
    expect(written.told).toEqual(['dropped tone', 'dropped poll', 'dropped content'])
    const result: Part = { type: 'tool-result', callId: 't', content: [other({ type: 'poll' }), say('r')] }
    const call: Part = { type: 'tool-call', id: 't', name: 'f', arguments: '{}' }
    const answered = write({ messages: [user(say('go')), assistant(call), user(result)], tools: [{ name: 'f' }] })
    expect(answered.messages[2]?.content[0]?.toolResult).toEqual({ toolUseId: 't', content: [{ text: 'r' }] })
  })

  it('hold text only where they are the system', () => {
    expect(() => write({ messages: [{ role: 'system', content: [say('a'), png] }, user(say('hi'))] })).toThrow(
      'system messages hold text only for this provider; got image',
    )
  })

  it('take images inline only, and say so', () => {
    const url = 'data:image/jpeg;base64,AAAA'
    expect(write({ messages: [user({ type: 'image', source: { type: 'url', url } })] }).messages[0]?.content).toEqual([
      { image: { format: 'jpeg', source: { bytes: 'AAAA' } } },
    ])
    const remote: Part = { type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } }
    expect(() => write({ messages: [user(remote)] })).toThrow(/images come inline; got a url; send the image as base64/)
    const tiff: Part = { type: 'image', source: { type: 'base64', mediaType: 'image/tiff', base64: 'AA' } }
    expect(() => write({ messages: [user(tiff)] })).toThrow("is of type 'image/tiff'; this provider takes image/png,")
  })

  it('name documents in a safe alphabet, each name once, and add the text they need', () => {
    const pdf = (name?: string): Part => ({
      type: 'document',
      source: { type: 'base64', mediaType: 'application/pdf', base64: 'JVBE' },
      ...(name === undefined ? {} : { name }),
    })
    const written = write({ messages: [user(pdf('Q3_report  (final).pdf'), pdf('Q3/report (final).pdf'), pdf())] })
    expect(written.messages[0]?.content.map((block) => block.document?.name ?? block.text)).toEqual([
      'Q3-report (final)',
      'Q3-report (final) 2',
      'document',
      'See the attached document.',
    ])
    expect(written.told).toEqual(['changed messages.content'])
    expect(write({ messages: [user(say('read'), pdf('a'))] }).told).toEqual([])
  })

  it('give back signed and hidden thinking to models that sign it', () => {
    const thoughts = assistant(
      { type: 'reasoning', text: 'hm', signature: 'S+/=' },
      { type: 'reasoning', text: '', redacted: 'D=' },
      { type: 'reasoning', text: 'unsigned' },
      say('ok'),
    )
    const messages = [user(say('go')), thoughts, user(say('on'))]
    const written = write({ messages })
    expect(written.messages[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'S+/=' } } },
      { reasoningContent: { redactedContent: 'D=' } },
      { text: 'ok' },
    ])
    expect(written.told).toEqual(['dropped reasoning'])
    expect(write({ messages }, nova).messages[1]?.content).toEqual([{ text: 'ok' }])
  })

  it('spell ids that the provider refuses the same in call and result', () => {
    const id = `functions.f:0|${'x'.repeat(80)}`
    const { messages } = write({
      messages: [
        user(say('go')),
        assistant({ type: 'tool-call', id, name: 'f', arguments: '' }),
        user({ type: 'tool-result', callId: id, content: [] }),
      ],
      tools: [{ name: 'f' }],
    })
    const { toolUseId } = messages[1]!.content[0]!.toolUse!
    expect(toolUseId).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(messages[2]?.content[0]?.toolResult).toEqual({ toolUseId, content: [{ text: '(no content)' }] })
  })
})

describe('cache marks', () => {
  const marked = {
    messages: [
      { role: 'system' as const, content: [{ ...say('s'), cache: {} }] },
      user({ ...say('long'), cache: { ttl: '1h' as const } }, say('short')),
    ],
    tools: [{ name: 'f', cache: {} }],
  }

  it('become cache points behind what they mark', () => {
    const written = write(marked)
    expect(written.system).toEqual([{ text: 's' }, { cachePoint: { type: 'default' } }])
    expect(written.messages[0]?.content).toEqual([
      { text: 'long' },
      { cachePoint: { type: 'default', ttl: '1h' } },
      { text: 'short' },
    ])
    expect(written.toolConfig?.tools[1]).toEqual({ cachePoint: { type: 'default' } })
    expect(written.told).toEqual([])
  })

  it('are left out where the model would refuse them', () => {
    expect(JSON.stringify(write(marked, llama))).not.toContain('cachePoint')
    expect(write(marked, llama).told).toEqual(['dropped cache_control', 'dropped cache_control'])
    expect(write(marked, nova)).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: 'f' } }] } })
    expect(write(marked, nova).system).toHaveLength(2)
  })
})

describe('tools', () => {
  const tools = [{ name: 'f', description: 'does', schema: { properties: {} }, isStrict: true }]

  it('keep their schema, with an object type in any case', () => {
    const json = { type: 'object', properties: {}, additionalProperties: false }
    expect(write({ tools }).toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'f', description: 'does', inputSchema: { json }, strict: true } }],
    })
  })

  it.each([
    [{ type: 'auto' }, { auto: {} }, []],
    [{ type: 'required' }, { any: {} }, []],
    [{ type: 'tool', name: 'f' }, { tool: { name: 'f' } }, []],
  ] as const)('are chosen by %j', (toolChoice, expected, told) => {
    const written = write({ tools, toolChoice })
    expect(written.toolConfig?.toolChoice).toEqual(expected)
    expect(written.toolConfig?.tools).toHaveLength(1)
    expect(written.told).toEqual(told)
  })

  it('are left out where the model may call none, and stay listed beside earlier calls', () => {
    const none = { type: 'none' } as const
    const written = write({ tools, toolChoice: none })
    expect(written.toolConfig).toBeUndefined()
    expect(written.told).toEqual(['changed tool_choice'])
    const earlier = [
      user(say('x')),
      assistant({ type: 'tool-call', id: 't', name: 'f', arguments: '{}' } as Part),
      user(say('y')),
    ]
    expect(write({ tools, toolChoice: none, messages: earlier }).toolConfig?.tools).toHaveLength(1)
  })

  it('leave no choice where there are none', () => {
    const written = write({ tools: [], toolChoice: { type: 'required' } })
    expect(written.toolConfig).toBeUndefined()
    expect(written.told).toEqual(['dropped tool_choice'])
    expect(write({ tools: [], toolChoice: { type: 'none' } }).told).toEqual([])
  })

  it('need no description, and an empty one is none', () => {
    const spec = { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } }
    expect(write({ tools: [{ name: 'f', description: '' }] }).toolConfig?.tools).toEqual([{ toolSpec: spec }])
  })

  it('lose signatures that this provider does not know', () => {
    const call: Part = { type: 'tool-call', id: 't', name: 'f', arguments: '{}', signature: 'S' }
    const written = write({ messages: [user(say('x')), assistant(call), user(say('y'))], tools: [{ name: 'f' }] })
    expect(written.messages[1]?.content).toEqual([{ toolUse: { toolUseId: 't', name: 'f', input: {} } }])
    expect(written.told).toEqual(['dropped tool_calls.signature'])
  })

  it('of earlier calls are listed when none are given, because the provider insists', () => {
    const written = write({
      messages: [user(say('x')), assistant({ type: 'tool-call', id: 't', name: 'g', arguments: '{}' }), user(say('y'))],
    })
    expect(written.toolConfig?.tools.map((tool) => tool.toolSpec.name)).toEqual(['g'])
    expect(written.told).toEqual(['changed tools'])
  })

  it('that Claude brings itself go beside the others, and to no other model', () => {
    const computer = { type: 'computer_20250124', name: 'computer' }
    const otherTools = [{ wire: 'anthropic-messages', fields: computer }]
    expect(write({ otherTools }).additionalModelRequestFields).toEqual({ tools: [computer] })
    expect(() => write({ otherTools }, nova)).toThrow("tools holds nothing but 'computer_20250124'")
    expect(write({ otherTools, tools: [{ name: 'f' }] }, nova).told).toEqual(['dropped tools.computer_20250124'])
  })

  it('with a name that the provider refuses are spelled otherwise, in calls alike', () => {
    const name = `mcp.${'x'.repeat(80)}`
    const call: Part = { type: 'tool-call', id: 't', name, arguments: '{}' }
    const written = write({ messages: [user(say('x')), assistant(call), user(say('y'))], tools: [{ name }] })
    const short = written.toolConfig?.tools[0]?.toolSpec.name
    expect(short).toMatch(/^mcp_x+_[0-9a-f]{8}$/)
    expect(written.messages[1]?.content).toEqual([{ toolUse: { toolUseId: 't', name: short, input: {} } }])
    expect(written.told).toEqual(['changed tools.name'])
  })
})

describe('settings', () => {
  it('that all models share are in inferenceConfig', () => {
    const written = write({ maxOutputTokens: 10, temperature: 0.2, topP: 0.9, stop: ['END', ' '] }, earlierClaude)
    expect(written.inferenceConfig).toEqual({ maxTokens: 10, temperature: 0.2, topP: 0.9, stopSequences: ['END'] })
    expect(written.additionalModelResponseFieldPaths).toEqual(['/stop_sequence'])
    expect(written.told).toEqual(['dropped stop'])
    expect(write({ temperature: 1.5, seed: 3 }).told).toEqual(['dropped seed', 'clamped temperature'])
  })

  it.each([
    [claude, { top_k: 5 }],
    [nova, { inferenceConfig: { topK: 5 } }],
    ['cohere.command-r-plus-v1:0', { k: 5 }],
    [llama, { top_k: 5 }],
  ])("name top k in %s's own words", (model, expected) => {
    expect(write({ topK: 5 }, model).additionalModelRequestFields).toEqual(expected)
  })

  it('turn a wish to think into a budget with room for an answer', () => {
    const reasoning = { isEnabled: true, budgetTokens: 2000 }
    const written = write({ reasoning, temperature: 0.3, topK: 4 })
    expect(written.additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 2000 } })
    expect(written.inferenceConfig).toEqual({ maxTokens: 10_192 })
    expect(written.told).toEqual(['changed max_tokens', 'dropped temperature', 'dropped top_k'])
  })

  it.each([
    [newClaude, { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
    [claude, { thinking: { type: 'enabled', budget_tokens: 16_384 } }],
    ['us.amazon.nova-2-lite-v1:0', { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } }],
    ['openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' }],
    [llama, undefined],
    ['arn:aws:bedrock:us-east-1:1:application-inference-profile/x', undefined],
  ])('say effort to %s', (model, expected) => {
    const written = write({ reasoning: { isEnabled: true, effort: 'high' }, maxOutputTokens: 60_000 }, model)
    expect(written.additionalModelRequestFields).toEqual(expected)
    expect(written.told).toEqual(expected === undefined ? ['dropped reasoning_effort'] : [])
  })

  it.each([
    [0.95, 0.95, []],
    [0.9, undefined, ['dropped top_p']],
  ])('of top_p %f beside thinking become %s', (topP, expected, told) => {
    const written = write({ reasoning: { isEnabled: true, budgetTokens: 2_000 }, maxOutputTokens: 9_000, topP })
    expect(written.inferenceConfig).toEqual(expected === undefined ? { maxTokens: 9_000 } : { maxTokens: 9_000, topP })
    expect(written.told).toEqual(told)
  })

  it.each([
    [{ budgetTokens: 1_024 }, 'low'],
    [{ budgetTokens: 8_192 }, 'medium'],
    [{ budgetTokens: 8_193 }, 'high'],
    [{}, 'medium'],
    [{ effort: 'minimal' }, 'low'],
    [{ effort: 'medium' }, 'medium'],
    [{ effort: 'xhigh' }, 'high'],
  ] as const)('turn reasoning of %j into the effort %s of models that know only that', (asked, effort) => {
    const written = write({ reasoning: { isEnabled: true, ...asked } }, 'openai.gpt-oss-120b-1:0')
    expect(written.additionalModelRequestFields).toEqual({ reasoning_effort: effort })
  })

  it("of Claude's own pass as they are, to Claude alone", () => {
    const thinking = { type: 'enabled', budget_tokens: 4_000, display: 'omitted' }
    const more = {
      carry: { wire: 'anthropic-messages', fields: { thinking, anthropic_beta: ['a'], context_management: { x: 1 } } },
      maxOutputTokens: 9_000,
      reasoning: { isEnabled: true, budgetTokens: 4_000 },
    }
    expect(write(more).additionalModelRequestFields).toEqual({
      thinking,
      anthropic_beta: ['a', 'context-management-2025-06-27'],
      context_management: { x: 1 },
    })
    expect(write(more, llama).told).toEqual(
      expect.arrayContaining(['dropped thinking', 'dropped anthropic_beta', 'dropped context_management']),
    )
  })

  it('refuse to lose what the client waits for: more answers, or sound', () => {
    const of = (fields: object) => () => write({ carry: { wire: 'openai-chat', fields: { ...fields } } })
    expect(of({ modalities: ['text', 'audio'] })).toThrow("this model's provider cannot do")
    expect(of({ modalities: ['text'] })().told).toEqual([])
    expect(of({ modalities: 'text' })().told).toEqual(['dropped modalities'])
  })

  it('name a user with characters that the provider refuses by a hash', () => {
    const written = write({ user: 'Jörg <j@a.example>' })
    expect(written.requestMetadata?.user_id).toMatch(/^[0-9a-f]{64}$/)
    expect(written.told).toEqual(['changed user'])
  })

  it('hold an answer to a schema', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false }
    const outputFormat = { type: 'json-schema' as const, name: 'out', schema, description: 'd' }
    expect(write({ outputFormat }).outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { schema: JSON.stringify(schema), name: 'out', description: 'd' } },
      },
    })
    expect(write({ outputFormat: { type: 'json' } }).told).toEqual(['dropped response_format'])
  })

  it.each([
    ['max_tokens', { max_tokens: 9 }],
    ['max_gen_len', { max_gen_len: 9 }],
    ['maxTokenCount', { textGenerationConfig: { maxTokenCount: 9, topK: 5 } }],
  ])('among the additional ones may be no other cap of the output: %s', (name, fields) => {
    const additional = { top_k: 1, ...fields }
    const carry = { wire: 'openai-chat', fields: { additional_model_request_fields: additional } }
    const { additionalModelRequestFields, told } = write({ carry, maxOutputTokens: 10 })
    expect(JSON.stringify(additionalModelRequestFields)).not.toContain(name)
    expect(told).toEqual([`dropped additional_model_request_fields.${name}`])
  })

  it("of this wire pass from any client's body, and others are told", () => {
    const fields = {
      guardrail_config: { guardrailIdentifier: 'g' },
      performanceConfig: { latency: 'optimized' },
      additional_model_request_fields: { a: 1 },
      anthropic_beta: 'x, y',
      logit_bias: { 5: 1 },
      n: 1,
    }
    const written = write({ carry: { wire: 'openai-chat', fields }, user: 'user-1' })
    expect(written).toMatchObject({
      guardrailConfig: { guardrailIdentifier: 'g' },
      performanceConfig: { latency: 'optimized' },
      additionalModelRequestFields: { a: 1, anthropic_beta: ['x', 'y'] },
      requestMetadata: { user_id: 'user-1' },
      told: ['dropped logit_bias'],
    })
    expect(() => write({ carry: { wire: 'openai-chat', fields: { n: 2 } } })).toThrow('n is 2')
    expect(write({ carry: { wire: 'openai-chat', fields: { anthropic_beta: ['x'] } } }, nova).told).toEqual([
      'dropped anthropic_beta',
    ])
  })
})
