/** The features that are measured, each as what a request carries beside a plain one. */
import { answerText, redactedText } from './features-script.ts'
import { administer, apiKey, createLimitedKey, type Workspace } from './subjects.ts'

export interface Feature {
  readonly name: string
  readonly isStream: boolean
  readonly headers: Readonly<Record<string, string>>
  /** The text that must come. */
  readonly text: string
  /** A question that nobody asked before, every time. */
  readonly isNewEachTime?: boolean
}

const inline = (config: object) => ({ 'x-portkey-config': JSON.stringify(config) })
const onInput = (...guardrails: object[]) => inline({ provider: '@up', input_guardrails: guardrails })
const onOutput = (...guardrails: object[]) => inline({ provider: '@up', output_guardrails: guardrails })

const noWord = { 'default.contains': { words: ['forbidden'], operator: 'none' }, deny: true }
const redact = { 'portkey.pii': { redact: true } }
const cached = { provider: '@up', cache: { mode: 'simple' } }

/** Saves what has to be saved. */
export async function featuresOf(origin: string, workspace: Workspace): Promise<readonly Feature[]> {
  const { slug } = (await administer(origin, 'POST', '/configs', { name: 'bench', config: { provider: '@up' } })) as {
    slug: string
  }
  const limitedKey = await createLimitedKey(origin, workspace)
  const plain = { authorization: `Bearer ${apiKey}` }
  const row = (name: string, headers: Readonly<Record<string, string>> = {}, more: Partial<Feature> = {}): Feature => ({
    name,
    isStream: false,
    text: answerText,
    ...more,
    headers: { ...plain, ...headers },
  })
  const streamed = { isStream: true }
  return [
    row('plain'),
    row('config by id', { 'x-portkey-config': slug }),
    row('config inline', inline({ provider: '@up' })),
    row(
      'fallback, first answers',
      inline({ strategy: { mode: 'fallback' }, targets: [{ provider: '@up' }, { provider: '@down' }] }),
    ),
    row(
      'fallback, first fails',
      inline({ strategy: { mode: 'fallback' }, targets: [{ provider: '@down' }, { provider: '@up' }] }),
    ),
    row('cache, miss', inline(cached), { isNewEachTime: true }),
    row('cache, hit', inline(cached)),
    row('input guardrail, words', onInput(noWord)),
    row('output guardrail, words', onOutput(noWord)),
    row('PII redaction, input', onInput(redact)),
    row('PII redaction, output', onOutput(redact), { text: redactedText }),
    row('cost limit', { authorization: `Bearer ${limitedKey}` }),
    row('stream, plain', {}, streamed),
    row('stream, guardrail that only looks', onOutput({ 'default.wordCount': { minWords: 1 } }), streamed),
    row('stream, deny by sentence', onOutput(noWord), streamed),
    row('stream, deny by 64 characters', onOutput({ ...noWord, stream_window: 64 }), streamed),
    row('stream, deny whole', onOutput({ ...noWord, stream_window: 'whole' }), streamed),
    row('stream, redact by sentence', onOutput(redact), { ...streamed, text: redactedText }),
    row('stream, redact by 64 characters', onOutput({ ...redact, stream_window: 64 }), {
      ...streamed,
      text: redactedText,
    }),
    row('stream, redact whole', onOutput({ ...redact, stream_window: 'whole' }), { ...streamed, text: redactedText }),
  ]
}
