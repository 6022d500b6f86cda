/** How a target is spoken to: its own wire if it speaks the client's (bytes untouched), else a shape that stands in for it, else through the neutral form. */

import { type Awaitable, isPending } from '../../../awaitable.ts'
import { GatewayError } from '../../../errors.ts'
import type { Warning } from '../../../inference/index.ts'
import { isTranslated, loadProtocol } from '../../../protocols/load.ts'
import type { JsonObject, Protocol, WireId } from '../../../protocols/protocol.ts'
import type { Reshape } from '../../../protocols/reshape.ts'
import { isReshaped, loadReshape, reshapes } from '../../../protocols/reshapes/load.ts'
import { upstreamUrl } from '../../../providers/address.ts'
import type { Credentials, Draft } from '../../../providers/provider.ts'
import { optionHeaderPrefix } from '../../../routing/options.ts'
import { framings } from '../../answer/framing.ts'
import { formatOf } from '../../line/body-format.ts'
import { askedOf, type Choice, isRaw, type Written, wireOf } from '../../line/choice.ts'
import { customHostOf } from '../../line/custom-host.ts'
import { placeModel } from '../../line/place-model.ts'
import type { Target, Task } from '../../line/task.ts'
import type { AiProviders } from '../../ports.ts'
import { editMessages } from './edit-messages.ts'

/** A promise where a wire has to be loaded. */
export function choose(task: Task, target: Target, aiProviders: AiProviders): Awaitable<Choice> {
  const spoken = placeModel(target).wires
  if (spoken.includes(task.protocol.id)) return { upstream: task.protocol, isPassthrough: true }
  if (task.protocol.endpoint !== undefined) return chooseShape(task, target, aiProviders)
  const first = spoken.find(isTranslated)
  if (first === undefined) {
    throw new GatewayError('invalid_request', `'${target.aiProvider.id}' has no chat endpoint`)
  }
  const loaded = loadProtocol(first)
  const translating = (upstream: Protocol): Choice => ({ upstream, isPassthrough: false })
  return isPending(loaded) ? loaded.then(translating) : translating(loaded)
}

async function chooseShape({ protocol, peek }: Task, target: Target, aiProviders: AiProviders): Promise<Choice> {
  const { endpoint, id } = protocol
  const standIn = placeModel(target).wires.find((each) => isReshaped(each) && reshapes(each) === id)
  if (standIn === undefined || !isReshaped(standIn)) throw lacking(endpoint?.name ?? id, id, target, aiProviders)
  if (peek.isStream && endpoint?.answersText !== true) {
    throw new GatewayError(
      'unsupported_parameter',
      `${target.aiProvider.name} does not stream ${endpoint?.name ?? id}; ask for the whole answer`,
      { param: 'stream' },
    )
  }
  return { upstream: protocol, isPassthrough: false, shape: await loadReshape(standIn) }
}

/** No other wire says the same, so the client is told who speaks this one. */
function lacking(endpoint: string, wire: WireId, { aiProvider }: Target, aiProviders: AiProviders): GatewayError {
  const speaks = (id: string) =>
    (Object.keys(aiProviders.find(id)?.speaks ?? {}) as WireId[]).some(
      (each) => each === wire || (isReshaped(each) && reshapes(each) === wire),
    )
  const having = aiProviders.list().flatMap(({ id }) => (speaks(id) ? [id] : []))
  return new GatewayError(
    'unsupported_parameter',
    `${aiProvider.name} has no ${endpoint} endpoint; providers that have one: ${having.join(', ')}`,
    { param: 'model' },
  )
}

/** The request as this target will read it. `maxOutputTokens` is set when the limits bought less than was asked. */
export function writeBody(task: Task, target: Target, choice: Choice, maxOutputTokens: number | undefined): Written {
  if (choice.shape !== undefined) return reshape(task, target, choice, choice.shape)
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
  if (maxOutputTokens !== undefined) {
    const cap = { [upstream.maxOutputKey(task.body)]: maxOutputTokens }
    Object.assign(edits, upstream.capOutput?.(task.body, maxOutputTokens) ?? cap)
  }
  const renamed = renameKeys(task, target, choice, { ...task.body, ...edits })
  const warnings = [...(foreign?.warnings ?? []), ...renamed.warnings]
  const { edit, contentType } = formatOf(task)
  return {
    body: edit(task.call.body, { ...edits, ...renamed.edits }),
    ...(contentType === undefined ? {} : { contentType }),
    warnings,
  }
}

function reshape(task: Task, target: Target, choice: Choice, shape: Reshape): Written {
  const { body, warnings } = shape.writeRequest(askedOf(task, target))
  if (isRaw(body)) return { body: body.bytes, contentType: body.contentType, warnings }
  const renamed = renameKeys(task, target, choice, body)
  return {
    body: Buffer.from(JSON.stringify({ ...body, ...renamed.edits })),
    warnings: [...warnings, ...renamed.warnings],
  }
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
  const quirks = [...target.aiProvider.quirks, ...(placeModel(target).quirks ?? [])]
  for (const quirk of quirks) {
    for (const [key, to] of Object.entries(quirk.keys ?? {})) {
      if (body[key] === undefined) continue
      edits[key] = undefined
      if (to === null && task.body[key] !== undefined)
        warnings.push({ type: 'dropped', field: key, reason: quirk.name })
      if (to !== null) edits[to] = body[key]
    }
    if (quirk.wire === undefined || quirk.wire === wireOf(choice)) Object.assign(edits, quirk.sets)
  }
  if (wireOf(choice) !== 'openai-chat') return { edits, warnings }
  const inside = editMessages(body.messages, quirks)
  return { edits: { ...edits, ...inside.edits }, warnings: [...warnings, ...inside.warnings] }
}

/** The unsigned request to the target. `configurations` are all of the integration's, for the address alone. */
export function writeDraft(
  task: Task,
  target: Target,
  choice: Choice,
  { body, contentType = 'application/json' }: Written,
  configurations: Credentials['configurations'],
): Draft & { readonly body: Uint8Array } {
  const { aiProvider } = target
  const customHost = customHostOf(target)
  const placed = placeModel(target)
  const wire = wireOf(choice)
  const path = placed.paths?.[wire]
  const isStream = task.peek.isStream && choice.shape === undefined
  const forwarded = Object.fromEntries(
    aiProvider.forwards.flatMap((name) => {
      const value = task.call.headers[`${optionHeaderPrefix}${name}`] ?? task.call.headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return {
    method: 'POST',
    url: upstreamUrl({
      aiProvider,
      wire,
      model: placed.name,
      ...(path === undefined ? {} : { path }),
      isStream,
      configurations,
      ...(customHost === undefined ? {} : { customHost }),
    }),
    headers: withLifted(task.liftedHeaders, {
      'content-type': contentType,
      accept: isStream ? framings[choice.upstream.upstream.framing].contentType : acceptOf(task),
      ...aiProvider.headers,
      ...customHeaders(configurations.custom_headers),
      ...forwarded,
      ...target.forwarded,
    }),
    body,
  }
}

/** What guardrails lifted wins; an empty one takes away what stood there. */
function withLifted(lifted: Task['liftedHeaders'], headers: Readonly<Record<string, string>>): Record<string, string> {
  if (lifted === undefined) return { ...headers }
  const kept = Object.entries({ ...headers, ...lifted }).filter(
    ([name, value]) => value !== '' || lifted[name] === undefined,
  )
  return Object.fromEntries(kept)
}

function acceptOf({ protocol: { endpoint } }: Task): string {
  return endpoint?.answersBytes === true ? '*/*' : 'application/json'
}

export function customHeaders(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name.toLowerCase(), text]] : [])),
  )
}
