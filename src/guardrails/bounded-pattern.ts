/** Regular expressions that administrators wrote, run over text that callers wrote: each run has a time limit. */
import { type Context, createContext, Script } from 'node:vm'
import { GatewayError } from '../errors.ts'

/** A pattern that backtracks without end is cut off after this. */
const timeLimitMs = 100

/** Nothing that could repeat or be left out: time grows with the text only, so no watchdog is needed (it costs 0.5 ms). */
const isPlain = (source: string): boolean => !/[*+?{\\]/.test(source)

const testing = new Script('new RegExp(source, flags).test(text)')
const replacing = new Script('text.replace(new RegExp(source, flags), replacement)')

let sandbox: Context | undefined

export class PatternTimeout extends Error {
  constructor(source: string) {
    super(`the pattern '${source.slice(0, 60)}' did not finish within ${timeLimitMs} ms; make it simpler`)
    this.name = 'PatternTimeout'
  }
}

export interface BoundedPattern {
  /** Throws PatternTimeout. */
  test(text: string): boolean
  /** Throws PatternTimeout. `replacement` is taken literally. */
  replaceAll(text: string, replacement: string): string
}

/** Throws GatewayError when it is no regular expression. */
export function boundedPattern(source: string, flags: string, where: string): BoundedPattern {
  let pattern: RegExp
  try {
    pattern = new RegExp(source, flags)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new GatewayError('invalid_request', `${where} is not a regular expression: ${reason}`, { param: where })
  }
  if (isPlain(source)) {
    const all = new RegExp(source, withGlobal(flags))
    return {
      test: (text) => new RegExp(pattern).test(text),
      replaceAll: (text, replacement) => text.replace(all, () => replacement),
    }
  }
  return {
    test: (text) => runBounded(testing, { source, flags, text }) === true,
    replaceAll: (text, replacement) =>
      String(
        runBounded(replacing, {
          source,
          flags: withGlobal(flags),
          text,
          replacement: replacement.replaceAll('$', '$$$$'),
        }),
      ),
  }
}

function withGlobal(flags: string): string {
  return flags.includes('g') ? flags : `${flags}g`
}

/** V8 looks for a termination while it backtracks, so the limit holds inside one match (measured 2026-11: 50.7 ms for 50). */
function runBounded(script: Script, names: Readonly<Record<string, string>>): unknown {
  sandbox ??= createContext(Object.create(null) as object)
  Object.assign(sandbox, names)
  try {
    return script.runInContext(sandbox, { timeout: timeLimitMs })
  } catch (cause) {
    if (isTimeout(cause)) throw new PatternTimeout(names.source ?? '')
    throw cause
  }
}

/** Not by its class: it may be of another realm. */
function isTimeout(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
