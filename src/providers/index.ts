/** The list of AI providers, written out. */
import { anthropic } from './anthropic.ts'
import { bedrock } from './bedrock.ts'
import { cerebras } from './cerebras.ts'
import { deepinfra } from './deepinfra.ts'
import { deepseek } from './deepseek.ts'
import { demo } from './demo.ts'
import { fireworksAi } from './fireworks-ai.ts'
import { google } from './google.ts'
import { groq } from './groq.ts'
import { lmstudio } from './lmstudio.ts'
import { mistralAi } from './mistral-ai.ts'
import { nebius } from './nebius.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { perplexityAi } from './perplexity-ai.ts'
import type { AiProvider } from './provider.ts'
import { selfHosted } from './self-hosted.ts'
import { sglang } from './sglang.ts'
import { togetherAi } from './together-ai.ts'
import { vertexAi } from './vertex-ai.ts'
import { vllm } from './vllm.ts'
import { xAi } from './x-ai.ts'

const list: readonly AiProvider[] = [
  openai,
  anthropic,
  bedrock,
  google,
  vertexAi,
  groq,
  mistralAi,
  deepseek,
  togetherAi,
  fireworksAi,
  openrouter,
  xAi,
  cerebras,
  perplexityAi,
  nebius,
  deepinfra,
  ollama,
  vllm,
  sglang,
  lmstudio,
  selfHosted,
  demo,
]

const byName = new Map(list.flatMap((row) => [row.id, ...row.aliases].map((name) => [name, row] as const)))

/** By id or alias, in any case. */
export function findAiProvider(name: string): AiProvider | undefined {
  return byName.get(name.toLowerCase())
}

export function canonicalId(name: string): string | undefined {
  return findAiProvider(name)?.id
}

export function listAiProviders(): readonly AiProvider[] {
  return list
}

/** The same as one object, for whoever declares a port of it. */
export const aiProviders = {
  find: findAiProvider,
  canonicalId,
  list: () =>
    list.map((row) => ({
      id: row.id as string,
      name: row.name,
      needsCustomHost: row.origin === undefined,
      priceListId: row.priceListId ?? row.id,
    })),
}
