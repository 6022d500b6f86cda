/** Content moderation by a model of the workspace: asked like any other request of the caller, so limits and cost hold for it. */
import { type CheckParameters, isObject, type JsonObject } from '../../check-parameters.ts'
import type { GuardrailPorts, RunCheck } from '../../guardrail.ts'
import { judge } from '../check.ts'
import { modelErrorSuffix } from './model-error.ts'

const path = '/v1/moderations'

/** `usualModel` is asked for at the workspace's only provider with the endpoint, unless `model` names another. */
export function moderate(id: string, usualModel: string): (given: CheckParameters) => RunCheck {
  return (given) => {
    const wanted = given.texts('categories')
    const model = given.optionalText('model') ?? usualModel
    const timeoutMs = given.number('timeout', 10_000)
    return async ({ texts }, ports) => {
      const input = texts.filter((text) => text !== '')
      if (input.length === 0) return judge(given, true, 'there is no text to moderate')
      const body = { model: addressOf(model, ports), input }
      const { status, json } = await ports.askModel({ path, body, timeoutMs, name: `guardrail ${id}` })
      if (status !== 200) throw new Error(`the moderation model answered ${status}${modelErrorSuffix(json)}`)
      const flagged = flaggedIn(json, wanted)
      const said = flagged.length === 0 ? 'no category was flagged' : `flagged as ${flagged.join(', ')}`
      return judge(given, flagged.length === 0, said, { flaggedCategories: flagged, model: body.model })
    }
  }
}

function addressOf(model: string, { providersWith }: GuardrailPorts): string {
  if (model.startsWith('@')) return model
  const [slug, ...others] = providersWith(path)
  if (slug !== undefined && others.length === 0) return `@${slug}/${model}`
  throw new Error(
    slug === undefined
      ? 'the workspace has no provider with a moderation endpoint; connect one, or name one in the parameter model'
      : `several providers have a moderation endpoint (${[slug, ...others].map((each) => `@${each}`).join(', ')}); name one in the parameter model, e.g. '@${slug}/${model}'`,
  )
}

function flaggedIn({ results }: JsonObject, wanted: readonly string[]): readonly string[] {
  const list: readonly unknown[] = Array.isArray(results) ? results : []
  const categories = list.flatMap((each) => (isObject(each) && isObject(each.categories) ? [each.categories] : []))
  if (categories.length === 0) throw new Error('the moderation model gave no result with categories')
  const known = new Set(categories.flatMap((each) => Object.keys(each)))
  const unknown = wanted.filter((each) => !known.has(each))
  if (unknown.length > 0)
    throw new Error(
      `the moderation model knows no category '${unknown.join("', '")}'; it knows ${[...known].join(', ')}`,
    )
  const flagged = new Set(categories.flatMap((each) => Object.keys(each).filter((key) => each[key] === true)))
  return [...flagged].filter((each) => wanted.length === 0 || wanted.includes(each))
}
