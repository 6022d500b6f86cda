/** Holds answers of the admin API to the published description: whatever a test asks, what comes back must be as it is described. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { errorAnswer } from '../../src/admin/answers.ts'
import { answerSchema } from '../../src/admin/openapi/schemas.ts'
import { openApiPath, withoutVersion } from '../../src/admin/paths.ts'
import { findRoute } from '../../src/admin/routes.ts'

const known = new Map<object, ValidateFunction>()

function validatorOf(schema: Parameters<typeof answerSchema>[0]): ValidateFunction {
  const made = known.get(schema)
  if (made !== undefined) return made
  const components = new Map<string, Readonly<Record<string, unknown>>>()
  const root = answerSchema(schema, components)
  const text = JSON.stringify({ ...root, $defs: Object.fromEntries(components) }).replaceAll(
    '#/components/schemas/',
    '#/$defs/',
  )
  const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(
    JSON.parse(text) as object,
  )
  known.set(schema, validate)
  return validate
}

/** Throws when the answer is not as the description has it. */
export function checkAnswer(method: string, path: string, status: number, json: unknown): void {
  if (withoutVersion(path) === openApiPath) return
  const validate = validatorOf(status === 200 ? shapeOf(method, path) : errorAnswer)
  if (validate(json)) return
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
  throw new Error(
    `${method} ${path} answered ${status} with what is not described: ${faults.join('; ')}\n${JSON.stringify(json)}`,
  )
}

function shapeOf(method: string, path: string): Parameters<typeof answerSchema>[0] {
  return findRoute(method, path).verb.shape.answer
}
