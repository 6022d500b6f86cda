/** What becomes of a request's top-level keys that only the client's wire knows: told and left out, or refused. */
import { GatewayError } from '../errors.ts'
import type { Carry, InferenceRequest, Warning } from '../inference/index.ts'
import { isObject, textOr } from './fields.ts'
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

/** Beside tools of the client's own, one that only its provider can run is left out and told. Throws `unsupported_parameter` where it is all there is: the answer would be to another question. */
function dropForeignTool(carry: Carry, { tools = [] }: InferenceRequest, warnings: Warning[]): void {
  const type = textOr(carry.fields.type, 'other')
  if (tools.length === 0) {
    throw new GatewayError(
      'unsupported_parameter',
      `tools holds nothing but '${type}', which this model's provider cannot run; leave it out or choose a model of its own provider`,
      { param: 'tools' },
    )
  }
  warnings.push({ type: 'dropped', field: `tools.${type}`, reason: "this model's provider cannot run it" })
}

/** The tools of `request` that are this wire's own; `own` gives them, undefined = another's. */
export function ownTools(
  request: InferenceRequest,
  warnings: Warning[],
  own: (carry: Carry) => JsonObject | undefined,
): readonly JsonObject[] {
  return (request.otherTools ?? []).flatMap((carry) => {
    const fields = own(carry)
    if (fields === undefined) dropForeignTool(carry, request, warnings)
    return fields === undefined ? [] : [fields]
  })
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
