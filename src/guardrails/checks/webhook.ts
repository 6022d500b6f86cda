/** `default.webhook` and `default.log`: somebody else's server judges, or is told. */
import { type CheckParameters, invalid, isObject, type JsonObject } from '../check-parameters.ts'
import type { CheckSubject, GuardrailPorts, Verdict, WebRequest } from '../guardrail.ts'
import { type Check, defineCheck, inputAndOutput } from './check.ts'

const webhook = defineCheck({
  id: 'default.webhook',
  hooks: inputAndOutput,
  mayChange: () => true,
  prepare(given) {
    const url = readUrl(given, 'webhookURL')
    const timeoutMs = given.number('timeout', 3_000)
    const headers = readHeaders(given)
    const forwarded = given.texts('forwardHeaders').map((name) => name.toLowerCase())
    return async (subject, { send, readCredentials }) => {
      const passedOn = forwarded.flatMap((name) => {
        const value = subject.headers[name]
        return value === undefined ? [] : [[name, value]]
      })
      const answer = await send(
        post(url, { ...(await headers({ readCredentials })), ...Object.fromEntries(passedOn) }, subject, timeoutMs),
      )
      if (answer.status < 200 || answer.status > 299) throw new Error(`the webhook answered ${answer.status}`)
      return readVerdict(JSON.parse(answer.text), subject)
    }
  },
})

const log = defineCheck({
  id: 'default.log',
  hooks: inputAndOutput,
  prepare(given) {
    const url = readUrl(given, 'logURL')
    const headers = readHeaders(given)
    return async (subject, { send, readCredentials }) => {
      const { status } = await send(post(url, await headers({ readCredentials }), subject, 3_000))
      return { isPassed: true, data: { explanation: `the log server answered ${status}` } }
    }
  },
})

function readUrl(given: CheckParameters, key: string): URL {
  const text = given.text(key)
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text)
  throw invalid(`${given.where}.${key} is not an http or https URL`, `${given.where}.${key}`)
}

type ReadHeaders = (ports: Pick<GuardrailPorts, 'readCredentials'>) => Promise<Readonly<Record<string, string>>>

/** As an object, or as JSON text. Of a saved guardrail, those that are credentials are in the vault, and masks stand in their places. */
function readHeaders(given: CheckParameters): ReadHeaders {
  const object = given.json('headers') ?? {}
  if (!isObject(object)) throw invalid(`${given.where}.headers must be an object`, `${given.where}.headers`)
  const open = plainHeaders(object)
  const { secretName } = given
  if (secretName === undefined) return async () => open
  return async ({ readCredentials }) => {
    const { headers: secret } = await readCredentials(secretName)
    return { ...open, ...plainHeaders(isObject(secret) ? secret : {}) }
  }
}

function plainHeaders(headers: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  subject: CheckSubject,
  timeoutMs: number,
): WebRequest {
  const { hook, requestJson, json, text, metadata, model, providerSlug, requestType, isStream, status } = subject
  const isInput = hook === 'input'
  const body = {
    request: {
      json: isInput ? (json ?? requestJson) : requestJson,
      text: isInput ? text : '',
      isStreamingRequest: isStream,
    },
    response: { json: isInput ? {} : (json ?? {}), text: isInput ? '' : text, statusCode: status ?? null },
    provider: providerSlug,
    model,
    requestType,
    metadata,
    eventType: isInput ? 'beforeRequestHook' : 'afterRequestHook',
  }
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    timeoutMs,
  }
}

/** `{verdict, data?, transformedData?: {request: {json}, response: {json}}}`. */
function readVerdict(answer: unknown, { hook }: CheckSubject): Verdict {
  if (!isObject(answer) || typeof answer.verdict !== 'boolean')
    throw new Error("the webhook's answer has no 'verdict' that is true or false")
  const changed = isObject(answer.transformedData) ? answer.transformedData : {}
  const side: unknown = hook === 'input' ? changed.request : changed.response
  const json = isObject(side) && isObject(side.json) ? (side.json as JsonObject) : undefined
  return {
    isPassed: answer.verdict,
    data: isObject(answer.data)
      ? { verdict: answer.verdict, responseData: answer.data, ...answer.data }
      : { explanation: `the webhook said ${answer.verdict}`, verdict: answer.verdict },
    ...(json === undefined ? {} : { json }),
  }
}

export const webhookChecks: readonly Check[] = [webhook, log]
