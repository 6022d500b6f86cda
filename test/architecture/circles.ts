/** Files that import each other in a circle, types and late imports included. */
import type { Source } from './sources.ts'

/** Each circle as its files, sorted: Tarjan's strongly connected components of more than one file. */
export function findCircles(sources: readonly Source[]): readonly string[] {
  const targets = new Map(
    sources.map(({ path, imports }) => [path, imports.flatMap((each) => (each.isOurs ? [each.target] : []))]),
  )
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const circles: string[] = []
  const visit = (path: string): void => {
    order.set(path, order.size)
    lowest.set(path, order.size - 1)
    open.push(path)
    for (const target of targets.get(path) ?? []) {
      if (!targets.has(target)) continue
      if (!order.has(target)) visit(target)
      if (open.includes(target)) lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(target) ?? 0))
    }
    if (lowest.get(path) !== order.get(path)) return
    const circle = open.splice(open.indexOf(path))
    if (circle.length > 1) circles.push(circle.sort().join(' '))
  }
  for (const path of targets.keys()) if (!order.has(path)) visit(path)
  return circles
}
