/** What becomes of a request's top-level keys that only the client's wire knows: told and left out, or refused. */
import { GatewayError } from '../errors.ts'
import type { Carry, Warning } from '../inference/index.ts'
import { isObject } from './fields.ts'
import type { JsonObject } from './protocol.ts'

/** Tells every key in `fields` that would have had an effect. Throws `unsupported_parameter` for what cannot be dropped honestly. */
export function dropForeignFields(fields: JsonObject, warnings: Warning[]): void {
  for (const [key, value] of Object.entries(fields)) {
    if (isWithoutEffect(key, value)) continue
    if (cannotBeDropped(key, value)) {
      throw new GatewayError(
        'unsupported_parameter',
        `${key} is ${JSON.stringify(value).slice(0, 60)}, which this model's provider cannot do; leave it out or choose another model`,
        { param: key },
      )
    }
    warnings.push({ type: 'dropped', field: key, reason: 'this provider has no such setting' })
  }
}

/** Without the tool the model would answer another question than the one that was asked. */
export function foreignTool(carry: Carry): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    `tools holds '${String(carry.fields.type)}', which this model's provider does not know; leave it out or choose another model`,
    { param: 'tools' },
  )
}

/** The same loss is told once, however often it occurs. */
export function withoutRepeats(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.field} ${warning.reason}`, warning])).values()]
}

/** Leaving these out would give the client another kind of answer than it can read. */
function cannotBeDropped(key: string, value: unknown): boolean {
  if (key === 'n') return value !== 1
  if (key === 'modalities') return Array.isArray(value) && value.includes('audio')
  return false
}

function isWithoutEffect(key: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0) return true
  if (key === 'n') return value === 1
  if (key === 'modalities') return Array.isArray(value) && !value.includes('audio')
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}
