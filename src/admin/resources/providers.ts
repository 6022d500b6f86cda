/** Providers: a workspace's handles on integrations, addressed `@slug`. */

import * as z from 'zod/mini'
import type { Integration, Provider } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { Workspace } from '../../identity/caller.ts'
import { createdWithSlugAnswer, providerAnswer } from '../answers.ts'
import type { ProviderJson } from '../contract.ts'
import { documentRepository } from '../document-repository.ts'
import type { FilterName } from '../filters.ts'
import {
  type AdminRequest,
  missingReference,
  organisationScope,
  workspaceScopes,
  workspaceToCreateIn,
} from '../request.ts'
import { defineResource } from '../resource.ts'
import {
  checkFuture,
  flag,
  instant,
  mergeField,
  name,
  optionalText,
  rateLimits,
  tags,
  text,
  timestamp,
  usageLimit,
  withoutUndefined,
} from '../schemas.ts'
import { refuseMisplacedSetting } from '../settings.ts'
import { checkSlug, makeSlug } from '../slug.ts'
import { resetFields, shownStatus, subjects, usageJson } from '../usage.ts'

export const optionalFields = {
  note: optionalText,
  usage_limits: usageLimit,
  rate_limits: rateLimits,
  expires_at: instant,
  tags,
}
const createFields = z.object({ name, integration_id: z.string(), slug: text, ...optionalFields })
export const updateFields = z.object({ name: z.optional(name), reset_usage: flag, ...optionalFields })

const repository = documentRepository<Provider>('provider')

export type NewProviderFields = Pick<z.output<typeof createFields>, 'name' | 'slug' | keyof typeof optionalFields>

/** What `/providers` and `/virtual-keys` describe alike. */
export const providerRows = {
  repository,
  pageSize: 50,
  filters: ['name', 'status', 'tags'] satisfies readonly FilterName[],
  scopes: workspaceScopes,
}

export const providers = defineResource({
  ...providerRows,
  object: 'provider',
  path: '/providers',
  answers: {
    row: providerAnswer,
    created: createdWithSlugAnswer('provider'),
    updated: createdWithSlugAnswer('provider'),
  },
  isTaken: refuseMisplacedSetting("the 'configurations' of its integration"),
  families: ['providers'],
  create: {
    fields: createFields,
    async toDocument(request, fields) {
      const workspace = await workspaceToCreateIn(request)
      const integration = await usableIntegration(request, fields.integration_id, workspace)
      const document = newProvider(request, { fields, workspace, integration })
      return { scope: workspace.id, document, answer: { id: document.id, slug: document.slug, object: 'provider' } }
    },
  },
  update: {
    fields: updateFields,
    toDocument: async (request, provider, fields) => ({
      document: changedProvider(request, provider, fields),
      answer: { id: provider.id, slug: provider.slug, object: 'provider' },
    }),
  },
  toJson: providerJson,
})

interface NewProvider {
  readonly fields: NewProviderFields
  readonly workspace: Workspace
  readonly integration: Integration
}

export function newProvider(request: AdminRequest, { fields, workspace, integration }: NewProvider): Provider {
  const { ports, nowMs } = request
  const id = ports.ambient.newId()
  const blank: Provider = {
    id,
    slug: fields.slug ? checkSlug(fields.slug, 'slug') : makeSlug(fields.name, id, { length: 60 }),
    name: fields.name,
    workspaceId: workspace.id,
    integrationId: integration.id,
    status: 'active',
    rateLimits: [],
    limitEpoch: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  return changedProvider(request, blank, fields)
}

export async function usableIntegration(
  request: AdminRequest,
  idOrSlug: string,
  workspace: Workspace,
): Promise<Integration> {
  const { documents } = request.ports
  const own = await documents.read<Integration>('integration', idOrSlug, workspace.id)
  if (own !== undefined) return own.document
  const organisations = await documents.read<Integration>('integration', idOrSlug, organisationScope)
  if (organisations === undefined) throw missingReference('integration', idOrSlug, 'integration_id')
  const row = organisations.document.workspaces.find((each) => each.workspaceId === workspace.id)
  if (row?.isEnabled) return organisations.document
  const { slug } = organisations.document
  throw new GatewayError(
    'invalid_request',
    `the integration '${slug}' is not enabled for the workspace '${workspace.slug}'; enable it with PUT /integrations/${slug}/workspaces`,
    { param: 'integration_id' },
  )
}

export function changedProvider(
  request: AdminRequest,
  provider: Provider,
  fields: z.output<typeof updateFields>,
): Provider {
  const { nowMs } = request
  if (fields.expires_at) checkFuture(fields.expires_at, nowMs)
  const isRevived = fields.reset_usage || fields.usage_limits !== undefined || fields.expires_at !== undefined
  return withoutUndefined<Provider>({
    ...provider,
    name: fields.name ?? provider.name,
    note: mergeField(fields.note, provider.note),
    usageLimits: mergeField(fields.usage_limits, provider.usageLimits),
    rateLimits: mergeField(fields.rate_limits, provider.rateLimits) ?? [],
    expiresAtMs: mergeField(fields.expires_at, provider.expiresAtMs),
    tags: mergeField(fields.tags, provider.tags),
    ...resetFields(provider, fields.reset_usage, nowMs),
    status: isRevived ? 'active' : provider.status,
    updatedAtMs: nowMs,
  })
}

export async function integrationOf(request: AdminRequest, provider: Provider): Promise<Integration | undefined> {
  const { documents } = request.ports
  const stored =
    (await documents.read<Integration>('integration', provider.integrationId, organisationScope)) ??
    (await documents.read<Integration>('integration', provider.integrationId, provider.workspaceId))
  return stored?.document
}

export async function providerJson(request: AdminRequest, provider: Provider): Promise<ProviderJson> {
  const usage = await usageJson(request, subjects.provider(provider))
  const integration = await integrationOf(request, provider)
  return {
    id: provider.id,
    slug: provider.slug,
    name: provider.name,
    ai_provider_name: integration?.aiProviderId ?? null,
    integration_id: integration?.slug ?? provider.integrationId,
    note: provider.note ?? null,
    status: shownStatus(provider, request, usage),
    usage_limits: usage.usageLimits[0] ?? null,
    rate_limits: provider.rateLimits.length === 0 ? null : provider.rateLimits,
    reset_usage: null,
    expires_at: timestamp(provider.expiresAtMs),
    created_at: timestamp(provider.createdAtMs),
    last_updated_at: timestamp(provider.updatedAtMs),
    last_reset_at: timestamp(provider.lastResetAtMs),
    next_usage_reset_at: usage.nextResetAt,
    workspace_id: provider.workspaceId,
    tags: provider.tags ?? null,
    object: 'provider',
  }
}
