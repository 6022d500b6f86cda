/** What the quirks make of messages and frames. */
import { describe, expect, it } from 'vitest'
import { developerIsSystem, namesAreForTools, usageInside } from './quirks.ts'

describe('usage inside an object of the provider', () => {
  const read = (data: string | undefined) =>
    usageInside('x_groq').usageIn?.({ ...(data === undefined ? {} : { data }) })
  const usage = (more: object) => read(JSON.stringify({ x_groq: { usage: more } }))

  it('counts cached tokens inside the prompt and reasoning inside the output', () => {
    expect(
      usage({
        prompt_tokens: 10,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens: 7,
        completion_tokens_details: { reasoning_tokens: 5 },
      }),
    ).toMatchObject({ inputUncached: 6, inputCacheRead: 4, output: 7, outputReasoning: 5 })
    expect(usage({ prompt_tokens: 3 })).toEqual({ inputUncached: 3, raw: { prompt_tokens: 3 } })
    expect(usage({ completion_tokens: 3 })).toEqual({ output: 3, raw: { completion_tokens: 3 } })
    expect(usage({ prompt_tokens: 3, prompt_tokens_details: { cached_tokens: 9 } })).toMatchObject({ inputUncached: 0 })
  })

  it.each([undefined, '', '[DONE]', '{"x_groq":', '{}', '{"x_groq":7}', '{"x_groq":{"usage":null}}'])(
    'is none in %j',
    (data) => {
      expect(read(data)).toBeUndefined()
    },
  )

  it('is none where it holds no counts', () => {
    expect(usage({ prompt_tokens: -1, completion_tokens: '7' })).toBeUndefined()
  })
})

describe('messages', () => {
  it('lose the name of a speaker that is no tool', () => {
    const edit = namesAreForTools.editMessage
    expect(edit?.({ role: 'user', name: 'ann', content: 'hi' })).toEqual({ role: 'user', content: 'hi' })
    for (const message of [
      { role: 'user', content: 'hi' },
      { role: 'tool', name: 'f', content: 'r' },
    ])
      expect(edit?.(message)).toBe(message)
  })

  it('of developers are of the system, all others as they were', () => {
    const edit = developerIsSystem.editMessage
    expect(edit?.({ role: 'developer', content: 'a' })).toEqual({ role: 'system', content: 'a' })
    const user = { role: 'user', content: 'a' }
    expect(edit?.(user)).toBe(user)
  })
})
