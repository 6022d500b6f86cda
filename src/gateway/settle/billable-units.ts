/** What a call costs beside its tokens: tools that the provider runs itself, and tiers that make everything dearer. */

import type { Awaitable } from '../../awaitable.ts'
import { parseJsonObject } from '../../bytes/json-text.ts'
import { GatewayError } from '../../errors.ts'
import type { Usage } from '../../inference/index.ts'
import type { BillableUnits, HostedTools } from '../../pricing/hosted-tools.ts'
import type { ModelPrice } from '../../pricing/price.ts'
import { searchesOfModel } from '../../pricing/searching-models.ts'
import type { JsonObject } from '../../protocols/protocol.ts'
import type { Choice, Written } from '../line/choice.ts'
import type { Target, Task } from '../line/task.ts'
import { pricedModelOf } from './find-price.ts'

export function findBillableUnits(
  task: Task,
  target: Target,
  { isPassthrough }: Choice,
  { body, contentType }: Written,
): Awaitable<BillableUnits> {
  const isSaid = (keys: readonly string[], value: string) =>
    keys.some((key) => {
      const said = task.body[key]
      return typeof said === 'string' && said.toLowerCase() === value
    })
  const factor = (target.aiProvider.surcharges ?? [])
    .filter(({ keys, value }) => isSaid(keys, value))
    .reduce((product, each) => product * each.factor, 1)
  const ofModel = searchesOfModel(pricedModelOf(target))
  const plain = { factor, ...(ofModel === undefined ? {} : { tools: ofModel }) }
  if (contentType !== undefined && contentType !== 'application/json') return plain
  if (isPassthrough ? !mayRunTools(task.body) : !task.peek.hasTools && !mayRunTools(task.body)) return plain
  return withTools(body, plain)
}

async function withTools(body: Uint8Array, plain: BillableUnits): Promise<BillableUnits> {
  const { hostedToolsIn } = await import('../../pricing/hosted-tools.ts')
  const asked = hostedToolsIn(parseJsonObject(body))
  return asked === undefined ? plain : { ...plain, tools: together(asked, plain.tools) }
}

/** The same searches are not counted twice. */
function together(asked: HostedTools, ofModel: HostedTools | undefined): HostedTools {
  if (ofModel === undefined) return asked
  return {
    ...asked,
    names: [...new Set([...asked.names, ...ofModel.names])],
    webSearches: Math.max(asked.webSearches, ofModel.webSearches),
    isSearchCertain: asked.isSearchCertain || ofModel.isSearchCertain,
  }
}

const besides = ['web_search_options', 'search_parameters', 'data_sources', 'plugins', 'mcp_servers']

/** Functions alone are the client's own. */
function mayRunTools(body: JsonObject): boolean {
  const tools: readonly unknown[] = Array.isArray(body.tools) ? body.tools : []
  return tools.some((tool) => !isFunction(tool)) || besides.some((key) => body[key] !== undefined && body[key] !== null)
}

function isFunction(tool: unknown): boolean {
  const { type } = (typeof tool === 'object' && tool !== null ? tool : {}) as JsonObject
  return type === 'function' || type === 'custom'
}

/** Tools whose use has no price: nobody could say what the call costs. */
export function unpricedTools({ tools }: BillableUnits, price: ModelPrice | undefined): readonly string[] {
  if (tools === undefined || price === undefined) return []
  return [
    ...tools.untold,
    ...(tools.webSearches > 0 && !price.searches.web ? ['web_search'] : []),
    ...(tools.storageSearches > 0 && !price.searches.storage ? ['file_search'] : []),
  ]
}

/** A limit on cost would not hold. */
export function unpricedToolError(names: readonly string[], { model }: Target): GatewayError {
  const searches = names.filter((name) => name.endsWith('_search'))
  const wayOut =
    searches.length === names.length
      ? `set pay_as_you_go.additional_units.${searches[0]} in the pricing_config of the integration's model`
      : 'leave it out, or use a key and provider without such a limit'
  return new GatewayError(
    'unsupported_parameter',
    `the provider runs ${names.join(', ')} itself, and what it takes for that beside the tokens of '${model}' is not known, so a limit on cost cannot be kept; ${wayOut}`,
    { param: 'tools' },
  )
}

/** What the answer says of searches; where it says nothing, those that were certain, and of a broken answer all that were possible. */
export function withSearches(usage: Usage, { tools }: BillableUnits, isWhole: boolean): Usage {
  if (tools === undefined || usage.webSearches !== undefined) return usage
  const searches = tools.isSearchCertain ? 1 : isWhole ? 0 : tools.webSearches
  return searches === 0 ? usage : { ...usage, webSearches: searches }
}
