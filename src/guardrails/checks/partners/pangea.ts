/** Pangea: AI Guard and Redact. */
import { isObject } from '../../check-parameters.ts'
import { requireObject, requireString } from './answer.ts'
import { personalDataFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { readHostPart } from './request-parts.ts'

/** pangea.cloud/docs/ai-guard: detectors that found something; what blocks is the recipe's matter. */
const textGuard: Partner = {
  id: 'pangea.textGuard',
  name: 'Pangea AI Guard',
  credentials: ['apiKey', 'domain'],
  timeoutMs: 5_000,
  isPerText: (given) => given.flag('redact'),
  prepare(given) {
    const recipe = given.optionalText('recipe')
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text, credentials }) => ({
        url: `https://ai-guard.${readHostPart(credentials, 'domain')}/v1/text/guard`,
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { text, ...(recipe === undefined ? {} : { recipe }) },
      }),
      judge(answer, { text }) {
        const result = requireObject(answer, 'result')
        const detectors = requireObject(result, 'detectors')
        const detected = Object.entries(detectors).flatMap(([name, each]) =>
          isObject(each) && each.detected === true ? [name] : [],
        )
        const redacted = typeof result.prompt_text === 'string' ? result.prompt_text : text
        const isBlocked = result.blocked === true
        const isReplaced = isRedacting && !isBlocked && redacted !== text
        const said = detected.length === 0 ? 'no detector found anything' : `found ${detected.join(', ')}`
        return {
          isPassed: !isBlocked && (detected.length === 0 || isReplaced),
          explanation: isReplaced ? `${said}; it was replaced` : said,
          data: { detected },
          ...(isReplaced ? { text: redacted } : {}),
        }
      },
    }
  },
}

/** pangea.cloud/docs/redact */
const pii: Partner = {
  id: 'pangea.pii',
  name: 'Pangea Redact',
  credentials: ['apiKey', 'domain'],
  timeoutMs: 5_000,
  isPerText: (given) => given.flag('redact'),
  prepare(given) {
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text, credentials }) => ({
        url: `https://redact.${readHostPart(credentials, 'domain')}/v1/redact`,
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { text },
      }),
      judge(answer, { text }) {
        const redacted = requireString(requireObject(answer, 'result'), 'redacted_text')
        return personalDataFinding(redacted !== text, redacted, isRedacting)
      },
    }
  },
}

export const pangea: readonly Partner[] = [textGuard, pii]
