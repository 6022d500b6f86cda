/** Real providers, one request whole and one streamed each, for those whose key is in the environment. Costs a fraction of a cent. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listAiProviders } from '../../src/providers/index.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

/** A small model each; SLUICE_LIVE_MODEL_<ID> names another. */
const smallModels: Readonly<Record<string, string>> = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-haiku-4-5',
  google: 'gemini-2.5-flash-lite',
  groq: 'llama-3.1-8b-instant',
  'mistral-ai': 'mistral-small-latest',
  openrouter: 'openai/gpt-4o-mini',
  deepseek: 'deepseek-chat',
  'x-ai': 'grok-3-mini',
  'together-ai': 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
}

const present = listAiProviders().flatMap(({ id, keyVariable }) => {
  const variable = `SLUICE_LIVE_MODEL_${id.toUpperCase().replaceAll('-', '_')}`
  const model = process.env[variable] ?? smallModels[id]
  const key = keyVariable === undefined ? undefined : process.env[keyVariable]
  return keyVariable && key && model ? [{ id, keyVariable, key, model }] : []
})

let sluice: Sluice

beforeAll(async () => {
  if (present.length === 0) return
  sluice = await startSluice({
    variables: Object.fromEntries(present.map(({ keyVariable, key }) => [keyVariable, key])),
  })
})

afterAll(() => sluice?.stop())

/** With SLUICE_RECORD=1 an answer's bytes are kept as a fixture; account ids and keys never appear in bodies. */
function record(id: string, name: string, bytes: string): void {
  if (process.env.SLUICE_RECORD !== '1') return
  const folder = join(import.meta.dirname, '..', 'fixtures', 'recorded', `${id}-${name}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, name === 'stream' ? 'answer.sse' : 'answer.json'),
    bytes.replaceAll(/org-[A-Za-z0-9]+/g, 'org-scrubbed'),
  )
}

describe.skipIf(present.length === 0)('a real provider', () => {
  it.each(present)('$id answers whole and streamed, with usage and cost', async ({ id, model }) => {
    const body = {
      model: `@${id}/${model}`,
      max_tokens: 32,
      messages: [{ role: 'user', content: 'Say hello in one word.' }],
    }
    const whole = await sluice.post('/v1/chat/completions', body)
    const text = await whole.text()
    expect(whole.status, text).toBe(200)
    record(id, 'whole', text)
    expect((await sluice.logOf(whole)).metrics).toMatchObject({ outcome: 'completed', is_estimated: false })
    const streamed = await sluice.post('/v1/chat/completions', { ...body, stream: true })
    const frames = await streamed.text()
    expect(frames).toContain('[DONE]')
    record(id, 'stream', frames)
    const { metrics } = await sluice.logOf(streamed)
    expect(metrics).toMatchObject({ outcome: 'completed', is_estimated: false })
    expect(metrics.total_units).toBeGreaterThan(0)
  })
})

describe.skipIf(present.length > 0)('without any key in the environment', () => {
  it('has nothing to ask', () => {
    expect(present).toEqual([])
  })
})
