/** The paths that have no wire of their own: the field's name for each, what it costs, and who can be asked. */
import type { RawOperationName } from '../line/operation.ts'

/** Whose they can be: `stored` = the provider's own Responses API; `jobs` = files and what is made of them, at one provider. */
type Family = 'stored' | 'jobs'

export interface RawOperation {
  readonly name: RawOperationName
  /** `unknown` = the answer may tell it, but nobody can know it before. */
  readonly cost: 'none' | 'unknown'
  readonly family?: Family
}

interface Row extends Pick<RawOperation, 'cost' | 'family'> {
  readonly method: string
  /** Below `/v1`, `/v1beta` or `/v1/proxy`. */
  readonly path: RegExp
  readonly name: string
}

const free = { cost: 'none' } as const
const stored = { cost: 'none', family: 'stored' } as const
const freeJob = { cost: 'none', family: 'jobs' } as const
const paidJob = { cost: 'unknown', family: 'jobs' } as const

/** The first that fits counts. */
const rows = [
  { method: 'POST', path: /^\/messages\/count_tokens$/, name: 'messagesCountTokens', ...free },
  { method: 'POST', path: /^\/responses\/input_tokens$/, name: 'countResponseInputTokens', ...stored },
  { method: 'POST', path: /^\/responses\/compact$/, name: 'compactModelResponse', cost: 'unknown', family: 'stored' },
  { method: 'GET', path: /^\/responses\/[^/]+$/, name: 'getModelResponse', ...stored },
  { method: 'DELETE', path: /^\/responses\/[^/]+$/, name: 'deleteModelResponse', ...stored },
  { method: 'GET', path: /^\/responses\/[^/]+\/input_items$/, name: 'listResponseInputItems', ...stored },
  { method: 'POST', path: /^\/responses\/[^/]+\/cancel$/, name: 'cancelModelResponse', ...stored },
  { method: 'GET', path: /^\/files$/, name: 'listFiles', ...freeJob },
  { method: 'POST', path: /^\/files$/, name: 'uploadFile', ...freeJob },
  { method: 'GET', path: /^\/files\/[^/]+\/content$/, name: 'retrieveFileContent', ...freeJob },
  { method: 'GET', path: /^\/files\/[^/]+$/, name: 'retrieveFile', ...freeJob },
  { method: 'DELETE', path: /^\/files\/[^/]+$/, name: 'deleteFile', ...freeJob },
  { method: 'POST', path: /^\/uploads(?:\/[^/]+\/(?:parts|complete|cancel))?$/, name: 'uploadFile', ...freeJob },
  { method: 'GET', path: /^\/batches$/, name: 'listBatches', ...freeJob },
  { method: 'POST', path: /^\/batches$/, name: 'createBatch', ...paidJob },
  { method: 'GET', path: /^\/batches\/[^/]+\/output$/, name: 'getBatchOutput', ...freeJob },
  { method: 'GET', path: /^\/batches\/[^/]+$/, name: 'retrieveBatch', ...freeJob },
  { method: 'POST', path: /^\/batches\/[^/]+\/cancel$/, name: 'cancelBatch', ...freeJob },
  { method: 'GET', path: /^\/fine_tuning\/jobs$/, name: 'listFinetunes', ...freeJob },
  { method: 'POST', path: /^\/fine_tuning\/jobs$/, name: 'createFinetune', ...paidJob },
  { method: 'POST', path: /^\/fine_tuning\/jobs\/[^/]+\/(?:cancel|pause)$/, name: 'cancelFinetune', ...freeJob },
  { method: 'GET', path: /^\/fine_tuning\/jobs\/[^/]+(?:\/.*)?$/, name: 'retrieveFinetune', ...freeJob },
  { method: 'POST', path: /^\/models\/[^:;?#]+:countTokens$/, name: 'proxy', ...free },
] as const satisfies readonly Row[]

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const freeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE'])

/** undefined = no method that is passed on. `path` is decoded, below `/v1`. What is read with a body may as well be asked with it. */
export function findOperation(method: string, path: string, hasBody = false): RawOperation | undefined {
  if (!methods.includes(method)) return undefined
  const wanted = method === 'HEAD' ? 'GET' : method
  const row: (Row & { name: RawOperationName }) | undefined = rows.find(
    (each) => each.method === wanted && each.path.test(path),
  )
  if (row !== undefined) return row
  const family = /^\/(?:files|uploads|batches|fine_tuning)(?:\/|$)/.test(path) ? ({ family: 'jobs' } as const) : {}
  const isFree = freeMethods.has(method) && !(hasBody && wanted === 'GET')
  return { name: 'proxy', cost: isFree ? 'none' : 'unknown', ...family }
}
