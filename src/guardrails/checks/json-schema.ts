/** `default.jsonSchema`: the JSON in the text fits a schema (draft 2020-12). The validator is loaded when first needed. */
import { doWithin } from '../../patterns/bounded-work.ts'
import { compilePattern, type PatternBudget, PatternTimeout } from '../../patterns/pattern.ts'
import { invalid, isObject } from '../check-parameters.ts'
import { defineCheck, judge, outputOnly } from './check.ts'
import { findJsonObjects } from './json-in-text.ts'

interface Fault {
  readonly instancePath: string
  readonly message?: string
}

function faultOf({ instancePath, message = 'does not fit' }: Fault) {
  return { path: instancePath || '/', message }
}

/** Time grows with the schema: 50 KB take 430 ms on a busy machine (measured 2026-11). */
const compileTimeMs = 500

/** What is wrong with a value; throws PatternTimeout. */
type Validator = (value: unknown, patterns: PatternBudget) => Promise<readonly Fault[]>

export const jsonSchema = defineCheck({
  id: 'default.jsonSchema',
  hooks: outputOnly,
  prepare(given) {
    const { schema } = given.values
    const written = typeof schema === 'string' ? readWritten(schema, `${given.where}.schema`) : schema
    if (!isObject(written))
      throw invalid(`${given.where}.schema is missing; give a JSON schema`, `${given.where}.schema`)
    const text = JSON.stringify(written)
    return async (subject, { patterns }) => {
      const found = findJsonObjects(subject.text)
      if (found.length === 0) return { isPassed: false, data: { explanation: 'there is no JSON object in the text' } }
      const validate = await validatorOf(text, written)
      // what is wrong is told of the first: the likeliest to be meant
      let errors: readonly Fault[] | undefined
      let isValid = false
      for (const json of found) {
        const wrong = await validate(json, patterns)
        errors ??= wrong
        isValid = wrong.length === 0
        if (isValid) break
      }
      const faults = isValid ? [] : (errors ?? []).slice(0, 10).map(faultOf)
      return judge(given, isValid, isValid ? 'the JSON fits the schema' : 'the JSON does not fit the schema', {
        validationErrors: faults,
      })
    }
  },
})

function readWritten(schema: string, where: string): unknown {
  try {
    return JSON.parse(schema)
  } catch {
    throw invalid(`${where} is a string that is not JSON; give the schema as an object`, where)
  }
}

/** By the schema's text, since an inline config is read anew with each request. */
const validators = new Map<string, Promise<Validator>>()
const maxValidators = 100

function validatorOf(text: string, schema: object): Promise<Validator> {
  const known = validators.get(text)
  if (known !== undefined) return known
  const [oldest] = validators.keys()
  if (validators.size >= maxValidators && oldest !== undefined) validators.delete(oldest)
  const made = compile(schema)
  validators.set(text, made)
  // a thread that is busy now may have the time for it with the next request
  made.catch(() => validators.delete(text))
  return made
}

/** The validator asks at once whether a text matches a pattern, and a pattern takes its time: what is not known yet is found out, and the JSON looked at again. */
class PatternAnswers {
  readonly #known = new Map<string, boolean>()
  readonly #asked = new Map<string, { readonly source: string; readonly text: string }>()

  /** Says yes while it does not know. */
  test(source: string, text: string): boolean {
    const key = JSON.stringify([source, text])
    const known = this.#known.get(key)
    if (known === undefined) this.#asked.set(key, { source, text })
    return known ?? true
  }

  /** False = nothing was asked that is not known. Throws PatternTimeout. */
  async learn(patterns: PatternBudget): Promise<boolean> {
    const asked = [...this.#asked]
    this.#asked.clear()
    for (const [key, { source, text }] of asked)
      this.#known.set(key, await compilePattern(source, 'u', 'schema').test(text, patterns))
    return asked.length > 0
  }
}

async function compile(schema: object): Promise<Validator> {
  // a bundle knows only the default export of a CommonJS module
  const { default: exported } = await import('ajv/dist/2020.js')
  let answers = new PatternAnswers()
  const regExp = (source: string) => ({
    test: (text: string) => answers.test(source, text),
    // by which the validator tells patterns apart
    toString: () => source,
  })
  regExp.code = 'regExp'
  const options = { strict: false, allErrors: true, validateFormats: false, code: { regExp } }
  // its own first schema costs more than any other
  const ajv = new exported.Ajv2020(options)
  ajv.compile({ type: 'object', properties: { a: { type: 'string', minLength: 1 } } })
  const validate = doWithin(compileTimeMs, () => ajv.compile(schema))?.result
  if (validate === undefined) throw new PatternTimeout('compiling the JSON schema')
  const check = (json: unknown, mine: PatternAnswers, leftMs: number) => {
    answers = mine
    return doWithin(leftMs, () => (validate(json) ? [] : (validate.errors ?? [])))?.result
  }
  return async (json, patterns) => {
    const mine = new PatternAnswers()
    for (;;) {
      const errors = await patterns.measure('the JSON schema', (leftMs) => check(json, mine, leftMs))
      if (!(await mine.learn(patterns))) return errors
    }
  }
}
