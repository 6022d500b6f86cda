/** What the line of a request needs from outside: the call, the way back, the upstream, the stores. */
import type { Ambient } from '../ambient.ts'
import type { Awaitable } from '../awaitable.ts'
import type { CacheServices } from '../cache/cache-services.ts'
import type { CatalogStore } from '../catalog/catalog.ts'
import type { ModelLists } from '../catalog/model-lists.ts'
import type { KeyStore } from '../identity/caller.ts'
import type { EmergencyStops } from '../identity/emergency-stop.ts'
import type { LimitGate } from '../limits/gate.ts'
import type { PriceList } from '../pricing/price.ts'
import type { StoredResponses } from '../pricing/stored-responses.ts'
import type { AiProvider, CredentialPorts, Credentials } from '../providers/provider.ts'
import type { LogStore, PayloadStore } from '../records/log.ts'
import type { Routing } from '../routing/routing.ts'

/** One request as a transport received it. Header names are lower case. */
export interface Call {
  readonly method: string
  /** Decoded path without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Path and query as they came, percent-encoded; absent = nobody needs them. */
  readonly rawTarget?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly receivedAtMs: number
  /** When the platform ends us; keep enough before it to settle. */
  readonly deadlineAtMs: number
  /** Trips when the client has gone, where the platform shows it. */
  readonly clientGone: AbortSignal
  /** Trips when the process ends before the request can; absent = nobody tells. */
  readonly stopping?: AbortSignal
}

/** The way back to the client. Nothing is sent before `begin`; after it status and headers are fixed. */
export interface Sink {
  begin(status: number, headers: Readonly<Record<string, string>>): void
  /** Resolves when more may be written; undefined = at once. Never rejects: a client that has gone trips `clientGone`. */
  write(chunk: Uint8Array | string): Promise<void> | undefined
  /** Resolves when the client has the last byte, as far as the platform tells. */
  end(): Promise<void>
  /** In place of `end`: breaks the answer off, so that the client sees that it is not whole. */
  abort(): void
}

export interface UpstreamRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
  /** Called when the first byte of the request goes out on a connected socket: from then on the provider may bill it. May be called again. */
  readonly onSent?: () => void
  /** True = the host came from an administrator or a client, so its address is checked against the rules. */
  readonly isCustomHost: boolean
  /** True = an administrator of the organisation named the custom host, so it may be of this machine or a private network. */
  readonly isApprovedHost?: boolean
}

export interface UpstreamResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Ends by throwing when the connection breaks. */
  readonly body: UpstreamBody
}

/** Iterating ends by throwing when the connection breaks. */
export interface UpstreamBody extends AsyncIterable<Uint8Array> {
  /** In place of iterating: hands over each chunk as it comes, for an answer that is read whole. Gives what ends the reading. Absent = it has to be iterated. */
  readonly drain?: (into: BodyListener) => () => void
}

export interface BodyListener {
  chunk(bytes: Uint8Array): void
  /** Once: that was all. */
  end(): void
  /** Once, in place of `end`. */
  broken(cause: unknown): void
}

export interface UpstreamClient {
  /** Throws GatewayError `upstream_unavailable` when no answer's headers came, `invalid_request` when the address is not allowed. */
  send(request: UpstreamRequest): Promise<UpstreamResponse>
  /** Has the name an address that is allowed? Absent = cannot be told. */
  resolves?(host: string): Promise<boolean>
}

/** Credentials by the name of their secret, cached for at most 5 minutes. */
export interface Vault {
  read(secretName: string): Awaitable<Credentials>
}

export interface AiProviders {
  find(id: string): AiProvider | undefined
  canonicalId(name: string): string | undefined
  list(): readonly { readonly id: string }[]
}

export interface GatewayPorts {
  readonly ambient: Ambient
  readonly keys: KeyStore
  readonly catalog: CatalogStore
  readonly vault: Vault
  readonly aiProviders: AiProviders
  readonly upstream: UpstreamClient
  /** For providers whose credentials are tokens to be fetched or requests to be signed. */
  readonly credentials: CredentialPorts
  readonly gate: LimitGate
  readonly stops: EmergencyStops
  readonly routing: Routing
  readonly prices: PriceList
  readonly logs: LogStore
  readonly payloads: PayloadStore
  /** Absent = providers are not asked which models they have; the price list tells. */
  readonly modelLists?: ModelLists
  /** Absent = how long a stored response is is never known. */
  readonly storedResponses?: StoredResponses
  /** Absent = there is no place for answers. */
  readonly cache?: CacheServices
  /** Absent = its paths are not served at this address. */
  readonly controlPlane?: ControlPlane
  readonly settings: GatewaySettings
}

/** Administration at the gateway's own address: answered elsewhere, with the rights that are there. */
export interface ControlPlane {
  serves(path: string): boolean
  /** Answers the call, always: ends the sink and never throws. */
  answer(call: Call, sink: Sink): Promise<void>
}

export interface GatewaySettings {
  readonly corsOrigins: readonly string[]
  readonly corsHeaders: readonly string[]
  readonly version: string
}
