/** Which settings of an integration a provider reads, and whether it could be called with them. Opens no connection. */
import { GatewayError } from '../errors.ts'
import { fillPath, originOf, type Place, parseCustomHost } from './address.ts'
import type { AiProvider, Credentials } from './provider.ts'

type Configurations = Credentials['configurations']

const anywhere = ['custom_host', 'custom_headers']

/** Of this API family; there is nothing behind them here, and they neither restrict nor direct a request. */
const withoutEffect = [
  'anthropic_inspect_stream_for_overloaded_error',
  'is_key_required',
  'vertex_map_metadata',
  'vertex_skip_ptu_cost_attribution',
]

/** Names of all settings that may stand in an integration's `configurations`, those of its addresses, its authentication and its own. */
export function settingsOf(aiProvider: AiProvider): readonly string[] {
  const { hostSetting, originsOf, settingDefaults, settings = [], authenticate } = aiProvider
  const names = [
    ...addressesOf(aiProvider).flatMap(placeholdersIn),
    ...Object.keys(settingDefaults),
    ...(hostSetting === undefined ? [] : [hostSetting]),
    ...(originsOf === undefined ? [] : [originsOf.setting]),
    ...(authenticate.settings ?? []),
    ...settings,
    ...anywhere,
    ...withoutEffect,
  ]
  return [...new Set(names)].filter((name) => name !== 'model').sort()
}

function placeholdersIn(address: string): readonly string[] {
  return [...address.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}

function addressesOf({ origin, speaks, rawBase, modelList, countsTokens = {} }: AiProvider): readonly string[] {
  const endpoints = Object.values(speaks).flatMap((spoken) =>
    typeof spoken === 'string' ? [spoken] : [spoken.path, spoken.streamPath, spoken.origin],
  )
  const lists = modelList === undefined || modelList === null ? [] : [modelList.origin, modelList.path].flat()
  const counting = Object.values(countsTokens).map(({ path }) => path)
  const all = [origin, typeof rawBase === 'string' ? rawBase : undefined, ...endpoints, ...lists, ...counting]
  return all.filter((each) => each !== undefined)
}

interface AddressCheck {
  readonly configurations: Configurations
  /** False = secret settings are stored already and not at hand, so what follows from them may be there. */
  readonly hasSecrets: boolean
}

/** Throws `invalid_request` when no request could ever be addressed with these settings. */
export function checkAddress(aiProvider: AiProvider, { configurations, hasSecrets }: AddressCheck): void {
  refuseOtherChoices(aiProvider, configurations)
  aiProvider.checkSettings?.(configurations)
  // throws for a key file that is none
  aiProvider.impliedSettings?.(configurations)
  const implied = hasSecrets ? {} : standIns(aiProvider)
  const place: Place = { aiProvider, configurations: { ...implied, ...configurations }, model: 'model' }
  const host = aiProvider.hostSetting === undefined ? undefined : configurations[aiProvider.hostSetting]
  const custom = configurations.custom_host ?? host
  if (typeof custom === 'string' && custom !== '') parseCustomHost(custom)
  else originOf(place)
  const paths = Object.values(aiProvider.speaks).map((spoken) => (typeof spoken === 'string' ? spoken : spoken.path))
  const faults = paths.map((path) => faultOf(() => fillPath(path, place)))
  const [first] = faults
  if (first !== undefined && faults.every((fault) => fault !== undefined)) throw first
}

function refuseOtherChoices({ authenticate: { choices = {} } }: AiProvider, configurations: Configurations): void {
  for (const [name, allowed] of Object.entries(choices)) {
    const value = configurations[name] ?? ''
    if (value === '' || allowed.some((each) => each === value)) continue
    throw new GatewayError(
      'invalid_request',
      `'${name}' is '${String(value).slice(0, 40)}'; it must be one of ${allowed.join(', ')}`,
      { param: name },
    )
  }
}

function standIns({ impliedSettings }: AiProvider): Configurations {
  const names = Object.keys(impliedSettings?.({}) ?? {})
  return Object.fromEntries(names.map((name) => [name, 'stored']))
}

function faultOf(fill: () => string): unknown {
  try {
    fill()
    return undefined
  } catch (thrown) {
    return thrown
  }
}
