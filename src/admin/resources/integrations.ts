/** Integrations: stored credentials and settings of an AI provider. Secrets go to the vault and are never answered. */

import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod/mini'
import type { Integration } from '../../catalog/catalog.ts'
import { maskSecret } from '../../identity/secret.ts'
import { findAiProvider } from '../ai-provider.ts'
import { createdWithSlugAnswer, integrationAnswer } from '../answers.ts'
import { isOfOrganisation } from '../caller.ts'
import { checkConnection, hostsIn } from '../connection.ts'
import type { IntegrationJson } from '../contract.ts'
import {
  maskConfigurations,
  mergeConfigurations,
  refuseMaskedKey,
  splitConfigurations,
  unchangedSecrets,
  writeCredentials,
} from '../credentials.ts'
import { documentRepository } from '../document-repository.ts'
import { newIntegration } from '../new-integration.ts'
import { checkPricingAdjustments } from '../prices.ts'
import { changedDataPolicy, refuseOtherAccount } from '../processing-policy.ts'
import { provisionProvider, removeProviders } from '../provisioning.ts'
import { removeSecretsOf } from '../removal.ts'
import { type AdminRequest, listWorkspaces, organisationScope, selectedWorkspace } from '../request.ts'
import { type Change, defineResource } from '../resource.ts'
import {
  anyObject,
  credential,
  flag,
  mergeField,
  name,
  optionalText,
  tags,
  text,
  timestamp,
  withoutUndefined,
} from '../schemas.ts'
import { checkSettings, readSettings, refuseMisplacedSetting } from '../settings.ts'
import { modelVerbs } from './integration-models.ts'
import { globalAccessJson, workspaceVerbs } from './integration-workspaces.ts'

const optionalFields = {
  description: optionalText,
  key: credential,
  configurations: anyObject,
  pricing_adjustments: anyObject,
  data_policy: anyObject,
  secret_mappings: z.optional(
    z.nullable(
      z.array(z.unknown()).check(z.maxLength(0, 'secret references are not available here; send the key itself')),
    ),
  ),
  tags,
}
const createFields = z.object({
  name,
  ai_provider_id: z.string(),
  slug: text,
  create_default_provider: flag,
  default_provider_slug: text,
  ...optionalFields,
})
const updateFields = z.object({ name: z.optional(name), ...optionalFields })

const repository = documentRepository<Integration>('integration')

export const integrations = defineResource(
  {
    object: 'integration',
    path: '/integrations',
    answers: { row: integrationAnswer, created: createdWithSlugAnswer('integration') },
    isTaken: refuseMisplacedSetting("'configurations'"),
    repository,
    families: ['organisation_integrations', 'workspace_integrations'],
    familyOf: (row) => (row.workspaceId === undefined ? 'organisation_integrations' : 'workspace_integrations'),
    pageSize: 100,
    async scopes(request) {
      const workspace = await selectedWorkspace(request)
      if (workspace !== undefined) return [workspace.id, organisationScope]
      return [organisationScope, ...(await listWorkspaces(request)).map((each) => each.id)]
    },
    isVisible: ({ caller: { workspaceId } }, row) => workspaceId === undefined || isUsableIn(row, workspaceId),
    create: {
      fields: createFields,
      familyOf: ({ caller, body }) =>
        caller.workspaceId !== undefined || body.workspace_id ? 'workspace_integrations' : 'organisation_integrations',
      toDocument: createIntegration,
    },
    update: { fields: updateFields, toDocument: changeIntegration },
    filters: ['name', 'status', 'type', 'tags'],
    toJson: async (_, row) => integrationJson(row),
    async removeChildren(request, { document }) {
      const { workspaceId, workspaces } = document
      const rows = workspaceId === undefined ? workspaces.map((row) => row.workspaceId) : [workspaceId]
      await removeProviders(request, document.id, rows)
      await removeSecretsOf('integration', document, request.ports)
    },
  },
  (context) => [...modelVerbs(context), ...workspaceVerbs(context)],
)

function isUsableIn(row: Integration, workspaceId: string): boolean {
  if (row.workspaceId !== undefined) return row.workspaceId === workspaceId
  return row.workspaces.some((each) => each.workspaceId === workspaceId && each.isEnabled)
}

async function createIntegration(request: AdminRequest, fields: z.output<typeof createFields>) {
  const workspace = await selectedWorkspace(request)
  if (fields.pricing_adjustments) checkPricingAdjustments(fields.pricing_adjustments, 'pricing_adjustments')
  const made = await newIntegration(request, {
    name: fields.name,
    aiProviderId: fields.ai_provider_id,
    slug: fields.slug ?? undefined,
    key: fields.key ?? undefined,
    configurations: fields.configurations ?? {},
    workspace,
  })
  const document = withoutUndefined<Integration>({
    ...made.document,
    description: fields.description ?? undefined,
    pricingAdjustments: fields.pricing_adjustments ?? undefined,
    dataPolicy: changedDataPolicy(request, undefined, fields.data_policy),
    tags: fields.tags ?? undefined,
  })
  const provision = async () => {
    if (workspace === undefined || fields.create_default_provider === false) return
    const slug = fields.default_provider_slug
    await provisionProvider(request, { integration: document, workspaceId: workspace.id, ...(slug ? { slug } : {}) })
  }
  return {
    ...made,
    document,
    answer: { id: document.id, slug: document.slug, object: 'integration' },
    // before the row, so that a clash of slugs leaves nothing behind
    before: async () => {
      await made.before()
      try {
        await provision()
      } catch (thrown) {
        await made.undo()
        throw thrown
      }
    },
    undo: async () => {
      await made.undo()
      if (workspace !== undefined) await removeProviders(request, document.id, [workspace.id])
    },
  }
}

/** What an update makes of an integration, and its write to the vault. Throws `invalid_request`. */
export async function changeIntegration(
  request: AdminRequest,
  row: Integration,
  fields: z.output<typeof updateFields>,
): Promise<Change<Integration>> {
  const aiProvider = findAiProvider(request.ports.aiProviders, row.aiProviderId, 'ai_provider_id')
  const given = readSettings(aiProvider, fields.configurations ?? {})
  const split = splitConfigurations(given, row.configurations)
  const isApproved = isOfOrganisation(request.caller)
  if (fields.pricing_adjustments) checkPricingAdjustments(fields.pricing_adjustments, 'pricing_adjustments')
  const configurations = mergeConfigurations(row.configurations, split)
  if (fields.configurations) {
    await checkConnection(given, {
      ports: request.ports,
      isApproved: (host) => isApproved || (row.approvedHosts ?? []).includes(String(host)),
    })
    checkSettings(aiProvider, { configurations: { ...configurations, ...split.secret }, hasSecrets: false })
  }
  const key = fields.key === row.maskedKey ? undefined : refuseMaskedKey(fields.key)
  const isNew = [split.secret, split.nested].some((each) => Object.keys(each).length > 0)
  const hasNewSecret = key !== undefined || isNew
  if (hasNewSecret || !isDeepStrictEqual(configurations, row.configurations)) refuseOtherAccount(request, row)
  const secretName = row.secretName ?? `${request.ports.settings.secretsPrefix}integrations/${row.id}`
  const document = withoutUndefined<Integration>({
    ...row,
    name: fields.name ?? row.name,
    description: mergeField(fields.description, row.description),
    maskedKey: key === undefined ? row.maskedKey : key ? maskSecret(key) : undefined,
    ...(hasNewSecret ? { secretName } : {}),
    configurations,
    ...(isApproved && fields.configurations ? { approvedHosts: hostsIn(configurations) } : {}),
    pricingAdjustments: mergeField(fields.pricing_adjustments, row.pricingAdjustments),
    dataPolicy: changedDataPolicy(request, row.dataPolicy, fields.data_policy),
    tags: mergeField(fields.tags, row.tags),
    updatedAtMs: request.nowMs,
  })
  if (!hasNewSecret) return { document, answer: {} }
  const keepsKey = key === undefined && row.maskedKey !== undefined
  const keepsOther = keepsKey || unchangedSecrets(configurations, split).length > 0
  const write = { ...split, secretName, key, keepsOther }
  return { document, answer: {}, before: () => writeCredentials(request.ports, write) }
}

function integrationJson(row: Integration): IntegrationJson {
  return {
    id: row.id,
    organisation_id: row.organisationId,
    ai_provider_id: row.aiProviderId,
    name: row.name,
    status: row.status,
    created_at: timestamp(row.createdAtMs),
    last_updated_at: timestamp(row.updatedAtMs),
    slug: row.slug,
    description: row.description ?? null,
    object: 'integration',
    type: row.workspaceId === undefined ? 'organisation' : 'workspace',
    workspace_id: row.workspaceId ?? null,
    owner_id: null,
    tags: row.tags ?? null,
    masked_key: row.maskedKey ?? null,
    configurations: maskConfigurations(row.configurations),
    global_workspace_access_settings: globalAccessJson(row),
    allow_all_models: row.allowAllModels,
    workspace_count: row.workspaceId === undefined ? row.workspaces.filter((each) => each.isEnabled).length : 1,
    secret_mappings: [],
    pricing_adjustments: row.pricingAdjustments ?? null,
    ...(row.dataPolicy === undefined ? {} : { data_policy: row.dataPolicy }),
  }
}
