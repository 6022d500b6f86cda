/** What an operator may choose, and how it is read from CDK context (`-c alertEmail=…` or cdk.json). */

export interface SluiceSettings {
  /** Gets alarms and limit notices. Absent = the topic has no subscriber yet. */
  readonly alertEmail?: string
  /** Private hosts that integrations may name as custom host: `name`, `name:port`, `*.suffix`. */
  readonly allowedHosts: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly corsHeaders: readonly string[]
  /** Records and bodies are removed after this many days. */
  readonly logTtlDays: number
  readonly gatewayMemoryMb: number
  readonly adminMemoryMb: number
  /** For the ledger and the windows function. */
  readonly backgroundMemoryMb: number
  /** The most instances of the gateway at once. Absent = the account's limit. */
  readonly gatewayConcurrency?: number
  /** Set aside for the ledger, and as much for the windows function, so that the gateway cannot starve them. Absent = nothing. */
  readonly backgroundConcurrency?: number
  /** True = nobody can delete the tables. False at first: a protected table cannot be rolled back. */
  readonly deletionProtection: boolean
  /** Foundation models that the gateway's own role may call, `*` for any part. Empty = integrations bring keys of their own. */
  readonly bedrockModels: readonly string[]
  /** False = no vector bucket, for regions without S3 Vectors: the cache matches identical requests only. */
  readonly semanticCache: boolean
  /** ARNs of roles that the gateway's own role may take on for an integration. */
  readonly assumableRoles: readonly string[]
  /** Whom the gateway's own role may prove itself to with a token of AWS: `api://AzureADTokenExchange` for Entra. Empty = nobody. */
  readonly tokenAudiences: readonly string[]
}

export const defaultSettings: SluiceSettings = {
  allowedHosts: [],
  corsOrigins: ['*'],
  corsHeaders: ['*'],
  logTtlDays: 90,
  gatewayMemoryMb: 512,
  adminMemoryMb: 512,
  backgroundMemoryMb: 512,
  deletionProtection: false,
  bedrockModels: [],
  semanticCache: true,
  assumableRoles: [],
  tokenAudiences: [],
}

/** Throws an Error that names the key, what was got and what is allowed. */
export function settingsFromContext(read: (key: string) => unknown): SluiceSettings {
  const optional = <K extends string, V>(key: K, parse: (key: string, value: unknown) => V) => {
    const value = read(key)
    return (value === undefined || value === '' ? {} : { [key]: parse(key, value) }) as { [P in K]?: V }
  }
  return {
    ...defaultSettings,
    ...optional('alertEmail', emailAddress),
    ...optional('allowedHosts', list),
    ...optional('corsOrigins', list),
    ...optional('corsHeaders', list),
    ...optional('logTtlDays', wholeNumber(1, 3650)),
    ...optional('gatewayMemoryMb', wholeNumber(128, 10_240)),
    ...optional('adminMemoryMb', wholeNumber(128, 10_240)),
    ...optional('backgroundMemoryMb', wholeNumber(128, 10_240)),
    ...optional('gatewayConcurrency', wholeNumber(1, 100_000)),
    ...optional('backgroundConcurrency', wholeNumber(1, 1_000)),
    ...optional('deletionProtection', yesOrNo),
    ...optional('bedrockModels', list),
    ...optional('semanticCache', yesOrNo),
    ...optional('assumableRoles', list),
    ...optional('tokenAudiences', list),
  }
}

function emailAddress(key: string, value: unknown): string {
  if (typeof value === 'string' && /^[^\s@]+@[^\s@]+$/.test(value)) return value
  throw new Error(`context '${key}' is '${value}'; it must be an e-mail address`)
}

function list(key: string, value: unknown): readonly string[] {
  const parts: unknown[] = Array.isArray(value) ? value : String(value).split(',')
  return parts.map((part) => {
    if (typeof part === 'string' && part.trim() !== '') return part.trim()
    throw new Error(`context '${key}' has an empty or wrong part; it must be names with commas between`)
  })
}

function yesOrNo(key: string, value: unknown): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new Error(`context '${key}' is '${value}'; it must be true or false`)
}

function wholeNumber(least: number, most: number) {
  return (key: string, value: unknown): number => {
    const number = Number(value)
    if (Number.isInteger(number) && number >= least && number <= most) return number
    throw new Error(`context '${key}' is '${value}'; it must be a whole number from ${least} to ${most}`)
  }
}
