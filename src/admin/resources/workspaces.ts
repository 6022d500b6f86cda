/** Workspaces: the tenants of the organisation, with limits of their own. */

import * as z from 'zod/mini'
import { GatewayError } from '../../errors.ts'
import type { Workspace } from '../../identity/caller.ts'
import { readDataPolicy } from '../../identity/processing-policy.ts'
import { workspaceAnswer } from '../answers.ts'
import type { WorkspaceJson } from '../contract.ts'
import { documentRepository } from '../document-repository.ts'
import type { Stored } from '../ports.ts'
import { grantGlobalAccess, removeFromIntegrations } from '../provisioning.ts'
import { describeContents, listWorkspaceContents, removeWorkspaceContents } from '../removal.ts'
import { type AdminRequest, type JsonObject, organisationScope } from '../request.ts'
import { defineResource } from '../resource.ts'
import {
  anyObject,
  flag,
  mergeField,
  modelAliases,
  name,
  optionalText,
  rateLimits,
  stringRecord,
  text,
  timestamp,
  usageLimitArray,
  withoutUndefined,
} from '../schemas.ts'
import { makeSlug } from '../slug.ts'
import { refuseMistyped } from '../unknown-fields.ts'
import { resetFields, subjects, usageJson } from '../usage.ts'
import { checkGuardrailNames } from './guardrails.ts'
import { removeExclusions } from './workspace-exclusions.ts'

const defaultNames = [
  'metadata',
  'config_id',
  'user_api_key_config',
  'input_guardrails',
  'output_guardrails',
  'block_inline_config',
  'metadata_headers',
  'model_aliases',
  'semantic_cache',
  'data_policy',
]
const defaults = z.looseObject({
  metadata: z.optional(z.nullable(stringRecord)),
  metadata_headers: z.optional(z.nullable(stringRecord)),
  model_aliases: modelAliases,
  block_inline_config: flag,
  data_policy: anyObject,
})
const optionalFields = {
  icon: text,
  description: optionalText,
  defaults: z.optional(z.nullable(defaults)),
  usage_limits: usageLimitArray,
  rate_limits: rateLimits,
  settings: anyObject,
}
const members = z.optional(
  z.nullable(z.array(z.unknown()).check(z.maxLength(0, 'members cannot be given here yet; leave it out'))),
)
const createFields = z.object({ name, users: members, ...optionalFields })
const updateFields = z.object({ name: z.optional(name), users: members, reset_usage: flag, ...optionalFields })

const repository = documentRepository<Workspace>('workspace')

/** What live workspaces of this API family answer; there is nothing behind these yet. */
const fixedSettings: Readonly<Record<string, number>> = {
  user_api_key_ttl: 0,
  user_api_key_max_ttl: 0,
  user_api_key_count: -1,
  user_key_metadata: 1,
  user_key_metadata_override: 1,
}

export const workspaces = defineResource({
  object: 'workspace',
  path: '/admin/workspaces',
  isPlaceless: true,
  removal: z.object({ name: z.string(), force_delete: z.optional(z.boolean()) }),
  answers: { row: workspaceAnswer, created: workspaceAnswer },
  repository,
  families: ['workspaces'],
  pageSize: 50,
  scopes: async () => [organisationScope],
  isVisible: ({ caller }, workspace) => caller.workspaceId === undefined || caller.workspaceId === workspace.id,
  create: {
    fields: createFields,
    async toDocument(request, fields) {
      refuseMistyped(fields.defaults, defaultNames, 'defaults')
      await checkGuardrailNames(request, fields.defaults)
      const document = newWorkspace(request, fields)
      return {
        scope: organisationScope,
        document,
        answer: await toJson(request, document),
        after: () => grantGlobalAccess(request, document),
      }
    },
  },
  update: {
    fields: updateFields,
    async toDocument(request, workspace, fields) {
      refuseMistyped(fields.defaults, defaultNames, 'defaults')
      await checkGuardrailNames(request, fields.defaults, workspace.id)
      return { document: changed(request, workspace, fields), answer: {} }
    },
  },
  filters: ['name', 'exact_name', 'status'],
  usualFilters: { status: 'active' },
  toJson,
  refuseRemoval,
  removeChildren: removeRest,
  afterRemove: removeRest,
})

function newWorkspace(request: AdminRequest, fields: z.output<typeof createFields>): Workspace {
  const { ambient, settings } = request.ports
  const id = ambient.newId()
  const blank: Workspace = {
    id,
    slug: makeSlug(fields.name, id, { prefix: 'ws', length: 6 }),
    name: fields.name,
    organisationId: settings.organisationId,
    isDefault: false,
    status: 'active',
    defaults: {},
    usageLimits: [],
    rateLimits: [],
    limitEpoch: 0,
    createdAtMs: request.nowMs,
    updatedAtMs: request.nowMs,
  }
  return changed(request, blank, fields)
}

function changed(request: AdminRequest, workspace: Workspace, fields: z.output<typeof updateFields>): Workspace {
  const icon = fields.icon === '' ? null : fields.icon
  return withoutUndefined<Workspace>({
    ...workspace,
    name: fields.name ?? workspace.name,
    icon: mergeField(icon, workspace.icon),
    description: mergeField(fields.description, workspace.description),
    defaults: changedDefaults(workspace.defaults, fields.defaults),
    usageLimits: mergeField(fields.usage_limits, workspace.usageLimits) ?? [],
    rateLimits: mergeField(fields.rate_limits, workspace.rateLimits) ?? [],
    keepsBodies: fields.settings === undefined ? workspace.keepsBodies : readKeepsBodies(fields.settings),
    ...resetFields(workspace, fields.reset_usage, request.nowMs),
    updatedAtMs: request.nowMs,
  })
}

/** `debug_log`: 1 or absent = bodies are logged, 0 = they are not. Throws `invalid_request` for a setting that would be ignored. */
function readKeepsBodies(settings: JsonObject | null): boolean | undefined {
  const { debug_log: debugLog = null, ...others } = settings ?? {}
  for (const [key, value] of Object.entries(others))
    if (value !== null && value !== fixedSettings[key])
      throw invalidSetting(key, 'it cannot be changed here; leave it out')
  if (debugLog === null || debugLog === 1 || debugLog === true) return undefined
  if (debugLog === 0 || debugLog === false) return false
  throw invalidSetting('debug_log', 'it must be 1 (bodies are logged) or 0 (they are not)')
}

function invalidSetting(key: string, advice: string): GatewayError {
  const field = `settings.${key.slice(0, 60)}`
  return new GatewayError('invalid_request', `${field}: ${advice}`, { param: field })
}

function changedDefaults(before: Workspace['defaults'], given: JsonObject | null | undefined): Workspace['defaults'] {
  if (given === undefined) return before
  if (given?.data_policy != null) readDataPolicy(given.data_policy, 'defaults.data_policy', 'demand')
  const entries = Object.entries({ ...before, ...given }).filter(([, value]) => value !== null)
  return given === null ? {} : Object.fromEntries(entries)
}

async function toJson(request: AdminRequest, workspace: Workspace): Promise<WorkspaceJson> {
  const usage = await usageJson(request, subjects.workspace(workspace))
  const hasIcon = workspace.icon !== undefined && request.query.name_format !== 'plain'
  return {
    id: workspace.id,
    slug: workspace.slug,
    name: hasIcon ? `${workspace.icon} ${workspace.name}` : workspace.name,
    icon: workspace.icon ?? null,
    description: workspace.description ?? null,
    created_at: timestamp(workspace.createdAtMs),
    last_updated_at: timestamp(workspace.updatedAtMs),
    is_default: workspace.isDefault ? 1 : 0,
    defaults: { metadata: null, user_api_key_config: null, ...workspace.defaults },
    usage_limits: usage.usageLimits.length === 0 ? null : usage.usageLimits,
    rate_limits: workspace.rateLimits.length === 0 ? null : workspace.rateLimits,
    organisation_id: workspace.organisationId,
    last_reset_at: timestamp(workspace.lastResetAtMs),
    next_usage_reset_at: usage.nextResetAt,
    created_by: null,
    creation_source: 'api',
    status: workspace.status,
    scim_source_id: null,
    settings: { debug_log: workspace.keepsBodies === false ? 0 : 1, ...fixedSettings },
    security_settings: {},
    users: [],
    object: 'workspace',
  }
}

/** The name has to be typed, and dependants stand in the way unless they are to go too. */
async function refuseRemoval(request: AdminRequest, { document: workspace }: Stored<Workspace>): Promise<void> {
  const { body, ports } = request
  if (workspace.isDefault)
    throw new GatewayError('invalid_request', `the default workspace '${workspace.name}' cannot be deleted`)
  if (body.name !== workspace.name)
    throw new GatewayError(
      'invalid_request',
      `name must repeat the workspace's name '${workspace.name}' in the body, so that no other one is deleted by mistake`,
      { param: 'name' },
    )
  const inTheWay = describeContents(await listWorkspaceContents(ports, workspace.id))
  if (inTheWay !== undefined && body.force_delete !== true)
    throw new GatewayError(
      'conflict',
      `the workspace still has ${inTheWay}; delete them first or send force_delete: true`,
    )
}

async function removeRest({ ports, nowMs }: AdminRequest, { document: { id } }: Stored<Workspace>): Promise<void> {
  await removeWorkspaceContents(ports, id)
  await removeFromIntegrations({ ports, nowMs }, id)
  await removeExclusions(ports, id)
}
