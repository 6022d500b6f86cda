/** The models of an integration: which are on, custom ones, prices of their own. */

import * as z from 'zod/mini'
import type { Integration, IntegrationModel } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import { isOfOrganisation } from '../caller.ts'
import type { IntegrationModelsJson } from '../contract.ts'
import { checkConnection } from '../credentials.ts'
import { readFields } from '../fields.ts'
import { checkPricingConfig } from '../prices.ts'
import type { AdminRequest } from '../request.ts'
import type { Desk, Verb } from '../resource.ts'
import { anyObject, defined, flag, text } from '../schemas.ts'

const modelFields = z.object({
  slug: z.string().check(z.minLength(1), z.maxLength(255)),
  name: text,
  enabled: flag,
  is_custom: flag,
  is_finetune: flag,
  base_model_slug: text,
  configurations: anyObject,
  pricing_config: anyObject,
})
const updateFields = z.object({ models: z.optional(z.nullable(z.array(modelFields))), allow_all_models: flag })
type ModelFields = z.output<typeof modelFields>

export function modelVerbs(desk: Desk<Integration>): readonly Verb[] {
  const list = async (request: AdminRequest) => modelsJson(request, (await desk.find(request, 'read')).document)
  const update = async (request: AdminRequest) => {
    await desk.find(request, 'update')
    const fields = readFields(updateFields, request.body, 'models')
    const models = fields.models ?? []
    for (const [at, model] of models.entries()) await checkModel(request, model, `models[${at}]`)
    return desk.update(request, 'update', async (row) => ({
      document: {
        ...row,
        allowAllModels: fields.allow_all_models ?? row.allowAllModels,
        models: models.reduce(upsert, row.models),
        updatedAtMs: request.nowMs,
      },
      answer: {},
    }))
  }
  const remove = async (request: AdminRequest) => {
    const slugs = readSlugs(request)
    return desk.update(request, 'update', async (row) => ({ document: withoutModels(request, row, slugs), answer: {} }))
  }
  return ['models', 'integration-models'].flatMap((word): Verb[] => {
    const path = `/integrations/{id}/${word}`
    return [
      { method: 'GET', path, handle: list },
      { method: 'PUT', path, handle: update },
      { method: 'DELETE', path, handle: remove },
    ]
  })
}

async function checkModel({ ports, caller }: AdminRequest, model: ModelFields, where: string): Promise<void> {
  if (model.pricing_config) checkPricingConfig(model.pricing_config, `${where}.pricing_config`)
  if (model.configurations)
    await checkConnection(model.configurations, { ports, isApproved: () => isOfOrganisation(caller) })
}

/** Unnamed fields of a known model stay. */
function upsert(models: readonly IntegrationModel[], given: ModelFields): readonly IntegrationModel[] {
  const before = models.find(({ slug }) => slug === given.slug)
  const after = defined<IntegrationModel>({
    slug: given.slug,
    name: given.name ?? before?.name,
    enabled: given.enabled ?? before?.enabled ?? true,
    is_custom: given.is_custom ?? before?.is_custom ?? false,
    is_finetune: given.is_finetune ?? before?.is_finetune ?? false,
    base_model_slug: given.base_model_slug === undefined ? before?.base_model_slug : given.base_model_slug,
    configurations: given.configurations === undefined ? before?.configurations : given.configurations,
    pricing_config: given.pricing_config === undefined ? before?.pricing_config : given.pricing_config,
  })
  return before === undefined ? [...models, after] : models.map((each) => (each === before ? after : each))
}

/** `?slugs=a,b`, or `models` in the body as slugs or rows. */
function readSlugs({ query, body }: AdminRequest): readonly string[] {
  const listed: unknown = query.slugs?.split(',') ?? body.models ?? body.slugs
  const slugs = (Array.isArray(listed) ? listed : [])
    .map((each) => (typeof each === 'string' ? each.trim() : (each as { slug?: unknown } | null)?.slug))
    .filter((slug) => typeof slug === 'string' && slug !== '')
  if (slugs.length > 0) return slugs as string[]
  throw new GatewayError('invalid_request', 'slugs is missing; name the models, e.g. ?slugs=my-model,my-other-model', {
    param: 'slugs',
  })
}

function withoutModels(request: AdminRequest, row: Integration, slugs: readonly string[]): Integration {
  for (const slug of slugs) {
    const model = row.models.find((each) => each.slug === slug)
    if (model !== undefined && !model.is_custom)
      throw new GatewayError(
        'invalid_request',
        `the model '${slug}' is not a custom one; switch it off with PUT instead`,
        {
          param: 'slugs',
        },
      )
  }
  return { ...row, models: row.models.filter(({ slug }) => !slugs.includes(slug)), updatedAtMs: request.nowMs }
}

/** Those that were set, then the rest that the price list knows for this AI provider. */
async function modelsJson({ ports }: AdminRequest, row: Integration): Promise<IntegrationModelsJson> {
  const aiProvider = ports.aiProviders.list().find(({ id }) => id === row.aiProviderId)
  const listed = await ports.prices.models(aiProvider?.priceListId ?? row.aiProviderId)
  const known = new Set(row.models.map(({ slug }) => slug))
  const names = new Map(listed.map((model) => [model.id, model.name]))
  const rest: IntegrationModel[] = listed
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => ({ slug: id, enabled: row.allowAllModels, is_custom: false, is_finetune: false }))
  const models = [...row.models, ...rest].map((model) => ({
    slug: model.slug,
    name: model.name ?? names.get(model.slug) ?? model.slug,
    enabled: model.enabled,
    is_custom: model.is_custom,
    is_finetune: model.is_finetune,
    base_model_slug: model.base_model_slug ?? null,
    configurations: model.configurations ?? null,
    pricing_config: model.pricing_config ?? null,
  }))
  return { total: models.length, allow_all_models: row.allowAllModels, models, object: 'list' }
}
