/** promptfoo's detectors, which take no key. promptfoo.dev/docs/red-team/guardrails */
import { requireBoolean, requireObject, requireObjects, trueKeys } from './answer.ts'
import { detectionFinding, personalDataFinding } from './findings.ts'
import type { Partner } from './partner.ts'

function detect(id: string, kind: 'guard' | 'harm'): Partner {
  return {
    id,
    name: 'promptfoo',
    credentials: [],
    timeoutMs: 10_000,
    prepare: () => ({
      ask: ({ text }) => ({ url: `https://api.promptfoo.dev/v1/${kind}`, headers: {}, body: { input: text } }),
      judge(answer) {
        const results = requireObjects(answer, 'results')
        if (results.length === 0) throw new Error('the answer has no result')
        return detectionFinding(
          results.some((each) => requireBoolean(each, 'flagged')),
          results.flatMap(({ categories }) => trueKeys(categories)),
        )
      },
    }),
  }
}

const pii: Partner = {
  id: 'promptfoo.pii',
  name: 'promptfoo',
  credentials: [],
  timeoutMs: 10_000,
  isPerText: (given) => given.flag('redact'),
  prepare(given) {
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text }) => ({ url: 'https://api.promptfoo.dev/v1/pii', headers: {}, body: { input: text } }),
      judge(answer, { text }) {
        const [result] = requireObjects(answer, 'results')
        if (result === undefined) throw new Error('the answer has no result')
        const isFound = requireBoolean(result, 'flagged')
        const entities = isFound ? requireObjects(requireObject(result, 'payload'), 'pii') : []
        const values = entities.flatMap(({ pii }) => (typeof pii === 'string' && pii !== '' ? [pii] : []))
        const redacted = values.reduce((rest, value) => rest.replaceAll(value, '[REDACTED]'), text)
        if (isFound && isRedacting && redacted === text) throw new Error('the answer does not say what to replace')
        return personalDataFinding(isFound, redacted, isRedacting)
      },
    }
  },
}

export const promptfoo: readonly Partner[] = [detect('promptfoo.guard', 'guard'), detect('promptfoo.harm', 'harm'), pii]
