/** The names of every environment variable the program reads, and how each is parsed. Imports nothing, so the stack may use it too. */

export const environmentNames = {
  catalogTable: 'SLUICE_CATALOG_TABLE',
  countersTable: 'SLUICE_COUNTERS_TABLE',
  logsTable: 'SLUICE_LOGS_TABLE',
  cacheTable: 'SLUICE_CACHE_TABLE',
  payloadBucket: 'SLUICE_PAYLOAD_BUCKET',
  vectorBucket: 'SLUICE_VECTOR_BUCKET',
  secretsPrefix: 'SLUICE_SECRETS_PREFIX',
  secretsKeyId: 'SLUICE_SECRETS_KEY_ID',
  rootKeySecret: 'SLUICE_ROOT_KEY_SECRET',
  allowedHosts: 'SLUICE_ALLOWED_HOSTS',
  corsOrigins: 'SLUICE_CORS_ORIGINS',
  corsHeaders: 'SLUICE_CORS_HEADERS',
  logTtlDays: 'SLUICE_LOG_TTL_DAYS',
  alertTopic: 'SLUICE_ALERT_TOPIC',
  alertBus: 'SLUICE_ALERT_BUS',
  alertWebhook: 'SLUICE_ALERT_WEBHOOK',
  adminUrl: 'SLUICE_ADMIN_URL',
} as const

/** CloudWatch namespace of everything that the program measures. */
export const metricNamespace = 'Sluice'

/** Answers of the gateway that were broken off because their provider did; each is a failed invocation to Lambda. */
export const brokenAnswersMetric = 'BrokenAnswers'

/** What the deployed (and the local) program is told from outside. */
export interface Environment {
  readonly catalogTable: string
  readonly countersTable: string
  readonly logsTable: string
  /** Absent = answers are not cached. */
  readonly cacheTable?: string
  /** S3 bucket for bodies too large for a record; absent = a local folder is used instead. */
  readonly payloadBucket?: string
  /** S3 vector bucket for the meanings of cached questions; absent = only identical requests match. */
  readonly vectorBucket?: string
  /** Every secret's name starts with this, e.g. `sluice/`. */
  readonly secretsPrefix: string
  readonly secretsKeyId?: string
  /** Name of the secret that holds the root admin key; absent locally, where the first start makes one. */
  readonly rootKeySecret?: string
  /** Hosts (`name` or `name:port`, `*.suffix`) that any request, config or check may name although they are private. */
  readonly allowedHosts: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly corsHeaders: readonly string[]
  readonly logTtlDays: number
  readonly alertTopic?: string
  readonly alertBus?: string
  readonly alertWebhook?: string
  /** Where the admin API answers, for a gateway that hands its paths on; absent = they are not served there. */
  readonly adminUrl?: string
}

type Variables = Readonly<Record<string, string | undefined>>

/** Reads the environment once, at the start of a process. Throws a plain Error that names the missing or wrong variable. */
export function readEnvironment(variables: Variables): Environment {
  const name = environmentNames
  return {
    catalogTable: required(variables, name.catalogTable),
    countersTable: required(variables, name.countersTable),
    logsTable: required(variables, name.logsTable),
    secretsPrefix: variables[name.secretsPrefix] ?? 'sluice/',
    allowedHosts: list(variables[name.allowedHosts], []),
    corsOrigins: list(variables[name.corsOrigins], ['*']),
    corsHeaders: list(variables[name.corsHeaders], ['*']),
    logTtlDays: wholeDays(variables, name.logTtlDays, 90),
    ...optional('cacheTable', variables[name.cacheTable]),
    ...optional('payloadBucket', variables[name.payloadBucket]),
    ...optional('vectorBucket', variables[name.vectorBucket]),
    ...optional('secretsKeyId', variables[name.secretsKeyId]),
    ...optional('rootKeySecret', variables[name.rootKeySecret]),
    ...optional('alertTopic', variables[name.alertTopic]),
    ...optional('alertBus', variables[name.alertBus]),
    ...optional('alertWebhook', variables[name.alertWebhook]),
    ...optional('adminUrl', variables[name.adminUrl]),
  }
}

function required(variables: Variables, name: string): string {
  const value = variables[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value ? ({ [key]: value } as { [P in K]?: string }) : {}
}

function list(value: string | undefined, fallback: readonly string[]): readonly string[] {
  if (!value) return fallback
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function wholeDays(variables: Variables, name: string, fallback: number): number {
  const value = variables[name]
  if (!value) return fallback
  const days = Number(value)
  if (!Number.isInteger(days) || days < 1)
    throw new Error(`${name} is '${value}'; it must be a whole number of days, 1 or more`)
  return days
}
