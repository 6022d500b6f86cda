/** A gateway between two scripted providers, OpenAI's kind as `@open` and Anthropic's as `@claude`, with an official client of each. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { type Sluice, startSluice } from './sluice.ts'
import { startUpstream, type Upstream } from './upstream.ts'

export interface TwoProviders {
  readonly sluice: Sluice
  readonly open: Upstream
  readonly claude: Upstream
  readonly openai: OpenAI
  readonly anthropic: Anthropic
  stop(): Promise<void>
}

export async function startTwoProviders(options: Parameters<typeof startSluice>[0] = {}): Promise<TwoProviders> {
  const [open, claude] = await Promise.all([startUpstream(), startUpstream()])
  const sluice = await startSluice(options)
  await sluice.connect('open', 'openai', open.origin)
  await sluice.connect('claude', 'anthropic', claude.origin)
  return {
    sluice,
    open,
    claude,
    openai: new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 }),
    async stop() {
      await sluice.stop()
      await Promise.all([open.stop(), claude.stop()])
    },
  }
}
