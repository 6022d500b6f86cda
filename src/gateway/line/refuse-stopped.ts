/** Refuses what an emergency stop is about: the caller's key or workspace, or the provider that would be called. */
import { type Awaitable, isPending } from '../../awaitable.ts'
import { type StopList, type StopSubject, stoppedError } from '../../identity/emergency-stop.ts'
import type { GatewayPorts } from '../ports.ts'
import type { Target, Task } from './task.ts'

/** Throws `caller_stopped` or `provider_stopped`. A promise only where the stops have to be read first. */
export function refuseStopped(task: Task, target: Target, { stops }: Pick<GatewayPorts, 'stops'>): Awaitable<void> {
  const current = stops.current()
  return isPending(current) ? current.then((list) => refuse(task, target, list)) : refuse(task, target, current)
}

function refuse({ caller, catalog }: Task, target: Target, list: StopList): void {
  if (list.isEmpty) return
  const stop = list.find([
    { type: 'api_key', id: caller.apiKey.id },
    { type: 'workspace', id: catalog.workspace.id },
    ...targetSubjects(target),
  ])
  if (stop !== undefined) throw stoppedError(stop)
}

/** What of a target can be stopped. */
export function targetSubjects({
  provider,
  integration,
}: Pick<Target, 'provider' | 'integration'>): readonly StopSubject[] {
  return [
    { type: 'provider', id: provider.id },
    { type: 'integration', id: integration.id },
  ]
}
