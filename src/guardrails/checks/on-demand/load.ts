/** Checks whose work is loaded when one of them is first needed: a chat without them does not pay for it at the start. */
import type { RunCheck } from '../../guardrail.ts'
import type { Check } from '../check.ts'

/** What is known of a check before it is loaded. */
export type CheckDescription = Omit<Check, 'prepare'>
/** What is loaded: by id, how parameters become a function. */
export type CheckImplementations = Readonly<Record<string, Check['prepare']>>

type Load = () => Promise<CheckImplementations>

const loads = new Set<Load>()
const loaded = new Map<string, Check['prepare']>()

/** Parameters are read at once where the work is loaded already, else with the first use. */
export function checksOnDemand(heads: readonly CheckDescription[], load: Load): readonly Check[] {
  loads.add(load)
  return heads.map((head) => ({
    ...head,
    prepare(given) {
      const prepare = loaded.get(head.id)
      if (prepare !== undefined) return prepare(given)
      let ready: RunCheck | undefined
      return async (subject, ports) => {
        ready ??= (await find(head.id, load))(given)
        return ready(subject, ports)
      }
    },
  }))
}

async function find(id: string, load: Load): Promise<Check['prepare']> {
  await keep(load)
  const prepare = loaded.get(id)
  if (prepare === undefined) throw new Error(`the check '${id}' has no body`)
  return prepare
}

/** For whoever saves guardrails: from here on parameters of every check are read at once. */
export async function loadChecks(): Promise<void> {
  for (const load of loads) await keep(load)
}

async function keep(load: Load): Promise<void> {
  for (const [name, prepare] of Object.entries(await load())) loaded.set(name, prepare)
}
