import { describe, expect, it } from 'vitest'
import type { InferenceRequest, Message, Part } from '../../inference/index.ts'
import { writeRequest } from './request-write.ts'

const user = (...content: Part[]): Message => ({ role: 'user', content })
const assistant = (...content: Part[]): Message => ({ role: 'assistant', content })
const say = (text: string): Part => ({ type: 'text', text })
const call = (id: string, args: string, name = 'act'): Part => ({ type: 'tool-call', id, name, arguments: args })
const result = (callId: string, text: string): Part => ({ type: 'tool-result', callId, content: [say(text)] })

function write(change: Partial<InferenceRequest> = {}) {
  const { body, warnings } = writeRequest({
    model: 'claude-sonnet-4-5',
    messages: [user(say('hi'))],
    isStream: false,
    maxOutputTokens: 4000,
    ...change,
  })
  return { body, warnings, told: warnings.map((warning) => `${warning.type} ${warning.field}`) }
}

const tool = { name: 'act', schema: { type: 'object', properties: {} } }

const baseRequest: InferenceRequest = { model: 'm', messages: [user(say('hi'))], isStream: false }

describe('reasoning for this wire', () => {
  it('is left to the model where neither budget nor effort is asked for', () => {
    expect(write({ model: 'claude-opus-4-6', reasoning: { isEnabled: true } }).body).toMatchObject({
      thinking: { type: 'adaptive' },
    })
  })

  it('keeps an effort beside a budget, and beside thinking that is turned off where the wire has such', () => {
    const both = { isEnabled: true, budgetTokens: 2_000, effort: 'high' }
    const effortful = 'claude-opus-4-5'
    expect(write({ reasoning: both, model: effortful }).body).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 2_000 },
      output_config: { effort: 'high' },
    })
    expect(write({ reasoning: { isEnabled: false, effort: 'low' }, model: effortful }).body).toMatchObject({
      thinking: { type: 'disabled' },
      output_config: { effort: 'low' },
    })
    expect(write({ reasoning: { isEnabled: false, effort: 'none' } }).body).not.toHaveProperty('output_config')
    expect(write({ reasoning: both })).toMatchObject({ told: ['dropped reasoning_effort'] })
  })

  it('turns an effort into a budget for models that take budgets', () => {
    const { body, told } = write({ reasoning: { isEnabled: true, effort: 'medium' }, maxOutputTokens: 20_000 })
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 8192 })
    expect(told).toEqual([])
  })

  it('turns an effort into adaptive thinking for later models', () => {
    const { body, told } = write({ model: 'claude-opus-4-6', reasoning: { isEnabled: true, effort: 'high' } })
    expect(body).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } })
    expect(told).toEqual([])
    const minimal = write({ model: 'claude-opus-5', reasoning: { isEnabled: true, effort: 'minimal' } })
    expect(minimal).toMatchObject({ body: { output_config: { effort: 'low' } }, told: ['changed reasoning_effort'] })
    const strange = write({ model: 'claude-opus-5', reasoning: { isEnabled: true, effort: 'odd' } })
    expect(strange).toMatchObject({ body: { thinking: { type: 'adaptive' } }, told: ['dropped reasoning_effort'] })
  })

  it('shrinks a budget that does not fit below max_tokens and tells so', () => {
    const { body, told } = write({ reasoning: { isEnabled: true, budgetTokens: 9000 }, maxOutputTokens: 4000 })
    expect(body).toMatchObject({ max_tokens: 4000, thinking: { budget_tokens: 3200 } })
    expect(told).toEqual(['clamped thinking.budget_tokens'])
  })

  it('raises a budget below the smallest one and tells so', () => {
    const { body, told } = write({ reasoning: { isEnabled: true, budgetTokens: 10 } })
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 1024 })
    expect(told).toEqual(['clamped thinking.budget_tokens'])
  })

  it('leaves room for the answer beside the budget when no limit was given', () => {
    const { body } = writeRequest({ ...baseRequest, reasoning: { isEnabled: true, budgetTokens: 2000 } })
    expect(body.max_tokens).toBe(10_192)
  })

  it.each([
    ['max_tokens has no room for it', { maxOutputTokens: 500 }],
    ['a tool choice is forced', { tools: [tool], toolChoice: { type: 'required' as const } }],
    [
      'the calls being answered have no thinking',
      { messages: [user(say('x')), assistant(call('a', '')), user(result('a', 'y'))] },
    ],
    ['the effort is unknown', { reasoning: { isEnabled: true, effort: 'odd' } }],
  ])('does without thinking, with a warning, when %s', (_, change) => {
    const { body, warnings } = write({ reasoning: { isEnabled: true, effort: 'low' }, ...change })
    expect(body).not.toHaveProperty('thinking')
    expect(warnings).toMatchObject([{ type: 'dropped' }])
  })

  it('keeps thinking in a tool loop whose calls came with it', () => {
    const messages = [
      user(say('x')),
      assistant({ type: 'reasoning', text: 'h', signature: 's' }, call('a', '')),
      user(result('a', 'y')),
    ]
    expect(write({ messages, reasoning: { isEnabled: true, budgetTokens: 2000 } }).body).toHaveProperty('thinking')
  })

  it('drops sampling that cannot be combined with thinking', () => {
    const { body, told } = write({
      reasoning: { isEnabled: true, budgetTokens: 2000 },
      temperature: 0.2,
      topK: 5,
      topP: 0.5,
    })
    expect(body).not.toHaveProperty('temperature')
    expect(told.toSorted()).toEqual(['dropped temperature', 'dropped top_k', 'dropped top_p'])
    const reasoning = { isEnabled: true, budgetTokens: 2000 }
    expect(write({ reasoning, temperature: 1 })).toMatchObject({ body: { temperature: 1 }, told: [] })
    expect(write({ reasoning, topP: 0.97 })).toMatchObject({ body: { top_p: 0.97 }, told: [] })
  })

  it('turns thinking off when told so, and keeps a kind of thinking only this wire knows', () => {
    expect(write({ reasoning: { isEnabled: false } }).body.thinking).toEqual({ type: 'disabled' })
    const thinking = { type: 'between_tools', display: 'omitted' }
    const carry = { wire: 'anthropic-messages', fields: { thinking, metadata: { team: 'a' } } }
    const reasoning = { isEnabled: true, effort: 'low' }
    expect(write({ carry, user: 'u', reasoning, model: 'claude-opus-4-5' }).body).toMatchObject({
      thinking,
      output_config: { effort: 'low' },
      metadata: { team: 'a', user_id: 'u' },
    })
  })
})
