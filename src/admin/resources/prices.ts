/** Prices and traits of models for the whole organisation, uploaded as JSON: previewed, versioned, restored. The gateway reads them with the catalog, within 30 s. */
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod/mini'
import type { UploadedModel } from '../../catalog/uploaded-prices.ts'
import { GatewayError } from '../../errors.ts'
import { readTraitChanges } from '../../model-traits/index.ts'
import { builtInList, builtInListWarning } from '../../pricing/built-in-list.ts'
import { listAnswer } from '../answers.ts'
import { requireAny } from '../caller.ts'
import { priceListAnswer, priceListVersionAnswer, pricePreviewAnswer } from '../document-answers.ts'
import { readFields } from '../fields.ts'
import { readFilters } from '../filters.ts'
import { pageOf, readPage } from '../paging.ts'
import type { Stored } from '../ports.ts'
import { checkPricingConfig } from '../prices.ts'
import { type AdminRequest, type JsonObject, organisationScope, param } from '../request.ts'
import type { Resource } from '../resource.ts'
import { anyObject, timestamp } from '../schemas.ts'

const path = '/prices'
const versionsPath = `${path}/versions`
const described = { object: 'price-list', path }
const currentId = 'current'
/** The list is read with every catalog. */
const mostModels = 300

interface PriceList {
  readonly id: string
  readonly version: number
  readonly models: readonly UploadedModel[]
  readonly note?: string
  readonly uploadedBy: { readonly id: string; readonly label: string }
  readonly uploadedAtMs: number
}

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(255))
/** `looseObject`: what is unknown is refused below, by name. */
const modelFields = z.looseObject({ provider: name, model: name, pricing_config: anyObject, model_traits: anyObject })
const rowNames = Object.keys(modelFields.shape)
const previewFields = z.object({ models: z.array(modelFields).check(z.maxLength(mostModels)) })
const uploadFields = z.object({
  models: z.array(modelFields).check(z.maxLength(mostModels)),
  note: z.optional(z.nullable(z.string().check(z.maxLength(500)))),
})

export const prices: Resource = {
  object: 'price-list',
  path,
  verbs: [
    {
      method: 'GET',
      path,
      handle: async (request) => {
        requireAny(request.caller, ['organisation_settings.read'])
        return toJson((await readCurrent(request))?.document, request)
      },
      shape: { summary: 'Show the prices that were uploaded', answer: priceListAnswer },
    },
    {
      method: 'PUT',
      path,
      handle: upload,
      shape: { summary: 'Replace the uploaded prices; a new version', body: uploadFields, answer: priceListAnswer },
    },
    {
      method: 'POST',
      path: `${path}/preview`,
      handle: preview,
      shape: { summary: 'Show what an upload would change', body: previewFields, answer: pricePreviewAnswer },
    },
    {
      method: 'GET',
      path: versionsPath,
      handle: listVersions,
      shape: { summary: 'List the versions, newest first', answer: listAnswer(priceListVersionAnswer) },
    },
    {
      method: 'GET',
      path: `${versionsPath}/{version}`,
      handle: async (request) => {
        requireAny(request.caller, ['organisation_settings.read'])
        return toJson(await readVersion(request), request)
      },
      shape: { summary: 'Show one version', answer: priceListAnswer },
    },
    {
      method: 'POST',
      path: `${versionsPath}/{version}/restore`,
      handle: restore,
      shape: { summary: 'Use the prices of a former version again; a new version', answer: priceListAnswer },
    },
  ],
}

async function upload(request: AdminRequest): Promise<JsonObject> {
  requireAny(request.caller, ['organisation_settings.update'])
  const fields = readFields(uploadFields, request.body, described)
  return write(request, readModels(request, fields.models), fields.note ?? undefined)
}

async function restore(request: AdminRequest): Promise<JsonObject> {
  requireAny(request.caller, ['organisation_settings.update'])
  const { version, models } = await readVersion(request)
  return write(request, models, `version ${version} restored`)
}

/** The version first: a failure after it leaves the former prices in force, and the next upload takes the next number. */
async function write(request: AdminRequest, models: readonly UploadedModel[], note?: string): Promise<JsonObject> {
  const { caller, nowMs, ports } = request
  const { documents } = ports
  const [current, versions] = await Promise.all([readCurrent(request), readVersions(request)])
  const version = Math.max(0, ...versions.map((each) => each.version)) + 1
  const list: PriceList = {
    id: currentId,
    version,
    models,
    ...(note === undefined ? {} : { note }),
    uploadedBy: { id: caller.id, label: caller.label },
    uploadedAtMs: nowMs,
  }
  await documents.create('price-list-version', organisationScope, { ...list, id: versionId(version) })
  await (current === undefined
    ? documents.create('price-list', organisationScope, list)
    : documents.replace('price-list', current, list))
  ports.ambient.log({ level: 'info', message: 'prices were uploaded', by: caller.id, version, models: models.length })
  return toJson(list, request)
}

async function preview(request: AdminRequest): Promise<JsonObject> {
  requireAny(request.caller, ['organisation_settings.read', 'organisation_settings.update'])
  const after = readModels(request, readFields(previewFields, request.body, described).models)
  const before = (await readCurrent(request))?.document.models ?? []
  const names = new Map([...before, ...after].map((row) => [nameOf(row), row]))
  const changes = await Promise.all(
    [...names.values()].map(async ({ provider, model }) => {
      const same = (row: UploadedModel) => row.provider === provider && row.model === model
      const [was, is] = [before.find(same), after.find(same)]
      const change =
        was === undefined
          ? 'added'
          : is === undefined
            ? 'removed'
            : isDeepStrictEqual(was, is)
              ? 'unchanged'
              : 'changed'
      return {
        provider,
        model,
        change,
        before: was === undefined ? null : modelJson(was),
        after: is === undefined ? null : modelJson(is),
        is_in_built_in_list: await isListed(request, provider, model),
      }
    }),
  )
  return { object: 'price-preview', changes, warnings: warningsAt(request.nowMs) }
}

async function isListed({ ports, nowMs }: AdminRequest, provider: string, model: string): Promise<boolean> {
  const priceListId = ports.aiProviders.list().find(({ id }) => id === provider)?.priceListId ?? provider
  return (await ports.prices.find({ priceListId, model, atMs: nowMs })) !== undefined
}

/** Throws where a row names no provider, says nothing, or is there twice. */
function readModels({ ports }: AdminRequest, rows: z.output<typeof previewFields>['models']): readonly UploadedModel[] {
  const models = rows.map((row, at): UploadedModel => {
    const where = `models[${at}]`
    const provider = ports.aiProviders.canonicalId(row.provider)
    if (provider === undefined)
      throw invalid(`${where}.provider`, `is '${row.provider.slice(0, 60)}', which is no type of provider`)
    const unknown = Object.keys(row).find((key) => !rowNames.includes(key))
    if (unknown !== undefined)
      throw invalid(where, `has the unknown field '${unknown.slice(0, 60)}'; it takes ${rowNames.join(', ')}`)
    if (!row.pricing_config && !row.model_traits)
      throw invalid(where, 'says nothing of the model; give pricing_config, model_traits or both')
    if (row.pricing_config) checkPricingConfig(row.pricing_config, `${where}.pricing_config`)
    if (row.model_traits) readTraitChanges(row.model_traits, `${where}.model_traits`)
    return {
      provider,
      model: row.model,
      ...(row.pricing_config ? { pricing_config: row.pricing_config } : {}),
      ...(row.model_traits ? { model_traits: row.model_traits } : {}),
    }
  })
  const names = models.map(nameOf)
  const twice = names.findIndex((each, at) => names.indexOf(each) !== at)
  if (twice >= 0) throw invalid(`models[${twice}]`, `is the model ${names[twice]} again; one row for each model`)
  return models
}

function nameOf({ provider, model }: UploadedModel): string {
  return `${provider}/${model}`
}

function invalid(where: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `${where} ${problem}`, { param: where })
}

function readCurrent({ ports }: AdminRequest): Promise<Stored<PriceList> | undefined> {
  return ports.documents.read<PriceList>('price-list', currentId, organisationScope)
}

async function readVersions({ ports }: AdminRequest): Promise<readonly PriceList[]> {
  const stored = await ports.documents.list<PriceList>('price-list-version', organisationScope)
  return stored.map(({ document }) => document).toSorted((one, other) => other.version - one.version)
}

async function readVersion(request: AdminRequest): Promise<PriceList> {
  const version = param(request, 'version')
  const stored = await request.ports.documents.read<PriceList>(
    'price-list-version',
    versionId(version),
    organisationScope,
  )
  if (stored !== undefined) return stored.document
  throw new GatewayError(
    'not_found',
    `there is no version '${version.slice(0, 20)}' of the uploaded prices; list them with GET ${versionsPath}`,
  )
}

function versionId(version: number | string): string {
  return `version-${version}`
}

async function listVersions(request: AdminRequest): Promise<JsonObject> {
  requireAny(request.caller, ['organisation_settings.read'])
  const page = readPage(request.query, 50)
  readFilters(request, [])
  const [current, versions] = await Promise.all([readCurrent(request), readVersions(request)])
  const rows = versions.map((each) => ({
    object: 'price-list-version',
    version: each.version,
    note: each.note ?? null,
    uploaded_by: each.uploadedBy,
    uploaded_at: timestamp(each.uploadedAtMs),
    model_count: each.models.length,
    is_current: each.version === current?.document.version,
  }))
  return { object: 'list', total: rows.length, data: pageOf(rows, page) }
}

function toJson(list: PriceList | undefined, { nowMs }: AdminRequest): JsonObject {
  return {
    object: 'price-list',
    version: list?.version ?? 0,
    note: list?.note ?? null,
    uploaded_by: list?.uploadedBy ?? null,
    uploaded_at: timestamp(list?.uploadedAtMs),
    models: (list?.models ?? []).map(modelJson),
    built_in: { version: builtInList.version, published_at: builtInList.publishedAt },
    warnings: warningsAt(nowMs),
  }
}

function modelJson({ provider, model, pricing_config, model_traits }: UploadedModel) {
  return { provider, model, pricing_config: pricing_config ?? null, model_traits: model_traits ?? null }
}

function warningsAt(nowMs: number): readonly string[] {
  const warning = builtInListWarning(nowMs)
  return warning === undefined ? [] : [warning]
}
