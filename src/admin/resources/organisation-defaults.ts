/** `/admin/organisation/defaults`: guardrails that hold in every workspace, and how long answers may be cached. */
import * as z from 'zod/mini'
import type { GuardrailDefaults } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { SavedGuardrail } from '../../guardrails/guardrail.ts'
import { emptyAnswer } from '../answers.ts'
import { requireAny } from '../caller.ts'
import type { OrganisationDefaultsJson } from '../contract.ts'
import { organisationDefaultsAnswer } from '../document-answers.ts'
import { type AdminRequest, missingReference, organisationScope } from '../request.ts'
import type { Resource } from '../resource.ts'

interface Defaults extends GuardrailDefaults {
  readonly id: 'defaults'
}

const path = '/admin/organisation/defaults'
const kind = 'organisation-defaults'

const names = z.optional(z.array(z.string()))
const changeFields = z.object({
  input_guardrails: names,
  output_guardrails: names,
  cache_max_age: z.optional(z.nullable(z.int())),
})

export const organisationDefaults: Resource = {
  object: 'organisation-defaults',
  path,
  verbs: [
    {
      method: 'GET',
      path,
      handle: show,
      shape: { summary: 'Read what holds in every workspace', answer: organisationDefaultsAnswer },
    },
    {
      method: 'PUT',
      path,
      handle: change,
      shape: {
        summary: 'Change what holds in every workspace; what is absent stays',
        body: changeFields,
        answer: emptyAnswer,
      },
    },
  ],
}

async function show(request: AdminRequest): Promise<OrganisationDefaultsJson> {
  requireAny(request.caller, ['organisation_settings.read'])
  const stored = await request.ports.documents.read<Defaults>(kind, 'defaults', organisationScope)
  const cacheMaxAgeMs = stored?.document.cacheMaxAgeMs
  const named = async (refs: readonly unknown[] = []) =>
    Promise.all(refs.map(async (ref) => briefly(await findGuardrail(request, String(ref), 'input_guardrails'))))
  return {
    input_guardrails: await named(stored?.document.inputGuardrails),
    output_guardrails: await named(stored?.document.outputGuardrails),
    cache_max_age: cacheMaxAgeMs === undefined ? null : cacheMaxAgeMs / 1_000,
    object: 'organisation-defaults',
  }
}

/** What is not named stays. */
async function change(request: AdminRequest): Promise<Record<string, never>> {
  requireAny(request.caller, ['organisation_settings.update'])
  refuseUnknown(request)
  const { documents } = request.ports
  const stored = await documents.read<Defaults>(kind, 'defaults', organisationScope)
  const cacheMaxAgeMs = readMaxAge(request, stored?.document.cacheMaxAgeMs)
  const { cacheMaxAgeMs: _, ...before } = stored?.document ?? {}
  const document: Defaults = {
    ...before,
    id: 'defaults',
    inputGuardrails: (await readList(request, 'input_guardrails')) ?? stored?.document.inputGuardrails ?? [],
    outputGuardrails: (await readList(request, 'output_guardrails')) ?? stored?.document.outputGuardrails ?? [],
    ...(cacheMaxAgeMs === undefined ? {} : { cacheMaxAgeMs }),
  }
  await (stored === undefined
    ? documents.create(kind, organisationScope, document)
    : documents.replace(kind, stored, document))
  return {}
}

const members = ['input_guardrails', 'output_guardrails', 'cache_max_age', 'object']

/** A mistyped guardrail would be one that does not hold. */
function refuseUnknown({ body }: AdminRequest): void {
  const unknown = Object.keys(body).find((key) => !members.includes(key))
  if (unknown === undefined) return
  const allowed = "allowed are 'input_guardrails', 'output_guardrails' and 'cache_max_age'"
  throw new GatewayError('invalid_request', `unknown field '${unknown.slice(0, 60)}'; ${allowed}`, { param: unknown })
}

const leastSeconds = 60
const mostSeconds = 25_923_000

/** null takes it away. */
function readMaxAge({ body }: AdminRequest, before: number | undefined): number | undefined {
  const { cache_max_age: seconds } = body
  if (seconds === undefined) return before
  if (seconds === null) return undefined
  if (Number.isInteger(seconds) && Number(seconds) >= leastSeconds && Number(seconds) <= mostSeconds)
    return Number(seconds) * 1_000
  throw new GatewayError(
    'invalid_request',
    `cache_max_age must be null or a whole number of seconds from ${leastSeconds} to ${mostSeconds}`,
    { param: 'cache_max_age' },
  )
}

/** Ids or slugs of the organisation's guardrails, kept as slugs. */
async function readList(request: AdminRequest, field: string): Promise<readonly string[] | undefined> {
  const value = request.body[field] ?? undefined
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw new GatewayError('invalid_request', `${field} must be a list of ids or slugs of guardrails`, { param: field })
  return Promise.all(value.map(async (each: string) => (await findGuardrail(request, each, field)).slug))
}

async function findGuardrail(request: AdminRequest, idOrSlug: string, field: string): Promise<SavedGuardrail> {
  const stored = await request.ports.documents.read<SavedGuardrail>('guardrail', idOrSlug, organisationScope)
  if (stored === undefined) throw missingReference('guardrail', idOrSlug, field)
  return stored.document
}

function briefly({ id, slug }: SavedGuardrail) {
  return { id, slug }
}
