/** Where a provider's wire is called, with or without a custom host. */
import { GatewayError } from '../errors.ts'
import type { WireId } from '../protocols/protocol.ts'
import type { AiProvider, Credentials, WirePath } from './provider.ts'
import { settingPlace } from './setting-place.ts'

export interface AddressParts {
  readonly aiProvider: AiProvider
  readonly wire: WireId
  /** The integration's `custom_host`: a bare host, a base address as the SDKs take it (with `/v1`), or the whole endpoint. */
  readonly customHost?: string
  /** In place of the row's path. */
  readonly path?: string | WirePath
  /** For addresses that name them. */
  readonly model?: string
  readonly isStream?: boolean
  readonly configurations?: Credentials['configurations']
}

/** What an address depends on, whatever is called there. */
export type Place = Pick<AddressParts, 'aiProvider' | 'model' | 'configurations'>

const placeholder = /\{(\w+)\}/g

/** Throws `invalid_request` when the provider does not speak the wire or has no address. */
export function upstreamUrl(parts: AddressParts): URL {
  const { aiProvider, wire, customHost } = parts
  const spoken = parts.path ?? aiProvider.speaks[wire]
  if (spoken === undefined) {
    const wires = Object.keys(aiProvider.speaks).join(', ')
    throw new GatewayError('invalid_request', `${aiProvider.name} does not speak ${wire}; it speaks ${wires}`)
  }
  const path = fillPath(pathOf(spoken, parts.isStream === true), parts)
  if (customHost === undefined) return new URL(path, originFor(spoken, parts))
  const url = parseCustomHost(customHost)
  const [pathname = '', query] = path.split('?')
  url.pathname = joinPaths(
    url.pathname,
    pathname,
    prefixesOf(parts.path === undefined ? Object.values(aiProvider.speaks) : [spoken], parts),
  )
  if (query !== undefined) url.search = url.search === '' ? query : `${url.search}&${query}`
  return url
}

/** Throws `invalid_request` when the text is no absolute http or https address. */
export function parseCustomHost(customHost: string): URL {
  const url = URL.parse(customHost.trim())
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new GatewayError(
    'invalid_request',
    "Invalid custom host: it is not an http or https address; write it like 'https://models.example.com/v1'",
    { param: 'custom_host' },
  )
}

function pathOf(spoken: string | WirePath, isStream: boolean): string {
  if (typeof spoken === 'string') return spoken
  return isStream ? (spoken.streamPath ?? spoken.path) : spoken.path
}

function originFor(spoken: string | WirePath, parts: Place): string {
  return typeof spoken === 'string' || spoken.origin === undefined ? originOf(parts) : fillOrigin(spoken.origin, parts)
}

export function fillPath(path: string, parts: Place): string {
  return path.replace(placeholder, (_, name: string) =>
    encodeURIComponent(name === 'model' ? (parts.model ?? '') : readSetting(name, parts)),
  )
}

function readSetting(name: string, { aiProvider, configurations = {} }: Place): string {
  const given = configurations[name] === '' ? undefined : configurations[name]
  const value = given ?? aiProvider.impliedSettings?.(configurations)[name] ?? aiProvider.settingDefaults[name]
  if (typeof value === 'string' && value !== '') return value
  const header = `x-portkey-${name.replaceAll('_', '-')}`
  throw new GatewayError(
    'invalid_request',
    `${aiProvider.name} needs '${name}' in the integration's configurations, or '${header}' beside a credential of the request's own`,
    { param: name },
  )
}

/** Part of a host name, so that a setting cannot lead to another host. */
function readHostLabel(name: string, parts: Place): string {
  const value = readSetting(name, parts)
  if (/^[a-z0-9-]+$/i.test(value)) return value
  throw new GatewayError(
    'invalid_request',
    `${settingPlace(name)} is '${value.slice(0, 60)}'; it must be letters, digits and '-' only`,
    { param: name },
  )
}

export function originOf(parts: Place): string {
  const { origin, originsOf, name, hostSetting = 'custom_host' } = parts.aiProvider
  const special = originsOf?.origins[readSetting(originsOf.setting, parts)]
  if (special !== undefined) return special
  if (origin !== undefined) return fillOrigin(origin, parts)
  throw new GatewayError(
    'invalid_request',
    `${name} has no address of its own; set ${hostSetting} on the integration`,
    {
      param: hostSetting,
    },
  )
}

function fillOrigin(origin: string, parts: Place): string {
  return origin.replace(placeholder, (_, setting: string) => readHostLabel(setting, parts))
}

export const knownEndpoint =
  /\/(?:chat\/completions|messages|responses|completions|embeddings|moderations|rerank|images\/(?:generations|edits|variations)|audio\/(?:speech|transcriptions|translations))$/

/** What the paths have before their endpoint or model, as far as the settings suffice: `/openai/v1`, `/serving-endpoints`, `/v1/projects/p/locations/l`. */
function prefixesOf(spoken: readonly (string | WirePath)[], place: Place): readonly string[] {
  return spoken.flatMap((each) => {
    const [template = ''] = (typeof each === 'string' ? each : each.path).split('?')
    const prefix = knownEndpoint.test(template)
      ? template.replace(knownEndpoint, '')
      : template.replace(/(?:\/publishers\/\w+)?(?:\/models?)?\/[^/]*\{model\}.*$/, '')
    try {
      return prefix === template ? [] : [fillPath(prefix, place)]
    } catch {
      return []
    }
  })
}

/** A base address as SDKs take it ends with the provider's own prefix, or its beginning (`…/openai`, `…/api/v1`). Without it; undefined = it does not. */
export function withoutOwnPrefix(base: string, prefixes: readonly string[]): string | undefined {
  const beginnings = prefixes.flatMap((prefix) => {
    const parts = prefix.split('/').slice(1)
    return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)
  })
  const longest = beginnings
    .filter((each) => each.length > 1 && base.endsWith(each))
    .reduce((left, right) => (right.length > left.length ? right : left), '')
  return longest === '' ? undefined : base.slice(0, -longest.length)
}

/**
 * A base with the provider's own prefix gets the rest of the path; one that names another version (`/v1`, `/v1beta/openai`) or a
 * deployment the endpoint only; any other the whole path; one that is another wire's endpoint gives way to this one's.
 */
function joinPaths(basePath: string, path: string, own: readonly string[]): string {
  const base = basePath.replace(/\/+$/, '')
  const endpoint = knownEndpoint.exec(path)?.[0] ?? path.replace(/^\/v\d\w*(?=\/)/, '')
  const other = knownEndpoint.exec(base)?.[0]
  if (other !== undefined) return base.slice(0, -other.length) + endpoint
  if (base.endsWith(endpoint)) return base
  const before = withoutOwnPrefix(base, own)
  if (before !== undefined) return before + path
  return base + (namesVersion(base) || /\/deployments\/[^/]+$/.test(base) ? endpoint : path)
}

export function namesVersion(path: string): boolean {
  return path.split('/').some((segment) => /^v\d/.test(segment))
}
