/** The target of a request line as the program wants it: decoded path, flat query. */
import type { Call } from '../gateway/ports.ts'

/** Of a query key that stands twice the last value counts. */
export function readTarget(rawPath: string, rawQuery: string): Pick<Call, 'path' | 'query' | 'rawTarget'> {
  return {
    path: decodePath(rawPath),
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawTarget: rawQuery === '' ? rawPath : `${rawPath}?${rawQuery}`,
  }
}

/** A path that is not valid percent-encoding is taken as it stands. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
