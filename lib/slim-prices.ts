/** The price library as the functions ship it: the same code over its data without what is not asked for, as JSON. Loading it takes 19 ms of CPU in place of 31, of which 13 are the library's own (2026-11, Node 24). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export const priceLibrary = '@pydantic/genai-prices'

type Row = Readonly<Record<string, unknown>>

/** Of a provider: what it is found by, and its models. Its extractors read answers, which the gateway does itself. */
const providerFields = ['id', 'name', 'model_match', 'provider_match', 'fallback_model_providers']
/** Of a model: what it is found by and what is told of it. */
const modelFields = ['id', 'name', 'match', 'context_window', 'deprecated', 'prices']

const dataStart = 'const E = '
const dataEnd = /\n\](?=[,;])/

/** The library's module with slim data. Throws when a new version of it is built otherwise. */
export function slimPriceModule(): string {
  const path = createRequire(import.meta.url)
    .resolve(priceLibrary)
    .replace(/\.cjs$/, '.js')
  const text = readFileSync(path, 'utf8')
  const end = dataEnd.exec(text)
  if (!text.startsWith(`${dataStart}[`) || end === null)
    throw new Error(`${priceLibrary} does not begin with its data any more; see lib/slim-prices.ts`)
  const literal = text.slice(dataStart.length, end.index + 2)
  // a literal of our own pinned dependency, evaluated while the functions are built
  const providers = new Function(`return ${literal}`)() as readonly Row[]
  return `${dataStart}JSON.parse(${JSON.stringify(JSON.stringify(providers.map(slim)))})${text.slice(end.index + 2)}`
}

function slim(provider: Row): Row {
  const models = provider.models as readonly Row[]
  return { ...pick(provider, providerFields), models: models.map((model) => pick(model, modelFields)) }
}

function pick(row: Row, fields: readonly string[]): Row {
  return Object.fromEntries(fields.filter((field) => row[field] !== undefined).map((field) => [field, row[field]]))
}
