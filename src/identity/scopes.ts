/** Every scope of the admin API and of the data plane, and which of them each type of api key may hold. */
import type { ApiKeyType } from './caller.ts'

const crudl = ['create', 'read', 'update', 'delete', 'list'] as const

type Verbs = readonly string[]
interface Row {
  readonly organisation?: Verbs
  readonly workspace?: Verbs
  /** Absent = as `workspace`. */
  readonly user?: Verbs
}

const everywhere: Row = { organisation: crudl, workspace: crudl }
const organisationOnly: Row = { organisation: crudl }
const listedInWorkspaces: Row = { organisation: crudl, workspace: ['list'] }
const workspaceKeys: Row = { organisation: [...crudl, 'rotate'], workspace: [...crudl, 'rotate'], user: [] }
const copyable = [...crudl, 'duplicate', 'copy']

const groups: Readonly<Record<string, Row>> = {
  organisation_users: organisationOnly,
  organisation_guardrails: organisationOnly,
  deployments: organisationOnly,
  secret_references: organisationOnly,
  organisation_service_api_keys: { organisation: [...crudl, 'rotate'] },
  organisation_settings: { organisation: ['read', 'update'] },
  organisation_exclusions: { organisation: ['update', 'list'] },
  audit_logs: { organisation: ['list'] },
  plugins: { organisation: ['create', 'update', 'list'] },
  workspaces: { organisation: crudl, workspace: ['read', 'update', 'list'] },
  workspace_service_api_keys: workspaceKeys,
  workspace_user_api_keys: workspaceKeys,
  workspace_users: everywhere,
  configs: everywhere,
  providers: everywhere,
  policies: everywhere,
  workspace_integrations: everywhere,
  workspace_mcp_integrations: everywhere,
  workspace_agent_integrations: everywhere,
  agent_servers: everywhere,
  mcp_servers: everywhere,
  organisation_integrations: listedInWorkspaces,
  organisation_mcp_integrations: listedInWorkspaces,
  organisation_agent_integrations: listedInWorkspaces,
  guardrails: { organisation: crudl, workspace: [...crudl, 'invoke'] },
  prompts: { organisation: [...crudl, 'publish'], workspace: [...crudl, 'publish', 'render'] },
  virtual_keys: { organisation: copyable, workspace: copyable },
  analytics: { organisation: ['view'], workspace: ['view'] },
  logs: { organisation: ['export', 'list', 'view'], workspace: ['export', 'list', 'view', 'write'] },
  completions: { workspace: ['write'] },
  mcp: { workspace: ['invoke'] },
  agents: { workspace: ['invoke'] },
}

/** Spellings that older clients use. */
const aliases: Readonly<Record<string, string>> = { 'logs.read': 'logs.view' }

const columns: Readonly<Record<ApiKeyType, (row: Row) => Verbs | undefined>> = {
  'organisation-service': (row) => row.organisation,
  'workspace-service': (row) => row.workspace,
  'workspace-user': (row) => row.user ?? row.workspace,
}

/** All scopes that a key of this type may hold, e.g. `providers.list`. */
export function scopesOf(type: ApiKeyType): readonly string[] {
  return Object.entries(groups).flatMap(([group, row]) => (columns[type](row) ?? []).map((verb) => `${group}.${verb}`))
}

/** Does the set satisfy this scope, aliases considered? */
export function hasScope(held: ReadonlySet<string> | readonly string[], scope: string): boolean {
  const set = held instanceof Set ? held : new Set(held)
  const canonical = canonicalScope(scope)
  if (set.has(canonical)) return true
  return Object.entries(aliases).some(([alias, meant]) => meant === canonical && set.has(alias))
}

/** The scope that a spelling stands for. */
export function canonicalScope(scope: string): string {
  return (Object.hasOwn(aliases, scope) ? aliases[scope] : undefined) ?? scope
}

/** What an application needs to call models and report on them; nothing that administers. */
export const inferenceScopes: readonly string[] = [
  'completions.write',
  'virtual_keys.list',
  'providers.list',
  'logs.list',
  'logs.view',
  'logs.write',
  'analytics.view',
  'prompts.render',
  'guardrails.invoke',
  'mcp.invoke',
  'agents.invoke',
]
