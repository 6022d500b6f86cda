/** Sessions of an agent that change their provider at random: each provider gets its own signed thinking back byte for byte, and nobody else's. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, type Received, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let anthropic: Anthropic
let openai: OpenAI
/** Turns so far; names the signatures. */
let turns = 0

const schema = { type: 'object' as const, properties: { path: { type: 'string' } }, required: ['path'] }
const models = [
  '@claude/claude-sonnet-4-5',
  '@goog/gemini-3-pro-preview',
  '@open/gpt-5',
  '@aws/anthropic.claude-sonnet-4-5-20250929-v1:0',
  '@seek/deepseek-chat',
]

/** Which provider was called, by its address. */
function calledBy({ path }: Received): string {
  const found = [
    [/\/messages$/, 'claude'],
    [/generateContent/, 'goog'],
    [/\/responses$/, 'open'],
    [/\/converse$/, 'aws'],
  ].find(([pattern]) => (pattern as RegExp).test(path))
  return String(found?.[1] ?? 'seek')
}

const signatureOf = (provider: string, turn: number) => `c2lnbmVk${provider}${turn}==`

/** Thinking with a signature, and a call of the tool, in each provider's own wire. */
const answers: Readonly<Record<string, (turn: number) => unknown>> = {
  claude: (turn) => ({
    id: `m${turn}`,
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [
      { type: 'thinking', thinking: `hm ${turn}`, signature: signatureOf('claude', turn) },
      { type: 'tool_use', id: `toolu_${turn}`, name: 'read', input: { path: `${turn}` } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 5, output_tokens: 5 },
  }),
  goog: (turn) => ({
    responseId: `g${turn}`,
    candidates: [
      {
        content: {
          parts: [
            { text: `hm ${turn}`, thought: true },
            {
              functionCall: { id: `g_${turn}`, name: 'read', args: { path: `${turn}` } },
              thoughtSignature: signatureOf('goog', turn),
            },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 5, totalTokenCount: 10 },
  }),
  open: (turn) => ({
    id: `resp_${turn}`,
    object: 'response',
    created_at: 1_760_000_000,
    status: 'completed',
    model: 'gpt-5',
    output: [
      {
        type: 'reasoning',
        id: `rs_${turn}`,
        summary: [{ type: 'summary_text', text: `hm ${turn}` }],
        encrypted_content: signatureOf('open', turn),
      },
      {
        type: 'function_call',
        id: `fc_${turn}`,
        call_id: `call_${turn}`,
        name: 'read',
        arguments: `{"path":"${turn}"}`,
        status: 'completed',
      },
    ],
    usage: { input_tokens: 5, output_tokens: 5, total_tokens: 10 },
  }),
  aws: (turn) => ({
    output: {
      message: {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: `hm ${turn}`, signature: signatureOf('aws', turn) } } },
          { toolUse: { toolUseId: `tooluse_${turn}`, name: 'read', input: { path: `${turn}` } } },
        ],
      },
    },
    stopReason: 'tool_use',
    usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10 },
  }),
  seek: (turn) => ({
    id: `c${turn}`,
    object: 'chat.completion',
    created: 1,
    model: 'deepseek-chat',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: `call_${turn}`, type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 },
  }),
}

beforeAll(async () => {
  upstream = await startUpstream((received, response, request) => {
    turns += 1
    return answerJson(answers[calledBy(received)]?.(turns))(received, response, request)
  })
  sluice = await startSluice()
  await sluice.connect('claude', 'anthropic', upstream.origin)
  await sluice.connect('goog', 'google', upstream.origin, { configurations: { custom_host: upstream.origin } })
  await sluice.connect('open', 'openai', upstream.origin)
  await sluice.connect('seek', 'deepseek', upstream.origin)
  const aws = { aws_auth_type: 'apiKey', aws_region: 'eu-central-1', custom_host: upstream.origin }
  await sluice.connect('aws', 'bedrock', upstream.origin, { configurations: aws })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

/** Their signatures are good on either platform (Anthropic, "extended thinking": differences across platforms). */
const isClaude = (provider: string | undefined) => provider === 'claude' || provider === 'aws'

function checkSignatures(seed: number): void {
  const sent = upstream.received.at(-1) as Received
  const provider = calledBy(sent)
  const found = [...sent.body.matchAll(/c2lnbmVk([a-z]+)\d+==/g)].map(([, from]) => from)
  expect(
    found.filter((from) => from !== provider && !(isClaude(from) && isClaude(provider))),
    `seed ${seed}: signatures of others went to ${provider}`,
  ).toEqual([])
  expect(sent.body).not.toMatch(/[a-z]+-[a-z]+\/[a-z]+:c2lnbmVk/)
}

const turnsPerSession = 10

describe('a session that changes its provider at random', () => {
  it('works for an agent that speaks Messages, thinking on', async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    const random = seededRandom(seed)
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'go' }]
    let last = ''
    for (let turn = 0; turn < turnsPerSession; turn++) {
      const model = models[Math.floor(random() * models.length)] as string
      const { content } = await anthropic.messages.create({
        model,
        max_tokens: 4_000,
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        system: [{ type: 'text', text: 'be an agent', cache_control: { type: 'ephemeral' } }],
        tools: [{ name: 'read', input_schema: schema }],
        messages,
      })
      checkSignatures(seed)
      if (model === last && model.startsWith('@claude'))
        expect(upstream.received.at(-1)?.body).toContain(`${signatureOf('claude', turns - 1)}`)
      last = model
      const calls = content.filter((block) => block.type === 'tool_use')
      expect(calls, `seed ${seed} turn ${turn} ${model}`).toHaveLength(1)
      const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'text' }))
      messages.push({ role: 'assistant', content }, { role: 'user', content: results })
    }
  })

  it('works for an agent that speaks Responses, nothing stored', async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    const random = seededRandom(seed)
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'go' }]
    let last = ''
    for (let turn = 0; turn < turnsPerSession; turn++) {
      const model = models[Math.floor(random() * models.length)] as string
      const { output } = await openai.responses.create({
        model,
        input,
        store: false,
        max_output_tokens: 4_000,
        include: ['reasoning.encrypted_content'],
        reasoning: { effort: 'low', summary: 'auto' },
        tools: [{ type: 'function', name: 'read', parameters: schema, strict: false }],
      })
      checkSignatures(seed)
      const own = model.slice(1, model.indexOf('/'))
      if (model === last && own !== 'seek')
        expect(upstream.received.at(-1)?.body).toContain(signatureOf(own, turns - 1))
      last = model
      const calls = output.filter((item) => item.type === 'function_call')
      expect(calls, `seed ${seed} turn ${turn} ${model}`).toHaveLength(1)
      input.push(...(output as OpenAI.Responses.ResponseInputItem[]))
      for (const { call_id } of calls) input.push({ type: 'function_call_output', call_id, output: 'text' })
    }
  })
})
