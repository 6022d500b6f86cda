/** The short names under which a log's fields are stored. DynamoDB bills writes by the kilobyte, names included; a name once used keeps its meaning. */
import type { GuardrailNote } from '../guardrails/result.ts'
import type { Usage, Warning } from '../inference/index.ts'
import type { Hold } from '../limits/gate.ts'
import type { ClosedLog, Span } from '../records/log.ts'

type Row<T> = readonly [field: keyof T, attribute: string]

/** Of the logs table: 1 = a record is opened under its own key and listed by an index, 2 = openings and lists are items of their own. */
export const logsLayout = 2

/** `feed*`, `expires`, `pk`, `sk` are the table's; `st` is the state, `by` who closed it. */
export const stateAttribute = 'st'
export const closerAttribute = 'by'
/** Of a place in the list: the bodies' bytes, or the name of the object that holds them. */
export const bodyAttribute = 'packed'
export const bodyObjectAttribute = 'object'

export const textFields = [
  ['traceId', 'tr'],
  ['spanId', 'sp'],
  ['spanName', 'sn'],
  ['parentSpanId', 'ps'],
  ['organisationId', 'og'],
  ['workspaceId', 'ws'],
  ['workspaceSlug', 'wl'],
  ['apiKeyId', 'ak'],
  ['apiKeyName', 'an'],
  ['user', 'us'],
  ['method', 'me'],
  ['path', 'pa'],
  ['operation', 'op'],
  ['clientWire', 'cw'],
  ['modelAsked', 'ma'],
  ['providerSlug', 'pv'],
  ['aiProviderId', 'ai'],
  ['integrationId', 'in'],
  ['configId', 'cf'],
  ['model', 'mo'],
  ['outcome', 'oc'],
  ['errorCode', 'ec'],
  ['errorMessage', 'em'],
  ['upstreamWire', 'uw'],
  ['modelReported', 'mr'],
  ['cacheStatus', 'cs'],
  ['finishReason', 'fr'],
  ['dataPolicy', 'dp'],
  ['client', 'cl'],
  ['inputBasis', 'ib'],
  ['outputBasis', 'ob'],
] as const satisfies readonly Row<ClosedLog>[]

export const numberFields = [
  ['startedAtMs', 'sa'],
  ['deadlineAtMs', 'da'],
  ['status', 'sc'],
  ['costNanos', 'co'],
  ['endedAtMs', 'ea'],
  ['firstByteMs', 'fb'],
  ['totalMs', 'tm'],
  ['upstreamMs', 'um'],
  ['gatewayMs', 'gm'],
  ['cacheSavedMs', 'cv'],
] as const satisfies readonly Row<ClosedLog>[]

export const flagFields = [
  ['isStream', 'is'],
  ['isPriced', 'ip'],
  ['isEstimated', 'ie'],
  ['hasPayload', 'hp'],
] as const satisfies readonly Row<ClosedLog>[]

export const metadataAttribute = 'md'

/** `raw` is left out: the provider's own object stands in the answer's body. */
export const usageFields = [
  ['inputUncached', 'i'],
  ['inputCacheRead', 'r'],
  ['inputCacheWrite5m', 'w'],
  ['inputCacheWrite1h', 'h'],
  ['inputAudio', 'a'],
  ['inputImage', 'm'],
  ['output', 'o'],
  ['outputReasoning', 't'],
  ['outputAudio', 'A'],
  ['outputImage', 'M'],
] as const satisfies readonly Row<Usage>[]

const holdFields = [
  ['counter', 'c'],
  ['resource', 'r'],
  ['amount', 'a'],
  ['minute', 'm'],
  ['charged', 'g'],
] as const satisfies readonly Row<Hold>[]

const spanFields = [
  ['attempt', 'n'],
  ['targetPath', 't'],
  ['providerSlug', 'p'],
  ['aiProviderId', 'a'],
  ['model', 'm'],
  ['wire', 'w'],
  ['isPassthrough', 'b'],
  ['startedAtMs', 's'],
  ['headersMs', 'h'],
  ['endedAtMs', 'e'],
  ['status', 'c'],
  ['errorCode', 'x'],
  ['errorMessage', 'y'],
  ['retry', 'r'],
  ['waitedMs', 'd'],
  ['isReparsed', 'f'],
  ['isCached', 'k'],
  ['chosenBy', 'z'],
] as const satisfies readonly Row<Span>[]

/** Does not compile while a field has no short name: it would be lost on the way to the table. */
type Complete<T, Rows extends readonly Row<T>[]> = Exclude<keyof T, Rows[number][0]> extends never ? true : never
const isComplete: Complete<Span, typeof spanFields> & Complete<Hold, typeof holdFields> = true
void isComplete

const warningFields = [
  ['type', 't'],
  ['field', 'f'],
  ['reason', 'r'],
] as const satisfies readonly Row<Warning>[]

/** The checks of a guardrail keep their own names. */
const guardrailFields = [
  ['hook', 'h'],
  ['id', 'i'],
  ['versionId', 'v'],
  ['attempt', 'n'],
  ['verdict', 'p'],
  ['deny', 'd'],
  ['isAsync', 'a'],
  ['isTransformed', 't'],
  ['startedAtMs', 's'],
  ['durationMs', 'm'],
  ['checks', 'c'],
  ['feedback', 'f'],
] as const satisfies readonly Row<GuardrailNote>[]

/** Lists of objects: the field, its attribute, the short names inside. */
export const listFields = [
  ['holds', 'ho', holdFields],
  ['attempts', 'at', spanFields],
  ['warnings', 'wa', warningFields],
  ['guardrails', 'gr', guardrailFields],
] as const

export const usageAttribute = 'ut'

type Fields = Readonly<Record<string, unknown>>

/** An object under its short names, unknown fields left out. */
export function shorten(value: object, rows: readonly (readonly [string, string])[]): Fields {
  const fields = value as Fields
  return Object.fromEntries(rows.map(([field, short]) => [short, fields[field]]).filter(([, one]) => one !== undefined))
}

export function lengthen(short: Fields, rows: readonly (readonly [string, string])[]): Fields {
  return Object.fromEntries(rows.map(([field, name]) => [field, short[name]]).filter(([, one]) => one !== undefined))
}
