/** Which paths belong to the control plane. Imports nothing, so that a program which serves both planes can tell them apart without loading either. */

/** One per resource, from the version on. Held against the resources by a test. */
export const adminPaths: readonly string[] = [
  '/admin/workspaces',
  '/admin/organisation/defaults',
  '/analytics',
  '/api-keys',
  '/cache',
  '/configs',
  '/emergency-stops',
  '/feedback',
  '/guardrails',
  '/integrations',
  '/limits/status',
  '/logs',
  '/policies/rate-limits',
  '/policies/usage-limits',
  '/prices',
  '/providers',
  '/virtual-keys',
  '/workspace-exclusions',
]

/** The description of both planes, which anybody may read. */
export const openApiPath = '/openapi.json'

/** Whatever the method. */
export function isAdminPath(path: string): boolean {
  const inside = withoutVersion(path)
  if (inside === undefined) return false
  return inside === openApiPath || adminPaths.some((each) => inside === each || inside.startsWith(`${each}/`))
}

/** The same paths answer under /v1 and /v2; undefined = it is neither. */
export function withoutVersion(path: string): string | undefined {
  return /^\/v[12](\/.+?)\/*$/.exec(path)?.[1]
}
