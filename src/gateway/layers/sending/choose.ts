/** How a target is spoken to: its own wire if it speaks the client's (bytes untouched), else a shape that stands in for it, else through the neutral form. */

import { type Awaitable, isPending } from '../../../awaitable.ts'
import { GatewayError } from '../../../errors.ts'
import type { Warning } from '../../../inference/index.ts'
import type { ModelTraits } from '../../../model-traits/index.ts'
import { keepKnownBetas, readBetas } from '../../../protocols/fit/betas.ts'
import { isRefusedByChat } from '../../../protocols/fit/choose-wire.ts'
import { fitPassthrough } from '../../../protocols/fit/fit-passthrough.ts'
import { restoringProtocol } from '../../../protocols/fit/restore-answer.ts'
import { isTranslated, loadProtocol } from '../../../protocols/load.ts'
import type { JsonObject, Protocol, ProtocolId, WireId } from '../../../protocols/protocol.ts'
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
import { traitsOf } from '../../line/traits-of.ts'
import type { AiProviders } from '../../ports.ts'
import { editMessages } from './edit-messages.ts'

/** A promise where a wire has to be loaded. */
export function choose(task: Task, target: Target, aiProviders: AiProviders): Awaitable<Choice> {
  const spoken = placeModel(target).wires
  const isSpoken = spoken.includes(task.protocol.id)
  if (isSpoken && !isElsewhere(task, target, spoken)) return { upstream: task.protocol, isPassthrough: true }
  if (!isSpoken && task.protocol.endpoint !== undefined) return chooseShape(task, target, aiProviders)
  const wire = isSpoken ? responses : firstWire(task, target, spoken)
  const restoring: NonNullable<Choice['restoring']> = { current: undefined }
  const translating = (spoken: Protocol): Choice => ({
    upstream: restoringProtocol(spoken, () => restoring.current),
    isPassthrough: false,
    restoring,
  })
  const loaded = loadProtocol(wire)
  return isPending(loaded) ? loaded.then(translating) : translating(loaded)
}

const chat: WireId = 'openai-chat'
const responses: ProtocolId = 'openai-responses'

/** The client's own wire would refuse this request of this very model, and its neighbour takes it. */
function isElsewhere(task: Task, target: Target, spoken: readonly WireId[]): boolean {
  if (task.protocol.id !== chat || !spoken.includes(responses) || task.peek.answers > 1) return false
  const traits = traitsOf(target)
  return traits.chat !== 'all' && isRefusedByChat(task.protocol.client.readRequest(task.body), traits)
}

/** The provider's first wire that everything is translated to, or the one that takes this request. */
function firstWire({ protocol, body }: Task, target: Target, spoken: readonly WireId[]): ProtocolId {
  const first = spoken.find(isTranslated)
  if (first === undefined) {
    throw new GatewayError('invalid_request', `'${target.aiProvider.id}' has no chat endpoint`)
  }
  if (first !== chat || !spoken.includes(responses)) return first
  const traits = traitsOf(target)
  return traits.chat !== 'all' && isRefusedByChat(protocol.client.readRequest(body), traits) ? responses : first
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
  const traits = traitsOf(target)
  const refused = fitPassthrough(choice.upstream.id, task.body, traits)
  const foreign = upstream.dropForeign?.(task.body)
  const edits: Record<string, unknown> = {
    model: placeModel(target).name || undefined,
    ...upstream.askForUsage(task.body),
    ...refused?.edits,
    ...foreign?.edits,
  }
  if (maxOutputTokens !== undefined) {
    const said = { ...task.body, ...edits }
    const cap = { [upstream.maxOutputKey(said)]: maxOutputTokens }
    Object.assign(edits, upstream.capOutput?.(said, maxOutputTokens) ?? cap)
  }
  const renamed = renameKeys(task, target, choice, { ...task.body, ...edits })
  const warnings = [
    ...(refused?.warnings ?? []),
    ...(foreign?.warnings ?? []),
    ...betaWarnings(task, target, traits),
    ...renamed.warnings,
  ]
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
  const traits = traitsOf(target)
  const written = choice.upstream.upstream.writeRequest(
    {
      ...request,
      model: placeModel(target).name,
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    },
    { traits, betas: readBetas(headerOf(task, betaHeader)) },
  )
  if (choice.restoring !== undefined) choice.restoring.current = written.restoration
  const asked = { ...written.body, ...choice.upstream.upstream.askForUsage(written.body) }
  const renamed = renameKeys(task, target, choice, asked)
  const body = Object.fromEntries(
    Object.entries({ ...asked, ...renamed.edits }).filter(([, value]) => value !== undefined),
  )
  const warnings = [...written.warnings, ...betaWarnings(task, target, traits), ...renamed.warnings]
  return { body: Buffer.from(JSON.stringify(body)), warnings }
}

const betaHeader = 'anthropic-beta'

/** As an option of the gateway, or as the client's own. */
function headerOf({ call }: Task, name: string): string | undefined {
  return call.headers[`${optionHeaderPrefix}${name}`] ?? call.headers[name]
}

/** What is left out of the header that this provider is sent. */
function betaWarnings(task: Task, { aiProvider }: Target, traits: ModelTraits): readonly Warning[] {
  const warnings: Warning[] = []
  if (aiProvider.forwards.includes(betaHeader)) keepKnownBetas(readBetas(headerOf(task, betaHeader)), traits, warnings)
  return warnings
}

/** The client's headers that this provider is sent; of its betas those that it knows. */
export function forwardedHeaders(task: Task, target: Target): Record<string, string> {
  const forwarded: Record<string, string> = {}
  for (const name of target.aiProvider.forwards) {
    const value = headerOf(task, name)
    if (value !== undefined) forwarded[name] = value
  }
  const { [betaHeader]: asked, ...others } = forwarded
  const { betas } = traitsOf(target)
  if (asked === undefined || betas === undefined) return forwarded
  const known = keepKnownBetas(readBetas(asked), { betas }, [])
  return known.length === 0 ? others : { ...others, [betaHeader]: known.join(',') }
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
      ...forwardedHeaders(task, target),
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
