/** The AI provider that an administrator means. */
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'
import type { AdminAiProviders } from './ports.ts'

/** By id or alias. Throws `invalid_request` naming the nearest. */
export function findAiProvider(aiProviders: AdminAiProviders, asked: string, field: string) {
  const all = aiProviders.list()
  const canonical = aiProviders.canonicalId(asked)
  const found = all.find(({ id }) => id === canonical)
  if (found !== undefined) return found
  const nearest = nearestName(
    asked.slice(0, 80),
    all.map(({ id }) => id),
  )
  const hint = nearest === undefined ? '' : `did you mean '${nearest}'? `
  throw new GatewayError(
    'invalid_request',
    `${field} '${asked.slice(0, 80)}' is not known; ${hint}known are ${all.map(({ id }) => id).join(', ')}`,
    { param: field },
  )
}
