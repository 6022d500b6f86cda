/** What a check sees, for unit tests: a chat with one text unless said otherwise. */

import { CheckParameters } from '../../src/guardrails/check-parameters.ts'
import { findCheck } from '../../src/guardrails/checks/index.ts'
import type { CheckSubject, GuardrailPorts, Verdict, WebAnswer, WebRequest } from '../../src/guardrails/guardrail.ts'
import { PatternBudget } from '../../src/patterns/pattern.ts'
import { manualAmbient } from './manual-ambient.ts'

export function guardrailPortsOf(more: Partial<GuardrailPorts> = {}): GuardrailPorts {
  return {
    ambient: manualAmbient(),
    patterns: new PatternBudget(),
    resolves: async () => true,
    send: async () => ({ status: 200, text: '{}' }),
    sendSigned: async () => ({ status: 200, text: '{}' }),
    fetchFile: async () => ({ status: 404, contentType: '', bytes: new Uint8Array(0) }),
    askModel: async () => ({ status: 500, json: {} }),
    providersWith: () => [],
    readCredentials: async () => ({}),
    ...more,
  }
}

/** Ports to servers that answer so (200 and no text unless said otherwise), and what they were sent. One name resolves: good.example. */
export function answeringPorts(answer: (request: WebRequest) => Partial<WebAnswer>) {
  const sent: WebRequest[] = []
  const ports = guardrailPortsOf({
    resolves: async (host) => host === 'good.example',
    async send(request) {
      sent.push(request)
      return { status: 200, text: '', ...answer(request) }
    },
  })
  return { ports, sent }
}

export function subjectOf(text: string, more: Partial<CheckSubject> = {}): CheckSubject {
  const texts = more.texts ?? [text]
  return {
    hook: 'input',
    requestType: 'chatComplete',
    headers: {},
    requestJson: { model: '@open/gpt-5', messages: [{ role: 'user', content: text }] },
    metadata: {},
    model: 'gpt-5',
    modelAsked: 'gpt-5',
    providerSlug: 'open',
    isStream: false,
    text: texts.join('\n'),
    ...more,
    texts,
  }
}

/** Runs one check by its id. */
export async function runCheck(
  id: string,
  parameters: Readonly<Record<string, unknown>>,
  subject: string | CheckSubject,
  ports: GuardrailPorts = guardrailPortsOf(),
): Promise<Verdict> {
  const check = findCheck(id)
  if (check === undefined) throw new Error(`there is no check ${id}`)
  return check.prepare(new CheckParameters(parameters, id))(
    typeof subject === 'string' ? subjectOf(subject) : subject,
    ports,
  )
}
