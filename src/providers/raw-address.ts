/** Where a path that is passed on as it is leads at a provider: below its base, never beside it. */
import { GatewayError } from '../errors.ts'
import {
  fillPath,
  knownEndpoint,
  namesVersion,
  originOf,
  type Place,
  parseCustomHost,
  withoutOwnPrefix,
} from './address.ts'

export interface RawPlace extends Place {
  readonly customHost?: string
}

/** `path` begins with a slash and is percent-encoded, as is `query`. Throws `invalid_request` for one that would leave the base. */
export function rawUrl(place: RawPlace, path: string, query: string): URL {
  checkPath(path)
  const [base = '', ownQuery] = rawBaseOf(place).split('?')
  const filled = fillPath(base, place)
  const url = place.customHost === undefined ? new URL(originOf(place)) : parseCustomHost(place.customHost)
  const root = place.customHost === undefined ? filled : rootOf(url, filled)
  const { origin } = url
  url.pathname = root + publishersOf(place, base, path) + path
  url.search = [url.search.replace(/^\?/, ''), ownQuery, query].filter(Boolean).join('&')
  if (url.origin === origin && url.pathname.startsWith(`${root}/`)) return url
  throw leaving(path)
}

/** The part of a provider's addresses that our `/v1` stands for. */
function rawBaseOf({ aiProvider, configurations = {} }: Place): string {
  const { rawBase, speaks } = aiProvider
  if (rawBase !== undefined) return typeof rawBase === 'string' ? rawBase : rawBase(configurations)
  const [first = ''] = Object.values(speaks)
  const path = typeof first === 'string' ? first : first.path
  return path.replace(knownEndpoint, '').replace(/\/models?\/\{model\}.*$/, '')
}

/** What stands between the base and `/models/…` where a provider hosts the models of several publishers. */
function publishersOf({ aiProvider }: Place, base: string, path: string): string {
  const spoken = aiProvider.speaks['google-gemini']
  const template = typeof spoken === 'object' ? spoken.path : ''
  const end = template.indexOf('/models/{model}')
  return path.startsWith('/models/') && end > base.length && template.startsWith(base)
    ? template.slice(base.length, end)
    : ''
}

/** A custom host may be bare, a base with its version or the provider's own prefix, or a whole endpoint. */
function rootOf(url: URL, base: string): string {
  const own = url.pathname.replace(/\/+$/, '').replace(knownEndpoint, '')
  const before = withoutOwnPrefix(own, [base])
  if (before !== undefined) return before + base
  return namesVersion(own) ? own : own + base
}

/** How often a server may decode what it is sent. */
const mostDecodings = 4

/** Refuses `..` in whatever disguise: encoded, encoded again, between encoded slashes, with parameters behind it (`..;`). */
function checkPath(path: string): void {
  let decoded = path
  for (let round = 0; round < mostDecodings; round++) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
    const isUnsafe = decoded.split(/[\\/]/).some((part) => /^\.\.?(?:;|$)/.test(part)) || /[\x00-\x1f]/.test(decoded)
    if (isUnsafe) throw leaving(path)
    const next = decodeOnce(decoded)
    if (next === decoded) return
    decoded = next
  }
  if (decodeOnce(decoded) !== decoded) throw leaving(path)
}

/** Byte by byte, as the most lenient of servers would: what stands beside it may be no valid encoding. */
function decodeOnce(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function leaving(path: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `the path '${path.slice(0, 120)}' cannot be passed on: it holds '.' or '..' as a part, or is encoded over and over; write it out`,
    { param: 'path' },
  )
}
