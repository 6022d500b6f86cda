/** When a provider says to come back, in all its forms. */

type Headers = Readonly<Record<string, string>>

/** Milliseconds from now: `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after` in seconds or as an HTTP date (RFC 9110 §10.2.3). */
export function readRetryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const inMs = readNumber(headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'])
  if (inMs !== undefined) return inMs
  const text = headers['retry-after']
  const seconds = readNumber(text)
  if (seconds !== undefined) return Math.ceil(seconds * 1_000)
  const atMs = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

function readNumber(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}
