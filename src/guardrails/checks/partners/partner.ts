/** A check that is another company's service: how it is asked and what its answer means. One row each; the call itself is here. */
import type { CheckParameters, JsonObject } from '../../check-parameters.ts'
import type { CheckSubject, GuardrailPorts, RunCheck, Verdict } from '../../guardrail.ts'
import { credentialsOf } from '../credentials.ts'
import { parseObject } from '../json-in-text.ts'

export interface PartnerInput {
  readonly text: string
  readonly subject: CheckSubject
  readonly credentials: Readonly<Record<string, string>>
}

export interface PartnerRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Partner {
  readonly id: string
  /** As people know it. */
  readonly name: string
  /** Those it cannot do without. */
  readonly credentials: readonly string[]
  /** Members of `credentials` that may hold them all together, the first that is there; absent = none. */
  readonly credentialGroups?: readonly string[]
  readonly timeoutMs: number
  /** Each text is asked about by itself, so that it can be replaced; absent = all of them at once. */
  readonly isPerText?: (given: CheckParameters) => boolean
  /** Only the last text is asked about, and may be replaced. */
  readonly isLastTextOnly?: true
  /** Reads the parameters; throws `invalid_request`. `judge` throws when the answer does not say what it has to. */
  readonly prepare: (given: CheckParameters) => {
    ask(question: PartnerInput): PartnerRequest
    judge(answer: JsonObject, question: PartnerInput): Finding
  }
}

export interface Finding {
  readonly isPassed: boolean
  readonly explanation: string
  readonly data?: JsonObject
  /** In place of the text that was asked about. */
  readonly text?: string
}

const nothing: Finding = { isPassed: true, explanation: 'there is no text to ask about' }

/** A text with more pieces than this is not asked about one by one: each costs a call. */
const mostTexts = 32

export function partnerCheck(partner: Partner): (given: CheckParameters) => RunCheck {
  return (given) => {
    const readCredentials = credentialsOf(given, partner.credentials, partner.credentialGroups)
    const timeoutMs = given.number('timeout', partner.timeoutMs)
    const { ask, judge } = partner.prepare(given)
    const isPerText = partner.isPerText?.(given) === true
    return async (subject, ports) => {
      const credentials = await readCredentials(ports)
      const texts = partner.isLastTextOnly ? subject.texts.slice(-1) : isPerText ? subject.texts : [subject.text]
      if (texts.length > mostTexts)
        throw new Error(`there are ${texts.length} texts; at most ${mostTexts} are asked about`)
      const findings = await Promise.all(
        texts.map(async (text): Promise<Finding> => {
          if (text === '') return nothing
          const question = { text, subject, credentials }
          return judge(await call(partner, ask(question), timeoutMs, ports), question)
        }),
      )
      const others = partner.isLastTextOnly ? subject.texts.slice(0, -1) : []
      return verdictOf(findings, texts, isPerText || partner.isLastTextOnly === true ? others : undefined)
    }
  }
}

/** The message never quotes the answer: it may quote the credentials. */
async function call(
  { name }: Partner,
  asked: PartnerRequest,
  timeoutMs: number,
  { send }: GuardrailPorts,
): Promise<JsonObject> {
  const { status, text } = await send({
    method: 'POST',
    url: new URL(asked.url),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...asked.headers },
    body: JSON.stringify(asked.body),
    timeoutMs,
  })
  const hint = status === 401 || status === 403 ? "; look at the check's credentials" : ''
  if (status < 200 || status > 299) throw new Error(`${name} answered ${status}${hint}`)
  const answer = parseObject(text)
  if (answer !== undefined) return answer
  throw new Error(`${name} answered something that is no JSON object`)
}

/** `others` = texts before these, when texts may be replaced. */
function verdictOf(findings: readonly Finding[], texts: readonly string[], others?: readonly string[]): Verdict {
  const worst =
    findings.find(({ isPassed }) => !isPassed) ?? findings.find(({ text }) => text !== undefined) ?? findings[0]
  const found = findings.flatMap(({ data }) => (data === undefined ? [] : [data]))
  const hasChanged = others !== undefined && findings.some(({ text }) => text !== undefined)
  return {
    isPassed: findings.every(({ isPassed }) => isPassed),
    data: {
      explanation: worst?.explanation ?? nothing.explanation,
      ...(found.length === 0 ? {} : findings.length === 1 ? found[0] : { findings: found }),
    },
    ...(hasChanged ? { texts: [...others, ...findings.map(({ text }, at) => text ?? texts[at] ?? '')] } : {}),
  }
}
