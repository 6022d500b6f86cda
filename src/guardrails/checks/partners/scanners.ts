/** Services that look for attacks and policy breaches and say allow or block. */
import { isObject, type JsonObject } from '../../given.ts'
import {
  baseUrl,
  flagIn,
  hostPart,
  messagesOf,
  objectIn,
  objectsIn,
  type Partner,
  textIn,
  trueKeys,
} from './partner.ts'

/** docs.lakera.ai/docs/api/guard */
const lakera: Partner = {
  id: 'lakera.guard',
  name: 'Lakera Guard',
  credentials: ['apiKey'],
  timeoutMs: 30_000,
  prepare(given) {
    const project = given.optionalText('projectID')
    return {
      ask: (question) => ({
        url: `${baseUrl(question.credentials.baseUrl, 'https://api.lakera.ai')}/v2/guard`,
        headers: { authorization: `Bearer ${question.credentials.apiKey}` },
        body: {
          messages: messagesOf(question),
          breakdown: true,
          ...(project === undefined ? {} : { project_id: project }),
        },
      }),
      judge(answer) {
        const isFlagged = flagIn(answer, 'flagged')
        const breakdown: readonly unknown[] = Array.isArray(answer.breakdown) ? answer.breakdown : []
        const detectors = breakdown.flatMap((each) =>
          isObject(each) && each.detected === true ? [String(each.detector_type)] : [],
        )
        return found(isFlagged, detectors)
      },
    }
  },
}

/** pan.dev/prisma-airs/scan/api */
const prismaAirs: Partner = {
  id: 'panwPrismaAirs.intercept',
  name: 'Prisma AIRS',
  credentials: ['AIRS_API_KEY'],
  timeoutMs: 10_000,
  prepare(given) {
    const profile = {
      ...named('profile_name', given.optionalText('profile_name')),
      ...named('profile_id', given.optionalText('profile_id')),
    }
    const about = {
      ...named('ai_model', given.optionalText('ai_model')),
      ...named('app_user', given.optionalText('app_user')),
      ...named('app_name', given.optionalText('app_name')),
    }
    return {
      ask: ({ text, subject, credentials }) => ({
        url: `${baseUrl(credentials.AIRS_BASE_URL, 'https://service.api.aisecurity.paloaltonetworks.com')}/v1/scan/sync/request`,
        headers: { 'x-pan-token': credentials.AIRS_API_KEY ?? '' },
        body: {
          ...(Object.keys(profile).length > 0 ? { ai_profile: profile } : {}),
          metadata: { ai_model: subject.model, ...about },
          contents: [subject.hook === 'input' ? { prompt: text } : { response: text }],
        },
      }),
      judge(answer) {
        const action = textIn(answer, 'action')
        const detected = [...trueKeys(answer.prompt_detected), ...trueKeys(answer.response_detected)]
        return found(action !== 'allow', detected, { action, category: answer.category ?? null })
      },
    }
  },
}

/** docs.lasso.security */
const lasso: Partner = {
  id: 'lasso.classify',
  name: 'Lasso Security',
  credentials: ['apiKey'],
  timeoutMs: 10_000,
  prepare: () => ({
    ask: (question) => ({
      url: `${baseUrl(question.credentials.apiEndpoint, 'https://server.lasso.security')}/gateway/v3/classify`,
      headers: { 'lasso-api-key': question.credentials.apiKey ?? '' },
      body: {
        messages: messagesOf(question),
        messageType: question.subject.hook === 'input' ? 'PROMPT' : 'COMPLETION',
      },
    }),
    judge: (answer) => found(flagIn(answer, 'violations_detected'), trueKeys(answer.deputies)),
  }),
}

/** api.zseclipse.net, Zscaler AI Guard detection */
const zscaler: Partner = {
  id: 'zscaler-ai-guard.zscalerprotect',
  name: 'Zscaler AI Guard',
  credentials: ['zscalerAIGuardApiKey'],
  timeoutMs: 10_000,
  prepare(given) {
    const policyId = given.number('policyId', 0)
    return {
      ask: ({ text, subject, credentials }) => ({
        url: `${baseUrl(credentials.baseUrl, 'https://api.us1.zseclipse.net')}/v1/detection/${policyId === 0 ? 'resolve-and-execute-policy' : 'execute-policy'}`,
        headers: { authorization: `Bearer ${credentials.zscalerAIGuardApiKey}` },
        body: {
          ...(policyId === 0 ? {} : { policyId }),
          direction: subject.hook === 'input' ? 'IN' : 'OUT',
          content: text,
        },
      }),
      judge(answer) {
        const action = textIn(answer, 'action')
        return found(action === 'BLOCK', [], { action })
      },
    }
  },
}

/** Prompt Security's protect API; the domain is the customer's own. */
function promptSecurity(id: string, side: 'prompt' | 'response'): Partner {
  return {
    id,
    name: 'Prompt Security',
    credentials: ['apiDomain', 'apiKey'],
    timeoutMs: 10_000,
    prepare: () => ({
      ask: ({ text, credentials }) => ({
        url: `https://${hostPart(credentials, 'apiDomain')}/api/protect`,
        headers: { 'app-id': credentials.apiKey ?? '' },
        body: { [side]: text },
      }),
      judge(answer) {
        const result = objectIn(objectIn(answer, 'result'), side)
        const violations = Array.isArray(result.violations) ? result.violations.map(String) : []
        return found(!flagIn(result, 'passed'), violations)
      },
    }),
  }
}

/** promptfoo.dev/docs/red-team/guardrails; it takes no key. */
function promptfoo(id: string, kind: 'guard' | 'harm'): Partner {
  return {
    id,
    name: 'promptfoo',
    credentials: [],
    timeoutMs: 10_000,
    prepare: () => ({
      ask: ({ text }) => ({ url: `https://api.promptfoo.dev/v1/${kind}`, headers: {}, body: { input: text } }),
      judge(answer) {
        const results = objectsIn(answer, 'results')
        if (results.length === 0) throw new Error('the answer has no result')
        return found(
          results.some((each) => flagIn(each, 'flagged')),
          results.flatMap(({ categories }) => trueKeys(categories)),
        )
      },
    }),
  }
}

function found(isBad: boolean, names: readonly string[], data: JsonObject = {}) {
  const said = names.length > 0 ? `found ${names.join(', ')}` : 'the service found a breach'
  return {
    isPassed: !isBad,
    explanation: isBad ? said : 'the service found nothing',
    data: { ...data, detected: names },
  }
}

function named(key: string, value: string | undefined): JsonObject {
  return value === undefined || value === '' ? {} : { [key]: value }
}

export const scanners: readonly Partner[] = [
  lakera,
  prismaAirs,
  lasso,
  zscaler,
  promptSecurity('promptsecurity.protectPrompt', 'prompt'),
  promptSecurity('promptsecurity.protectResponse', 'response'),
  promptfoo('promptfoo.guard', 'guard'),
  promptfoo('promptfoo.harm', 'harm'),
]
