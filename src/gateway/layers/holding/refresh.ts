/** Before a refusal stands, the amounts it was judged by are read again: a limit that was raised counts at once, however old this instance's caches are. */
import type { HoldRequest } from '../../../limits/gate.ts'
import type { Target, Task } from '../../line/task.ts'
import type { GatewayPorts } from '../../ports.ts'
import { limitsOf } from './limits-of.ts'

/** Many refusals in a row read no more often than this. */
const youngerThanMs = 2_000

type Limited = Pick<HoldRequest, 'subjects' | 'policies' | 'dimensions'>

/** undefined = nothing has changed, or nothing newer could be read: the refusal stands. */
export async function refreshLimits(task: Task, target: Target, ports: GatewayPorts): Promise<Limited | undefined> {
  const { caller, catalog } = task
  try {
    const [apiKey, fresh] = await Promise.all([
      ports.keys.findByHash(caller.apiKey.hash, youngerThanMs),
      ports.catalog.loadWorkspace(catalog.workspace.id, youngerThanMs),
    ])
    const isOwn = target.brought?.isStored === false
    const provider = isOwn ? target.provider : fresh?.providers.find((each) => each.id === target.provider.id)
    const integration = isOwn
      ? target.integration
      : fresh?.integrations.find((each) => each.id === target.integration.id)
    if (apiKey === undefined || fresh === undefined || provider === undefined || integration === undefined)
      return undefined
    const before = limitsOf(task, target)
    const now = limitsOf(
      { ...task, catalog: fresh, caller: { ...caller, apiKey } },
      { ...target, provider, integration },
    )
    return JSON.stringify(now) === JSON.stringify(before) ? undefined : now
  } catch {
    return undefined
  }
}
