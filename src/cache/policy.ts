/** What a config and a request say of the cache. */
import type { Warning } from '../inference/index.ts'

export interface CachePolicy {
  readonly maxAgeMs: number
  /** What is there is not used but replaced. */
  readonly isRefresh: boolean
  /** In place of the metadata. */
  readonly namespace?: string
  readonly warnings: readonly Warning[]
}

const minSeconds = 60
const maxSeconds = 90 * 86_400
const usualSeconds = 7 * 86_400

type Headers = Readonly<Record<string, string>>

/** `setting` is a config's `cache`. */
export function readPolicy(setting: Readonly<Record<string, unknown>>, headers: Headers): CachePolicy {
  const warnings: Warning[] = []
  if (setting.mode === 'semantic')
    warnings.push({
      type: 'changed',
      field: 'cache.mode',
      reason: 'semantic matching is not available yet; only identical requests match',
    })
  const seconds = setting.max_age ?? setting.maxAge ?? maxAgeIn(headers['cache-control'])
  const isUsable = typeof seconds === 'number' && seconds >= minSeconds && seconds <= maxSeconds
  if (seconds !== undefined && !isUsable)
    warnings.push({
      type: 'changed',
      field: 'cache.max_age',
      reason: `allowed are ${minSeconds} to ${maxSeconds} seconds; ${usualSeconds} is used`,
    })
  const namespace = headers['x-portkey-cache-namespace']
  return {
    maxAgeMs: (isUsable ? seconds : usualSeconds) * 1_000,
    isRefresh: headers['x-portkey-cache-force-refresh']?.trim().toLowerCase() === 'true',
    warnings,
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
  }
}

/** RFC 9111 §5.2.1.1; other directives are not for this cache. */
function maxAgeIn(header: string | undefined): number | undefined {
  const found = /(?:^|[,\s])max-age\s*=\s*"?(\d+)/i.exec(header ?? '')
  return found === null ? undefined : Number(found[1])
}
