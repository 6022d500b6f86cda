/** Method and path → a verb of a resource. The same paths answer under /v1 and /v2. */
import { GatewayError } from '../errors.ts'
import { isAdminPath, withoutVersion } from './paths.ts'
import type { Verb } from './resource.ts'
import { resources } from './resources/index.ts'

interface Route {
  readonly segments: readonly string[]
  readonly verb: Verb
}

/** The more of a path is written out, the earlier it is asked: `/{id}/rotate` before `/{type}/{subType}`. */
const routes: readonly Route[] = resources
  .flatMap(({ verbs }) => verbs.map((verb) => ({ segments: verb.path.split('/').slice(1), verb })))
  .sort((left, right) => openParts(left) - openParts(right))

function openParts({ segments }: Route): number {
  return segments.filter((part) => part.startsWith('{')).length
}

interface Match {
  readonly verb: Verb
  readonly params: Readonly<Record<string, string>>
}

/** Throws `not_found` or `method_not_allowed`. */
export function findRoute(method: string, path: string): Match {
  const segments = withoutVersion(path)?.split('/').slice(1) ?? []
  const matches = routes.flatMap(({ segments: pattern, verb }) => {
    const params = matchSegments(pattern, segments)
    return params === undefined ? [] : [{ verb, params }]
  })
  const match = matches.find(({ verb }) => verb.method === method)
  if (match !== undefined) return match
  const allowed = [...new Set(matches.map(({ verb }) => verb.method))]
  if (allowed.length > 0 || isAdminPath(path)) throw notAllowed(method, path, allowed)
  throw new GatewayError(
    'not_found',
    `there is nothing at '${path.slice(0, 120)}'; the admin API has ${resources.map((each) => `/v1${each.path}`).join(', ')}`,
  )
}

function notAllowed(method: string, path: string, allowed: readonly string[]): GatewayError {
  const advice = allowed.length > 0 ? `allowed are ${allowed.join(', ')}` : 'it is not part of this resource'
  return new GatewayError(
    'method_not_allowed',
    `${method.slice(0, 20)} is not possible on '${path.slice(0, 120)}'; ${advice}`,
    {
      allow: allowed.join(', '),
    },
  )
}

/** No id or slug is longer. */
const longestId = 512

function matchSegments(pattern: readonly string[], segments: readonly string[]): Match['params'] | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at] ?? ''
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined
    } else if (segment === '' || segment.length > longestId) return undefined
    else params[part.slice(1, -1)] = segment
  }
  return params
}
