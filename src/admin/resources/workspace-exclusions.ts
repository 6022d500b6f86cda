/** `/workspace-exclusions/{input|output}-guardrails`: workspaces in which the organisation's guardrails do not hold. */
import * as z from 'zod/mini'
import type { GuardrailDefaults } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import { emptyAnswer } from '../answers.ts'
import { requireAny } from '../caller.ts'
import type { WorkspaceExclusionsJson } from '../contract.ts'
import { workspaceExclusionsAnswer } from '../document-answers.ts'
import { isConflict } from '../removal.ts'
import { type AdminRequest, findWorkspace, listWorkspaces, organisationScope } from '../request.ts'
import type { Resource, Verb } from '../resource.ts'

interface Defaults extends GuardrailDefaults {
  readonly id: 'defaults'
}

type Side = 'excludedFromInput' | 'excludedFromOutput'

const root = '/workspace-exclusions'
const kind = 'organisation-defaults'

const changeFields = z.object({
  workspaces: z.array(z.object({ workspace_id: z.string(), excluded: z.boolean() })),
  override_existing: z.optional(z.boolean()),
})

export const workspaceExclusions: Resource = {
  object: 'workspace-exclusions',
  path: root,
  verbs: [...verbsOf('input-guardrails', 'excludedFromInput'), ...verbsOf('output-guardrails', 'excludedFromOutput')],
}

function verbsOf(name: string, side: Side): readonly Verb[] {
  const path = `${root}/${name}`
  return [
    {
      method: 'GET',
      path,
      handle: (request) => show(request, side),
      shape: {
        summary: `List the workspaces in which ${name} of the organisation do not hold`,
        answer: workspaceExclusionsAnswer,
      },
    },
    {
      method: 'PUT',
      path,
      handle: (request) => change(request, side),
      shape: {
        summary: `Say in which workspaces ${name} of the organisation do not hold`,
        body: changeFields,
        answer: emptyAnswer,
      },
    },
  ]
}

function readDefaults({ ports }: AdminRequest) {
  return ports.documents.read<Defaults>(kind, 'defaults', organisationScope)
}

async function show(request: AdminRequest, side: Side): Promise<WorkspaceExclusionsJson> {
  requireAny(request.caller, ['organisation_exclusions.list'])
  const excluded = new Set((await readDefaults(request))?.document[side])
  const data = (await listWorkspaces(request))
    .filter(({ id }) => excluded.has(id))
    .map(({ id, slug, name }) => ({ workspace_id: id, slug, name, excluded: true as const }))
  return { object: 'list', total: data.length, data, workspaces: data }
}

/** Workspaces that are not named stay as they were, unless `override_existing` says otherwise. */
async function change(request: AdminRequest, side: Side): Promise<Record<string, never>> {
  requireAny(request.caller, ['organisation_exclusions.update'])
  const { documents } = request.ports
  const stored = await readDefaults(request)
  const isFresh = request.body.override_existing === true
  const excluded = new Set<string>(isFresh ? [] : stored?.document[side])
  for (const { idOrSlug, isExcluded } of readRows(request)) {
    const { id } = (await findWorkspace(request, idOrSlug)).document
    if (isExcluded) excluded.add(id)
    else excluded.delete(id)
  }
  const before = stored?.document ?? { inputGuardrails: [], outputGuardrails: [] }
  const document: Defaults = { ...before, id: 'defaults', [side]: [...excluded] }
  await (stored === undefined
    ? documents.create(kind, organisationScope, document)
    : documents.replace(kind, stored, document))
  return {}
}

function readRows({ body }: AdminRequest) {
  const rows: readonly unknown[] | undefined = Array.isArray(body.workspaces) ? body.workspaces : undefined
  return (rows ?? [undefined]).map((row) => {
    const { workspace_id: id, excluded } = (row ?? {}) as Record<string, unknown>
    if (typeof id === 'string' && typeof excluded === 'boolean') return { idOrSlug: id, isExcluded: excluded }
    throw new GatewayError(
      'invalid_request',
      'workspaces must be a list of objects, each with a workspace_id and with excluded, true or false',
      { param: 'workspaces' },
    )
  })
}

/** With their workspace; repeated while somebody else writes. */
export async function removeExclusions({ documents }: AdminRequest['ports'], workspaceId: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stored = await documents.read<Defaults>(kind, 'defaults', organisationScope)
    if (stored === undefined) return
    const without = (ids: readonly string[] = []) => ids.filter((id) => id !== workspaceId)
    const { excludedFromInput: input, excludedFromOutput: output } = stored.document
    if (![...(input ?? []), ...(output ?? [])].includes(workspaceId)) return
    const document = { ...stored.document, excludedFromInput: without(input), excludedFromOutput: without(output) }
    try {
      return await documents.replace(kind, stored, document)
    } catch (thrown) {
      if (attempt >= 8 || !isConflict(thrown)) throw thrown
    }
  }
}
