/** What services are asked about: the text as a conversation, at an address that is one. */
import { describe, expect, it } from 'vitest'
import { subjectOf } from '../../../../test/support/guardrail-subject.ts'
import { CheckParameters } from '../../check-parameters.ts'
import { partners } from './index.ts'
import { lastMessageText, messagesOf, readBaseUrl, readHostPart } from './request-parts.ts'

const question = (hook: 'input' | 'output', requestJson: Readonly<Record<string, unknown>>) => ({
  text: 'the text',
  subject: subjectOf('the text', { hook, requestJson }),
  credentials: { apiKey: 'k', zscalerAIGuardApiKey: 'k', AIRS_API_KEY: 'k', resourceName: 'r' },
})
const chat = { messages: [{ role: 'user', content: 'why?' }] }

describe('the text of the last message of a request', () => {
  it.each([
    [{ messages: [{ content: 'a' }, { content: 'b' }] }, 'b'],
    [{ messages: [{ content: [{ type: 'text', text: 'a' }, { type: 'image_url' }, 7, { text: 'b' }] }] }, 'a\nb'],
    [{ input: 'a' }, 'a'],
    [{ input: ['a', 'b'] }, 'b'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text', text: 'a' }] }] }, 'a'],
    [{ prompt: 'a' }, 'a'],
    [{ contents: [{ parts: [{ text: 'a' }, { inlineData: {} }, { text: 'b' }] }] }, 'a\nb'],
    [{ messages: [] }, ''],
    [{ messages: [{ content: null }] }, ''],
    [{}, ''],
  ])('of %j is %j', (body, text) => {
    expect(lastMessageText(body)).toBe(text)
  })
})

describe('a conversation', () => {
  it('is the text alone before the model is asked, and what was asked with the answer after it', () => {
    const user = { role: 'user', content: 'the text' }
    const answer = { role: 'assistant', content: 'the text' }
    expect(messagesOf(question('input', chat))).toEqual([user])
    expect(messagesOf(question('output', chat))).toEqual([{ role: 'user', content: 'why?' }, answer])
    expect(messagesOf(question('output', {}))).toEqual([answer])
  })

  it.each([
    ['aporia.validateProject', { validation_target: 'response', response: 'the text' }],
    ['azure.shieldPrompt', { userPrompt: 'why?', documents: ['the text'] }],
    ['lasso.classify', { messageType: 'COMPLETION', messages: [{ content: 'why?' }, { content: 'the text' }] }],
    ['lakera.guard', { messages: [{ role: 'user' }, { role: 'assistant', content: 'the text' }] }],
    ['panwPrismaAirs.intercept', { contents: [{ response: 'the text' }] }],
    ['zscaler-ai-guard.zscalerprotect', { direction: 'OUT', content: 'the text' }],
  ])('is shown to %s as an answer where it is one', (id, body) => {
    const partner = partners.find((each) => each.id === id)
    const given = new CheckParameters({ projectID: 'p' }, id)
    expect(partner?.prepare(given).ask(question('output', chat)).body).toMatchObject(body)
  })
})

describe('a shield that was shown an answer', () => {
  const judge = (hook: 'input' | 'output', answer: Readonly<Record<string, unknown>>) =>
    partners
      .find(({ id }) => id === 'azure.shieldPrompt')
      ?.prepare(new CheckParameters({}, 'azure.shieldPrompt'))
      .judge(answer, question(hook, chat))
  const userPromptAnalysis = { attackDetected: false }

  it('has to say what it thinks of it', () => {
    expect(judge('input', { userPromptAnalysis })).toMatchObject({ isPassed: true })
    expect(() => judge('output', { userPromptAnalysis })).toThrow("no list 'documentsAnalysis'")
    for (const attackDetected of [true, false])
      expect(judge('output', { userPromptAnalysis, documentsAnalysis: [{ attackDetected }] })).toMatchObject({
        isPassed: !attackDetected,
      })
    expect(() => judge('output', { userPromptAnalysis, documentsAnalysis: [{}] })).toThrow("no 'attackDetected'")
  })
})

describe('an address from credentials', () => {
  it.each([
    [undefined, 'https://a.example'],
    ['', 'https://a.example'],
    ['https://b.example//', 'https://b.example'],
  ])('%j is %s', (given, address) => {
    expect(readBaseUrl(given, 'https://a.example/')).toBe(address)
  })

  it('is refused where it is none, and leads nowhere else', () => {
    expect(() => readBaseUrl('b.example', 'https://a.example')).toThrow('no URL')
    expect(readHostPart({ host: 'aws.us-1' }, 'host')).toBe('aws.us-1')
    for (const host of [undefined, '', 'a/b', 'a@b', '-a', 'a.', 'a b'])
      expect(() => readHostPart(host === undefined ? {} : { host }, 'host')).toThrow('credentials.host is no host name')
  })
})
