/** `GET /limits/status`: where the limits of an api key, a workspace, a provider, an integration or a policy stand now. */
import type { Integration, Provider } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { ApiKey } from '../../identity/caller.ts'
import type { LimitPolicy, LimitSubject } from '../../limits/setting.ts'
import { listAnswer } from '../answers.ts'
import { requireAny } from '../caller.ts'
import { limitStatusAnswer } from '../document-answers.ts'
import type { PolicyDocument } from '../policy.ts'
import { type AdminRequest, findWorkspace, type JsonObject, missingReference, workspaceScopes } from '../request.ts'
import type { Resource } from '../resource.ts'
import { statusJson, subjects } from '../usage.ts'

export const limitStatus: Resource = {
  object: 'limit-status',
  path: '/limits/status',
  verbs: [
    {
      method: 'GET',
      path: '/limits/status',
      handle: readStatus,
      shape: {
        summary: 'Show where limits stand',
        query: {
          api_key: 'id of an api key',
          workspace_id: 'id or slug of a workspace',
          provider: 'id or slug of a provider',
          integration: 'id or slug of an integration',
          policy_id: 'id of a policy',
        },
        answer: listAnswer(limitStatusAnswer),
      },
    },
  ],
}

interface Named {
  readonly kind: string
  readonly id: string
  readonly label: string
  readonly limited: LimitSubject | LimitPolicy
}

async function readStatus(request: AdminRequest): Promise<JsonObject> {
  const reader = request.ports.limitStatus
  if (reader === undefined)
    throw new GatewayError('not_found', 'usage is not counted here, so there is no status of limits to show')
  const named = await namedLimits(request)
  const rows = await Promise.all(
    named.map(async ({ kind, id, label, limited }) =>
      (await reader.read(limited, request.nowMs)).map((status) => ({ ...statusJson(status), kind, id, label })),
    ),
  )
  const data = rows.flat()
  return { object: 'list', total: data.length, data }
}

type Find = (request: AdminRequest, name: string) => Promise<readonly Named[]>

/** Query parameter → what it names. */
const finders: Readonly<Record<string, Find>> = {
  api_key: findApiKey,
  workspace_id: async (request, name) => {
    requireAny(request.caller, ['workspaces.read'])
    const { document } = await findWorkspace(request, request.caller.workspaceId ?? name)
    return [ofSubject(subjects.workspace(document))]
  },
  provider: findProvider,
  integration: findIntegration,
  policy_id: findPolicy,
}

async function namedLimits(request: AdminRequest): Promise<readonly Named[]> {
  const { query, caller } = request
  // workspace_id beside another one says where to look
  const asked = Object.keys(finders).filter(
    (key) =>
      query[key] && (key !== 'workspace_id' || Object.keys(finders).every((other) => other === key || !query[other])),
  )
  if (asked.length > 0)
    return (await Promise.all(asked.map((key) => finders[key]?.(request, query[key] ?? '') ?? []))).flat()
  if (caller.workspaceId !== undefined) return findApiKey(request, caller.id)
  throw new GatewayError(
    'invalid_request',
    `name what to show: one of ${Object.keys(finders).join(', ')} as a query parameter`,
  )
}

async function findApiKey(request: AdminRequest, id: string): Promise<readonly Named[]> {
  const { caller } = request
  if (id !== caller.id)
    requireAny(caller, [
      'workspace_service_api_keys.read',
      'workspace_user_api_keys.read',
      'organisation_service_api_keys.read',
    ])
  const key: ApiKey | undefined = (await request.ports.apiKeys.read(id))?.document
  if (key === undefined || (caller.workspaceId !== undefined && key.workspaceId !== caller.workspaceId))
    throw missingReference('api key', id, 'api_key')
  return [ofSubject(subjects.apiKey(key))]
}

async function findProvider(request: AdminRequest, name: string): Promise<readonly Named[]> {
  requireAny(request.caller, ['providers.read', 'virtual_keys.read'])
  const scopes = await workspaceScopes(request)
  const found = await Promise.all(
    scopes.map((scope) => request.ports.documents.read<Provider>('provider', name, scope)),
  )
  const rows = found.filter((stored) => stored !== undefined)
  if (rows.length === 0) throw missingReference('provider', name, 'provider')
  return rows.map(({ document }) => ofSubject(subjects.provider(document)))
}

async function findIntegration(request: AdminRequest, name: string): Promise<readonly Named[]> {
  requireAny(request.caller, ['organisation_integrations.read', 'workspace_integrations.read'])
  const scopes = await workspaceScopes(request)
  const places = ['organisation', ...scopes]
  const found = await Promise.all(
    places.map((scope) => request.ports.documents.read<Integration>('integration', name, scope)),
  )
  const integration = found.find((stored) => stored !== undefined)?.document
  if (integration === undefined) throw missingReference('integration', name, 'integration')
  return integration.workspaces
    .filter((row) => scopes.includes(row.workspaceId))
    .map((row) => ofSubject(subjects.integration(integration, row)))
}

async function findPolicy(request: AdminRequest, id: string): Promise<readonly Named[]> {
  requireAny(request.caller, ['policies.read'])
  const { documents } = request.ports
  const stored =
    (await documents.read<PolicyDocument>('usage-policy', id)) ??
    (await documents.read<PolicyDocument>('rate-policy', id))
  const { workspaceId } = request.caller
  if (stored === undefined || (workspaceId !== undefined && stored.document.workspaceId !== workspaceId))
    throw missingReference('policy', id, 'policy_id')
  return [{ kind: 'policy', id, label: stored.document.policy.name, limited: stored.document.policy }]
}

function ofSubject(subject: LimitSubject): Named {
  return { kind: subject.kind, id: subject.id, label: subject.label, limited: subject }
}
