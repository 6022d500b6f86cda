/** Real providers, text and a tool call, whole and streamed, for those whose key is in the environment. Costs a fraction of a cent. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findAiProvider, listAiProviders } from '../../src/providers/index.ts'
import type { AiProvider } from '../../src/providers/provider.ts'
import { type Recorder, startRecorder } from '../support/recorder.ts'
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
  const row = findAiProvider(id)
  return key && model && row?.origin ? [{ id, key, model, row }] : []
})

let sluice: Sluice
const recorders = new Map<string, Recorder>()

beforeAll(async () => {
  if (present.length === 0) return
  sluice = await startSluice()
  for (const { id, key, row } of present) {
    const wire = wireOf(row)
    const folder = join(import.meta.dirname, '..', 'fixtures', wire)
    const recorder = await startRecorder({ target: row.origin ?? '', folder, provider: row.name, secrets: [key] })
    recorders.set(id, recorder)
    await sluice.connect(id, id, recorder.origin, { key, configurations: { custom_host: recorder.origin } })
  }
})

afterAll(async () => {
  for (const recorder of recorders.values()) await recorder.stop()
  await sluice?.stop()
})

/** As a chat client's request reaches it. */
function wireOf({ speaks }: AiProvider): string {
  return speaks['openai-chat'] === undefined ? (Object.keys(speaks)[0] ?? '') : 'openai-chat'
}

const weather = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}

/** What is asked; the names are those of the fixtures. */
const cases: Readonly<Record<string, object>> = {
  text: { messages: [{ role: 'user', content: 'Say hello in one word.' }] },
  tool: { messages: [{ role: 'user', content: 'What is the weather in Bern? Use the tool.' }], tools: [weather] },
}

const asked = present.flatMap(({ id, model }) =>
  Object.keys(cases).flatMap((name) => [false, true].map((isStream) => ({ id, model, name, isStream }))),
)

/** SLUICE_RECORD=1 keeps each provider's answers as fixtures; the golden and cutting suites take them up by themselves. */
const isRecording = process.env.SLUICE_RECORD === '1'

describe.skipIf(present.length === 0)('a real provider', () => {
  it.each(asked)(
    '$id answers $name (stream: $isStream), with usage and cost',
    async ({ id, model, name, isStream }) => {
      recorders.get(id)?.keepAs(isRecording ? `recorded-${id}-${isStream ? '' : 'whole-'}${name}` : undefined)
      const body = { model: `@${id}/${model}`, max_tokens: 64, stream: isStream, ...cases[name] }
      const response = await sluice.post('/v1/chat/completions', body)
      const text = await response.text()
      expect(response.status, text).toBe(200)
      if (isStream) expect(text).toContain('[DONE]')
      const { metrics } = await sluice.logOf(response)
      expect(metrics).toMatchObject({ outcome: 'completed', is_estimated: false })
      expect(metrics.total_units).toBeGreaterThan(0)
    },
  )
})

describe.skipIf(present.length > 0)('without any key in the environment', () => {
  it('has nothing to ask', () => {
    expect(present).toEqual([])
  })
})
