/** The checks, written out. */
import { addPrefix } from './add-prefix.ts'
import type { Check } from './check.ts'
import { contains } from './contains.ts'
import { containsCode } from './contains-code.ts'
import { countChecks } from './counts.ts'
import { jsonKeys } from './json-keys.ts'
import { jsonSchema } from './json-schema.ts'
import { jwt } from './jwt.ts'
import { letterChecks } from './letters.ts'
import { metadataChecks } from './metadata.ts'
import { models } from './models.ts'
import { onDemandChecks } from './on-demand/descriptions.ts'
import { pii } from './pii.ts'
import { promptInjection } from './prompt-injection.ts'
import { regexMatch } from './regex-match.ts'
import { regexReplace } from './regex-replace.ts'
import { requestParameters } from './request-parameters.ts'
import { validUrls } from './valid-urls.ts'
import { webhookChecks } from './webhook.ts'

const checks: readonly Check[] = [
  regexMatch,
  regexReplace,
  ...countChecks,
  ...letterChecks,
  contains,
  containsCode,
  jsonKeys,
  jsonSchema,
  validUrls,
  ...webhookChecks,
  ...models,
  ...metadataChecks,
  requestParameters,
  jwt,
  addPrefix,
  ...onDemandChecks,
  pii,
  promptInjection,
]

const byId = new Map(checks.flatMap((check) => [check.id, ...(check.aliases ?? [])].map((id) => [id, check])))

export const checkIds: readonly string[] = checks.map(({ id }) => id)

/** By id or alias. */
export function findCheck(id: string): Check | undefined {
  return byId.get(id)
}

/** Services whose requests and answers are not public, and checks of theirs that need what a request does not have. */
const unavailable: ReadonlySet<string> = new Set(
  (
    'acuvity akto javelin pillar sydelabs walledai singulr alibaba patronus.retrievalAnswerRelevance ' +
    'patronus.retrievalHallucination qualifire.toolUseQuality'
  ).split(' '),
)

/** Known by name, but nothing here can run it. */
export function isUnavailable(id: string): boolean {
  return unavailable.has(id) || unavailable.has(id.split('.')[0] ?? '')
}
