import { describe, expect, it } from 'vitest'
import { dropForeignThinking } from './foreign-thinking.ts'

const own = { type: 'thinking', thinking: 'hm', signature: 'ErUBCkYI+/=' }
const foreign = { type: 'thinking', thinking: 'hm', signature: 'google-gemini/call:S+/=' }
const unsigned = { type: 'thinking', thinking: 'hm', signature: '' }
const call = { type: 'tool_use', id: 'a', name: 'f', input: {} }
const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }] }
const hi = { role: 'user', content: 'hi' }

describe('thinking of other providers in a body that passes', () => {
  it.each([
    [{}],
    [{ messages: 'x' }],
    [{ messages: [hi, { role: 'assistant', content: [own, { type: 'redacted_thinking', data: 'x' }] }, 7] }],
  ])('is not found in %j', (body) => {
    expect(dropForeignThinking(body)).toBeUndefined()
  })

  it('is taken out, what it signed itself stays', () => {
    const messages = [hi, { role: 'assistant', content: [own, foreign, unsigned, { type: 'text', text: 'x' }] }, hi]
    expect(dropForeignThinking({ messages, thinking: { type: 'enabled', budget_tokens: 1024 } })).toMatchObject({
      edits: { messages: [hi, { role: 'assistant', content: [own, { type: 'text', text: 'x' }] }, hi] },
      warnings: [{ type: 'dropped', field: 'reasoning' }],
    })
  })

  it('takes an otherwise empty message with it', () => {
    const found = dropForeignThinking({ messages: [hi, { role: 'assistant', content: [foreign] }, hi] })
    expect(found?.edits).toEqual({ messages: [hi, hi] })
  })

  it('turns thinking off while the results of its calls are handed in', () => {
    const messages = [hi, { role: 'assistant', content: [foreign, call] }, result]
    const found = dropForeignThinking({ messages, thinking: { type: 'enabled', budget_tokens: 1024 } })
    expect(found?.edits).toMatchObject({ thinking: { type: 'disabled' } })
    expect(found?.warnings.map(({ field }) => field)).toEqual(['reasoning', 'thinking'])
    expect(dropForeignThinking({ messages, thinking: { type: 'adaptive' } })?.edits).not.toHaveProperty('thinking')
  })
})
