/** What an AI provider is: address, authentication, the wires it speaks, its quirks. A row of data, no behaviour of its own. */
import type { Usage } from '../inference/index.ts'
import type { TraitChanges } from '../model-traits/index.ts'
import type { Frame, WireId } from '../protocols/protocol.ts'
import type { TokenCache } from './auth/token-cache.ts'
import type { PublishedDataPolicy } from './processing-policy.ts'

export type AiProviderId = string & { readonly __brand?: 'AiProviderId' }

/** What an integration stores for a provider. `key` is the main credential; it may be empty for self-hosted ones. */
export interface Credentials {
  readonly key?: string
  /** The integration's `configurations`, secret members included, as the admin API spells them. */
  readonly configurations: Readonly<Record<string, unknown>>
  /** Secret members inside of settings, by their JSON pointer; the settings hold `masked_<name>` in their places. Absent = none. */
  readonly nested?: Readonly<Record<string, string>>
}

/** An upstream request before it is signed. */
export interface Draft {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What the machine that the gateway runs on offers beside its AWS identity. */
export interface MachineIdentity {
  /** Where the gateway's own identity is asked about; absent = the usual one. */
  readonly awsRegion?: string
  /** A token of the platform, which others may trust; undefined = it keeps none. */
  readonly readToken?: () => Promise<string>
  /** Where machines of Azure ask for tokens. */
  readonly identityEndpoint?: { readonly url: string; readonly secret: string }
}

/** What authentication needs from outside; it opens no connection of its own. */
export interface CredentialPorts {
  /** Epoch milliseconds. */
  now(): number
  /** One short exchange with a token service. Throws GatewayError `upstream_unavailable` when there was no answer. */
  fetchToken(draft: Draft): Promise<{ readonly status: number; readonly body: string }>
  /** The AWS identity that this process runs under. Throws GatewayError when it has none. */
  ownAwsCredentials(): Promise<AwsCredentials>
  readonly tokens: TokenCache
  /** Absent = nothing. */
  readonly machine?: MachineIdentity
}

/** Adds credentials to a draft. Runs after every other change. */
export type Authenticate = ((
  draft: Draft,
  credentials: Credentials,
  ports: CredentialPorts,
) => Draft | Promise<Draft>) & {
  /** Names of the integration's settings that it reads; absent = only the key. */
  readonly settings?: readonly string[]
  /** Settings that can only be one of these. */
  readonly choices?: Readonly<Record<string, readonly string[]>>
}

/** The same function, with the settings that it reads. */
export function readingSettings(
  authenticate: (draft: Draft, credentials: Credentials, ports: CredentialPorts) => Draft | Promise<Draft>,
  settings: readonly string[],
  choices: Readonly<Record<string, readonly string[]>> = {},
): Authenticate {
  return Object.assign(authenticate, { settings, choices })
}

/** A known deviation, as data with the smallest behaviour it needs. */
export interface Quirk {
  /** What it mends, for the docs and the log. */
  readonly name: string
  /** Top-level keys of the outgoing body to rename (`to` a name) or drop (`to` null), per wire. */
  readonly keys?: Readonly<Record<string, string | null>>
  /** Top-level keys of the outgoing body that are always so; undefined = left out, because it is said elsewhere. */
  readonly sets?: Readonly<Record<string, unknown>>
  /** The only wire that `sets` is about; absent = all. */
  readonly wire?: WireId
  /** For messages of OpenAI's chat that the provider would refuse; the same object = nothing to change. */
  readonly editMessage?: (message: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** Where this provider hides usage in a frame of its stream. */
  readonly usageIn?: (frame: Frame) => Usage | undefined
}

/** The path of an endpoint where asking for a stream is another path, or whose host is another. */
export interface WirePath {
  readonly path: string
  /** Absent = the same. */
  readonly streamPath?: string
  /** Absent = the provider's own; `{name}` as there. */
  readonly origin?: string
}

export interface TokenCounting {
  readonly path: string
  /** Absent = every model. */
  readonly models?: RegExp
  /** The part of a model's name that the counting does not know. */
  readonly cuts?: RegExp
  /** Top-level keys of the body that are always so there. */
  readonly sets?: Readonly<Record<string, unknown>>
}

/** Which of a provider's wires a model is spoken to in, and its name there. */
export interface PlacedModel {
  /** Absent = all of them. */
  readonly wires?: readonly WireId[]
  readonly name: string
  /** What price lists call it; absent = the same name. */
  readonly pricedAs?: string
  /** In place of the row's paths, for the wires named. */
  readonly paths?: Readonly<Partial<Record<WireId, string | WirePath>>>
  /** Of its maker's server, beside the row's. */
  readonly quirks?: readonly Quirk[]
}

/** What a provider's server takes or refuses other than the model elsewhere does. */
export interface ProviderTraits {
  /** Against the model's plain name; absent = every model. */
  readonly models?: RegExp
  readonly traits: TraitChanges
  /** Documentation or public reports. */
  readonly sources: readonly string[]
}

/** A price that the price library lacks, as an integration's `pricing_config` states one. */
export interface ListedPrice {
  readonly model: RegExp
  readonly config: Readonly<Record<string, unknown>>
}

/** A word in a request's body that makes it dearer than its price says. */
export interface Surcharge {
  /** Top-level keys, as clients spell them. */
  readonly keys: readonly string[]
  /** In lower case. */
  readonly value: string
  /** The most that it multiplies a price by. */
  readonly factor: number
}

/** A model as its provider lists it. */
export interface ListedModelName {
  readonly id: string
  readonly name?: string
  readonly contextWindow?: number
}

/** A GET that answers with the models there are; of several the answers are put together. */
export interface ModelListing {
  readonly path: string | readonly string[]
  /** Absent = the provider's own. `{name}` as in `AiProvider.origin`. */
  readonly origin?: string
  /** Absent = the forms of the field. */
  readonly read?: (body: unknown) => readonly ListedModelName[] | undefined
}

export interface AiProvider {
  readonly id: AiProviderId
  /** As people write it. */
  readonly name: string
  /** Other names accepted in `provider/model` and in `ai_provider_id`. */
  readonly aliases: readonly string[]
  /** Scheme and host; absent = the integration must give a custom host. `{aws_region}` stands for that setting of the integration. */
  readonly origin?: string
  /** A setting of the integration that is a custom host under another name. */
  readonly hostSetting?: string
  /** Other origins for some values of one setting. */
  readonly originsOf?: { readonly setting: string; readonly origins: Readonly<Record<string, string>> }
  /** Settings that follow from others, secret ones included; what the integration says itself wins. */
  readonly impliedSettings?: (
    configurations: Credentials['configurations'],
  ) => Readonly<Record<string, string | undefined>>
  /** Absent = every model in every wire, by the name it was asked for. */
  readonly placeModel?: (model: string, configurations: Credentials['configurations']) => PlacedModel
  /** What a request that names no model gets, by the integration's settings; absent, or undefined for some settings = it is refused. */
  readonly defaultModel?: (configurations: Credentials['configurations']) => string | undefined
  /** Settings that are read in none of the row's addresses and not by `authenticate`. */
  readonly settings?: readonly string[]
  /** Throws `invalid_request` for settings that would be read as absent, or fail with every call. */
  readonly checkSettings?: (configurations: Credentials['configurations']) => void
  /** What `{name}` in origin and paths is when the integration does not say. */
  readonly settingDefaults: Readonly<Record<string, string>>
  /**
   * Wire → path of its endpoint. The order is the order of preference when none matches the client's wire.
   * `{model}` stands for the model, any other `{name}` for that setting of the integration.
   */
  readonly speaks: Readonly<Partial<Record<WireId, string | WirePath>>>
  /** What our `/v1` stands for where a path is passed on as it is (`/openai/v1`, a query may follow); absent = what comes before the endpoint in the first of `speaks`. */
  readonly rawBase?: string | ((configurations: Credentials['configurations']) => string)
  /** Where the tokens of a request are counted without a call of the model, for the wires of its models; absent = nowhere. */
  readonly countsTokens?: Readonly<Partial<Record<WireId, TokenCounting>>>
  /** Absent = `/models` beside the chat endpoint, where that is one plain path; null = nowhere. */
  readonly modelList?: ModelListing | null
  readonly authenticate: Authenticate
  /** Sent on every call; a client's own `anthropic-version` or `openai-beta` wins. */
  readonly headers: Readonly<Record<string, string>>
  /** Client headers (lower case) that are passed on to this provider. */
  readonly forwards: readonly string[]
  readonly quirks: readonly Quirk[]
  /** In this order, over what the model's own row says. */
  readonly traits?: readonly ProviderTraits[]
  /** The provider's id in the price library; absent = its own id. */
  readonly priceListId?: string
  /** For models that are not in it. */
  readonly listedPrices?: readonly ListedPrice[]
  readonly surcharges?: readonly Surcharge[]
  /** Generation and billing end when the caller closes the connection; says where that is published. Absent = they go on to the end. */
  readonly stopsOnDisconnect?: { readonly source: string }
  /** At the provider's own address; absent = nothing is known. */
  readonly dataPolicy?: PublishedDataPolicy
  /** Cents for a search of the web that the provider makes itself, where the price library has none. */
  readonly searchPrices?: readonly { readonly model: RegExp; readonly cents: number }[]
  /** Environment variable that holds a key, for the first local start. */
  readonly keyVariable?: string
  /** The same for providers that need more than a key: what the environment says of them, if enough. */
  readonly readEnvironment?: (variables: Readonly<Record<string, string | undefined>>) => Credentials | undefined
}

export type ProviderRow = Pick<AiProvider, 'id' | 'name' | 'speaks' | 'authenticate'> &
  Partial<Omit<AiProvider, 'id' | 'name' | 'speaks' | 'authenticate'>>

/** Fills a row's defaults. */
export function defineProvider(row: ProviderRow): AiProvider {
  return { aliases: [], settingDefaults: {}, headers: {}, forwards: [], quirks: [], ...row }
}
