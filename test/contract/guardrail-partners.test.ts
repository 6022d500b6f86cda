/** Every check that is another company's service, against scripted answers: pass, fail, refusal, failure, silence, nonsense. */
import { beforeAll, describe, expect, it } from 'vitest'
import { CheckParameters } from '../../src/guardrails/check-parameters.ts'
import { findCheck } from '../../src/guardrails/checks/index.ts'
import { loadChecks } from '../../src/guardrails/checks/on-demand/load.ts'
import { partnerDescriptions } from '../../src/guardrails/checks/partners/descriptions.ts'
import { partners } from '../../src/guardrails/checks/partners/index.ts'
import { mistralDirect } from '../../src/guardrails/checks/partners/mistral.ts'
import type { CheckSubject, GuardrailPorts, WebAnswer, WebRequest } from '../../src/guardrails/guardrail.ts'
import { readChecks } from '../../src/guardrails/read.ts'
import { runGuardrails } from '../../src/guardrails/run.ts'
import { guardrailPortsOf, subjectOf } from '../support/guardrail-subject.ts'

interface Case {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly credentials: Readonly<Record<string, string>>
  readonly parameters?: Readonly<Record<string, unknown>>
  /** A part of what is sent. */
  readonly body: object
  /** Absent = this check never fails a text. */
  readonly fail?: object
  readonly pass: object
  readonly redacting?: { readonly parameters?: object; readonly answer: object; readonly text: string }
}

const key = 'key-of-the-service'
const azure = { resourceName: 'our-resource', apiKey: key }
const subscription = { 'ocp-apim-subscription-key': key }
const bearer = { authorization: `Bearer ${key}` }
const entity = (category: string) => ({
  results: { documents: [{ id: '1', redactedText: 'I am ***', entities: [{ category }] }] },
})
const noEntity = { results: { documents: [{ id: '1', redactedText: 'I am Ada', entities: [] }] } }
const pangea = { apiKey: key, domain: 'aws.us.pangea.cloud' }
const flagged = (isFlagged: boolean, more: object = {}) => ({
  results: [{ flagged: isFlagged, categories: { jailbreak: isFlagged }, ...more }],
})
const evaluated = (pass: boolean) => ({ results: [{ status: 'success', evaluation_result: { pass } }] })
const measured = (status: string) => ({ status, evaluationResults: [] })

function patronus(evaluator: object, parameters: object = {}): Case {
  return {
    url: 'https://api.patronus.ai/v1/evaluate',
    headers: { 'x-api-key': key },
    credentials: { apiKey: key },
    parameters: { ...parameters },
    body: { evaluators: [evaluator] },
    pass: evaluated(true),
    fail: evaluated(false),
  }
}

function qualifire(field: string, parameters: object = {}): Case {
  return {
    url: 'https://proxy.qualifire.ai/api/evaluation/evaluate',
    headers: { 'x-qualifire-api-key': key },
    credentials: { apiKey: key },
    parameters: { ...parameters },
    body: { [field]: field === 'assertions' ? ['be kind'] : true },
    pass: measured('success'),
    fail: measured('failed'),
  }
}

function protect(side: string): Case {
  return {
    url: 'https://eu.prompt.security/api/protect',
    headers: { 'app-id': key },
    credentials: { apiDomain: 'eu.prompt.security', apiKey: key },
    body: { [side]: 'I am Ada' },
    pass: { result: { [side]: { passed: true, violations: [] } } },
    fail: { result: { [side]: { passed: false, violations: ['Secrets'] } } },
  }
}

const judged = (criteria: string) => patronus({ evaluator: 'judge', criteria })

const cases: Readonly<Record<string, Case>> = {
  'azure.contentSafety': {
    url: 'https://our-resource.cognitiveservices.azure.com/contentsafety/text:analyze?api-version=2024-09-01',
    headers: subscription,
    credentials: azure,
    parameters: { blocklistNames: ['ours'] },
    body: { text: 'I am Ada', blocklistNames: ['ours'] },
    pass: { blocklistsMatch: [], categoriesAnalysis: [{ category: 'Hate', severity: 0 }] },
    fail: { blocklistsMatch: [], categoriesAnalysis: [{ category: 'Hate', severity: 4 }] },
  },
  'azure.shieldPrompt': {
    url: 'https://our-resource.cognitiveservices.azure.com/contentsafety/text:shieldPrompt?api-version=2024-09-01',
    headers: subscription,
    credentials: azure,
    body: { userPrompt: 'I am Ada', documents: [] },
    pass: { userPromptAnalysis: { attackDetected: false }, documentsAnalysis: [] },
    fail: { userPromptAnalysis: { attackDetected: true }, documentsAnalysis: [] },
  },
  'azure.protectedMaterial': {
    url: 'https://our-resource.cognitiveservices.azure.com/contentsafety/text:detectProtectedMaterial?api-version=2024-09-01',
    headers: subscription,
    credentials: azure,
    body: { text: 'I am Ada' },
    pass: { protectedMaterialAnalysis: { detected: false } },
    fail: { protectedMaterialAnalysis: { detected: true } },
  },
  'azure.pii': {
    url: 'https://our-resource.cognitiveservices.azure.com/language/:analyze-text?api-version=2024-11-01',
    headers: subscription,
    credentials: azure,
    body: {
      kind: 'PiiEntityRecognition',
      analysisInput: { documents: [{ id: '1', language: 'en', text: 'I am Ada' }] },
    },
    pass: noEntity,
    fail: entity('Person'),
    redacting: { answer: entity('Person'), text: 'I am ***' },
  },
  'mistral.moderateContent': {
    url: 'https://api.mistral.ai/v1/moderations',
    headers: bearer,
    credentials: { apiKey: key },
    body: { model: 'mistral-moderation-latest', input: ['I am Ada'] },
    pass: { results: [{ categories: { sexual: false, pii: false } }] },
    fail: { results: [{ categories: { sexual: false, pii: true } }] },
  },
  'lakera.guard': {
    url: 'https://api.lakera.ai/v2/guard',
    headers: bearer,
    credentials: { apiKey: key },
    parameters: { projectID: 'project-1' },
    body: { messages: [{ role: 'user', content: 'I am Ada' }], project_id: 'project-1' },
    pass: { flagged: false },
    fail: { flagged: true, breakdown: [{ detector_type: 'prompt_attack', detected: true }] },
  },
  'panwPrismaAirs.intercept': {
    url: 'https://service.api.aisecurity.paloaltonetworks.com/v1/scan/sync/request',
    headers: { 'x-pan-token': key },
    credentials: { AIRS_API_KEY: key },
    parameters: { profile_name: 'ours' },
    body: { ai_profile: { profile_name: 'ours' }, contents: [{ prompt: 'I am Ada' }] },
    pass: { action: 'allow', category: 'benign', prompt_detected: { injection: false } },
    fail: { action: 'block', category: 'malicious', prompt_detected: { injection: true } },
  },
  'lasso.classify': {
    url: 'https://server.lasso.security/gateway/v3/classify',
    headers: { 'lasso-api-key': key },
    credentials: { apiKey: key },
    body: { messages: [{ role: 'user', content: 'I am Ada' }], messageType: 'PROMPT' },
    pass: { deputies: { jailbreak: false }, violations_detected: false },
    fail: { deputies: { jailbreak: true }, violations_detected: true },
  },
  'zscaler-ai-guard.zscalerprotect': {
    url: 'https://api.us1.zseclipse.net/v1/detection/execute-policy',
    headers: bearer,
    credentials: { zscalerAIGuardApiKey: key },
    parameters: { policyId: 7 },
    body: { policyId: 7, direction: 'IN', content: 'I am Ada' },
    pass: { action: 'ALLOW' },
    fail: { action: 'BLOCK' },
  },
  'promptsecurity.protectPrompt': protect('prompt'),
  'promptsecurity.protectResponse': protect('response'),
  'promptfoo.guard': {
    url: 'https://api.promptfoo.dev/v1/guard',
    credentials: {},
    body: { input: 'I am Ada' },
    pass: flagged(false),
    fail: flagged(true),
  },
  'promptfoo.harm': {
    url: 'https://api.promptfoo.dev/v1/harm',
    credentials: {},
    body: { input: 'I am Ada' },
    pass: flagged(false),
    fail: flagged(true),
  },
  'promptfoo.pii': {
    url: 'https://api.promptfoo.dev/v1/pii',
    credentials: {},
    body: { input: 'I am Ada' },
    pass: flagged(false),
    fail: flagged(true, { payload: { pii: [{ entity_type: 'person', pii: 'Ada' }] } }),
    redacting: { answer: flagged(true, { payload: { pii: [{ pii: 'Ada' }] } }), text: 'I am [REDACTED]' },
  },
  'pangea.textGuard': {
    url: 'https://ai-guard.aws.us.pangea.cloud/v1/text/guard',
    headers: bearer,
    credentials: pangea,
    parameters: { recipe: 'ours' },
    body: { text: 'I am Ada', recipe: 'ours' },
    pass: { result: { detectors: { prompt_injection: { detected: false } } } },
    fail: { result: { detectors: { prompt_injection: { detected: true } }, blocked: true } },
    redacting: {
      answer: { result: { detectors: { pii_entity: { detected: true } }, prompt_text: 'I am <P>', blocked: false } },
      text: 'I am <P>',
    },
  },
  'pangea.pii': {
    url: 'https://redact.aws.us.pangea.cloud/v1/redact',
    headers: bearer,
    credentials: pangea,
    body: { text: 'I am Ada' },
    pass: { result: { redacted_text: 'I am Ada' } },
    fail: { result: { redacted_text: 'I am <P>' } },
    redacting: { answer: { result: { redacted_text: 'I am <P>' } }, text: 'I am <P>' },
  },
  'f5-guardrails.scan': {
    url: 'https://us1.calypsoai.app/backend/v1/scans',
    headers: bearer,
    credentials: { apiKey: key },
    parameters: { projectId: 'p-1' },
    body: { input: 'I am Ada', project: 'p-1' },
    pass: { result: { outcome: 'cleared' } },
    fail: { result: { outcome: 'flagged' } },
    redacting: { answer: { result: { outcome: 'redacted' }, redactedInput: 'I am *' }, text: 'I am *' },
  },
  'crowdstrike-aidr.guardChatCompletions': {
    url: 'https://api.crowdstrike.com/aidr/aiguard/v1/guard_chat_completions',
    headers: bearer,
    credentials: { apiKey: key, baseUrl: 'https://api.crowdstrike.com/aidr/aiguard/' },
    body: { guard_input: { messages: [{ role: 'user', content: 'I am Ada' }] } },
    pass: { result: { blocked: false, transformed: false } },
    fail: { result: { blocked: true, transformed: false } },
    redacting: {
      answer: {
        result: {
          blocked: false,
          transformed: true,
          guard_output: { messages: [{ role: 'user', content: 'I am *' }] },
        },
      },
      text: 'I am *',
    },
  },
  'aporia.validateProject': {
    url: 'https://gr-prd.aporia.com/project-1/validate',
    headers: { 'x-aporia-api-key': key },
    credentials: { apiKey: key },
    parameters: { projectID: 'project-1' },
    body: { messages: [{ role: 'user', content: 'I am Ada' }], validation_target: 'prompt' },
    pass: { action: 'passthrough' },
    fail: { action: 'block' },
  },
  'patronus.phi': patronus({ evaluator: 'phi' }),
  'patronus.pii': patronus({ evaluator: 'pii' }),
  'patronus.toxicity': patronus({ evaluator: 'toxicity' }),
  'patronus.isConcise': judged('patronus:is-concise'),
  'patronus.isHelpful': judged('patronus:is-helpful'),
  'patronus.isPolite': judged('patronus:is-polite'),
  'patronus.noApologies': judged('patronus:no-apologies'),
  'patronus.noGenderBias': judged('patronus:no-gender-bias'),
  'patronus.noRacialBias': judged('patronus:no-racial-bias'),
  'patronus.custom': patronus({ evaluator: 'judge', criteria: 'ours' }, { criteria: 'ours' }),
  'qualifire.contentModeration': qualifire('content_moderation_check'),
  'qualifire.hallucinations': qualifire('hallucinations_check'),
  'qualifire.pii': qualifire('pii_check'),
  'qualifire.promptInjections': qualifire('prompt_injections'),
  'qualifire.grounding': qualifire('grounding_check'),
  'qualifire.policy': qualifire('assertions', { policies: ['be kind'] }),
  'exa.online': {
    url: 'https://api.exa.ai/search',
    headers: { 'x-api-key': key },
    credentials: { apiKey: key },
    parameters: { prefix: ' [', suffix: ']' },
    body: { query: 'I am Ada', numResults: 5 },
    pass: { results: [] },
    redacting: {
      answer: { results: [{ title: 'Ada', url: 'https://a.example' }] },
      text: 'I am Ada [\nAda\nhttps://a.example]',
    },
  },
}

const ids = [...partners, mistralDirect].map(({ id }) => id)

function subjectFor(id: string): CheckSubject {
  const hook = findCheck(id)?.hooks.includes('input') === true ? 'input' : 'output'
  return subjectOf('I am Ada', { hook, requestJson: { messages: [{ role: 'user', content: 'who are you?' }] } })
}

function caseOf(id: string): Case {
  const found = cases[id]
  if (found === undefined) throw new Error(`there is no case for ${id}`)
  return found
}

function answering(answer: Partial<WebAnswer> | Error) {
  const sent: WebRequest[] = []
  const ports: GuardrailPorts = guardrailPortsOf({
    async send(request) {
      sent.push(request)
      if (answer instanceof Error) throw answer
      return { status: 200, text: '', ...answer }
    },
  })
  return { ports, sent }
}

async function run(id: string, answer: Partial<WebAnswer> | Error, more: object = {}) {
  const { credentials, parameters } = caseOf(id)
  const check = findCheck(id)
  if (check === undefined) throw new Error(`there is no check ${id}`)
  const { ports, sent } = answering(answer)
  const given = new CheckParameters({ ...parameters, ...more, credentials }, id)
  return { verdict: await check.prepare(given)(subjectFor(id), ports), sent }
}

const json = (value: object) => ({ text: JSON.stringify(value) })

beforeAll(loadChecks)

it('every partner check has a row, and every row is a check', () => {
  expect(partnerDescriptions.map(({ id }) => id).sort()).toEqual([...ids].sort())
  expect(Object.keys(cases).sort()).toEqual([...ids].sort())
})

describe.each(ids)('%s', (id) => {
  const { url, headers = {}, body, pass, fail, redacting, credentials, parameters } = caseOf(id)

  it('asks as the service wants it, and passes what the service passes', async () => {
    const { verdict, sent } = await run(id, json(pass))
    expect(verdict).toMatchObject({ isPassed: true, data: { explanation: expect.any(String) } })
    expect(verdict).not.toHaveProperty('texts')
    expect(sent[0]?.url.href).toBe(url)
    expect(sent[0]).toMatchObject({ method: 'POST', headers })
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject(body)
    expect(sent[0]?.url.href).not.toContain(key)
  })

  if (fail !== undefined)
    it('fails what the service fails', async () => {
      expect((await run(id, json(fail ?? {}))).verdict).toMatchObject({ isPassed: false })
    })

  if (redacting !== undefined)
    it('goes on with the text that the service gave', async () => {
      const { verdict } = await run(id, json(redacting?.answer ?? {}), { redact: true })
      expect(verdict).toMatchObject({ isPassed: true, texts: [redacting?.text] })
    })

  it('is not asked about nothing', async () => {
    const check = findCheck(id)
    const { ports, sent } = answering(json(pass))
    const subject = { ...subjectFor(id), text: '', texts: [''] }
    const verdict = await check?.prepare(new CheckParameters({ ...parameters, credentials }, id))(subject, ports)
    expect(verdict).toMatchObject({ isPassed: true })
    expect(sent).toEqual([])
  })

  it('waits as long as its parameters say', async () => {
    expect((await run(id, json(pass), { timeout: 1_234 })).sent[0]?.timeoutMs).toBe(1_234)
  })

  it.each([
    [{ status: 401, text: `no ${key}` }, /answered 401; look at the check's credentials/],
    [{ status: 500, text: '<html>' }, /answered 500/],
    [{ text: 'OK' }, /no JSON object/],
    [{ text: '[]' }, /no JSON object/],
    [{ text: '{"hello":"there"}' }, /the (?:answer|evaluation)/],
    [new Error('did not answer within 5000 ms'), /did not answer/],
  ])('is an error, without the key in it, on %o', async (answer, message) => {
    const error = await run(id, answer).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).toMatch(message)
    expect(String(error)).not.toContain(key)
  })

  it('whose service is down passes or fails as failOnError says, and shows the error', async () => {
    for (const failOnError of [false, true]) {
      const checks = readChecks([{ id, parameters: { ...parameters, credentials, failOnError } }], 'checks', 'saved')
      const { hook, ...circumstances } = subjectFor(id)
      const { results } = await runGuardrails({
        guardrails: [
          {
            id: 'g',
            type: 'guardrail',
            deny: true,
            isAsync: false,
            isSequential: false,
            isSoftDeny: false,
            checks,
            messages: 'last',
            isSystemInScope: false,
          },
        ],
        content: {
          slots: [{ text: 'I am Ada', role: 'user', isLast: true }],
          withTexts: () => {
            throw new Error('not here')
          },
        },
        circumstances: { ...circumstances, hook },
        ports: answering({ status: 503 }).ports,
      })
      expect(results[0]?.checks[0]).toMatchObject({
        verdict: !failOnError,
        error: { message: expect.stringContaining('answered 503') },
      })
    }
  })

  if (Object.keys(credentials).length > 0)
    it('is not saved without its credentials, and not written out with them', () => {
      const missing = [{ id, parameters: { ...parameters, credentials: { other: 'x' } } }]
      const refused = () => readChecks(missing, 'checks', 'saved')
      expect(refused).toThrow(/credentials has no '/)
      expect(() => readChecks([{ id, parameters: { ...parameters, credentials } }], 'checks')).toThrow(
        /saved guardrails only/,
      )
    })
})
