/** `bedrock.guard`: an Amazon Bedrock guardrail judges, by ApplyGuardrail, as the gateway's own role unless credentials are given. */
import { type CheckParameters, invalid, isObject, type JsonObject } from '../../check-parameters.ts'
import type { CheckSubject, RunCheck, Verdict } from '../../guardrail.ts'
import { credentialsOf } from '../credentials.ts'
import { parseObject } from '../json-in-text.ts'

/** As the API reference has them (API_runtime_ApplyGuardrail). */
const idPattern = /^(?:[a-z0-9]+|arn:aws(?:-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/
const versionPattern = /^(?:[1-9][0-9]{0,7}|DRAFT)$/
const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-[0-9]$/

export function bedrockGuard(given: CheckParameters): RunCheck {
  const id = matching(given, 'guardrailId', idPattern, given.text('guardrailId'))
  const version = matching(given, 'guardrailVersion', versionPattern, String(given.values.guardrailVersion ?? ''))
  const isRedacting = given.flag('redact')
  const timeoutMs = given.number('timeout', 10_000)
  const readCredentials = credentialsOf(given, [])
  const provider = given.optionalText('provider')?.replace(/^@/, '')
  const region = given.optionalText('awsRegion') ?? regionInArn(id)
  if (region === undefined && given.secretName === undefined && !isObject(given.values.credentials))
    throw invalid(
      `${given.where}.awsRegion is missing; give the guardrail's region, or its ARN as guardrailId`,
      `${given.where}.awsRegion`,
    )
  return async (subject, { sendSigned, ...ports }) => {
    const texts = subject.texts.filter((text) => text !== '')
    if (texts.length === 0) return { isPassed: true, data: { explanation: 'there is no text to judge' } }
    const credentials = await readCredentials(ports)
    const place = region ?? credentials.awsRegion
    if (place === undefined || !regionPattern.test(place)) throw new Error('awsRegion in the credentials is no region')
    const { status, text } = await sendSigned(
      {
        method: 'POST',
        url: new URL(
          `https://bedrock-runtime.${place}.${domainOf(place)}/guardrail/${encodeURIComponent(id)}/version/${version}/apply`,
        ),
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({
          source: subject.hook === 'input' ? 'INPUT' : 'OUTPUT',
          content: texts.map((each) => ({ text: { text: each } })),
        }),
        timeoutMs,
      },
      provider === undefined
        ? { configurations: { ...configurationsOf(credentials), aws_region: place } }
        : { provider, configurations: { aws_region: place } },
    )
    return read(status, text, { subject, sent: texts, isRedacting })
  }
}

function matching(given: CheckParameters, key: string, pattern: RegExp, value: string): string {
  if (pattern.test(value)) return value
  throw invalid(
    `${given.where}.${key} is '${value.slice(0, 80)}'; it must be ${key === 'guardrailId' ? "a guardrail's id or ARN" : "a number or 'DRAFT'"}`,
    `${given.where}.${key}`,
  )
}

function regionInArn(id: string): string | undefined {
  return id.startsWith('arn:') ? id.split(':')[3] : undefined
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

/** From the field's names to those of integrations. Without any, the gateway's own role is meant. */
function configurationsOf(credentials: Readonly<Record<string, string>>): JsonObject {
  const names: Readonly<Record<string, string>> = {
    awsAuthType: 'aws_auth_type',
    awsAccessKeyId: 'aws_access_key_id',
    awsSecretAccessKey: 'aws_secret_access_key',
    awsSessionToken: 'aws_session_token',
    awsRoleArn: 'aws_role_arn',
    awsExternalId: 'aws_external_id',
  }
  const given = Object.entries(names).flatMap(([from, to]) =>
    credentials[from] === undefined ? [] : [[to, credentials[from]]],
  )
  return given.length === 0 ? { aws_auth_type: 'serviceRole' } : Object.fromEntries(given)
}

interface Reading {
  readonly subject: CheckSubject
  /** What was asked about: the texts that are not empty. */
  readonly sent: readonly string[]
  readonly isRedacting: boolean
}

function read(status: number, text: string, { subject, sent, isRedacting }: Reading): Verdict {
  const answer = parseObject(text)
  if (status !== 200 || answer === undefined) throw new Error(`Amazon Bedrock answered ${status}${messageIn(answer)}`)
  const { action } = answer
  if (action !== 'NONE' && action !== 'GUARDRAIL_INTERVENED') throw new Error("Amazon Bedrock's answer has no action")
  const assessments = Array.isArray(answer.assessments) ? answer.assessments : []
  const findings = findingsIn(assessments)
  const isBlocked = findings.some((each) => each.action === 'BLOCKED')
  const masks = findings.filter((each) => each.action === 'ANONYMIZED')
  const data = { action, assessments }
  if (action === 'NONE') return { isPassed: true, data: { explanation: 'the guardrail found nothing', ...data } }
  if (!isRedacting || isBlocked || masks.length === 0)
    return { isPassed: false, data: { explanation: 'the guardrail intervened', ...data } }
  const masked = maskedTexts(answer, sent, masks)
  let at = 0
  return {
    isPassed: true,
    data: { explanation: 'the guardrail masked parts of the text', ...data },
    texts: subject.texts.map((each) => (each === '' ? each : (masked[at++] ?? each))),
  }
}

function messageIn(answer: JsonObject | undefined): string {
  const message = answer?.message ?? answer?.Message
  return typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''
}

/** Every object in the assessments that names its action. */
function findingsIn(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(findingsIn)
  if (!isObject(value)) return []
  const own = typeof value.action === 'string' ? [value] : []
  return [...own, ...Object.values(value).flatMap(findingsIn)]
}

/** One output per text where the service gives so many, else what was matched is masked here. */
function maskedTexts(answer: JsonObject, sent: readonly string[], masks: readonly JsonObject[]): readonly string[] {
  const outputs: readonly unknown[] = Array.isArray(answer.outputs) ? answer.outputs : []
  const given = outputs.flatMap((each) => (isObject(each) && typeof each.text === 'string' ? [each.text] : []))
  if (given.length === sent.length) return given
  const replaced = sent.map((text) =>
    masks.reduce((rest, { match, type, name }) => {
      const label = String(type ?? name ?? 'MASKED')
      return typeof match === 'string' && match !== '' ? rest.replaceAll(match, `{${label}}`) : rest
    }, text),
  )
  if (replaced.every((text, at) => text === sent[at])) throw new Error('Amazon Bedrock does not say what to mask')
  return replaced
}
