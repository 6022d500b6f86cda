/** Azure addresses deployments, not models: which one a model's name means, and at which of its API versions. */
import { GatewayError } from '../errors.ts'
import type { WireId } from '../protocols/protocol.ts'
import type { PlacedModel } from './provider.ts'

type Settings = Readonly<Record<string, unknown>>

interface Deployment {
  readonly name: string
  readonly version: string | undefined
  readonly model: string | undefined
}

/** Of the API without dates, where the deployment is the body's model. */
export const datelessPaths = {
  'openai-chat': '/openai/v1/chat/completions',
  'openai-responses': '/openai/v1/responses',
  'openai-completions': '/openai/v1/completions',
  'openai-embeddings': '/openai/v1/embeddings',
  'openai-images': '/openai/v1/images/generations',
  'openai-image-edits': '/openai/v1/images/edits',
  'openai-speech': '/openai/v1/audio/speech',
  'openai-transcriptions': '/openai/v1/audio/transcriptions',
  'openai-translations': '/openai/v1/audio/translations',
} as const satisfies Partial<Record<WireId, string>>

/** What names a deployment, and its API version. */
export const deploymentSettings = [
  'azure_api_version',
  'azure_deployment_config',
  'azure_deployment_id',
  'azure_deployment_name',
  'azure_model_name',
  'azure_model_slug',
]

/** Throws `invalid_request` for a list that is none, which would be read as absent. */
export function checkDeployments({ azure_deployment_config: list }: Settings): void {
  if (list === undefined || list === null) return
  const isRow = (row: unknown) =>
    typeof row === 'object' && row !== null && text((row as Settings).azure_deployment_name)
  if (Array.isArray(list) && list.length > 0 && list.every(isRow)) return
  throw new GatewayError(
    'invalid_request',
    "'azure_deployment_config' must be a list of one object or more, each with azure_deployment_name, and azure_api_version, azure_model_slug, alias, is_default where needed",
    { param: 'azure_deployment_config' },
  )
}

/** The first dated version that has the Responses API. */
const responsesSince = '2025-03-01'

export function placeDeployment(model: string, configurations: Settings): PlacedModel {
  const { name, version, model: pricedAs } = findDeployment(model, configurations)
  return { name, ...(pricedAs === undefined ? {} : { pricedAs }), ...placeVersion(version) }
}

/** What `/v1` stands for: dated versions stand in the query. */
export function deploymentBase(configurations: Settings): string {
  const version = text(configurations.azure_api_version)
  if (version === undefined || version === 'v1') return '/openai/v1'
  return `/openai${/^\d/.test(version) ? '' : '/v1'}?api-version=${encodeURIComponent(version)}`
}

/** By alias, model or name, else the default one; a name that nothing knows is taken for a deployment's own. */
function findDeployment(asked: string, configurations: Settings): Deployment {
  const rows = readRows(configurations)
  const row =
    rows.find((each) => each.alias === asked) ??
    rows.find((each) => each.azure_model_slug === asked) ??
    rows.find((each) => each.azure_deployment_name === asked) ??
    rows.find((each) => each.is_default === true)
  return {
    name: text(row?.azure_deployment_name) ?? asked,
    version: text(row?.azure_api_version) ?? text(configurations.azure_api_version),
    model: text(row?.azure_model_slug),
  }
}

/** What asks for the default deployment, or the only one: the model behind it where that means no other, else its name. */
export function defaultDeployment(configurations: Settings): string | undefined {
  const rows = readRows(configurations)
  const row = rows.find((each) => each.is_default === true) ?? (rows.length === 1 ? rows[0] : undefined)
  const name = text(row?.azure_deployment_name)
  const model = text(row?.azure_model_slug)
  return model !== undefined && findDeployment(model, configurations).name === name ? model : name
}

/** A list, or the one deployment of integrations that came from a virtual key. */
function readRows(configurations: Settings): readonly Settings[] {
  const { azure_deployment_config: list, azure_deployment_id: id, azure_model_name: model } = configurations
  if (Array.isArray(list)) return list.filter((row): row is Settings => typeof row === 'object' && row !== null)
  const name = text(configurations.azure_deployment_name) ?? text(id)
  if (name === undefined) return []
  return [{ azure_deployment_name: name, azure_model_slug: configurations.azure_model_slug ?? model, is_default: true }]
}

function placeVersion(version: string | undefined): Pick<PlacedModel, 'wires' | 'paths'> {
  if (version === undefined || version === 'v1') return {}
  const query = `?api-version=${encodeURIComponent(version)}`
  const wires = Object.keys(datelessPaths) as (keyof typeof datelessPaths)[]
  if (!/^\d/.test(version)) return { paths: mapPaths(wires, (path) => path + query) }
  const dated = wires.filter((wire) => wire !== 'openai-responses' || version >= responsesSince)
  return {
    wires: dated,
    paths: mapPaths(dated, (path, wire) => {
      const prefix = wire === 'openai-responses' ? '/openai' : '/openai/deployments/{model}'
      return path.replace('/openai/v1', prefix) + query
    }),
  }
}

function mapPaths(
  wires: readonly (keyof typeof datelessPaths)[],
  write: (path: string, wire: WireId) => string,
): Readonly<Partial<Record<WireId, string>>> {
  return Object.fromEntries(wires.map((wire) => [wire, write(datelessPaths[wire], wire)]))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
