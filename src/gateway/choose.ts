/** How a target is spoken to: its own wire if it speaks the client's (bytes untouched), else through the neutral form. */
import { editTopLevel } from '../bytes/json-text.ts'
import { GatewayError } from '../errors.ts'
import type { Warning } from '../inference/index.ts'
import { isTranslated, loadProtocol } from '../protocols/load.ts'
import type { JsonObject, Protocol, WireId } from '../protocols/protocol.ts'
import { upstreamUrl } from '../providers/address.ts'
import type { Credentials, Draft } from '../providers/provider.ts'
import { framings } from './framing.ts'
import { placeModel } from './place-model.ts'
import type { AiProviders } from './ports.ts'
import type { Target, Task } from './task.ts'

export interface Choice {
  readonly upstream: Protocol
  readonly isPassthrough: boolean
}

export interface Written {
  readonly body: Uint8Array
  readonly warnings: readonly Warning[]
}

export async function choose(task: Task, target: Target, aiProviders: AiProviders): Promise<Choice> {
  const spoken = placeModel(target).wires
  if (spoken.includes(task.protocol.id)) return { upstream: task.protocol, isPassthrough: true }
  const { endpoint, id } = task.protocol
  if (endpoint !== undefined) throw lacking(endpoint.name, id, target, aiProviders)
  const first = spoken.find(isTranslated)
  if (first === undefined) {
    throw new GatewayError('invalid_request', `'${target.aiProvider.id}' has no chat endpoint`)
  }
  return { upstream: await loadProtocol(first), isPassthrough: false }
}

/** No other wire says the same, so the client is told who speaks this one. */
function lacking(endpoint: string, wire: WireId, { aiProvider }: Target, aiProviders: AiProviders): GatewayError {
  const having = aiProviders.list().flatMap(({ id }) => (aiProviders.find(id)?.speaks[wire] === undefined ? [] : [id]))
  return new GatewayError(
    'unsupported_parameter',
    `${aiProvider.name} has no ${endpoint} endpoint; providers that have one: ${having.join(', ')}`,
    { param: 'model' },
  )
}

/** The request as this target will read it. `maxOutputTokens` is set when the limits bought less than was asked. */
export function writeBody(task: Task, target: Target, choice: Choice, maxOutputTokens: number | undefined): Written {
  return choice.isPassthrough
    ? passOn(task, target, choice, maxOutputTokens)
    : translate(task, target, choice, maxOutputTokens)
}

function passOn(task: Task, target: Target, choice: Choice, maxOutputTokens: number | undefined): Written {
  const { upstream } = choice.upstream
  const foreign = upstream.dropForeign?.(task.body)
  const edits: Record<string, unknown> = {
    model: placeModel(target).name,
    ...upstream.askForUsage(task.body),
    ...foreign?.edits,
  }
  if (maxOutputTokens !== undefined) edits[upstream.maxOutputKey(task.body)] = maxOutputTokens
  const renamed = renameKeys(task, target, choice, { ...task.body, ...edits })
  const warnings = [...(foreign?.warnings ?? []), ...renamed.warnings]
  return { body: editTopLevel(task.call.body, { ...edits, ...renamed.edits }), warnings }
}

function translate(task: Task, target: Target, choice: Choice, maxOutputTokens: number | undefined): Written {
  const request = task.protocol.client.readRequest(task.body)
  const written = choice.upstream.upstream.writeRequest({
    ...request,
    model: placeModel(target).name,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  })
  const asked = { ...written.body, ...choice.upstream.upstream.askForUsage(written.body) }
  const renamed = renameKeys(task, target, choice, asked)
  const body = Object.fromEntries(
    Object.entries({ ...asked, ...renamed.edits }).filter(([, value]) => value !== undefined),
  )
  return { body: Buffer.from(JSON.stringify(body)), warnings: [...written.warnings, ...renamed.warnings] }
}

/** The provider's quirks about top-level keys, as edits (undefined = remove). */
function renameKeys(
  task: Task,
  target: Target,
  choice: Choice,
  body: JsonObject,
): { readonly edits: Record<string, unknown>; readonly warnings: Warning[] } {
  const edits: Record<string, unknown> = {}
  const warnings: Warning[] = []
  for (const quirk of target.aiProvider.quirks) {
    for (const [key, to] of Object.entries(quirk.keys ?? {})) {
      if (body[key] === undefined) continue
      edits[key] = undefined
      if (to === null && task.body[key] !== undefined)
        warnings.push({ type: 'dropped', field: key, reason: quirk.name })
      if (to !== null) edits[to] = body[key]
    }
    if (quirk.wire === undefined || quirk.wire === choice.upstream.id) Object.assign(edits, quirk.sets)
  }
  return { edits, warnings }
}

/** The unsigned request to the target. `configurations` are all of the integration's, for the address alone. */
export function writeDraft(
  task: Task,
  target: Target,
  choice: Choice,
  body: Uint8Array,
  configurations: Credentials['configurations'],
): Draft & { readonly body: Uint8Array } {
  const { aiProvider, integration } = target
  const customHost = customHostOf(target)
  const placed = placeModel(target)
  const path = placed.paths?.[choice.upstream.id]
  const forwarded = Object.fromEntries(
    aiProvider.forwards.flatMap((name) => {
      const value = task.call.headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return {
    method: 'POST',
    url: upstreamUrl({
      aiProvider,
      wire: choice.upstream.id,
      model: placed.name,
      ...(path === undefined ? {} : { path }),
      isStream: task.peek.isStream,
      configurations,
      ...(customHost === undefined ? {} : { customHost }),
    }),
    headers: {
      'content-type': 'application/json',
      accept: task.peek.isStream ? framings[choice.upstream.upstream.framing].contentType : 'application/json',
      ...aiProvider.headers,
      ...customHeaders(integration.configurations.custom_headers),
      ...forwarded,
      ...target.forwarded,
    },
    body,
  }
}

/** Of the request, its config or the integration; undefined = the provider's own address. */
export function customHostOf({
  customHost,
  integration,
  aiProvider: { hostSetting },
}: Pick<Target, 'customHost' | 'integration' | 'aiProvider'>): string | undefined {
  const { configurations } = integration
  return customHost ?? readText(configurations.custom_host) ?? (hostSetting && readText(configurations[hostSetting]))
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function customHeaders(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name.toLowerCase(), text]] : [])),
  )
}
