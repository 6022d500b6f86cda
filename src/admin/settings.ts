/** The names of an integration's settings: those of this API, its other spellings, and a refusal for what would be lost. */
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'
import { optionNamed } from '../routing/options.ts'
import { snakeCase } from './fields.ts'
import type { AdminAiProvider } from './ports.ts'
import type { JsonObject } from './request.ts'

export const maskPrefix = 'masked_'

/** Names that other gateways and SDKs have for a setting; a name in braces ends the setting that is meant, e.g. `aws_region`. */
const foreign: Readonly<Record<string, string>> = {
  api_base: 'custom_host',
  api_url: 'custom_host',
  base_url: 'custom_host',
  endpoint: 'custom_host',
  host: 'custom_host',
  server_url: 'custom_host',
  url: 'custom_host',
  default_headers: 'custom_headers',
  extra_headers: 'custom_headers',
  headers: 'custom_headers',
  aws_default_region: 'aws_region',
  aws_region_name: 'aws_region',
  location: '{_region}',
  region: '{_region}',
  region_name: '{_region}',
  vertex_location: 'vertex_region',
  organization: '{_organization}',
  project: '{_project_id}',
  project_id: '{_project_id}',
  vertex_project: 'vertex_project_id',
  credentials: '{_service_account_json}',
  vertex_credentials: 'vertex_service_account_json',
  api_key: 'key',
  key: 'key',
}

/** Is this, in whatever spelling, a setting that belongs into `configurations`? */
function isSettingName(key: string): boolean {
  const plain = snakeCase(key)
  if (plain === 'key' || plain === 'api_key') return false
  return Object.hasOwn(foreign, plain) || /^custom_(host|headers?)$/.test(plain) || optionNamed(plain) !== undefined
}

/** For resources that are not integrations, or have their settings in `configurations`. Throws `invalid_request` for a setting at the wrong place. */
export function refuseMisplacedSetting(place: string): (name: string) => boolean {
  return (name) => {
    if (!isSettingName(name)) return false
    throw invalid(`unknown field '${name.slice(0, 60)}'; settings of the connection belong into ${place}`, name)
  }
}

/** The settings under the names that they are kept by. Throws `invalid_request` for one that the provider does not read. */
export function readSettings(aiProvider: AdminAiProvider, given: JsonObject, where = 'configurations'): JsonObject {
  const read: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    const name = settingNamed(aiProvider, key)
    if (name === undefined) throw unknownSetting(aiProvider, key, where)
    if (Object.hasOwn(read, name))
      throw invalid(`${where} has '${name}' in two spellings, one of them '${key.slice(0, 60)}'; leave one out`, where)
    read[name] = value
  }
  return read
}

/** Throws `invalid_request` when no request could be addressed with these settings. */
export function checkSettings(
  aiProvider: AdminAiProvider,
  check: Parameters<AdminAiProvider['checkAddress']>[0],
): void {
  const { name, needsCustomHost } = aiProvider
  if (needsCustomHost && check.configurations.custom_host === undefined)
    throw invalid(
      `configurations.custom_host is missing; ${name} has no address of its own and needs that of your server`,
      'configurations.custom_host',
    )
  aiProvider.checkAddress(check)
}

function settingNamed({ settings }: AdminAiProvider, key: string): string | undefined {
  const plain = snakeCase(key)
  const bare = plain.startsWith(maskPrefix) ? plain.slice(maskPrefix.length) : plain
  const named = settings.includes(bare) ? bare : optionNamed(bare)
  if (named === undefined || !settings.includes(named)) return undefined
  return bare === plain ? named : `${maskPrefix}${named}`
}

function unknownSetting({ name, settings }: AdminAiProvider, key: string, where: string): GatewayError {
  const plain = snakeCase(key)
  const meant = meantBy(plain, settings) ?? nearestName(plain.slice(0, 80), settings)
  const shown = `${where} has the unknown setting '${key.slice(0, 60)}'`
  if (meant === 'key')
    return invalid(`${shown}; the credential itself belongs into 'key', beside configurations`, where)
  const hint = meant === undefined ? '' : `did you mean '${meant}'? `
  return invalid(`${shown}; ${hint}${name} reads ${settings.join(', ')}`, `${where}.${key.slice(0, 60)}`)
}

function meantBy(plain: string, settings: readonly string[]): string | undefined {
  const meant = Object.hasOwn(foreign, plain) ? foreign[plain] : undefined
  if (meant === undefined || meant === 'key') return meant
  const ending = /^\{(\w+)\}$/.exec(meant)?.[1]
  return ending === undefined ? settings.find((name) => name === meant) : settings.find((name) => name.endsWith(ending))
}

function invalid(message: string, param: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
