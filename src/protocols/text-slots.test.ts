import { describe, expect, it } from 'vitest'
import { answerTexts, replaceTexts, requestTexts } from './text-slots.ts'

const shown = (slots: readonly { text: string; role: string; isLast: boolean }[]) =>
  slots.map(({ text, role, isLast }) => `${role}${isLast ? '!' : ''}: ${text}`)

describe('the texts of a request', () => {
  it('are those of every message of a chat, the last one marked', () => {
    const body = {
      messages: [
        { role: 'system', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            { type: 'image_url', image_url: { url: 'x' } },
            { type: 'text', text: 'two' },
          ],
        },
      ],
    }
    expect(shown(requestTexts(body))).toEqual(['system: be brief', 'user!: one', 'user!: two'])
  })

  it('are those of the messages wire with its system prompt and tool results', () => {
    const body = {
      system: [{ type: 'text', text: 'be kind' }],
      messages: [
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'sunny' }] }],
        },
      ],
    }
    expect(shown(requestTexts(body))).toEqual(['system: be kind', 'user!: sunny'])
  })

  it('are those of the responses wire', () => {
    const body = { instructions: 'be brief', input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] }
    expect(shown(requestTexts(body))).toEqual(['system: be brief', 'user!: hi'])
    expect(shown(requestTexts({ input: 'hello' }))).toEqual(['user!: hello'])
  })

  it('can be replaced without touching anything else', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache: 1 }] }] }
    const changed = replaceTexts(body, requestTexts(body), new Map([[0, 'b']]))
    expect(changed).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'b', cache: 1 }] }],
    })
    expect(body.messages[0]?.content[0]?.text).toBe('a')
  })
})

describe('the texts of an answer', () => {
  it.each([
    [{ choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] }, ['a', 'b']],
    [
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'tool_use', input: {} },
        ],
      },
      ['a'],
    ],
    [{ output: [{ type: 'message', content: [{ type: 'output_text', text: 'a' }] }] }, ['a']],
    [{ choices: [{ message: { content: null, tool_calls: [] } }] }, []],
  ])('are found in %j', (body, texts) => {
    expect(answerTexts(body).map(({ text }) => text)).toEqual(texts)
  })
})
