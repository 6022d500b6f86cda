/** What a call of a target is charged by: the price of its model, and its input where nobody has counted it. */

import type { Awaitable } from '../../awaitable.ts'
import { findUploaded } from '../../catalog/uploaded-prices.ts'
import { boundInputTokens } from '../../pricing/estimate.ts'
import type { ModelPrice } from '../../pricing/price.ts'
import { placeModel } from '../line/place-model.ts'
import type { Target, Task } from '../line/task.ts'
import type { GatewayPorts } from '../ports.ts'

/** The price of a target's model, its own price and the integration's adjustments applied. */
export function findPrice(target: Target, ports: GatewayPorts, atMs: number): Awaitable<ModelPrice | undefined> {
  const { aiProvider, integration, model } = target
  const row = integration.models.find((each) => each.slug === model)
  const priced = pricedModelOf(target)
  const uploaded = findUploaded(integration, [priced, model])
  const listed = aiProvider.listedPrices?.find((each) => each.model.test(priced))
  const search = aiProvider.searchPrices?.find((each) => each.model.test(priced))
  return ports.prices.find({
    priceListId: aiProvider.priceListId ?? aiProvider.id,
    model: priced,
    pricingConfig: row?.pricing_config ?? uploaded?.pricing_config ?? null,
    ...(listed === undefined ? {} : { listedConfig: listed.config }),
    ...(search === undefined ? {} : { searchCents: search.cents }),
    ...(integration.pricingAdjustments === undefined ? {} : { adjustments: integration.pricingAdjustments }),
    atMs,
  })
}

/** The model that a target's calls are priced as. */
export function pricedModelOf(target: Target): string {
  const row = target.integration.models.find((each) => each.slug === target.model)
  const { name, pricedAs = name } = placeModel(target)
  return row?.base_model_slug ?? pricedAs
}

/** Of one call of the request: never fewer than it can be, nor more than its model takes. */
export function mostInputTokens({ peek, body, call, storedTokens }: Task, contextWindow: number | undefined): number {
  if (peek.inputTokens !== undefined) return peek.inputTokens
  if (storedTokens !== undefined) {
    const { previous_response_id: _, ...rest } = body
    const most = boundInputTokens(rest, call.body.length, contextWindow) + storedTokens
    return contextWindow === undefined ? most : Math.min(most, Math.max(contextWindow, storedTokens))
  }
  return boundInputTokens(body, call.body.length, contextWindow)
}
