/** Work on this thread whose length somebody outside decides, ended when its time is over. */
import { type Context, createContext, Script } from 'node:vm'

const working = new Script('work()')
let context: Context | undefined

/** What `work` gives; undefined = its time was over, and whatever it had begun must not be used. V8 ends it wherever it is (costs 0.5 ms). */
export function doWithin<T>(timeLimitMs: number, work: () => T): { readonly result: T } | undefined {
  context ??= createContext(Object.create(null) as object)
  let done: { readonly result: T } | undefined
  context.work = () => {
    done = { result: work() }
  }
  try {
    working.runInContext(context, { timeout: Math.max(1, Math.ceil(timeLimitMs)) })
  } catch (thrown) {
    if (isTimeout(thrown)) return undefined
    throw thrown
  }
  return done
}

/** Not by its class: it may be of another realm. */
function isTimeout(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  )
}
