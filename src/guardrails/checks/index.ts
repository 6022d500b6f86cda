/** The checks, written out. */
import { addPrefix } from './add-prefix.ts'
import type { Check } from './check.ts'
import { contains } from './contains.ts'
import { containsCode } from './contains-code.ts'
import { counts } from './counts.ts'
import { jsonKeys } from './json-keys.ts'
import { jsonSchema } from './json-schema.ts'
import { jwt } from './jwt.ts'
import { letters } from './letters.ts'
import { metadata } from './metadata.ts'
import { models } from './models.ts'
import { pii } from './pii.ts'
import { regexMatch } from './regex-match.ts'
import { regexReplace } from './regex-replace.ts'
import { requestParameters } from './request-parameters.ts'
import { validUrls } from './valid-urls.ts'
import { webhooks } from './webhook.ts'

const checks: readonly Check[] = [
  regexMatch,
  regexReplace,
  ...counts,
  ...letters,
  contains,
  containsCode,
  jsonKeys,
  jsonSchema,
  validUrls,
  ...webhooks,
  ...models,
  ...metadata,
  requestParameters,
  jwt,
  addPrefix,
  pii,
]

const byId = new Map(checks.flatMap((check) => [check.id, ...(check.aliases ?? [])].map((id) => [id, check])))

export const checkIds: readonly string[] = checks.map(({ id }) => id)

/** By id or alias. */
export function findCheck(id: string): Check | undefined {
  return byId.get(id)
}

/** Families of checks that are other companies' services; none of them is connected here. */
const partners: ReadonlySet<string> = new Set(
  (
    'acuvity akto aporia azure bedrock crowdstrike-aidr exa f5-guardrails javelin lasso mistral pangea panwPrismaAirs ' +
    'panw-prisma-airs patronus pillar promptfoo promptsecurity qualifire sydelabs walledai zscaler-ai-guard lakera ' +
    'singulr alibaba'
  ).split(' '),
)

/** Of the field's own hosted checks, those that need a model behind them. */
const hosted: ReadonlySet<string> = new Set(['portkey.moderateContent', 'portkey.language', 'portkey.gibberish'])

/** Known by name, but nothing here can run it. */
export function isUnavailable(id: string): boolean {
  return hosted.has(id) || id === 'default.inlineImageUrls' || partners.has(id.split('.')[0] ?? '')
}
