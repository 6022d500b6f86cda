/** Realistic traffic as rows: users, teams, models, errors, retries, cache hits and feedback, the same for a seed. */
import type { Row } from '../../src/observe/row.ts'
import { seededRandom } from './seeded-random.ts'

export interface TrafficOptions {
  readonly seed: number
  readonly rows: number
  readonly fromMs: number
  readonly toMs: number
}

const models = [
  ['openai', 'gpt-5', 1_250],
  ['openai', 'gpt-5-mini', 250],
  ['anthropic', 'claude-sonnet-4-5', 3_000],
  ['google', 'gemini-2.5-flash', 300],
  ['bedrock', 'amazon.nova-pro-v1:0', 800],
] as const
const statuses = [200, 200, 200, 200, 200, 200, 200, 246, 400, 429, 446, 500, 503]
const teams = ['search', 'sales', 'research', undefined]
const clients = ['claude-code', 'codex', 'open-webui', 'openai-python', undefined]

export function trafficOf({ seed, rows, fromMs, toMs }: TrafficOptions): readonly Row[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() ** 1.5 * list.length)] as T
  return Array.from({ length: rows }, (_, at): Row => {
    const atMs = Math.floor(fromMs + random() * (toMs - fromMs))
    const [aiProvider, model, nanosPerToken] = pick(models)
    const status = statuses[Math.floor(random() * statuses.length)] ?? 200
    const isGood = status < 400
    const isHit = isGood && random() < 0.15
    const inputTokens = Math.floor(20 + random() ** 4 * 20_000)
    const outputTokens = Math.floor(random() ** 2 * 2_000)
    const costNanos = isGood ? (isHit ? 0 : (inputTokens + 4 * outputTokens) * nanosPerToken) : 0
    const totalMs = isHit ? 5 + random() * 20 : 100 + random() ** 3 * 60_000
    const retry = isGood && random() < 0.05 ? 1 + Math.floor(random() * 3) : 0
    const fellBack = isGood && random() < 0.03
    const team = pick(teams)
    const user = random() < 0.8 ? `user-${Math.floor(random() ** 2 * 60)}` : undefined
    const client = pick(clients)
    const isPriced = random() < 0.97
    return {
      id: `${seed}-${at}`,
      atMs,
      endedAtMs: atMs + Math.ceil(totalMs),
      organisationId: 'organisation',
      workspaceId: `w${at % 3}`,
      workspaceSlug: `ws-${at % 3}`,
      apiKeyId: `key-${at % 7}`,
      apiKeyName: `key ${at % 7}`,
      ...(user === undefined ? {} : { user }),
      traceId: `trace-${Math.floor(at / 3)}`,
      spanId: `span-${at}`,
      operation: at % 5 === 0 ? 'messages' : 'chat',
      method: 'POST',
      path: at % 5 === 0 ? '/v1/messages' : '/v1/chat/completions',
      ...(client === undefined ? {} : { client }),
      provider: `${aiProvider}-main`,
      aiProvider,
      model,
      status,
      outcome: isGood ? 'completed' : 'failed',
      ...(isGood ? {} : { errorCode: `code_${status}`, errorMessage: `failed with ${status}` }),
      isStream: random() < 0.5,
      cacheStatus: isHit ? (random() < 0.3 ? 'SEMANTIC HIT' : 'HIT') : 'MISS',
      ...(isGood ? { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens } : {}),
      ...(isPriced ? { costNanos } : {}),
      isEstimated: random() < 0.02,
      totalMs,
      firstByteMs: totalMs / 2,
      upstreamMs: totalMs * 0.9,
      gatewayMs: totalMs * 0.1,
      ...(isHit ? { cacheSavedMs: 900, savedNanos: inputTokens * nanosPerToken } : {}),
      retry,
      attempts: retry + (fellBack ? 2 : 1),
      fellBack,
      metadata: { ...(team === undefined ? {} : { team }), env: at % 2 === 0 ? 'prod' : 'dev' },
      feedback: random() < 0.05 ? [{ value: Math.floor(random() * 21) - 10, weight: random() < 0.5 ? 1 : 0.5 }] : [],
    }
  })
}
