/** `default.modelwhitelist`, `modelRules`, `allowedRequestTypes`: who may call what. */
import { invalid, isObject, splitList } from '../check-parameters.ts'
import type { CheckSubject } from '../guardrail.ts'
import { type Check, defineCheck, inputOnly, judge } from './check.ts'

/** Any of the names by which the model of this request is known. */
function isNamed({ model, modelAsked, providerSlug }: CheckSubject, models: readonly string[]): boolean {
  return [modelAsked, model, `@${providerSlug}/${model}`].some((name) => models.includes(name))
}

const modelWhitelist = defineCheck({
  id: 'default.modelwhitelist',
  aliases: ['default.modelWhitelist'],
  hooks: inputOnly,
  prepare(given) {
    const models = given.someTexts('models')
    return (subject) => {
      const isListed = isNamed(subject, models)
      const said = `the model '${subject.modelAsked}' is ${isListed ? '' : 'not '}in the list`
      return judge(given, isListed, said, { requestedModel: subject.modelAsked, allowedModels: models })
    }
  },
})

const modelRules = defineCheck({
  id: 'default.modelRules',
  hooks: inputOnly,
  prepare(given) {
    const rules = given.json('rules')
    if (!isObject(rules)) throw invalid(`${given.where}.rules must be an object`, `${given.where}.rules`)
    const defaults = listOf(rules.defaults, `${given.where}.rules.defaults`)
    const byMetadata = readByMetadata(rules.metadata, `${given.where}.rules.metadata`)
    return (subject) => {
      const matching = byMetadata.flatMap(([key, values]) => {
        const value = subject.metadata[key]
        return value === undefined ? [] : (values.get(value) ?? [])
      })
      const models = matching.length > 0 ? matching : defaults
      const isAllowed = isNamed(subject, models)
      const source = matching.length > 0 ? 'the rules for its metadata' : 'the defaults'
      return judge(given, isAllowed, `the model '${subject.modelAsked}' is ${isAllowed ? '' : 'not '}in ${source}`)
    }
  },
})

const allowedRequestTypes = defineCheck({
  id: 'default.allowedRequestTypes',
  hooks: inputOnly,
  prepare(given) {
    const allowed = given.texts('allowedTypes')
    const blocked = given.texts('blockedTypes')
    const both = allowed.filter((type) => blocked.includes(type))
    if (both.length > 0)
      throw invalid(`${given.where} has '${both.join("', '")}' in allowedTypes and in blockedTypes`, given.where)
    return ({ requestType, metadata }) => {
      const allows = allowed.length > 0 ? allowed : splitList(metadata.supported_endpoints ?? '')
      const blocks = blocked.length > 0 ? blocked : splitList(metadata.blocked_endpoints ?? '')
      const isAllowed = !blocks.includes(requestType) && (allows.length === 0 || allows.includes(requestType))
      const said = `requests of the type '${requestType}' are ${isAllowed ? '' : 'not '}allowed`
      return judge(given, isAllowed, said, {
        currentRequestType: requestType,
        ...(allows.length > 0 ? { allowedTypes: allows } : {}),
        ...(blocks.length > 0 ? { blockedTypes: blocks } : {}),
      })
    }
  },
})

/** Key of the metadata → its value → models. */
function readByMetadata(
  value: unknown,
  where: string,
): readonly (readonly [string, ReadonlyMap<string, readonly string[]>])[] {
  if (value === undefined || value === null) return []
  if (!isObject(value)) throw invalid(`${where} must be an object`, where)
  return Object.entries(value).map(([key, values]) => {
    if (!isObject(values)) throw invalid(`${where}.${key} must be an object: a value of '${key}' → its models`, where)
    return [key, new Map(Object.entries(values).map(([each, list]) => [each, listOf(list, `${where}.${key}.${each}`)]))]
  })
}

/** Names in a list, or between commas. */
function listOf(value: unknown, where: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return splitList(value)
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw invalid(`${where} must be a list of models`, where)
}

export const models: readonly Check[] = [modelWhitelist, modelRules, allowedRequestTypes]
