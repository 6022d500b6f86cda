import { describe, expect, it } from 'vitest'
import { openaiSpeech } from './index.ts'

const peek = (more: object = {}) => openaiSpeech.client.peek({ model: 'tts-1', input: 'Good day 🙂', ...more })

describe('a request for speech', () => {
  it('counts characters as people do, instructions not among them', () => {
    expect(peek({ instructions: 'slowly' })).toMatchObject({
      units: { characters: 10 },
      inputTokens: 0,
      maxOutputTokens: 0,
      isStream: false,
    })
  })

  it('bounds the tokens of models that are not billed by the character', () => {
    const most = (input: string) => peek({ model: 'gpt-4o-mini-tts', input }).maxOutputTokens
    expect([most('x'.repeat(100)), most('你'.repeat(100)), most('ก'.repeat(100))]).toEqual([350, 940, 940])
    expect(peek({ model: 'gpt-4o-mini-tts' }).inputTokens).toBeUndefined()
  })

  it('streams events where they are asked for', () => {
    expect([peek({ stream_format: 'sse' }).isStream, peek({ stream_format: 'audio' }).isStream]).toEqual([true, false])
  })

  it.each([
    [{ input: '' }, /^input is an empty string/],
    [{ input: ['a'] }, /^input is an array; it must be a string/],
    [{ model: undefined }, /^model is missing/],
  ])('says what is wrong with %j', (more, message) => {
    expect(() => peek(more)).toThrow(message)
  })

  it('reads the usage of its last event, and an error instead of audio', () => {
    const reader = openaiSpeech.upstream.openStream()
    const usage = { input_tokens: 4, output_tokens: 30 }
    const events = reader.push({ data: JSON.stringify({ type: 'speech.audio.done', usage }) })
    expect(events).toContainEqual({
      type: 'usage',
      usage: { inputUncached: 4, output: 30, outputAudio: 30, raw: usage },
    })
    expect(reader.end()).toEqual([{ type: 'response-end', finish: { reason: 'stop' } }])
    expect(openaiSpeech.upstream.readAnswer({ error: { message: 'no' } })).toMatchObject([{ type: 'error' }])
  })
})
