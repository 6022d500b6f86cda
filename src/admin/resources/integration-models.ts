/** The models of an integration: which are on, custom ones, prices of their own. */

import * as z from 'zod/mini'
import type { Integration, IntegrationModel } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import { readTraitChanges } from '../../model-traits/index.ts'
import { findAiProvider } from '../ai-provider.ts'
import { emptyAnswer, integrationModelsAnswer } from '../answers.ts'
import { isOfOrganisation } from '../caller.ts'
import { checkConnection, hostsIn } from '../connection.ts'
import type { IntegrationModelsJson } from '../contract.ts'
import {
  maskConfigurations,
  maskedPointers,
  mergeConfigurations,
  splitConfigurations,
  unchangedSecrets,
} from '../credentials.ts'
import { readFields } from '../fields.ts'
import { checkPricingConfig } from '../prices.ts'
import { refuseOtherAccount } from '../processing-policy.ts'
import type { AdminRequest, JsonObject } from '../request.ts'
import type { ResourceContext, Verb } from '../resource.ts'
import { anyObject, flag, text, withoutUndefined } from '../schemas.ts'
import { readSettings } from '../settings.ts'

const modelFields = z.object({
  slug: z.string().check(z.minLength(1), z.maxLength(255)),
  name: text,
  enabled: flag,
  is_custom: flag,
  is_finetune: flag,
  base_model_slug: text,
  configurations: anyObject,
  pricing_config: anyObject,
  model_traits: anyObject,
})
const updateFields = z.object({ models: z.optional(z.nullable(z.array(modelFields))), allow_all_models: flag })
const removeFields = z.object({ models: z.optional(z.array(z.unknown())), slugs: z.optional(z.array(z.string())) })
const shapes = {
  list: { summary: 'List the models of an integration', answer: integrationModelsAnswer },
  update: {
    summary: 'Set models of an integration; those that are not named stay',
    body: updateFields,
    answer: emptyAnswer,
  },
  remove: {
    summary: 'Remove custom models of an integration',
    query: { slugs: 'slugs of models, with commas between them; absent = as the body names them' },
    body: removeFields,
    answer: emptyAnswer,
  },
}
type ModelFields = z.output<typeof modelFields>

export function modelVerbs(context: ResourceContext<Integration>): readonly Verb[] {
  const list = async (request: AdminRequest) => modelsJson(request, (await context.find(request, 'read')).document)
  const update = async (request: AdminRequest) => {
    const before = (await context.find(request, 'update')).document
    const fields = readFields(updateFields, request.body, 'models')
    if (fields.models?.some(({ configurations }) => configurations !== undefined)) refuseOtherAccount(request, before)
    const read = await Promise.all((fields.models ?? []).map((model, at) => readModel(request, before, model, at)))
    return context.update(request, 'update', async (row) => {
      const changes = read.map((model) => changedModel(request, row, model))
      return {
        document: {
          ...row,
          allowAllModels: fields.allow_all_models ?? row.allowAllModels,
          ...approvedBy(request, row, fields.models ?? []),
          models: changes.reduce((models, { model }) => upsert(models, model), row.models),
          updatedAtMs: request.nowMs,
        },
        answer: {},
        ...writesOf(request, changes),
      }
    })
  }
  const remove = async (request: AdminRequest) => {
    const slugs = readSlugs(request)
    return context.update(request, 'update', async (row) => ({
      document: withoutModels(request, row, slugs),
      answer: {},
    }))
  }
  return ['models', 'integration-models'].flatMap((word): Verb[] => {
    const path = `/integrations/{id}/${word}`
    return [
      { method: 'GET', path, handle: list, shape: shapes.list },
      { method: 'PUT', path, handle: update, shape: shapes.update },
      { method: 'DELETE', path, handle: remove, shape: shapes.remove },
    ]
  })
}

/** The fields with the settings under their own names. Throws `invalid_request`. */
async function readModel(
  { ports, caller }: AdminRequest,
  integration: Integration,
  model: ModelFields,
  at: number,
): Promise<ModelFields> {
  const where = `models[${at}]`
  if (model.pricing_config) checkPricingConfig(model.pricing_config, `${where}.pricing_config`)
  if (model.model_traits) readTraitChanges(model.model_traits, `${where}.model_traits`)
  if (!model.configurations) return model
  const aiProvider = findAiProvider(ports.aiProviders, integration.aiProviderId, 'ai_provider_id')
  const configurations = readSettings(aiProvider, model.configurations, `${where}.configurations`)
  await checkConnection(configurations, { ports, isApproved: () => isOfOrganisation(caller) })
  return { ...model, configurations }
}

/** Private hosts that a key of the organisation names for models of a workspace's integration. */
function approvedBy({ caller }: AdminRequest, { approvedHosts = [] }: Integration, models: readonly ModelFields[]) {
  if (!isOfOrganisation(caller)) return {}
  const named = models.flatMap(({ configurations }) => hostsIn(configurations ?? {}))
  return named.length === 0 ? {} : { approvedHosts: [...new Set([...approvedHosts, ...named])] }
}

interface ModelChange {
  readonly model: IntegrationModel
  /** What has to be in the vault before the row names it; absent = nothing new. */
  readonly write?: { readonly secretName: string; readonly value: string }
}

/** Unnamed fields of a known model stay. A secret is never written over: requests under way still read the former one, which the sweep removes. */
function changedModel({ ports }: AdminRequest, row: Integration, given: ModelFields): ModelChange {
  const before = row.models.find(({ slug }) => slug === given.slug)
  const plain = withoutUndefined<IntegrationModel>({
    slug: given.slug,
    name: given.name ?? before?.name,
    enabled: given.enabled ?? before?.enabled ?? true,
    is_custom: given.is_custom ?? before?.is_custom ?? false,
    is_finetune: given.is_finetune ?? before?.is_finetune ?? false,
    base_model_slug: given.base_model_slug === undefined ? before?.base_model_slug : given.base_model_slug,
    pricing_config: given.pricing_config === undefined ? before?.pricing_config : given.pricing_config,
    model_traits: given.model_traits === undefined ? before?.model_traits : given.model_traits,
  })
  if (given.configurations === undefined)
    return { model: withoutUndefined<IntegrationModel>({ ...plain, ...pickSettings(before) }) }
  if (given.configurations === null) return { model: { ...plain, configurations: null } }
  const split = splitConfigurations(given.configurations, before?.configurations ?? {})
  const configurations = mergeConfigurations({}, split)
  const nested = { ...split.nested, ...topLevel(split.secret) }
  if (Object.keys(nested).length === 0) {
    const kept = maskedPointers(configurations).length > 0 ? before?.secret_name : undefined
    return { model: withoutUndefined<IntegrationModel>({ ...plain, configurations, secret_name: kept }) }
  }
  const [kept] = unchangedSecrets(configurations, split)
  if (kept !== undefined)
    throw new GatewayError(
      'invalid_request',
      `configurations of the model '${given.slug}' have new credentials beside a masked one (${kept.slice(1)}); send all of them, or all as they were shown`,
      { param: 'models' },
    )
  const secretName = `${ports.settings.secretsPrefix}integrations/${row.id}/models/${ports.ambient.newId()}`
  return {
    model: { ...plain, configurations, secret_name: secretName },
    write: { secretName, value: JSON.stringify({ configurations: {}, nested }) },
  }
}

function pickSettings(before: IntegrationModel | undefined) {
  return { configurations: before?.configurations, secret_name: before?.secret_name }
}

function topLevel(secret: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(secret).map(([key, value]) => [
      `/${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

function writesOf({ ports }: AdminRequest, changes: readonly ModelChange[]) {
  const writes = changes.flatMap(({ write }) => write ?? [])
  return {
    async before() {
      for (const { secretName, value } of writes) await ports.secrets.write(secretName, value)
    },
    async undo() {
      for (const { secretName } of writes) await ports.secrets.remove(secretName)
    },
  }
}

function upsert(models: readonly IntegrationModel[], after: IntegrationModel): readonly IntegrationModel[] {
  const isKnown = models.some(({ slug }) => slug === after.slug)
  return isKnown ? models.map((each) => (each.slug === after.slug ? after : each)) : [...models, after]
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
    configurations: model.configurations ? maskConfigurations(model.configurations) : null,
    pricing_config: model.pricing_config ?? null,
    model_traits: model.model_traits ?? null,
  }))
  return { total: models.length, allow_all_models: row.allowAllModels, models, object: 'list' }
}
