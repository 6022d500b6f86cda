/** What a config and a request say of the cache. */
import type { Warning } from '../inference/index.ts'

export interface CachePolicy {
  readonly maxAgeMs: number
  /** What is there is not used but replaced. */
  readonly isRefresh: boolean
  /** In place of the metadata. */
  readonly namespace?: string
  /** Absent = only identical requests match. */
  readonly semantic?: SemanticPolicy
  readonly warnings: readonly Warning[]
}

export interface SemanticPolicy {
  /** Cosine similarity, 0 to 1: what is less alike does not match. */
  readonly threshold: number
  /** `@slug/model`. */
  readonly embeddingModel: string
}

/** What the workspace and the organisation say. */
export interface CacheDefaults {
  readonly embeddingModel?: string
  /** Longer is shortened to this. */
  readonly maxAgeMs?: number
}

const usualThreshold = 0.95
const minSeconds = 60
const maxSeconds = 90 * 86_400
/** No answer is kept for longer. */
export const maxCacheAgeMs = maxSeconds * 1_000
const usualSeconds = 7 * 86_400

type Headers = Readonly<Record<string, string>>

type Setting = Readonly<Record<string, unknown>>

/** `setting` is a config's `cache`. */
export function readCachePolicy(setting: Setting, headers: Headers, defaults: CacheDefaults = {}): CachePolicy {
  const warnings: Warning[] = []
  const semantic = setting.mode === 'semantic' ? readSemantic(setting, defaults, warnings) : undefined
  const seconds = setting.max_age ?? setting.maxAge ?? maxAgeIn(headers['cache-control'])
  const isUsable = typeof seconds === 'number' && seconds >= minSeconds && seconds <= maxSeconds
  if (seconds !== undefined && !isUsable)
    warnings.push({
      type: 'changed',
      field: 'cache.max_age',
      reason: `allowed are ${minSeconds} to ${maxSeconds} seconds; ${usualSeconds} is used`,
    })
  const namespace = headers['x-portkey-cache-namespace']
  const askedMs = (isUsable ? seconds : usualSeconds) * 1_000
  return {
    maxAgeMs: Math.min(askedMs, defaults.maxAgeMs ?? askedMs),
    isRefresh: headers['x-portkey-cache-force-refresh']?.trim().toLowerCase() === 'true',
    warnings,
    ...(semantic === undefined ? {} : { semantic }),
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
  }
}

function readSemantic(setting: Setting, defaults: CacheDefaults, warnings: Warning[]): SemanticPolicy | undefined {
  const model = setting.embedding_model ?? setting.embeddingModel ?? defaults.embeddingModel
  const threshold = setting.similarity_threshold ?? setting.similarityThreshold
  if (typeof model === 'string' && model !== '')
    return { embeddingModel: model, threshold: typeof threshold === 'number' ? threshold : usualThreshold }
  warnings.push({
    type: 'changed',
    field: 'cache.mode',
    reason:
      'no embedding model is named, so only identical requests match; set cache.embedding_model, or defaults.semantic_cache.embedding_model on the workspace, to one like @openai/text-embedding-3-small',
  })
  return undefined
}

/** RFC 9111 §5.2.1.1; other directives are not for this cache. */
function maxAgeIn(header: string | undefined): number | undefined {
  const found = /(?:^|[,\s])max-age\s*=\s*"?(\d+)/i.exec(header ?? '')
  return found === null ? undefined : Number(found[1])
}
