/** Configs: a workspace's routing documents. Each change makes a version of its own, which is never changed. */

import * as z from 'zod/mini'
import { GatewayError } from '../../errors.ts'
import { loadChecks } from '../../guardrails/checks/on-demand/load.ts'
import { readGuardrailRef } from '../../guardrails/read.ts'
import type { WorkspaceId } from '../../identity/caller.ts'
import type { Params } from '../../routing/config.ts'
import { readConfig } from '../../routing/read-config.ts'
import { secretsWithin } from '../../routing/read-credentials.ts'
import { isOfOrganisation } from '../caller.ts'
import type { ConfigJson } from '../contract.ts'
import { configAnswer, configRowAnswer, versionMade } from '../document-answers.ts'
import { documentRepository } from '../document-repository.ts'
import type { Stored } from '../ports.ts'
import { type AdminRequest, findWorkspace, workspaceScopes, workspaceToCreateIn } from '../request.ts'
import { defineResource } from '../resource.ts'
import { booleanOrBit, name, timestamp } from '../schemas.ts'
import { makeSlug } from '../slug.ts'
import { versioned } from '../versions.ts'

interface Config {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly organisationId: string
  readonly workspaceId: WorkspaceId
  readonly isDefault: boolean
  readonly status: 'active' | 'archived'
  /** As its author wrote it. */
  readonly config: Params
  readonly versionId: string
  /** True = a key of the organisation wrote `config`: only such a one may lead stored credentials, or anything, to a private host. */
  readonly isByOrganisation?: boolean
  readonly updatedBy: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** Stored as one item, which may have 400 KB. */
const maxLength = 200_000

const createFields = z.object({
  name,
  config: z.unknown(),
  is_default: booleanOrBit,
  status: z.optional(z.literal('active')),
})
const updateFields = z.object({
  name: z.optional(name),
  config: z.optional(z.unknown()),
  is_default: booleanOrBit,
  status: z.optional(z.enum(['active', 'archived'])),
})

const repository = documentRepository<Config>('config')
const versions = versioned<Config>('config-version')

export const configs = defineResource(
  {
    object: 'config',
    path: '/configs',
    answers: {
      row: configAnswer,
      listed: configRowAnswer,
      created: versionMade('config'),
      updated: z.object({ version_id: z.string(), object: z.literal('config') }),
    },
    families: ['configs'],
    repository,
    pageSize: 100,
    filters: ['name', 'status'],
    scopes: workspaceScopes,
    create: {
      fields: createFields,
      async toDocument(request, fields) {
        const workspace = await workspaceToCreateIn(request)
        const id = request.ports.ambient.newId()
        const document: Config = {
          id,
          slug: makeSlug(fields.name, id, { prefix: 'pc', length: 6 }),
          name: fields.name,
          organisationId: request.ports.settings.organisationId,
          workspaceId: workspace.id,
          isDefault: Boolean(fields.is_default),
          status: 'active',
          config: await checkedConfig(request, fields.config),
          versionId: request.ports.ambient.newId(),
          isByOrganisation: isOfOrganisation(request.caller),
          updatedBy: request.caller.id,
          createdAtMs: request.nowMs,
          updatedAtMs: request.nowMs,
        }
        const answer = { id, slug: document.slug, version_id: document.versionId, object: 'config' }
        return { scope: workspace.id, ...versions.change(request, document, answer) }
      },
    },
    update: {
      fields: updateFields,
      async toDocument(request, before, fields) {
        const document: Config = {
          ...before,
          name: fields.name ?? before.name,
          isDefault: fields.is_default == null ? before.isDefault : Boolean(fields.is_default),
          status: fields.status ?? before.status,
          ...(fields.config == null
            ? {}
            : {
                config: await checkedConfig(request, fields.config),
                isByOrganisation: isOfOrganisation(request.caller),
              }),
          versionId: request.ports.ambient.newId(),
          updatedBy: request.caller.id,
          updatedAtMs: request.nowMs,
        }
        return versions.change(request, document, { version_id: document.versionId, object: 'config' })
      },
    },
    toJson: async (request, document) =>
      request.params.id === undefined ? rowJson(document) : { ...rowJson(document), ...contentJson(document) },
    refuseRemoval: refuseWhileInUse,
    removeChildren: versions.removeAll,
  },
  (context) => [
    versions.verb(context, {
      path: '/configs',
      row: configAnswer,
      toJson: (row) => ({ ...rowJson(row), ...contentJson(row) }),
    }),
  ],
)

/** An object, or its JSON text. Throws `invalid_request` that names every place that is wrong. */
async function checkedConfig(request: AdminRequest, given: unknown): Promise<Params> {
  const config = typeof given === 'string' ? parse(given) : given
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw invalid('config must be an object, or the JSON text of one')
  const length = JSON.stringify(config).length
  if (length > maxLength) throw invalid(`config has ${length} characters; at most ${maxLength} are allowed`)
  const { root, problems: read } = readConfig(config as Params)
  const problems = [...read, ...secretsWithin(root)]
  if (problems.length > 0) {
    const told = problems.slice(0, 5).map(({ path, message }) => `path: config.${path}, message: ${message}`)
    const rest = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
    throw invalid(`Invalid config passed: ${told.join('; ')}${rest}`)
  }
  await loadChecks()
  await checkHosts(request, root)
  return config as Params
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('Invalid config passed. You need to pass a valid json: config is a text that is not JSON')
  }
}

async function checkHosts(request: AdminRequest, node: ReturnType<typeof readConfig>['root']): Promise<void> {
  const { customHost } = node.settings
  if (customHost !== undefined) {
    const url = URL.parse(customHost)
    if (url === null) throw invalid(`Invalid custom host: ${node.path}.custom_host is not an http or https address`)
    await request.ports.checkHost(url, { isApproved: isOfOrganisation(request.caller) })
  }
  checkGuardrails(node)
  for (const target of node.targets ?? []) await checkHosts(request, target)
}

/** Guardrails that are written out; whether named ones exist is seen when they are used. */
function checkGuardrails({ path, settings }: ReturnType<typeof readConfig>['root']): void {
  const sides = { input: settings.inputGuardrails, output: settings.outputGuardrails }
  for (const [hook, refs = []] of Object.entries(sides))
    for (const [at, ref] of refs.entries())
      readGuardrailRef(ref, hook === 'input' ? 'input' : 'output', `${path}.${hook}_guardrails[${at}]`, () => 'own')
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'config' })
}

async function refuseWhileInUse(request: AdminRequest, { document }: Stored<Config>): Promise<void> {
  const workspace = (await findWorkspace(request, document.workspaceId)).document
  for (const field of ['user_api_key_config', 'config_id']) {
    const named = workspace.defaults[field]
    if (named !== document.slug && named !== document.id) continue
    throw new GatewayError(
      'conflict',
      `the config '${document.slug}' is the ${field} of the workspace '${workspace.slug}'; set another one there first`,
    )
  }
  const keys = await request.ports.apiKeys.list(document.workspaceId)
  const user = keys.find(({ document: key }) => [document.slug, document.id].includes(key.defaults.configId ?? ''))
  if (user === undefined) return
  throw new GatewayError(
    'conflict',
    `the config '${document.slug}' is the default of the api key '${user.document.name}' (${user.document.id}); set another one there first`,
  )
}

function rowJson(config: Config): Omit<ConfigJson, 'config' | 'format' | 'type' | 'version_id'> {
  return {
    id: config.id,
    name: config.name,
    workspace_id: config.workspaceId,
    slug: config.slug,
    organisation_id: config.organisationId,
    is_default: config.isDefault ? 1 : 0,
    status: config.status,
    owner_id: config.organisationId,
    updated_by: config.updatedBy,
    created_at: timestamp(config.createdAtMs),
    last_updated_at: timestamp(config.updatedAtMs),
    object: 'config',
  }
}

function contentJson(config: Config): Pick<ConfigJson, 'config' | 'format' | 'type' | 'version_id'> {
  return { config: JSON.stringify(config.config), format: 'json', type: 'ORG_CONFIG', version_id: config.versionId }
}
