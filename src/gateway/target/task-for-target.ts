/** A request as one target will be asked it: the config's params in the body, its timeout, its strictness, its host. */

import { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import { knownEndpoint } from '../../providers/address.ts'
import type { Settings } from '../../routing/config.ts'
import { optionsInHeaders } from '../../routing/options.ts'
import { editBody } from '../../routing/params.ts'
import { formatOf } from '../line/body-format.ts'
import { hasSecret } from '../line/credentials-of.ts'
import { customHostOf, isApprovedHost } from '../line/custom-host.ts'
import type { TargetTask } from '../line/target-request.ts'
import type { Target, Task } from '../line/task.ts'
import { namedHeaders } from './client-headers.ts'

/** Throws `invalid_request` when what the config makes of the request cannot be sent. */
export function taskForTarget(task: Task, target: Target, settings: Settings): TargetTask {
  const customHost = task.call.headers['x-portkey-custom-host']?.trim() || settings.customHost
  const names = namesIn(task.call.headers['x-portkey-forward-headers']) ?? settings.forwardHeaders
  const named = names === undefined ? undefined : namedHeaders(names, task.call.headers)
  const brought = credentialsThatStay(target, customHost, task)
  if (brought === undefined && customHost !== undefined) checkCredentialsStay(customHost, task, target)
  const { brought: _, ...stored } = target
  const edited = editBody(task.body, settings)
  const requestTimeoutMs = task.requestTimeoutMs ?? settings.requestTimeoutMs
  const { firstContentTimeoutMs, idleTimeoutMs } = settings
  return {
    settings,
    task: {
      ...task,
      isStrict: task.isStrict && settings.isStrict !== false,
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ...(firstContentTimeoutMs === undefined ? {} : { firstContentTimeoutMs }),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      ...(edited === undefined ? {} : withBody(task, edited)),
    },
    target: {
      ...stored,
      ...(brought === undefined ? {} : { brought }),
      ...(customHost === undefined ? {} : { customHost }),
      ...(isHostApproved(customHost, task, target) ? { isHostApproved: true } : {}),
      ...(named === undefined ? {} : { forwarded: named.forwarded }),
      ...(edited?.isReparsed === true ? { isReparsed: true } : {}),
    },
    ...(named === undefined || named.refused.length === 0 ? {} : { warnings: named.refused.map(notForwarded) }),
  }
}

function notForwarded(name: string): Warning {
  const reason = 'headers of the connection, of signatures and of credentials are not forwarded'
  return { type: 'dropped', field: `headers.${name.slice(0, 80)}`, reason }
}

/** What the client sees of its own request stays: the model's name, whether it streams. */
function withBody(task: Task, { body, edits }: NonNullable<ReturnType<typeof editBody>>): Partial<Task> {
  const { model, isStream, wantsUsage } = task.peek
  const peek = { ...task.protocol.client.peek({ model, ...body }), model, isStream, wantsUsage }
  return { body, peek, call: { ...task.call, body: formatOf(task).edit(task.call.body, edits) } }
}

function namesIn(header: string | undefined): readonly string[] | undefined {
  if (header === undefined) return undefined
  return header.split(',').map((name) => name.trim().toLowerCase())
}

/** What a request brought goes to its provider, or to the host that the same request names: a saved config's host is somebody else's choice. */
function credentialsThatStay(target: Target, customHost: string | undefined, task: Task): Target['brought'] {
  const { brought, aiProvider } = target
  const host = customHostOf({ ...target, ...(customHost === undefined ? {} : { customHost }) })
  if (brought === undefined || host === undefined || !hasSecret(brought)) return brought
  const { headers } = task.call
  const named = [headers['x-portkey-custom-host']?.trim(), ...Object.values(optionsInHeaders(headers))]
  const isFromRequest = named.includes(host) || (task.config?.saved === undefined && !brought.isStored)
  const isOwn = aiProvider.origin !== undefined && URL.parse(host)?.origin === URL.parse(aiProvider.origin)?.origin
  if (isFromRequest || isOwn) return brought
  if (brought.isStored) return undefined
  throw new GatewayError(
    'invalid_request',
    `Invalid custom host: a saved config names the host, and the credential that came with the request goes to ${aiProvider.name} only; send x-portkey-custom-host with it, or use a stored provider`,
    { param: 'custom_host' },
  )
}

/** Stored credentials are not sent to a host that the caller chose: only the organisation, whose keys save integrations and configs, may say where they go. */
function checkCredentialsStay(customHost: string, task: Task, target: Target): void {
  if (isOfOrganisation(task)) return
  const url = URL.parse(customHost)
  if (url === null) return
  const homes = [target.aiProvider.origin, integrationHostOf(target)]
  if (homes.some((home) => isAtHome(url, home, target))) return
  throw new GatewayError(
    'invalid_request',
    `Invalid custom host '${url.host}': a request, or a config of a workspace, may not send the stored credentials of '@${target.provider.slug}' to another host; set custom_host on the integration or in a config that an organisation key saves, or send a credential of your own with the provider's type`,
    { param: 'custom_host' },
  )
}

/** Is the host that the config names the organisation's choice? A header's never is. */
function isOfOrganisation({ call, config }: Task): boolean {
  return !call.headers['x-portkey-custom-host']?.trim() && config?.saved?.isByOrganisation === true
}

/** May the target's host be of a private network, because the organisation chose it? */
function isHostApproved(customHost: string | undefined, task: Task, target: Target): boolean {
  if (customHost !== undefined && isOfOrganisation(task)) return true
  const own = integrationHostOf(target)
  if (target.brought?.isStored === false || own === undefined || !isApprovedHost(target.integration, own)) return false
  if (customHost === undefined) return true
  const url = URL.parse(customHost)
  return url !== null && isAtHome(url, own, target)
}

function integrationHostOf({ integration, aiProvider }: Target): string | undefined {
  return customHostOf({ integration, aiProvider })
}

function isAtHome(url: URL, home: string | undefined, target: Target): boolean {
  const known = home === undefined ? null : URL.parse(home)
  return known !== null && known.origin === url.origin && isUsualPath(url, known, target)
}

/** A path may name a model, or a deployment: not another one than what was resolved, permitted and priced. */
function isUsualPath(url: URL, home: URL, { aiProvider }: Target): boolean {
  const base = ({ pathname }: URL) => pathname.replace(/\/+$/, '').replace(knownEndpoint, '')
  const known = Object.values(aiProvider.speaks).map((spoken) => (typeof spoken === 'string' ? spoken : spoken.path))
  return [base(home), ...known].some((path) => `${path}/`.startsWith(`${base(url)}/`))
}
