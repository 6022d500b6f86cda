import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readError, readErrorObject } from './errors.ts'
import { readAnswer } from './response.ts'

const fixture = (path: string) =>
  readFileSync(new URL(`../../../test/fixtures/google-gemini/${path}`, import.meta.url), 'utf8')

describe('an error of Gemini', () => {
  it.each([
    [400, 'status-400/error.json', 'API key not valid. Please pass a valid API key.', 'invalid_request_error', false],
    [429, 'status-429/error.json', 'You exceeded your current quota.', 'rate_limit_error', true],
    [503, 'status-503-array/error.json', 'The model is overloaded.', 'upstream_error', true],
    [
      404,
      'status-404-html/error.html',
      "the provider answered 404 with a page titled 'Error 404 (Not Found)!!1'",
      'upstream_error',
      false,
    ],
    [500, 'status-500-empty/error.txt', 'the provider answered 500 without a body', 'upstream_error', true],
  ])('%s is read from %s', (status, path, message, type, isRetryable) => {
    const error = readError(status, fixture(path))
    expect(error).toMatchObject({ code: 'upstream_rejected', status, message, type, facts: { isRetryable } })
    expect(error.facts.rawBody).toBe(fixture(path))
  })

  it('says when to come back', () => {
    expect(readError(429, fixture('status-429/error.json')).facts.retryAfterMs).toBe(34_500)
  })

  it.each([
    [{ error: { code: 404, status: 'NOT_FOUND', message: 'x' } }, 404],
    [{ error: { status: 'UNAVAILABLE', message: 'x' } }, 503],
    [{ error: { message: 'x' } }, 500],
    [{ error: { code: 7 } }, 500],
  ])('under status 200 has its own number: %j', (body, status) => {
    expect(readErrorObject(body).status).toBe(status)
  })

  it.each(['<html>', 'no', '[]', 'null', '7', '{}', '{"error":null}', '{"error":{"message":7}}', '{"error":"x"}'])(
    'is made of any body: %s',
    (body) => {
      const error = readError(503, body)
      expect(error).toMatchObject({ code: 'upstream_rejected', status: 503, facts: { rawBody: body } })
      expect(error.message).not.toBe('')
    },
  )
})

describe('a whole answer of Gemini', () => {
  it.each([{}, { content: 7 }, { candidates: [] }, { candidates: 'x' }])('is not %j', (body) => {
    expect(() => readAnswer(body)).toThrow('is not in the generateContent format')
  })

  it('with an error inside is one', () => {
    const [event] = readAnswer(JSON.parse(fixture('whole-error-200/answer.json')))
    expect(event).toMatchObject({ type: 'error', error: { status: 429, message: 'Resource has been exhausted' } })
  })

  it('without a finish reason is not whole', () => {
    const events = readAnswer(JSON.parse(fixture('whole-no-finish/answer.json')))
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_interrupted' } })
  })

  it('that was refused says why', () => {
    const events = readAnswer(JSON.parse(fixture('whole-prompt-blocked/answer.json')))
    expect(events).toContainEqual({ type: 'block-delta', index: 0, text: 'The prompt was blocked.' })
    expect(events.at(-1)).toMatchObject({ type: 'response-end', finish: { reason: 'content-filter', raw: 'SAFETY' } })
  })
})
