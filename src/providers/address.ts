/** Where a provider's wire is called, with or without a custom host. */
import { GatewayError } from '../errors.ts'
import type { ProtocolId } from '../protocols/protocol.ts'
import type { AiProvider } from './provider.ts'

export interface AddressParts {
  readonly aiProvider: AiProvider
  readonly wire: ProtocolId
  /** The integration's `custom_host`: a bare host, a base address as the SDKs take it (with `/v1`), or the whole endpoint. */
  readonly customHost?: string
}

/** Throws `invalid_request` when the provider does not speak the wire or has no address. */
export function upstreamUrl({ aiProvider, wire, customHost }: AddressParts): URL {
  const path = aiProvider.speaks[wire]
  if (path === undefined) {
    const spoken = Object.keys(aiProvider.speaks).join(', ')
    throw new GatewayError('invalid_request', `${aiProvider.name} does not speak ${wire}; it speaks ${spoken}`)
  }
  if (customHost === undefined) return new URL(path, originOf(aiProvider))
  const url = parseCustomHost(customHost)
  url.pathname = joinPaths(url.pathname, path)
  return url
}

/** Throws `invalid_request` when the text is no absolute http or https address. */
function parseCustomHost(customHost: string): URL {
  const url = URL.parse(customHost.trim())
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new GatewayError(
    'invalid_request',
    "Invalid custom host: it is not an http or https address; write it like 'https://models.example.com/v1'",
    { param: 'custom_host' },
  )
}

function originOf({ origin, name }: AiProvider): string {
  if (origin !== undefined) return origin
  throw new GatewayError('invalid_request', `${name} has no address of its own; set custom_host on the integration`, {
    param: 'custom_host',
  })
}

/** A base that names a version (`/v1`, `/v1beta/openai`) gets the endpoint only; any other gets the provider's whole path. */
function joinPaths(basePath: string, path: string): string {
  const base = basePath.replace(/\/+$/, '')
  const endpoint = /\/(?:chat\/completions|messages)$/.exec(path)?.[0] ?? path
  if (base.endsWith(endpoint)) return base
  const hasVersion = base.split('/').some((segment) => /^v\d/.test(segment))
  return base + (hasVersion ? endpoint : path)
}
