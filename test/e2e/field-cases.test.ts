/** Requests that clients really send, to providers that refuse what the real ones refuse: what each provider is sent, and what the client gets. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shorten } from '../../src/protocols/fit/limits.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

interface Case {
  readonly provider: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly answer?: { readonly status: number; readonly headers: Record<string, string>; readonly text: string }
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of five wires are looked into by path
type Json = any

interface Seen {
  readonly status: number
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What the provider was sent; undefined = it was not called. */
  readonly sent: Json
  readonly sentText: string
  readonly warnings: string
  readonly text: string
  readonly json: Json
}

const folder = new URL('../fixtures/field-cases/', import.meta.url)
const names = readdirSync(folder).map((name) => name.replace('.json', ''))
const read = (name: string): Case => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  const plain = { configurations: { custom_host: upstream.origin } }
  for (const [provider, more] of [
    ['anthropic', undefined],
    ['openai', undefined],
    ['deepseek', undefined],
    ['perplexity-ai', plain],
    ['openrouter', plain],
    ['google', plain],
    ['bedrock', { configurations: { aws_auth_type: 'apiKey', custom_host: upstream.origin } }],
    [
      'azure-openai',
      { configurations: { custom_host: upstream.origin, azure_resource_name: 'res', azure_api_version: 'v1' } },
    ],
    [
      'vertex-ai',
      { configurations: { custom_host: upstream.origin, vertex_project_id: 'proj', vertex_region: 'us-east5' } },
    ],
  ] as const) {
    await sluice.connect(provider, provider, upstream.origin, more)
  }
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

async function send(asked: Case): Promise<Seen> {
  const before = upstream.received.length
  const { status = 200, headers = {}, text = '{}' } = asked.answer ?? {}
  upstream.script((_, response) => {
    response.writeHead(status, { 'content-type': typeOf(text), ...headers }).end(text)
  })
  const body = { ...asked.body, model: `@${asked.provider}/${asked.body.model}` }
  const response = await sluice.post(asked.path, body, asked.headers)
  const answer = await response.text()
  const received = upstream.received.slice(before).at(-1)
  return {
    status: response.status,
    url: received?.path ?? '',
    headers: received?.headers ?? {},
    sent: received?.json(),
    sentText: received?.body ?? '',
    warnings: response.headers.get('x-portkey-warnings') ?? '',
    text: answer,
    json: answer.startsWith('{') ? JSON.parse(answer) : undefined,
  }
}

function typeOf(text: string): string {
  return /^(?:data|event):/.test(text) ? 'text/event-stream' : 'application/json'
}

const responsesAnswer = JSON.stringify({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'm',
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok', annotations: [] }] }],
  usage: { input_tokens: 1, output_tokens: 1 },
})
const hash = /^[0-9a-f]{64}$/
const longName = /^[a-zA-Z0-9_-]{1,64}$/

/** What is right, by the name of the case. */
const right: Readonly<Record<string, (seen: Seen) => void>> = {
  'adaptive-thinking-haiku-bedrock': ({ sent, warnings }) => {
    expect(sent.additionalModelRequestFields.thinking).toEqual({ type: 'enabled', budget_tokens: 8192 })
    expect(warnings).toContain('changed thinking')
  },
  'annotations-to-responses': ({ json }) => {
    const [annotation] = json.output[0].content[0].annotations
    expect(annotation).toMatchObject({ type: 'url_citation', url: expect.stringContaining('http') })
  },
  'anthropic-beta-header-bedrock': ({ sent }) => {
    expect(sent.additionalModelRequestFields.anthropic_beta).toEqual(['context-1m-2025-08-07'])
  },
  'bedrock-context-management': ({ sent }) => {
    expect(sent.additionalModelRequestFields).toMatchObject({
      anthropic_beta: ['context-management-2025-06-27'],
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    })
  },
  'bedrock-gpt-effort': ({ sent, warnings }) => {
    expect(sent.additionalModelRequestFields).toEqual({ reasoning_effort: 'high' })
    expect(sent.inferenceConfig).toBeUndefined()
    expect(warnings).toContain('dropped temperature')
  },
  'bedrock-starts-with-assistant': ({ sent, warnings }) => {
    expect(sent.messages.map(({ role }: Json) => role)).toEqual(['user', 'assistant', 'user'])
    expect(sent.messages[0].content[0].text.trim()).not.toBe('')
    expect(warnings).toContain('changed messages')
  },
  'bedrock-tool-choice-any-unsupported-model': refusedBeforeTheCall('tool_choice'),
  'bedrock-tool-choice-none': withoutTools,
  'bedrock-tool-choice-none-chat': withoutTools,
  'big-integer-arguments-from-claude': ({ json }) => {
    expect(json.choices[0].message.tool_calls[0].function.arguments).toBe('{"id":2512292042121000001}')
  },
  'big-integer-arguments-to-claude': ({ sentText }) => {
    expect(sentText).toContain('"input":{"id":2512292042121000001}')
  },
  'budget-thinking-opus-4-8': ({ sent, warnings }) => {
    expect(sent).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } })
    expect(warnings).toContain('changed thinking.budget_tokens')
  },
  'cache-control-on-responses-item': ({ sent }) => {
    expect(sent.messages[0].content[0].cache_control).toEqual({ type: 'ephemeral' })
  },
  'cache-control-on-tool-message': ({ sent }) => {
    const result = sent.messages.at(-1).content[0]
    expect(result).toMatchObject({ type: 'tool_result', cache_control: { type: 'ephemeral' } })
  },
  'chat-allowed-tools': ({ sent }) => {
    expect(sent.tools.map(({ name }: Json) => name)).toEqual(['a'])
    expect(sent.tool_choice).toEqual({ type: 'auto' })
  },
  'chat-custom-tool': ({ sent }) => {
    expect(sent.tools).toMatchObject([{ name: 'run', input_schema: { required: ['input'] } }])
  },
  'claude-citations-to-chat': ({ json }) => {
    expect(json.choices[0].message.annotations).toMatchObject([
      { type: 'url_citation', url_citation: { url: 'https://e.example', title: 'E' } },
    ])
  },
  'claude-code-user-id-to-chat-compat': ({ sent }) => expect(sent.user).toMatch(hash),
  'claude-code-user-id-to-openai': ({ sent, warnings }) => {
    expect(sent.safety_identifier).toMatch(hash)
    expect(sent).not.toHaveProperty('user')
    expect(warnings).toContain('changed user')
  },
  'claude-format-unsupported-keywords': ({ sent, warnings }) => {
    const { properties } = sent.output_config.format.schema
    expect(properties.name).toEqual({ type: 'string', description: '(minLength: 3, maxLength: 20)' })
    expect(properties.tags).not.toHaveProperty('maxItems')
    expect(properties.age.description).toContain('maximum: 150')
    expect(warnings).toContain('changed response_format')
  },
  'claude-strict-tool-unsupported-keywords': ({ sent, warnings }) => {
    const [tool] = sent.tools
    expect(tool.strict).toBe(true)
    expect(JSON.stringify(tool.input_schema)).not.toMatch(/"(?:minLength|maxLength|minimum|maximum|maxItems)":/)
    expect(warnings).toContain('changed tools.parameters')
  },
  'claude-top-level-anyof': ({ sent, warnings }) => {
    const [{ input_schema: schema }] = sent.tools
    expect(schema).toEqual({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } })
    expect(warnings).toContain('changed tools.parameters')
  },
  'codex-tool-search-client-tool': ({ sent, json }) => {
    expect(sent.tools.map(({ name }: Json) => name)).toEqual(['exec_command', 'tool_search'])
    expect(json.output[0]).toMatchObject({
      type: 'tool_search_call',
      execution: 'client',
      call_id: 'toolu_1',
      arguments: { query: 'figma' },
    })
  },
  'effort-to-non-reasoning-model': ({ sent, warnings }) => {
    expect(sent).not.toHaveProperty('reasoning_effort')
    expect(warnings).toContain('dropped reasoning_effort')
  },
  'forced-tool-choice-fable': refusedBeforeTheCall('tool_choice'),
  'format-on-bedrock-opus-4-7': ({ sent, warnings }) => {
    expect(sent).not.toHaveProperty('outputConfig')
    expect(sent.toolConfig).toMatchObject({ tools: [{ toolSpec: { name: 'p' } }], toolChoice: { tool: { name: 'p' } } })
    expect(warnings).toContain('changed response_format')
  },
  'format-on-claude-before-4-5': ({ sent, warnings }) => {
    expect(sent).not.toHaveProperty('output_config')
    expect(sent).toMatchObject({ tools: [{ name: 'p' }], tool_choice: { type: 'tool', name: 'p' } })
    expect(warnings).toContain('changed response_format')
  },
  'gemini-37-flash-minimal': ({ sent, warnings }) => {
    expect(sent.generationConfig.thinkingConfig.thinkingLevel).toBe('low')
    expect(warnings).toContain('changed reasoning_effort')
  },
  'gpt54-tools-effort': ({ url, sent, status }) => {
    expect(status).toBe(200)
    expect(url).toBe('/v1/responses')
    expect(sent).toMatchObject({ reasoning: { effort: 'medium' }, tools: [{ type: 'function', name: 'get_weather' }] })
  },
  'image-jpg-anthropic': ({ sent }) => {
    expect(sent.messages[0].content[1].source.media_type).toBe('image/jpeg')
  },
  'long-call-id-to-openai': ({ sent }) => {
    const [call] = sent.messages[1].tool_calls
    expect(call.id.length).toBeLessThanOrEqual(64)
    expect(sent.messages[2].tool_call_id).toBe(call.id)
  },
  'nova-extra-schema-keys': ({ sent }) => {
    expect(sent.toolConfig.tools[0].toolSpec.inputSchema.json).toEqual({
      type: 'object',
      properties: { tz: { type: 'string', enum: ['utc', 'local'] } },
      required: ['tz'],
    })
  },
  'openrouter-reasoning-details-round-trip': ({ text }) => {
    expect(text).toContain('"type":"signature_delta"')
    expect(text.indexOf('signature_delta')).toBeLessThan(text.indexOf('"type":"tool_use"'))
  },
  'output-format-beta-to-openai': ({ sent }) => {
    expect(sent.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { strict: true, schema: { required: ['title'] } },
    })
  },
  'pdf-in-image-url-anthropic': ({ sent }) => {
    expect(sent.messages[0].content[1]).toMatchObject({ type: 'document', source: { media_type: 'application/pdf' } })
  },
  'sse-other-content-type': ({ status, text }) => {
    expect(status).toBe(200)
    expect(text).toContain('"text":"hi"')
    expect(text).toContain('message_stop')
  },
  'stop-to-openai-reasoning-model': ({ sent, warnings }) => {
    expect(sent).not.toHaveProperty('stop')
    expect(warnings).toContain('dropped stop')
  },
  'temperature-and-top-p-claude': ({ sent, warnings }) => {
    expect(sent.temperature).toBe(0.5)
    expect(sent).not.toHaveProperty('top_p')
    expect(warnings).toContain('dropped top_p')
  },
  'temperature-opus-4-7': withoutTemperature,
  'temperature-to-openai-reasoning-model': withoutTemperature,
  'tool-name-over-64-openai': ({ sent, json }) => {
    expect(sent.tools[0].function.name).toMatch(longName)
    expect(json.content[0].name).toBe('mcp__plugin_chrome_devtools_mcp__performance_analyze_insight_detailed_v2')
  },
  'user-email-to-anthropic': ({ sent, warnings }) => {
    expect(sent.metadata.user_id).toMatch(hash)
    expect(warnings).toContain('changed user')
  },
  'vertex-unknown-betas': ({ headers, warnings }) => {
    expect(headers['anthropic-beta']).toBe('interleaved-thinking-2025-05-14')
    expect(warnings).toContain('dropped anthropic-beta')
  },
  'whitespace-text-anthropic': ({ sent }) => {
    const texts = sent.messages.flatMap(({ content }: Json) => content.map(({ text }: Json) => text))
    expect(texts).toEqual(['hi', 'go on'])
  },
  'xhigh-opus-4-6': ({ sent, warnings }) => {
    expect(sent.output_config.effort).toBe('high')
    expect(warnings).toContain('changed reasoning_effort')
  },
}

function refusedBeforeTheCall(field: string) {
  return ({ status, sent, text }: Seen) => {
    expect(status).toBe(400)
    expect(sent).toBeUndefined()
    expect(text).toContain(field)
    expect(text).toContain('another model')
  }
}

function withoutTools({ sent, warnings }: Seen) {
  expect(sent).not.toHaveProperty('toolConfig')
  expect(warnings).toContain('changed tool_choice')
}

function withoutTemperature({ sent, warnings }: Seen) {
  expect(sent).not.toHaveProperty('temperature')
  expect(warnings).toContain('dropped temperature')
}

describe('requests from the field', () => {
  it('are all judged', () => {
    expect(Object.keys(right).toSorted()).toEqual(names.toSorted())
  })

  it.each(names)('%s', async (name) => {
    const asked = read(name)
    const isMoved = name === 'gpt54-tools-effort' || name === 'tool-name-over-64-openai'
    right[name]?.(await send(isMoved ? answering(name, asked) : asked))
  })
})

/** Where the right request goes to another endpoint, or under another name, its answer has to fit. */
function answering(name: string, asked: Case): Case {
  if (name === 'gpt54-tools-effort') return { ...asked, answer: { status: 200, headers: {}, text: responsesAnswer } }
  const [{ name: long = '' } = {}] = asked.body.tools as { name?: string }[]
  const text = (asked.answer?.text ?? '').replaceAll(long, shortOf(long))
  return { ...asked, answer: { status: 200, headers: {}, text } }
}

/** As the gateway shortens it. */
function shortOf(name: string): string {
  return shorten(name, { maxLength: 64, character: /[a-zA-Z0-9_-]/ })
}
