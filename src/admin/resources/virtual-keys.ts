/** `/virtual-keys`: providers under their former name. One that brings credentials makes an integration of its workspace. */
import * as z from 'zod/mini'
import type { Integration, Provider } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { Workspace } from '../../identity/caller.ts'
import { createdWithSlugAnswer, virtualKeyAnswer, virtualKeyMade } from '../answers.ts'
import { maskConfigurations } from '../credentials.ts'
import { documentRepository } from '../document-repository.ts'
import { snakeCase } from '../fields.ts'
import { newIntegration } from '../new-integration.ts'
import { removeSecretsOf, removeStored } from '../removal.ts'
import { type AdminRequest, type JsonObject, organisationScope, workspaceToCreateIn } from '../request.ts'
import { type Creation, defineResource } from '../resource.ts'
import { credential, name, text } from '../schemas.ts'
import { makeSlug } from '../slug.ts'
import { changeIntegration } from './integrations.ts'
import {
  changedProvider,
  integrationOf,
  newProvider,
  optionalFields,
  providerJson,
  providerRows,
  updateFields as providerUpdateFields,
  usableIntegration,
} from './providers.ts'

const createFields = z.object({
  name,
  integration_id: text,
  provider: text,
  key: credential,
  slug: text,
  ...optionalFields,
})
const updateFields = z.object({ ...providerUpdateFields.shape, key: credential })
type CreateFields = z.output<typeof createFields>

const object = 'virtual-key'
/** How an integration that belongs to one virtual key is known again. */
const madeFor = 'made for a virtual key'

/** Former names of settings, as integrations call them; others with these beginnings keep theirs. */
const renamed: Readonly<Record<string, string>> = {
  resource_name: 'azure_resource_name',
  api_version: 'azure_api_version',
  deployment_name: 'azure_deployment_name',
  deployment_config: 'azure_deployment_config',
  custom_host: 'custom_host',
  custom_headers: 'custom_headers',
}
const settingStart = /^(aws|azure|vertex|workers_ai|openai|snowflake|huggingface)_/

export const virtualKeys = defineResource({
  ...providerRows,
  object,
  path: '/virtual-keys',
  answers: { row: virtualKeyAnswer, created: virtualKeyMade, updated: createdWithSlugAnswer(object) },
  isTaken: (name) => settingNamed(name) !== undefined,
  families: ['virtual_keys'],
  create: {
    fields: createFields,
    async toDocument(request, fields) {
      const workspace = await workspaceToCreateIn(request)
      if (!fields.integration_id) return createWithCredentials(request, fields, workspace)
      const integration = await usableIntegration(request, fields.integration_id, workspace)
      return creationOf(newProvider(request, { fields, workspace, integration }), workspace)
    },
  },
  update: {
    fields: updateFields,
    async toDocument(request, provider, fields) {
      const document = changedProvider(request, provider, fields)
      const before = await changeOwnIntegration(request, provider, fields.key)
      return { document, answer: { id: provider.id, slug: provider.slug, object }, ...(before && { before }) }
    },
  },
  async toJson(request, provider) {
    const integration = await integrationOf(request, provider)
    const json = await providerJson(request, provider)
    return {
      ...json,
      provider: json.ai_provider_name,
      workspace_name: await workspaceName(request, provider.workspaceId),
      organisation_id: request.ports.settings.organisationId,
      model_config: integration === undefined ? {} : maskConfigurations(integration.configurations),
      key: '',
      masked_api_key: integration?.maskedKey ?? '',
      object,
    }
  },
  async removeChildren(request, { document }) {
    const integration = await integrationOf(request, document)
    if (integration?.description === madeFor) await removeIntegration(request, integration)
  },
})

function creationOf(document: Provider, workspace: Workspace): Creation<Provider> {
  const { id, slug } = document
  return { scope: workspace.id, document, answer: { id, slug, object, success: true, data: { slug } } }
}

async function createWithCredentials(request: AdminRequest, fields: CreateFields, workspace: Workspace) {
  if (!fields.provider)
    throw new GatewayError(
      'invalid_request',
      'integration_id is missing; name an integration, or a provider with its key',
      {
        param: 'integration_id',
      },
    )
  const made = await newIntegration(request, {
    name: fields.name,
    aiProviderId: fields.provider,
    slug: fields.slug || makeSlug(fields.name, request.ports.ambient.newId(), { length: 60 }),
    key: fields.key ?? undefined,
    configurations: settingsOf(request.body),
    workspace,
  })
  const integration: Integration = { ...made.document, description: madeFor }
  const slug = integration.slug
  const provider = newProvider(request, { fields: { ...fields, slug }, workspace, integration })
  return {
    ...creationOf(provider, workspace),
    before: async () => {
      await made.before()
      try {
        await request.ports.documents.create('integration', workspace.id, integration)
      } catch (thrown) {
        await made.undo()
        throw thrown
      }
    },
    undo: () => removeIntegration(request, integration),
  }
}

function settingsOf(body: JsonObject): JsonObject {
  const settings = Object.entries(body).flatMap(([key, value]) => {
    const name = settingNamed(snakeCase(key))
    return name === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(settings)
}

/** As integrations call it; undefined = it is no setting. */
function settingNamed(name: string): string | undefined {
  if (Object.hasOwn(renamed, name)) return renamed[name]
  return settingStart.test(name) ? name : undefined
}

async function removeIntegration({ ports }: AdminRequest, integration: Integration): Promise<void> {
  const repository = documentRepository<Integration>('integration')(ports)
  await removeSecretsOf('integration', integration, ports)
  const stored = await repository.read(integration.id, integration.workspaceId)
  if (stored !== undefined) await removeStored(repository, stored)
}

/** The key and settings that an update brings; undefined = it brings none. Throws `invalid_request` where the integration is not the virtual key's own. */
async function changeOwnIntegration(
  request: AdminRequest,
  provider: Provider,
  key: string | null | undefined,
): Promise<(() => Promise<void>) | undefined> {
  const configurations = settingsOf(request.body)
  const hasSettings = Object.keys(configurations).length > 0
  if (!key && !hasSettings) return undefined
  const own = await integrationOf(request, provider)
  if (own?.description !== madeFor)
    throw keyElsewhere(own?.slug ?? provider.integrationId, key ? 'key' : 'these settings')
  const repository = documentRepository<Integration>('integration')(request.ports)
  const fields = { ...(key ? { key } : {}), ...(hasSettings ? { configurations } : {}) }
  await changeIntegration(request, own, fields)
  return async () => {
    const stored = await repository.read(own.id, own.workspaceId)
    if (stored === undefined) throw keyElsewhere(provider.integrationId, 'key')
    const change = await changeIntegration(request, stored.document, fields)
    await change.before?.()
    await repository.replace(stored, change.document)
  }
}

function keyElsewhere(slug: string, what: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `the integration '${slug}' is shared, so ${what} cannot be changed here; change it with PUT /integrations/${slug}`,
    { param: 'key' },
  )
}

async function workspaceName({ ports }: AdminRequest, id: string): Promise<string | null> {
  return (await ports.documents.read<Workspace>('workspace', id, organisationScope))?.document.name ?? null
}
