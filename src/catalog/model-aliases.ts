/** Names that an administrator gives to models: on a workspace, and on an API key, whose own win. */
import type { Caller, Workspace } from '../identity/caller.ts'

/** Alias → `@slug/model`. */
export type ModelAliases = Readonly<Record<string, string>>

interface Naming {
  readonly caller: Pick<Caller, 'apiKey'>
  readonly workspace: Workspace
}

/** `@slug/model`; undefined = the name is no alias. */
export function modelBehindAlias(name: string, { caller, workspace }: Naming): string | undefined {
  return addressIn(caller.apiKey.defaults.modelAliases, name) ?? addressIn(workspace.defaults.model_aliases, name)
}

/** All that hold for a caller. */
export function aliasesOf({ caller, workspace }: Naming): ModelAliases {
  const names = [caller.apiKey.defaults.modelAliases, workspace.defaults.model_aliases].flatMap((each) =>
    isRecord(each) ? Object.keys(each) : [],
  )
  const entries = names.flatMap((name) => {
    const address = modelBehindAlias(name, { caller, workspace })
    return address === undefined ? [] : [[name, address] as const]
  })
  return Object.fromEntries(entries)
}

function addressIn(aliases: unknown, name: string): string | undefined {
  if (!isRecord(aliases) || !Object.hasOwn(aliases, name)) return undefined
  const address = aliases[name]
  return typeof address === 'string' ? address : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
