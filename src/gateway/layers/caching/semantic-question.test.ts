import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../protocols/protocol.ts'
import type { Operation } from '../../line/operation.ts'
import type { Task } from '../../line/task.ts'
import { longestText, semanticQuestion } from './semantic-question.ts'

const cut = (operation: Operation, body: JsonObject) =>
  semanticQuestion({ operation, body, call: { body: Buffer.from(JSON.stringify(body)) } } as unknown as Task)

const user = (content: unknown) => ({ role: 'user', content })
const text = (said: string) => ({ type: 'text', text: said })

describe('a request', () => {
  it.each<[string, Operation, JsonObject, JsonObject]>([
    [
      'of chat',
      'chat',
      { model: 'm', messages: [{ role: 'system', content: 'Be brief' }, user('Why?')] },
      { model: 'm', messages: [{ role: 'system', content: 'Be brief' }, user('…')] },
    ],
    [
      'of messages with a picture',
      'messages',
      { system: 'Be brief', messages: [user([{ type: 'image', source: { data: 'x' } }, text('Why?')])] },
      { system: 'Be brief', messages: [user([{ type: 'image', source: { data: 'x' } }, text('…')])] },
    ],
    [
      'of messages with documents, which must be the same',
      'messages',
      { messages: [user([{ type: 'document', source: { type: 'text', data: 'The law' } }, text('Why?')])] },
      { messages: [user([{ type: 'document', source: { type: 'text', data: 'The law' } }, text('…')])] },
    ],
    [
      'of responses',
      'responses',
      { input: 'Why?', instructions: 'Be brief' },
      { input: '…', instructions: 'Be brief' },
    ],
    [
      'of responses in items',
      'responses',
      { input: [user('Hi'), { role: 'user', content: [{ type: 'input_text', text: 'Why?' }] }] },
      { input: [user('Hi'), { role: 'user', content: [{ type: 'input_text', text: '…' }] }] },
    ],
    ['of completions', 'complete', { prompt: 'Why?', max_tokens: 5 }, { prompt: '…', max_tokens: 5 }],
  ])('%s is cut into what was asked last and everything else', (_, operation, body, rest) => {
    const question = cut(operation, body)
    expect(question).toMatchObject({ text: 'Why?', rest: { body: rest } })
    expect(JSON.parse(Buffer.from((question as { rest: Task }).rest.call.body).toString())).toEqual(rest)
  })

  it.each<[string, Operation, JsonObject]>([
    ['the last message is not a text of the user', 'chat', { messages: [user('a'), { role: 'tool', content: 'b' }] }],
    ['the last message is not a text of the user', 'chat', { messages: [user([{ type: 'image_url' }])] }],
    [
      'the last message holds the result of a tool',
      'messages',
      { messages: [user([{ type: 'tool_result', content: [text('sunny')] }, text('and tomorrow?')])] },
    ],
    [
      'the last message is not a text of the user',
      'responses',
      { input: [{ type: 'function_call_output', output: 'b' }] },
    ],
    ['the request asks several things beside each other', 'complete', { prompt: ['a', 'b'] }],
    ['the last message is empty', 'chat', { messages: [user('  ')] }],
    ['this endpoint is not asked in sentences', 'embed', { input: 'a' }],
    ['up to 4000 are compared by meaning', 'chat', { messages: [user('a'.repeat(longestText + 1))] }],
  ])('is not compared by meaning: %s', (reason, operation, body) => {
    expect(cut(operation, body)).toContain(reason)
  })
})
