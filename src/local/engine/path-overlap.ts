/** Refuses paths of one expression that reach into each other. Pure. */
import { invalid } from './errors.ts'
import type { Path } from './expression-tree.ts'

/** Paths are resolved. `kind` names the expression, e.g. `UpdateExpression`. */
export function checkPaths(kind: string, paths: readonly Path[]): void {
  for (const [at, path] of paths.entries())
    for (const other of paths.slice(at + 1)) {
      const shared = Math.min(path.length, other.length)
      const differsAt = path.findIndex((part, index) => index < shared && part !== other[index])
      const shown = `path one: ${showPath(path)}, path two: ${showPath(other)}`
      if (differsAt < 0)
        throw invalid(
          `Invalid ${kind}: Two document paths overlap with each other; must remove or rewrite one of these paths; ${shown}`,
        )
      if (typeof path[differsAt] !== typeof other[differsAt])
        throw invalid(
          `Invalid ${kind}: Two document paths conflict with each other; must remove or rewrite one of these paths; ${shown}`,
        )
    }
}

function showPath(path: Path): string {
  return `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`
}
