/** Services that may give the text back with something taken out of it. */
import { isObject } from '../../given.ts'
import { baseUrl, flagIn, hostPart, messagesOf, objectIn, objectsIn, type Partner, textIn } from './partner.ts'

const redacts: NonNullable<Partner['isPerText']> = (given) => given.flag('redact')

/** pangea.cloud/docs/ai-guard: detectors that found something; what blocks is the recipe's matter. */
const textGuard: Partner = {
  id: 'pangea.textGuard',
  name: 'Pangea AI Guard',
  credentials: ['apiKey', 'domain'],
  timeoutMs: 5_000,
  isPerText: redacts,
  prepare(given) {
    const recipe = given.optionalText('recipe')
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text, credentials }) => ({
        url: `https://ai-guard.${hostPart(credentials, 'domain')}/v1/text/guard`,
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { text, ...(recipe === undefined ? {} : { recipe }) },
      }),
      judge(answer, { text }) {
        const result = objectIn(answer, 'result')
        const detectors = objectIn(result, 'detectors')
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
const pangeaPii: Partner = {
  id: 'pangea.pii',
  name: 'Pangea Redact',
  credentials: ['apiKey', 'domain'],
  timeoutMs: 5_000,
  isPerText: redacts,
  prepare(given) {
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text, credentials }) => ({
        url: `https://redact.${hostPart(credentials, 'domain')}/v1/redact`,
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { text },
      }),
      judge(answer, { text }) {
        const redacted = textIn(objectIn(answer, 'result'), 'redacted_text')
        return replacing(redacted !== text, redacted, isRedacting)
      },
    }
  },
}

/** promptfoo.dev/docs/red-team/guardrails; it takes no key. */
const promptfooPii: Partner = {
  id: 'promptfoo.pii',
  name: 'promptfoo',
  credentials: [],
  timeoutMs: 10_000,
  isPerText: redacts,
  prepare(given) {
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text }) => ({ url: 'https://api.promptfoo.dev/v1/pii', headers: {}, body: { input: text } }),
      judge(answer, { text }) {
        const [result] = objectsIn(answer, 'results')
        if (result === undefined) throw new Error('the answer has no result')
        const isFound = flagIn(result, 'flagged')
        const entities = isFound ? objectsIn(objectIn(result, 'payload'), 'pii') : []
        const values = entities.flatMap(({ pii }) => (typeof pii === 'string' && pii !== '' ? [pii] : []))
        const redacted = values.reduce((rest, value) => rest.replaceAll(value, '[REDACTED]'), text)
        if (isFound && isRedacting && redacted === text) throw new Error('the answer does not say what to replace')
        return replacing(isFound, redacted, isRedacting)
      },
    }
  },
}

/** F5 AI Guardrails, before that CalypsoAI: outcome cleared, flagged or redacted. */
const f5: Partner = {
  id: 'f5-guardrails.scan',
  name: 'F5 AI Guardrails',
  credentials: ['apiKey'],
  timeoutMs: 5_000,
  isPerText: redacts,
  prepare(given) {
    const project = given.optionalText('projectId')
    const isRedacting = given.flag('redact')
    return {
      ask: ({ text, credentials }) => ({
        url: `${baseUrl(credentials.calypsoUrl ?? credentials.baseUrl, 'https://us1.calypsoai.app')}/backend/v1/scans`,
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { input: text, ...(project === undefined ? {} : { project }) },
      }),
      judge(answer) {
        const outcome = textIn(objectIn(answer, 'result'), 'outcome')
        const redacted = answer.redactedInput
        if (isRedacting && outcome === 'redacted' && typeof redacted === 'string')
          return replacing(true, redacted, true)
        return {
          isPassed: outcome === 'cleared',
          explanation: `the outcome of the scan is '${outcome.slice(0, 40)}'`,
          data: { outcome },
        }
      },
    }
  },
}

/** CrowdStrike AIDR's guard_chat_completions; the base URL is the customer's own. */
const crowdstrike: Partner = {
  id: 'crowdstrike-aidr.guardChatCompletions',
  name: 'CrowdStrike AIDR',
  credentials: ['apiKey', 'baseUrl'],
  timeoutMs: 10_000,
  isPerText: () => true,
  prepare: () => ({
    ask: (question) => ({
      url: `${baseUrl(question.credentials.baseUrl, '')}/v1/guard_chat_completions`,
      headers: { authorization: `Bearer ${question.credentials.apiKey}` },
      body: {
        guard_input: { messages: messagesOf(question) },
        event_type: question.subject.hook === 'input' ? 'input' : 'output',
      },
    }),
    judge(answer) {
      const result = objectIn(answer, 'result')
      const isBlocked = flagIn(result, 'blocked')
      const output =
        result.transformed === true ? objectsIn(objectIn(result, 'guard_output'), 'messages').at(-1) : undefined
      if (isBlocked) return { isPassed: false, explanation: 'the policy blocks this text' }
      if (output === undefined) return { isPassed: true, explanation: 'the policy allows this text' }
      return { isPassed: true, explanation: 'the policy replaced parts of this text', text: textIn(output, 'content') }
    },
  }),
}

/** gr-docs.aporia.com/fundamentals/integration/rest-api */
const aporia: Partner = {
  id: 'aporia.validateProject',
  name: 'Aporia',
  credentials: ['apiKey'],
  timeoutMs: 10_000,
  prepare(given) {
    const project = given.text('projectID')
    return {
      ask: (question) => ({
        url: `${baseUrl(question.credentials.apiEndpoint, 'https://gr-prd.aporia.com')}/${encodeURIComponent(project)}/validate`,
        headers: { 'x-aporia-api-key': question.credentials.apiKey ?? '' },
        body: {
          messages: messagesOf(question).filter(({ role }) => role === 'user'),
          explain: true,
          ...(question.subject.hook === 'input'
            ? { validation_target: 'prompt' }
            : { validation_target: 'response', response: question.text }),
        },
      }),
      judge(answer) {
        const action = textIn(answer, 'action')
        return {
          isPassed: action === 'passthrough',
          explanation: `the project's policies say '${action.slice(0, 40)}'`,
          data: { action },
        }
      },
    }
  },
}

function replacing(isFound: boolean, redacted: string, isRedacting: boolean) {
  const said = isFound ? 'personal data was found' : 'no personal data was found'
  const isReplaced = isFound && isRedacting
  return {
    isPassed: !isFound || isRedacting,
    explanation: isReplaced ? `${said}; it was replaced` : said,
    ...(isReplaced ? { text: redacted } : {}),
  }
}

export const redactors: readonly Partner[] = [textGuard, pangeaPii, promptfooPii, f5, crowdstrike, aporia]
