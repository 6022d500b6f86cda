/** `default.modelwhitelist`, `modelRules`, `allowedRequestTypes`: who may call what. */
import { invalid, isObject } from '../given.ts'
import type { Subject } from '../guardrail.ts'
import { type Check, defineCheck, judge, onInput } from './check.ts'

/** Any of the names by which the model of this request is known. */
function isNamed({ model, modelAsked, providerSlug }: Subject, models: readonly string[]): boolean {
  return [modelAsked, model, `@${providerSlug}/${model}`].some((name) => models.includes(name))
}

const modelWhitelist = defineCheck({
  id: 'default.modelwhitelist',
  aliases: ['default.modelWhitelist'],
  hooks: onInput,
  prepare(given) {
    const models = given.someTexts('models')
    return (subject) => {
      const isListed = isNamed(subject, models)
      return judge(given, isListed, `the model '${subject.modelAsked}' is ${isListed ? '' : 'not '}in the list`)
    }
  },
})

const modelRules = defineCheck({
  id: 'default.modelRules',
  hooks: onInput,
  prepare(given) {
    const rules = typeof given.values.rules === 'string' ? JSON.parse(given.values.rules) : given.values.rules
    if (!isObject(rules)) throw invalid(`${given.where}.rules must be an object`, `${given.where}.rules`)
    const defaults = listOf(rules.defaults)
    const byMetadata = isObject(rules.metadata) ? rules.metadata : {}
    return (subject) => {
      const matching = Object.entries(byMetadata).flatMap(([key, values]) => {
        const value = subject.metadata[key]
        return isObject(values) && value !== undefined && Object.hasOwn(values, value) ? [listOf(values[value])] : []
      })
      const models = matching.length > 0 ? matching.flat() : defaults
      const isAllowed = isNamed(subject, models)
      const source = matching.length > 0 ? 'the rules for its metadata' : 'the defaults'
      return judge(given, isAllowed, `the model '${subject.modelAsked}' is ${isAllowed ? '' : 'not '}in ${source}`)
    }
  },
})

const allowedRequestTypes = defineCheck({
  id: 'default.allowedRequestTypes',
  hooks: onInput,
  prepare(given) {
    const allowed = given.texts('allowedTypes')
    const blocked = given.texts('blockedTypes')
    const both = allowed.filter((type) => blocked.includes(type))
    if (both.length > 0)
      throw invalid(`${given.where} has '${both.join("', '")}' in allowedTypes and in blockedTypes`, given.where)
    return ({ requestType, metadata }) => {
      const allows = allowed.length > 0 ? allowed : split(metadata.supported_endpoints)
      const blocks = blocked.length > 0 ? blocked : split(metadata.blocked_endpoints)
      const isAllowed = !blocks.includes(requestType) && (allows.length === 0 || allows.includes(requestType))
      return judge(given, isAllowed, `requests of the type '${requestType}' are ${isAllowed ? '' : 'not '}allowed`)
    }
  },
})

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function split(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]))
}

export const models: readonly Check[] = [modelWhitelist, modelRules, allowedRequestTypes]
