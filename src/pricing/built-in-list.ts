/** How old the price list is that came with this release. */
const dayMs = 86_400_000
const oldAfterDays = 60

/** Of @pydantic/genai-prices; a test holds the version against the one that is installed. */
export const builtInList = { version: '0.1.8', publishedAt: '2026-09-23T10:11:04.000Z' } as const

/** undefined = it is younger than 60 days. */
export function builtInListWarning(nowMs: number): string | undefined {
  const days = Math.floor((nowMs - Date.parse(builtInList.publishedAt)) / dayMs)
  if (days <= oldAfterDays) return undefined
  return `the price list of this release is ${days} days old; update the gateway, or upload the prices that have changed with PUT /v1/prices`
}
