/** `default.jwt`: the client's own token is genuine, current, and says what it has to. The library is loaded when first needed. */
import type { JSONWebKeySet, JWTPayload } from 'jose'
import type { PatternBudget } from '../../patterns/pattern.ts'
import { type CheckParameters, invalid, isObject, type JsonObject } from '../check-parameters.ts'
import type { CheckSubject, GuardrailPorts, Verdict } from '../guardrail.ts'
import { defineCheck, inputOnly } from './check.ts'
import { type Matcher, matcher } from './metadata.ts'

type Claims = JWTPayload & JsonObject
type ClaimTest = (
  claims: Claims,
  subject: CheckSubject,
  ports: GuardrailPorts,
) => readonly string[] | Promise<readonly string[]>

export const jwt = defineCheck({
  id: 'default.jwt',
  hooks: inputOnly,
  prepare(given) {
    const headerKey = (given.optionalText('headerKey') ?? 'Authorization').toLowerCase()
    const verify = prepareVerify(given)
    const tests = [requiredClaims(given), claimValues(given), headerMatch(given)]
    const lift = prepareLift(given)
    return async (subject, ports) => {
      const token = subject.headers[headerKey]?.replace(/^Bearer\s+/i, '')
      if (token === undefined || token === '') return failed(`there is no token in the header '${headerKey}'`)
      const outcome = await verify(token, ports)
      if (typeof outcome === 'string') return failed(outcome)
      const faults = (await Promise.all(tests.map((test) => test(outcome, subject, ports)))).flat()
      if (faults.length > 0) return failed(faults.join('; '))
      return { isPassed: true, ...lift(outcome) }
    }
  },
})

/** `extractClaims` go on to the provider as headers. A claim that is missing takes the client's own header of that name away. */
function prepareLift(given: CheckParameters): (claims: Claims) => Omit<Verdict, 'isPassed'> {
  const wanted = given.texts('extractClaims')
  const prefix = (given.optionalText('claimPrefix') ?? 'x-jwt-').toLowerCase()
  if (wanted.length > 0 && !/^x-(?!portkey-|api-)[a-z0-9-]*$/.test(prefix))
    throw invalid(
      `${given.where}.claimPrefix is '${prefix.slice(0, 40)}'; it must begin with x-, and not with x-portkey- or x-api-`,
      `${given.where}.claimPrefix`,
    )
  const names = wanted.map((claim) => [claim, `${prefix}${claim.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`] as const)
  return (claims) => {
    const data = { explanation: 'the token is valid', verdict: true }
    if (names.length === 0) return { data }
    return {
      data: { ...data, claims: Object.fromEntries(wanted.map((claim) => [claim, claims[claim]])) },
      headers: Object.fromEntries(names.map(([claim, name]) => [name, headerText(claims[claim])])),
    }
  }
}

/** What is no printable ASCII is written as a URL would have it. */
function headerText(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = Array.isArray(value)
    ? value.map(String).join(',')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
  return text
    .toWellFormed()
    .replace(/[^\x20-\x7e]+/gu, encodeURIComponent)
    .slice(0, 4_096)
}

function failed(explanation: string): Verdict {
  return { isPassed: false, data: { explanation, verdict: false } }
}

/** The claims, or what is wrong with the token. A key server that does not answer is an error. */
function prepareVerify(given: CheckParameters): (token: string, ports: GuardrailPorts) => Promise<Claims | string> {
  const findKeys = prepareKeys(given)
  const introspect = optionalUrl(given, 'introspectEndpoint')
  if (findKeys === undefined && introspect === undefined)
    throw invalid(`${given.where} has no keys; give jwks, jwksUri or introspectEndpoint`, given.where)
  const options = {
    algorithms: given.texts('algorithms').length > 0 ? [...given.texts('algorithms')] : ['RS256'],
    clockTolerance: given.number('clockTolerance', 5),
    maxTokenAge: given.optionalText('maxTokenAge') ?? '1d',
  }
  return async (token, ports) => {
    if (findKeys === undefined) return introspect === undefined ? 'no keys' : ask(introspect, token, given, ports)
    const { createLocalJWKSet, errors, jwtVerify } = await import('jose')
    const keys = createLocalJWKSet(await findKeys(ports))
    try {
      const currentDate = new Date(ports.ambient.now())
      return (await jwtVerify(token, keys, { ...options, currentDate })).payload
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return `the token is not valid: ${thrown.message}`
      throw thrown
    }
  }
}

function prepareKeys(given: CheckParameters): ((ports: GuardrailPorts) => Promise<JSONWebKeySet>) | undefined {
  const jwks = given.json('jwks')
  if (jwks !== undefined) {
    const keys = readKeys(jwks, given)
    return async () => keys
  }
  const uri = optionalUrl(given, 'jwksUri')
  if (uri === undefined) return undefined
  const maxAgeMs = given.number('cacheMaxAge', 86_400) * 1_000
  let known: { readonly keys: JSONWebKeySet; readonly expiresAtMs: number } | undefined
  return async ({ send, ambient }) => {
    if (known !== undefined && ambient.now() < known.expiresAtMs) return known.keys
    const { status, text } = await send({ method: 'GET', url: uri, timeoutMs: 5_000 })
    if (status !== 200) throw new Error(`the key server answered ${status}`)
    known = { keys: readKeys(JSON.parse(text), given), expiresAtMs: ambient.now() + maxAgeMs }
    return known.keys
  }
}

function readKeys(value: unknown, given: CheckParameters): JSONWebKeySet {
  if (isObject(value) && Array.isArray(value.keys)) return value as unknown as JSONWebKeySet
  throw invalid(`${given.where}.jwks has no list 'keys'`, `${given.where}.jwks`)
}

function optionalUrl(given: CheckParameters, key: string): URL | undefined {
  const text = given.optionalText(key)
  if (text === undefined || text === '') return undefined
  if (URL.canParse(text)) return new URL(text)
  throw invalid(`${given.where}.${key} is not a URL`, `${given.where}.${key}`)
}

/** RFC 7662. */
async function ask(
  url: URL,
  token: string,
  given: CheckParameters,
  { send }: GuardrailPorts,
): Promise<Claims | string> {
  const type = given.optionalText('introspectContentType') ?? 'application/x-www-form-urlencoded'
  const body = type.includes('json') ? JSON.stringify({ token }) : new URLSearchParams({ token }).toString()
  const { status, text } = await send({
    method: 'POST',
    url,
    headers: { 'content-type': type },
    body,
    timeoutMs: 5_000,
  })
  if (status !== 200) throw new Error(`the introspection endpoint answered ${status}`)
  const claims: unknown = JSON.parse(text)
  return isObject(claims) && claims.active === true ? (claims as Claims) : 'the token is not active'
}

function requiredClaims(given: CheckParameters): ClaimTest {
  const wanted = given.texts('requiredClaims')
  return (claims) =>
    wanted.filter((claim) => claims[claim] === undefined).map((claim) => `the claim '${claim}' is missing`)
}

function claimValues(given: CheckParameters): ClaimTest {
  const rules = Object.entries(given.object('claimValues')).map(([claim, rule]) => {
    const { values, matchType = 'exact' } = isObject(rule) ? rule : { values: rule }
    const accepted = (Array.isArray(values) ? values : [values]).map(String)
    const isAllWanted = matchType === 'containsAll'
    const isAnywhere = matchType === 'contains'
    const fits = matcher(matchType === 'regex' ? 'regex' : 'exact', accepted, `${given.where}.claimValues.${claim}`)
    return { claim, accepted, fits, isAllWanted, isAnywhere }
  })
  return async (claims, _, { patterns }) => {
    const faults: string[] = []
    for (const { claim, accepted, fits, isAllWanted, isAnywhere } of rules) {
      const value = claims[claim]
      const list = (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined).map(String)
      const isText = typeof value === 'string' && accepted.some((each) => value.includes(each))
      const isGood = isAllWanted
        ? accepted.every((each) => list.includes(each) || (typeof value === 'string' && value.includes(each)))
        : (await hasFitting(list, fits, patterns)) || (isAnywhere && isText)
      if (!isGood) faults.push(`the claim '${claim}' has none of the wanted values`)
    }
    return faults
  }
}

async function hasFitting(list: readonly string[], fits: Matcher, patterns: PatternBudget): Promise<boolean> {
  for (const each of list) if (await fits(each, patterns)) return true
  return false
}

/** A header has to repeat a claim of the token. */
function headerMatch(given: CheckParameters): ClaimTest {
  const names = given.texts('headerPayloadMatch')
  return (claims, { headers }) =>
    names.flatMap((name) =>
      claims[name] !== undefined && headers[name.toLowerCase()] === String(claims[name])
        ? []
        : [`the header '${name}' does not repeat the claim of the token`],
    )
}
