/** What a workspace or an API key demands of where and how its data is processed, and whether what is known of a provider fulfils it. */
import { GatewayError } from '../errors.ts'

/** `eu` = the member states of the European Union; the others are ISO 3166 countries. */
export const dataRegions = [
  ...['ae', 'au', 'bh', 'br', 'ca', 'ch', 'cl', 'cn', 'eu', 'gb', 'hk', 'id', 'il', 'in', 'jp', 'kr'],
  ...['mx', 'my', 'nz', 'qa', 'sa', 'sg', 'th', 'tw', 'us', 'za'],
] as const

/** As the admin API spells it. What it does not name is not demanded, or not stated. */
export interface DataPolicy {
  readonly region?: readonly string[]
  /** `none`, or days as `30d`. */
  readonly retention?: string
  /** `used` can only be stated, never demanded. */
  readonly training?: 'never' | 'used'
}

export interface DataPolicyDemand {
  readonly by: 'workspace' | 'api key'
  readonly policy: DataPolicy
}

/** What is known of a target; undefined = unknown, which fulfils nothing. */
export interface KnownDataPolicy {
  /** Every region in which a request may be processed. */
  readonly regions?: readonly string[] | undefined
  /** 0 = requests and answers are not retained. */
  readonly retentionDays?: number | undefined
  readonly training?: 'never' | 'used' | undefined
}

const mostDays = 3_650

/** `demand` = what must hold, `statement` = what is true of an account. Throws `invalid_request` with the field's path. */
export function readDataPolicy(value: unknown, path: string, kind: 'demand' | 'statement'): DataPolicy {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path, 'must be an object, e.g. {"region": ["eu"], "retention": "30d", "training": "never"}')
  const { region, retention, training, ...others } = value as Readonly<Record<string, unknown>>
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw invalid(`${path}.${unknown.slice(0, 60)}`, 'is not known; members are region, retention and training')
  const given = [region, retention, training].filter((each) => each !== undefined)
  if (given.length === 0) throw invalid(path, 'names nothing; give region, retention or training, or null to clear it')
  return {
    ...(region === undefined ? {} : { region: readRegions(region, `${path}.region`) }),
    ...(retention === undefined ? {} : { retention: readRetention(retention, `${path}.retention`) }),
    ...(training === undefined ? {} : { training: readTraining(training, `${path}.training`, kind) }),
  }
}

function readRegions(value: unknown, path: string): readonly string[] {
  const known: readonly unknown[] = dataRegions
  if (Array.isArray(value) && value.length > 0 && value.every((each) => known.includes(each)))
    return [...new Set(value)]
  throw invalid(path, `must be a list of one or more of ${dataRegions.join(', ')}`)
}

function readRetention(value: unknown, path: string): string {
  if (typeof value === 'string' && (value === 'none' || /^[1-9]\d{0,3}d$/.test(value)) && daysOf(value) <= mostDays)
    return value
  throw invalid(path, `must be "none" or a number of days from 1 to ${mostDays}, e.g. "30d"`)
}

function readTraining(value: unknown, path: string, kind: 'demand' | 'statement'): 'never' | 'used' {
  if (value === 'never' || (value === 'used' && kind === 'statement')) return value
  throw invalid(path, kind === 'demand' ? 'must be "never"' : 'must be "never" or "used"')
}

function invalid(path: string, advice: string): GatewayError {
  return new GatewayError('invalid_request', `${path} ${advice}`, { param: path })
}

function daysOf(retention: string): number {
  return retention === 'none' ? 0 : Number.parseInt(retention, 10)
}

/** What an account's own statement says, in place of what is published where it says something. */
export function stateOver(published: KnownDataPolicy, stated: DataPolicy): KnownDataPolicy {
  const { region, retention, training } = stated
  return {
    ...published,
    ...(region === undefined ? {} : { regions: region }),
    ...(retention === undefined ? {} : { retentionDays: daysOf(retention) }),
    ...(training === undefined ? {} : { training }),
  }
}

/** Every region must be a demanded one, the retention no longer than the demanded one. */
export function fulfils({ region, retention, training }: DataPolicy, known: KnownDataPolicy): boolean {
  if (region !== undefined && !isWithin(known.regions, region)) return false
  if (retention !== undefined && (known.retentionDays === undefined || known.retentionDays > daysOf(retention)))
    return false
  return training === undefined || known.training === training
}

function isWithin(regions: readonly string[] | undefined, demanded: readonly string[]): boolean {
  return regions !== undefined && regions.length > 0 && regions.every((each) => demanded.includes(each))
}

/** E.g. `region eu, retention at most 30d, training never`. */
export function describeDemand({ region, retention, training }: DataPolicy): string {
  const parts = [
    region && `region ${region.join(' or ')}`,
    retention && (retention === 'none' ? 'retention none' : `retention at most ${retention}`),
    training && `training ${training}`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** Of the parts that the demand names: e.g. `region unknown, retention 30d`. */
export function describeKnown({ region, retention, training }: DataPolicy, known: KnownDataPolicy): string {
  const { regions, retentionDays, training: use = 'unknown' } = known
  const kept = retentionDays === undefined ? 'unknown' : retentionDays === 0 ? 'none' : `${retentionDays}d`
  const parts = [
    region && `region ${regions?.join(' and ') ?? 'unknown'}`,
    retention && `retention ${kept}`,
    training && `training ${use}`,
  ]
  return parts.filter(Boolean).join(', ')
}
