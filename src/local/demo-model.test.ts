import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../test/support/manual-ambient.ts'
import { demo } from '../providers/demo.ts'
import { withDemoModel } from './demo-model.ts'

const never = { send: () => Promise.reject(new Error('nobody else is asked')) }

async function ask(body: string) {
  const url = new URL('/v1/chat/completions', demo.origin)
  const { signal } = new AbortController()
  const request = { method: 'POST', url, headers: {}, body: Buffer.from(body), signal, isCustomHost: false }
  const response = await withDemoModel(never, manualAmbient()).send(request)
  let text = ''
  for await (const chunk of response.body) text += Buffer.from(chunk).toString()
  return { status: response.status, text }
}

describe('the demo model', () => {
  it.each<[string, unknown]>([
    ['no JSON', undefined],
    ['a list', []],
    ['null', null],
    ['no model', { messages: [] }],
    ['messages that are none', { model: 'hello', messages: 'hi' }],
    ['a message that is none', { model: 'hello', messages: [null] }],
    ['a limit that is none', { model: 'hello', messages: [], max_tokens: 'many' }],
    ['a limit below one', { model: 'hello', messages: [], max_tokens: -1 }],
  ])('refuses %s with 400, in words', async (_, body) => {
    const answer = await ask(body === undefined ? '{"model"' : JSON.stringify(body))
    expect(answer).toEqual({ status: 400, text: expect.stringContaining('invalid_request_error') })
  })

  it.each<[string, object]>([
    ['content that is null', { messages: [{ role: 'user', content: null }] }],
    ['parts that are null', { messages: [{ role: 'user', content: [null, 7, { type: 'text', text: 'hi' }] }] }],
    ['a limit that is null', { messages: [{ role: 'user', content: 'hi' }], max_tokens: null }],
  ])('takes %s', async (_, body) => {
    expect((await ask(JSON.stringify({ model: 'hello', ...body }))).status).toBe(200)
  })
})
