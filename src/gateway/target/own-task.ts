/** A request as one target will be asked it: the config's params in the body, its timeout, its strictness, its host. */

import { GatewayError } from '../../errors.ts'
import { readSecret } from '../../identity/authenticate.ts'
import { knownEndpoint } from '../../providers/address.ts'
import { isHostAllowed } from '../../providers/host-rules.ts'
import type { Settings } from '../../routing/config.ts'
import { optionsInHeaders } from '../../routing/options.ts'
import { editBody } from '../../routing/params.ts'
import { guardrailsIn } from '../layers/guarding/guards.ts'
import { formatOf } from '../line/body-format.ts'
import { hasSecret } from '../line/credentials-of.ts'
import { customHostOf } from '../line/custom-host.ts'
import type { TargetRequest } from '../line/target-request.ts'
import type { Target, Task } from '../line/task.ts'
import type { Call, GatewaySettings } from '../ports.ts'

/** Throws `invalid_request` when what the config makes of the request cannot be sent. */
export function ownTask(task: Task, target: Target, settings: Settings, gateway: GatewaySettings): TargetRequest {
  const customHost = task.call.headers['x-portkey-custom-host']?.trim() || settings.customHost
  const forwardHeaders = namesIn(task.call.headers['x-portkey-forward-headers']) ?? settings.forwardHeaders
  const brought = credentialsThatStay(target, customHost, task)
  if (brought === undefined && customHost !== undefined) checkCredentialsStay(customHost, task, target, gateway)
  const { brought: _, ...stored } = target
  const edited = editBody(task.body, settings)
  const requestTimeoutMs = task.requestTimeoutMs ?? settings.requestTimeoutMs
  return {
    task: {
      ...task,
      isStrict: task.isStrict && settings.isStrict !== false,
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ...(edited === undefined ? {} : withBody(task, edited)),
    },
    target: {
      ...stored,
      ...(brought === undefined ? {} : { brought }),
      ...(customHost === undefined ? {} : { customHost }),
      ...(forwardHeaders === undefined ? {} : { forwarded: forwardable(forwardHeaders, task.call) }),
      ...(edited?.isReparsed === true ? { isReparsed: true } : {}),
      ...guardrailsIn(settings),
      ...(settings.cache === undefined ? {} : { cache: settings.cache }),
    },
  }
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

/** Of the connection or of the body that we write. */
const ownHeaders =
  /^(?:x-portkey-.*|host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-.*|accept-encoding|proxy-.*)$/

/** The gateway's own key never leaves, whatever header it came in. */
function forwardable(names: readonly string[], { headers }: Call): Readonly<Record<string, string>> {
  const secret = readSecret(headers)
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      const isOurs = ownHeaders.test(name) || (secret !== undefined && value?.includes(secret) === true)
      return value === undefined || isOurs ? [] : [[name, value]]
    }),
  )
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

/** Stored credentials are not sent to a host that the caller chose: only administrators, who save configs, may say where they go. */
function checkCredentialsStay(customHost: string, task: Task, target: Target, gateway: GatewaySettings): void {
  const isFromRequest = task.call.headers['x-portkey-custom-host'] !== undefined || task.config?.saved === undefined
  if (!isFromRequest) return
  const url = URL.parse(customHost)
  if (url === null || isHostAllowed(url, gateway.allowedHosts ?? [])) return
  const { custom_host: own } = target.integration.configurations
  const usual = [target.aiProvider.origin, typeof own === 'string' ? own : undefined]
  const homes = usual.flatMap((each) => (each === undefined ? [] : (URL.parse(each) ?? [])))
  if (homes.some((home) => home.origin === url.origin && isUsualPath(url, home, target))) return
  throw new GatewayError(
    'invalid_request',
    `Invalid custom host '${url.host}': a request may not send the stored credentials of '@${target.provider.slug}' to another host; set custom_host in a saved config or on the integration, or let an operator allow the host in SLUICE_ALLOWED_HOSTS`,
    { param: 'custom_host' },
  )
}

/** A path may name a model, or a deployment: not another one than what was resolved, permitted and priced. */
function isUsualPath(url: URL, home: URL, { aiProvider }: Target): boolean {
  const base = ({ pathname }: URL) => pathname.replace(/\/+$/, '').replace(knownEndpoint, '')
  const known = Object.values(aiProvider.speaks).map((spoken) => (typeof spoken === 'string' ? spoken : spoken.path))
  return [base(home), ...known].some((path) => `${path}/`.startsWith(`${base(url)}/`))
}
