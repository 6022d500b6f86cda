/** The part of a call's address that is passed on: below `/v1`, percent-encoded as it came, less what was meant for the gateway. */
import type { Call } from '../ports.ts'

export interface RawTarget {
  /** Begins with a slash. */
  readonly path: string
  /** The same, decoded once. */
  readonly plainPath: string
  /** Without its question mark. */
  readonly query: string
  /** Below `/v1/proxy`, so that it cannot mean the gateway itself. */
  readonly isExplicit: boolean
}

const prefix = /^\/v1(?:\/v1)?(?:beta)?(?:\/proxy)?(?=\/)/

/** undefined = not below a prefix that is passed on. */
export function rawTargetOf(call: Pick<Call, 'path' | 'rawTarget'>): RawTarget | undefined {
  const [path = '', ...rest] = (call.rawTarget ?? encodeURI(call.path)).split('?')
  if (!prefix.test(path) || !prefix.test(call.path)) return undefined
  return {
    path: withoutEnd(path.replace(prefix, '')),
    plainPath: withoutEnd(call.path.replace(prefix, '')),
    query: rest.join('?'),
    isExplicit: /^\/v1(?:\/v1)?(?:beta)?\/proxy\//.test(call.path),
  }
}

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Pairs as they came, less those that hold one of these values; `model` as it is given, where it was there. */
export function editQuery(query: string, hidden: readonly string[], model: string | undefined): string {
  const kept = query.split('&').flatMap((pair) => {
    const [[name, value] = ['', '']] = new URLSearchParams(pair)
    if (hidden.some((secret) => value.includes(secret))) return []
    return name === 'model' && model !== undefined && value !== model ? [`model=${encodeURIComponent(model)}`] : [pair]
  })
  return kept.join('&')
}

/** Where an address names a model: `/models/m:verb`, `/model/m/verb`, `/deployments/m/verb`; before a colon, and after an `@`, it may hold a slash. */
const modelInPath = /(\/(?:models?|deployments|engines)\/)([^/:]+\/[^/:]+(?=:)|@[^/:]+\/[^/:]+|[^/:]+)(?=[/:]|$)/

export function modelOfPath(path: string): string | undefined {
  const found = modelInPath.exec(path)?.[2]
  if (found === undefined) return undefined
  try {
    return decodeURIComponent(found)
  } catch {
    return found
  }
}

export function withPathModel(path: string, model: string): string {
  return modelOfPath(path) === model
    ? path
    : path.replace(modelInPath, `$1${encodeURIComponent(model).replaceAll('$', '$$$$')}`)
}
