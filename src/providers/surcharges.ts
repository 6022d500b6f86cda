/** What makes a call dearer than its price: tiers and modes that a request may ask for. */
import type { Surcharge } from './provider.ts'

/** 1.7 to 2.5 times by model (platform.openai.com/docs/pricing, "priority", 2026-11); 1.8 at Google (ai.google.dev/gemini-api/docs/priority-inference). */
export const priorityTier: readonly Surcharge[] = [
  { keys: ['service_tier', 'serviceTier'], value: 'priority', factor: 2.5 },
]

/** platform.claude.com/docs/en/about-claude/pricing: fast mode at most six times, inference in one country a tenth more. */
export const anthropicModes: readonly Surcharge[] = [
  { keys: ['speed'], value: 'fast', factor: 6 },
  { keys: ['inference_geo'], value: 'us', factor: 1.1 },
]

/** Grounding with Google Search: 14 dollars a thousand queries of Gemini 3 and later, 35 a thousand prompts before (ai.google.dev/gemini-api/docs/pricing, 2026-11). */
export const groundingPrices = [
  { model: /gemini-(?:[3-9]|\d\d)/, cents: 1.4 },
  { model: /gemini/, cents: 3.5 },
] as const

/** OpenAI's models that search by themselves: 25 dollars a thousand calls of the preview ones, else 10 (platform.openai.com/docs/pricing, "web search", 2026-11). */
export const searchModelPrices = [
  { model: /-search-preview/, cents: 2.5 },
  { model: /-search-api/, cents: 1 },
] as const
