/** `DELETE /cache`: what the cache holds is no longer served, of everything, a workspace, a config or a namespace. */
import { type CachePurges, type PurgeScope, withPurge } from '../../cache/purge.ts'
import { GatewayError } from '../../errors.ts'
import { requireAny } from '../caller.ts'
import type { CachePurgeJson } from '../contract.ts'
import { cachePurgeAnswer } from '../document-answers.ts'
import { type AdminRequest, missingReference, organisationScope, selectedWorkspace } from '../request.ts'
import type { Resource } from '../resource.ts'
import { timestamp } from '../schemas.ts'

const path = '/cache'
const kind = 'cache-purges'
const longestNamespace = 256
/** Marks of one workspace: they are read with its catalog. */
const mostMarks = 1_000
const attempts = 8

interface Purges extends CachePurges {
  /** Of the last one: which api key. */
  readonly purgedBy: string
}

export const cache: Resource = {
  object: 'cache-purge',
  path,
  verbs: [
    {
      method: 'DELETE',
      path,
      handle: purge,
      shape: {
        summary: 'Purge cached answers: all, or those of a workspace, a config or a namespace',
        query: {
          workspace_id: 'id or slug of the workspace',
          config: 'id or slug of the config',
          namespace: 'its name',
        },
        answer: cachePurgeAnswer,
      },
    },
  ],
}

/** Instances see it with the catalog, within 30 s. */
async function purge(request: AdminRequest): Promise<CachePurgeJson> {
  const { caller, ports, nowMs } = request
  requireAny(caller, ['workspaces.update', 'organisation_settings.update'])
  refuseUnclear(request)
  const workspace = await selectedWorkspace(request)
  if (workspace === undefined) requireAny(caller, ['organisation_settings.update'])
  const scope = await readScope(request, workspace?.id)
  await mark(request, workspace?.id ?? organisationScope, scope)
  const namespace = scope !== undefined && 'namespace' in scope ? scope.namespace : null
  const config = scope !== undefined && 'config' in scope ? scope.config : null
  const purged = { workspace_id: workspace?.id ?? null, namespace, config }
  ports.ambient.log({ level: 'info', message: 'the cache was purged', by: caller.id, ...purged })
  return { object: 'cache-purge', purged_at: timestamp(nowMs) ?? '', ...purged }
}

const selectors = ['workspace_id', 'workspaceId', 'namespace', 'config']

/** What was mistyped or left empty would purge more than was meant. */
function refuseUnclear({ query, body }: AdminRequest): void {
  const given = { ...body, ...query }
  const unknown = Object.keys(given).find((name) => !selectors.includes(name))
  if (unknown !== undefined) {
    const allowed = "allowed are 'workspace_id', 'namespace' and 'config'"
    throw invalid(unknown, `'${unknown.slice(0, 100)}' says nothing of what to purge; ${allowed}`)
  }
  const empty = Object.keys(given).find((name) => given[name] === '')
  if (empty !== undefined) throw invalid(empty, `${empty} is empty; leave it out to purge without it`)
}

async function readScope(request: AdminRequest, workspaceId: string | undefined): Promise<PurgeScope> {
  const namespace = given(request, 'namespace')
  const config = given(request, 'config')
  if (namespace === undefined && config === undefined) return undefined
  if (namespace !== undefined && config !== undefined)
    throw invalid('config', 'give a namespace or a config, not both; they are purged one after the other')
  if (workspaceId === undefined)
    throw invalid('workspace_id', 'workspace_id is missing; a namespace or config belongs to a workspace')
  if (namespace !== undefined) return { namespace }
  const stored = await request.ports.documents.read<{ id: string; slug: string }>('config', config ?? '', workspaceId)
  if (stored === undefined) throw missingReference('config', config ?? '', 'config')
  return { config: stored.document.slug }
}

/** In the query or the body. */
function given({ query, body }: AdminRequest, name: string): string | undefined {
  const value = query[name] ?? body[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '' && value.length <= longestNamespace) return value
  throw invalid(name, `${name} must be a string of 1 to ${longestNamespace} characters`)
}

async function mark(request: AdminRequest, home: string, scope: PurgeScope): Promise<void> {
  const { documents } = request.ports
  const id = `purges-${home}`
  for (let attempt = 1; ; attempt++) {
    const stored = await documents.read<Purges>(kind, id, home)
    const purges = withPurge(stored?.document ?? { id }, scope, request.nowMs)
    const marks = Object.keys({ ...purges.namespaces }).length + Object.keys({ ...purges.configs }).length
    if (marks > mostMarks)
      throw new GatewayError(
        'conflict',
        `${mostMarks} namespaces and configs of this workspace were purged in the last 90 days; purge the workspace as a whole`,
      )
    const document: Purges = { ...purges, purgedBy: request.caller.id }
    try {
      return await (stored === undefined
        ? documents.create(kind, home, document)
        : documents.replace(kind, stored, document))
    } catch (thrown) {
      const isRace = thrown instanceof GatewayError && thrown.code === 'conflict'
      if (!isRace || attempt === attempts) throw thrown
    }
  }
}

function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
