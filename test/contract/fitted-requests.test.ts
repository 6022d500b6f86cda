/**
 * Every family of models × every client wire × what clients ask for: the written request is one that its vendor takes, or is
 * refused in words that name the way out. A seeded sample; `ALL_REQUESTS=1 npx vitest run --project contract fitted-requests` runs every set of up to four.
 */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { traitsOf } from '../../src/gateway/line/traits-of.ts'
import { clientProtocols, findProtocol } from '../../src/protocols/index.ts'
import type { ClientProtocolId, ProtocolId } from '../../src/protocols/protocol.ts'
import { findAiProvider } from '../../src/providers/index.ts'
import { vendorRefusal } from '../support/vendor-rules.ts'
import { wireProblem } from '../support/wire-schemas.ts'
import { bodyOf, type Feature, features } from './client-requests.ts'
import { randomFrom } from './neutral-answers.ts'

const families: Readonly<Record<string, readonly [ProtocolId, string, readonly string[]]>> = {
  'OpenAI chat': [
    'openai-chat',
    'openai',
    ['gpt-3.5-turbo', 'gpt-4o', 'gpt-4.1', 'o3-mini', 'gpt-5', 'gpt-5.1', 'gpt-5.4', 'gpt-5.6-terra', 'gpt-6-sol'],
  ],
  'OpenAI responses': ['openai-responses', 'openai', ['gpt-4o', 'gpt-5', 'gpt-5-codex', 'gpt-5.4', 'gpt-5.6-terra']],
  Claude: [
    'anthropic-messages',
    'anthropic',
    [
      'claude-3-haiku-20240307',
      'claude-sonnet-4-20250514',
      'claude-opus-4-1-20250805',
      'claude-haiku-4-5-20251001',
      'claude-opus-4-5',
      'claude-sonnet-4-6',
      'claude-opus-4-7',
      'claude-opus-5',
      'claude-fable-5',
      'claude-fable-5-1',
    ],
  ],
  Bedrock: [
    'bedrock-converse',
    'bedrock',
    [
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      'us.anthropic.claude-opus-4-7',
      'us.amazon.nova-pro-v1:0',
      'us.amazon.nova-2-lite-v1:0',
      'us.meta.llama3-3-70b-instruct-v1:0',
      'mistral.mistral-large-2407-v1:0',
      'openai.gpt-oss-120b-1:0',
      'us.openai.gpt-5.6-sol',
    ],
  ],
  Gemini: [
    'google-gemini',
    'google',
    [
      'gemini-2.0-flash',
      'gemini-2.5-flash',
      'gemini-2.5-pro',
      'gemini-3-pro-preview',
      'gemini-3.1-pro-preview',
      'gemini-3.7-flash',
    ],
  ],
}

interface Pairing {
  readonly wire: ProtocolId
  readonly provider: string
  readonly model: string
  readonly client: ClientProtocolId
}

const pairings: readonly Pairing[] = Object.values(families).flatMap(([wire, provider, models]) =>
  models.flatMap((model) =>
    (Object.keys(clientProtocols) as ClientProtocolId[]).map((client) => ({ wire, provider, model, client })),
  ),
)

/** What is wrong with the request that the vendor is sent; undefined = nothing, or it was refused before with a way out. */
function problemOf({ wire, provider, model, client }: Pairing, asked: readonly Feature[]): string | undefined {
  const { readRequest } = clientProtocols[client].client
  const aiProvider = findAiProvider(provider)
  if (aiProvider === undefined) return `no provider '${provider}'`
  const target = { aiProvider, model, integration: { models: [], configurations: {} } }
  try {
    const request = readRequest(bodyOf(client, model, asked))
    const traits = traitsOf(target as unknown as Parameters<typeof traitsOf>[0])
    const { body } = findProtocol(wire).upstream.writeRequest({ ...request, model }, { traits })
    return wireProblem(wire, body) ?? vendorRefusal(wire, model, body)
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'unsupported_parameter') throw thrown
    return /another model|leave it out|choose a model|send|set tool_choice/.test(thrown.message)
      ? undefined
      : `refused without a way out: ${thrown.message}`
  }
}

function sampleOf(count: number, random: () => number): readonly (readonly Feature[])[] {
  return Array.from({ length: count }, () => features.filter(() => random() < 0.4))
}

/** All sets of at most so many features. */
function upTo(size: number, from = 0): readonly (readonly Feature[])[] {
  if (size === 0) return [[]]
  const rest = features.slice(from)
  return [[], ...rest.flatMap((feature, at) => upTo(size - 1, from + at + 1).map((more) => [feature, ...more]))]
}

const single: readonly (readonly Feature[])[] = features.map((feature) => [feature])
const isWhole = process.env.ALL_REQUESTS !== undefined

describe('a request that is written for its model', () => {
  it.each(Object.keys(families))('is taken by %s, whatever one thing a client of any wire asks for', (family) => {
    const [wire, , models] = families[family] as (typeof families)[string]
    const problems = pairings
      .filter((pairing) => pairing.wire === wire && models.includes(pairing.model))
      .flatMap((pairing) =>
        single.flatMap((asked) => {
          const problem = problemOf(pairing, asked)
          return problem === undefined ? [] : [`${pairing.client} → ${pairing.model} (${asked.join(', ')}): ${problem}`]
        }),
      )
    expect(problems).toEqual([])
  })

  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

  it(`is taken with several things at once (seed ${seed})`, { timeout: 600_000 }, () => {
    const random = randomFrom(seed)
    const problems: string[] = []
    for (const pairing of pairings) {
      for (const asked of isWhole ? upTo(4) : sampleOf(60, random)) {
        const problem = problemOf(pairing, asked)
        if (problem !== undefined && problems.length < 20)
          problems.push(`${pairing.client} → ${pairing.wire} ${pairing.model} (${asked.join(', ')}): ${problem}`)
      }
    }
    expect(problems).toEqual([])
  })
})
