/** The folders of the gateway in the order of the line: a request is handed on and never back up. */
import { breach, type Source } from './sources.ts'

/** What is carried comes first: everybody may know it, and it knows no stage. */
const carried = ['ports', 'line']
const stages = ['arrive', 'target', 'layers', 'answer', 'settle']

/** `src/gateway/layers/caching/a.ts` → `layers`; `src/gateway/serve.ts` → `serve`. */
function stageOf(path: string): string | undefined {
  return /^src\/gateway\/([\w-]+)/.exec(path)?.[1]
}

function layerOf(path: string): string | undefined {
  return /^src\/gateway\/layers\/([\w-]+)\//.exec(path)?.[1]
}

/** Types included. `serve`, what stands beside it and `raw` use every stage; nobody but they may know `raw`. */
export function findStepsBack(source: Source): readonly string[] {
  const from = stageOf(source.path)
  if (from === undefined) return []
  return source.imports.flatMap(({ target, line }) => {
    const to = stageOf(target)
    if (to === undefined || to === from || carried.includes(to)) return []
    const isFree = !carried.includes(from) && !stages.includes(from)
    const isOnward = stages.includes(to) && stages.indexOf(to) > stages.indexOf(from) && !carried.includes(from)
    return isFree || isOnward
      ? []
      : [breach(source, line, `'${from}' may not import '${to}': it is not further down the line`)]
  })
}

/** What one layer does, no other relies on. */
export function findLayersKnown(source: Source): readonly string[] {
  const from = layerOf(source.path)
  if (from === undefined) return []
  return source.imports.flatMap(({ target, line }) => {
    const to = layerOf(target)
    return to === undefined || to === from
      ? []
      : [breach(source, line, `the layer '${from}' may not import the layer '${to}'`)]
  })
}
