/** What `npm start` prints: where it listens, the secrets of a first start, and a request that works. */
import { demoModel, demoSlug } from './first-start.ts'
import type { LocalOptions } from './options.ts'
import type { Running } from './start.ts'

export function banner({ origin, first }: Running, options: LocalOptions): string {
  const lines = [`Sluice listens on ${origin} (data in ${options.dataFolder})`, '', `  base URL   ${origin}/v1`]
  if (first.adminKey !== undefined) lines.push(`  admin key  ${first.adminKey}   (administers; cannot call models)`)
  if (first.apiKey !== undefined) lines.push(`  api key    ${first.apiKey}   (calls models)`)
  if (first.connected.length > 0)
    lines.push(
      `  providers  ${first.connected.map((slug) => `@${slug}`).join(' ')}   (GET /v1/models lists their models)`,
    )
  lines.push('')
  if (first.apiKey === undefined) lines.push('The keys were shown at the first start; --fresh starts over.', '')
  else
    lines.push('The keys are shown this once. Try it:', '', curl(origin, first.apiKey, `@${demoSlug}/${demoModel}`), '')
  return `${lines.join('\n')}\n`
}

function curl(origin: string, apiKey: string, model: string): string {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] })
  return `  curl -N ${origin}/v1/chat/completions \\
    -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' \\
    -d '${body}'`
}
