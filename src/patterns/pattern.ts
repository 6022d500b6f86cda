/**
 * Regular expressions that somebody outside wrote. The only place that compiles one: no pattern, whatever the text,
 * keeps the event loop from other requests, and what was not decided in time is an error, never a match or a miss.
 */
import type { RE2JS } from 're2js'
import { GatewayError } from '../errors.ts'
import type { PatternResult } from './pattern-worker.ts'
import type { Re2Source } from './to-re2.ts'

/** For all patterns of a request together. */
const patternTimeMs = 50
/** Steps (characters of the pattern × characters of the text) that the engine of JavaScript does on this thread: below 2 ms. */
const maxPlainSteps = 2_000_000
/** Instructions × characters that RE2 does on this thread: 17 ns each at worst (measured 2026-11). */
const maxLinearSteps = 1_000_000
/** A replacement begins a search after each match: no longer than this on this thread. */
const maxReplacingMs = 10
/** Compiling a class costs RE2 16 µs a character at worst (measured 2026-11). */
const maxLinearSource = 500

/** A pattern did not finish in the time that the request has for patterns. */
export class PatternTimeout extends Error {
  /** `what` did not finish: `the pattern '…'`. */
  constructor(what: string) {
    super(
      `${what} did not finish: the patterns and schemas of a request have ${patternTimeMs} ms together; make it simpler`,
    )
    this.name = 'PatternTimeout'
  }
}

/** The time that the patterns of one request still have. They run one after the other. */
export class PatternBudget {
  #leftMs = patternTimeMs
  #last: Promise<unknown> = Promise.resolve()

  /** `run` is given the time that is left, and says undefined when it was not enough. Throws PatternTimeout. */
  async spend<T>(what: string, run: (leftMs: number) => Promise<T | undefined>): Promise<T> {
    const mine = this.#last.then(() => this.#spendNow(what, run))
    this.#last = mine.catch(() => {})
    return mine
  }

  /** The same for work on this thread. */
  measure<T>(what: string, work: (leftMs: number) => T | undefined): Promise<T> {
    return this.spend(what, async (leftMs) => {
      const startedMs = performance.now()
      const result = work(leftMs)
      this.charge(performance.now() - startedMs)
      return result
    })
  }

  async #spendNow<T>(what: string, run: (leftMs: number) => Promise<T | undefined>): Promise<T> {
    if (this.#leftMs <= 0) throw new PatternTimeout(what)
    const result = await run(this.#leftMs)
    if (result === undefined) {
      this.#leftMs = 0
      throw new PatternTimeout(what)
    }
    return result
  }

  /** Milliseconds on this thread. */
  charge(ms: number): void {
    this.#leftMs -= ms
  }
}

export interface Pattern {
  readonly source: string
  /** Throws PatternTimeout. */
  test(text: string, budget: PatternBudget): Promise<boolean>
  /** Every match. `replacement` is taken literally. Throws PatternTimeout. */
  replaceAll(text: string, replacement: string, budget: PatternBudget): Promise<string>
}

/** In JavaScript's syntax. Throws GatewayError `invalid_request` when it is no regular expression. */
export function compilePattern(source: string, flags: string, where: string): Pattern {
  const fault = patternFault(source, flags)
  if (fault !== undefined) {
    throw new GatewayError('invalid_request', `${where} is not a regular expression: ${fault}`, { param: where })
  }
  const engine = engineOf(source, flags)
  return {
    source,
    test: async (text, budget) => (await engine.run({ text }, budget)) === true,
    replaceAll: async (text, replacement, budget) => String(await engine.run({ text, replacement }, budget)),
  }
}

/** Why it is no regular expression; undefined = it is one. */
export function patternFault(source: string, flags = ''): string | undefined {
  try {
    new RegExp(source, flags)
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** Configs and guardrails are read anew for each request; what was compiled for the last one serves. */
const engines = new Map<string, Engine>()
const maxEngines = 1_000

function engineOf(source: string, flags: string): Engine {
  const key = `${flags}/${source}`
  const known = engines.get(key)
  if (known !== undefined) return known
  const [oldest] = engines.keys()
  if (engines.size >= maxEngines && oldest !== undefined) engines.delete(oldest)
  const made = new Engine(source, flags)
  if (source.length <= maxLinearSource) engines.set(key, made)
  return made
}

interface Run {
  readonly text: string
  readonly replacement?: string
}

/** The cheapest engine that cannot be held up: JavaScript's own for what cannot repeat, RE2, a thread. */
class Engine {
  readonly #source: string
  readonly #flags: string
  #linear: Promise<Linear | undefined> | undefined

  constructor(source: string, flags: string) {
    this.#source = source
    this.#flags = flags
  }

  run(run: Run, budget: PatternBudget): Promise<PatternResult> {
    return budget.spend(`the pattern '${this.#source.slice(0, 60)}'`, async (leftMs) => {
      if (isPlain(this.#source) && this.#source.length * run.text.length <= maxPlainSteps)
        return this.#measured(budget, () => this.#runPlain(run))
      this.#linear ??= compileLinear(this.#source, this.#flags, budget)
      const linear = await this.#linear
      const result = linear?.isFor(run) === true ? this.#measured(budget, () => linear.run(run)) : undefined
      return result ?? this.#runApart(run, leftMs, budget)
    })
  }

  #measured<T>(budget: PatternBudget, work: () => T): T {
    const startedMs = performance.now()
    const result = work()
    budget.charge(performance.now() - startedMs)
    return result
  }

  #runPlain({ text, replacement }: Run): PatternResult {
    if (replacement === undefined) return new RegExp(this.#source, this.#flags).test(text)
    return text.replace(new RegExp(this.#source, withGlobal(this.#flags)), () => replacement)
  }

  async #runApart(run: Run, leftMs: number, budget: PatternBudget): Promise<PatternResult | undefined> {
    const flags = run.replacement === undefined ? this.#flags : withGlobal(this.#flags)
    const { runInWorker } = await import('./pattern-worker.ts')
    const done = await runInWorker({ ...run, source: this.#source, flags }, leftMs)
    if (done === undefined) return undefined
    budget.charge(done.ms)
    return done.result
  }
}

/** Nothing in it could repeat, nest or refer back: time grows with pattern × text. */
function isPlain(source: string): boolean {
  return !/[*+?{(]|\\[1-9k]/.test(source)
}

function withGlobal(flags: string): string {
  return flags.includes('g') ? flags : `${flags}g`
}

class Linear {
  readonly #pattern: RE2JS
  readonly #matchesEmpty: boolean

  constructor(pattern: RE2JS, { matchesEmpty }: Re2Source) {
    this.#pattern = pattern
    this.#matchesEmpty = matchesEmpty
  }

  isFor({ text, replacement }: Run): boolean {
    if (replacement !== undefined && this.#matchesEmpty) return false
    return this.#pattern.programSize() * text.length <= maxLinearSteps
  }

  /** undefined = not in the time that it may take here. */
  run({ text, replacement }: Run): PatternResult | undefined {
    const matcher = this.#pattern.matcher(text)
    if (replacement === undefined) return matcher.find()
    const untilMs = performance.now() + maxReplacingMs
    let result = ''
    let end = 0
    while (matcher.find()) {
      if (performance.now() > untilMs) return undefined
      result += text.slice(end, matcher.start()) + replacement
      end = matcher.end()
    }
    return result + text.slice(end)
  }
}

type Re2 = Pick<typeof import('re2js'), 'RE2JS' | 'RE2JSSyntaxException'>
let loaded: Promise<Re2> | undefined

/** Its first pattern costs 25 ms that no request should find taken from its time (measured 2026-11; loading 7 ms). */
async function load(): Promise<Re2> {
  const re2 = await import('re2js')
  re2.RE2JS.compile('(?:[a-c]+x?)+\\z').matcher('ab '.repeat(1_000)).find()
  return re2
}

/** undefined = RE2 cannot say it, or not within its bounds. Loaded when first needed. */
async function compileLinear(source: string, flags: string, budget: PatternBudget): Promise<Linear | undefined> {
  if (source.length > maxLinearSource) return undefined
  const { toRe2 } = await import('./to-re2.ts')
  const translated = toRe2(source, flags)
  if (translated === undefined) return undefined
  loaded ??= load()
  const { RE2JS, RE2JSSyntaxException } = await loaded
  const startedMs = performance.now()
  try {
    return new Linear(RE2JS.compile(translated.source, flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0), translated)
  } catch (thrown) {
    if (thrown instanceof RE2JSSyntaxException) return undefined
    throw thrown
  } finally {
    budget.charge(performance.now() - startedMs)
  }
}
