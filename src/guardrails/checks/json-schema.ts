/** `default.jsonSchema`: the JSON in the text fits a schema (draft 2020-12). The validator is loaded when first needed. */
import { invalid, isObject } from '../given.ts'
import { defineCheck, judge, onOutput } from './check.ts'
import { findJsonObjects } from './json-in-text.ts'

interface Fault {
  readonly instancePath: string
  readonly message?: string
}

interface Validator {
  (value: unknown): unknown
  readonly errors?: readonly Fault[] | null
}

function faultOf({ instancePath, message }: Fault): string {
  return `${instancePath || '/'} ${message}`
}

export const jsonSchema = defineCheck({
  id: 'default.jsonSchema',
  hooks: onOutput,
  prepare(given) {
    const { schema } = given.values
    const written = typeof schema === 'string' ? readWritten(schema, `${given.where}.schema`) : schema
    if (!isObject(written))
      throw invalid(`${given.where}.schema is missing; give a JSON schema`, `${given.where}.schema`)
    let validator: Promise<Validator> | undefined
    return async ({ text }) => {
      const found = findJsonObjects(text)
      if (found.length === 0) return { isPassed: false, data: { explanation: 'there is no JSON object in the text' } }
      validator ??= compile(written)
      const validate = await validator
      const isValid = found.some((json) => validate(json) === true)
      // what is wrong is told of the first: the likeliest to be meant
      if (!isValid) validate(found[0])
      const faults = isValid ? [] : (validate.errors ?? []).slice(0, 10).map(faultOf)
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

async function compile(schema: object): Promise<Validator> {
  // a bundle knows only the default export of a CommonJS module
  const { default: exported } = await import('ajv/dist/2020.js')
  return new exported.Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema)
}
