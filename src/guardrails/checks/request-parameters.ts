/** `default.requestParametersCheck`: which tools and parameters a request may have. */
import { CheckParameters, isObject, type JsonObject } from '../check-parameters.ts'
import { defineCheck, inputOnly, judge } from './check.ts'

export const requestParameters = defineCheck({
  id: 'default.requestParametersCheck',
  hooks: inputOnly,
  prepare(given) {
    const tools = new CheckParameters(given.object('tools'), `${given.where}.tools`)
    const params = new CheckParameters(given.object('params'), `${given.where}.params`)
    const types = listed(tools, 'allowedTypes', 'blockedTypes')
    const functions = listed(tools, 'allowedFunctionNames', 'blockedFunctionNames')
    const keys = listed(params, 'allowedKeys', 'blockedKeys')
    const values = params.object('values')
    return ({ requestJson, json = requestJson }) => {
      const list = Array.isArray(json.tools) ? json.tools.filter(isObject) : []
      const faults = [
        ...list.flatMap((tool) => types(typeOf(tool), 'tool type')),
        ...list.flatMap((tool) => functions(nameOf(tool), 'function')),
        ...Object.keys(json).flatMap((key) => keys(key, 'parameter')),
        ...Object.entries(values).flatMap(([key, rule]) => valueFaults(key, json[key], rule)),
      ]
      return judge(given, faults.length === 0, faults.length === 0 ? 'all are allowed' : faults.join('; '), { faults })
    }
  },
})

/** Says what is wrong with a name; nothing when it may stand. An empty list of allowed names allows all. */
function listed(given: CheckParameters, allowedKey: string, blockedKey: string) {
  const allowed = given.texts(allowedKey)
  const blocked = given.texts(blockedKey)
  return (name: string | undefined, kind: string): readonly string[] => {
    if (name === undefined) return []
    if (blocked.includes(name)) return [`the ${kind} '${name}' is blocked`]
    return allowed.length > 0 && !allowed.includes(name) ? [`the ${kind} '${name}' is not in the list`] : []
  }
}

function valueFaults(key: string, value: unknown, rule: unknown): readonly string[] {
  if (value === undefined || !isObject(rule)) return []
  const isIn = (list: unknown) =>
    Array.isArray(list) && list.some((each) => JSON.stringify(each) === JSON.stringify(value))
  const shown = JSON.stringify(value).slice(0, 60)
  if (isIn(rule.blockedValues)) return [`${key} is ${shown}, which is blocked`]
  const isOutside = Array.isArray(rule.allowedValues) && rule.allowedValues.length > 0 && !isIn(rule.allowedValues)
  return isOutside ? [`${key} is ${shown}, which is not in the list`] : []
}

/** Tools of the messages wire have a schema and no type: they are functions. */
function typeOf(tool: JsonObject): string {
  return typeof tool.type === 'string' && tool.type !== 'custom' ? tool.type : 'function'
}

function nameOf(tool: JsonObject): string | undefined {
  const inner = isObject(tool.function) ? tool.function.name : tool.name
  return typeof inner === 'string' ? inner : undefined
}
