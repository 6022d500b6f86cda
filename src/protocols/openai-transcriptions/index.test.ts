import { describe, expect, it } from 'vitest'
import { FormFile } from '../../bytes/multipart-form.ts'
import { GatewayError } from '../../errors.ts'
import { collect, eventOrderProblems, type InferenceEvent } from '../../inference/index.ts'
import { openaiTranscriptions } from './index.ts'

const { client, upstream } = openaiTranscriptions
const file = new FormFile('a.mp3', 'audio/mpeg', Buffer.alloc(5_000))
const peek = (more: object = {}) => client.peek({ model: 'whisper-1', file, ...more })

describe('a request to hear audio', () => {
  it('counts seconds where its model is billed by them, and tokens where not', () => {
    expect(peek()).toMatchObject({
      units: { audioSeconds: 10 },
      isUnitsBound: true,
      inputTokens: 0,
      maxOutputTokens: 0,
      isStream: false,
    })
    expect(peek({ model: 'gpt-4o-transcribe', prompt: 'ü', stream: 'true' })).toMatchObject({
      units: { audioSeconds: 10 },
      inputTokens: 320 + 64 + 2,
      maxOutputTokens: 120 + 64,
      isOutputFixed: true,
      isStream: true,
    })
  })

  it('bounds a file that the provider fetches by the most it takes', () => {
    expect(peek({ file: undefined, url: 'https://a.example/a.mp3' }).units?.audioSeconds).toBe(209_716)
  })

  it.each([
    [{}, undefined],
    [{ response_format: 'json' }, undefined],
    [{ response_format: 'srt' }, 'response_format'],
    [{ response_format: 'verbose_json' }, 'response_format'],
    [{ include: ['logprobs'] }, 'include'],
  ])('with %j says which field hides the text', (more, field) => {
    expect(peek(more).unreadable).toBe(field)
  })

  it.each([
    [{ file: 'x' }, /^file is 'x'; it must be a file of audio/],
    [{ file: undefined }, /^file is missing/],
    [{ stream: 'yes' }, /^stream is 'yes'; it must be true or false/],
    [{ model: ['a', 'b'] }, /^model is an array/],
  ])('says what is wrong with %j', (more, message) => {
    expect(() => peek(more)).toThrow(message)
  })
})

const tokens = { type: 'tokens', input_tokens: 14, input_token_details: { audio_tokens: 14 }, output_tokens: 4 }

describe('what was heard', () => {
  it.each([
    ['seconds', { usage: { type: 'duration', seconds: 3 } }, { inputUncached: 0, output: 0, audioSeconds: 3 }],
    ['a duration', { duration: 2.5 }, { inputUncached: 0, output: 0, audioSeconds: 2.5 }],
    ['a duration as text', { duration: '2.5' }, { inputUncached: 0, output: 0, audioSeconds: 2.5 }],
    ['tokens', { usage: tokens, duration: 2 }, { inputUncached: 14, inputAudio: 14, output: 4 }],
    ['tokens in older words', { usage: { prompt_tokens: 5, completion_tokens: 6 } }, { inputUncached: 5, output: 6 }],
    ['duration where tokens are empty', { usage: {}, duration: 2 }, { inputUncached: 0, output: 0, audioSeconds: 2 }],
  ])('is read with its %s', (_, more, usage) => {
    const events = upstream.readAnswer({ text: 'hello', ...more })
    expect(eventOrderProblems(events)).toEqual([])
    const { raw: _raw, ...told } = collect(events).usage ?? {}
    expect(told).toEqual(usage)
  })

  it('has no usage where none is told, and is no answer without its text', () => {
    expect(collect(upstream.readAnswer({ text: '' })).usage).toBeUndefined()
    expect(() => upstream.readAnswer({ texts: [] })).toThrow("the provider's answer is not one of its transcriptions")
    expect(upstream.readAnswer({ error: { message: 'no' } })).toMatchObject([{ type: 'error' }])
  })

  const frames = (...bodies: object[]) => bodies.map((body) => ({ data: JSON.stringify(body) }))
  const read = (list: readonly { readonly data: string }[]): readonly InferenceEvent[] => {
    const reader = upstream.openStream()
    return [...list.flatMap((frame) => reader.push(frame)), ...reader.end()]
  }
  const delta = (text: string) => ({ type: 'transcript.text.delta', delta: text })
  const done = { type: 'transcript.text.done', text: 'hello', usage: tokens }

  it('is read from a stream, also where only the last event says it', () => {
    for (const list of [frames(delta('hel'), delta('lo'), done), frames(done)]) {
      const events = read(list)
      expect(eventOrderProblems(events)).toEqual([])
      expect(collect(events)).toMatchObject({ blocks: [{ text: 'hello' }], usage: { output: 4 } })
    }
  })

  it.each([
    ['its ending is missing', frames(delta('hel')), 'upstream_interrupted'],
    ['it holds an error', frames(delta('a'), { error: { message: 'no' } }), 'upstream_rejected'],
    ['it is no JSON', [{ data: '{' }], 'upstream_interrupted'],
  ])('is not whole when %s', (_, list, code) => {
    expect(read(list).at(-1)).toMatchObject({ type: 'error', error: { code } })
  })

  it('passes over events without text, and ends with the word that all is there', () => {
    const events = read([
      { data: '' },
      ...frames({ type: 'x' }, delta(''), { ...delta(''), delta: 7 }, done),
      { data: '[DONE]' },
      ...frames(delta('late')),
    ])
    expect(eventOrderProblems(events)).toEqual([])
    expect(collect(events)).toMatchObject({ blocks: [{ text: 'hello' }], finish: { reason: 'stop' } })
  })

  it.each([
    [
      { inputUncached: 0, output: 0, audioSeconds: 3 },
      { type: 'duration', seconds: 3 },
    ],
    [{ inputUncached: 5 }, { type: 'tokens', input_tokens: 5 }],
    [
      { inputUncached: 5, output: 6 },
      { type: 'tokens', input_tokens: 5, output_tokens: 6, total_tokens: 11 },
    ],
  ])('is written with the usage %j as %j', (usage, written) => {
    const options = { model: 'm', wantsUsage: true, nowMs: 0, isStrict: true }
    const end: InferenceEvent = { type: 'response-end', finish: { reason: 'stop' } }
    expect(JSON.parse(client.writeAnswer([{ type: 'usage', usage }, end], options).text).usage).toEqual(written)
  })

  it('is not written without its ending, nor over an error', () => {
    const options = { model: 'm', wantsUsage: true, nowMs: 0, isStrict: true }
    expect(() => client.writeAnswer([], options)).toThrow('it is not whole')
    const error = new GatewayError('upstream_interrupted', 'broken off')
    expect(() => client.writeAnswer([{ type: 'error', error }], options)).toThrow('broken off')
  })

  it('is written as an answer and as a stream that reads the same', () => {
    const options = { model: 'm', wantsUsage: true, nowMs: 0, isStrict: true }
    const events = read(frames(delta('hel'), delta('lo'), done))
    expect(JSON.parse(client.writeAnswer(events, options).text)).toEqual({
      text: 'hello',
      usage: { ...tokens, total_tokens: 18 },
    })
    const writer = client.openStream(options)
    const written = events.map((event) => writer.push(event)).join('')
    const again = read(written.split('\n\n').flatMap((each) => (each === '' ? [] : [{ data: each.slice(6) }])))
    expect(collect(again)).toMatchObject({ blocks: [{ text: 'hello' }], usage: { inputUncached: 14, output: 4 } })
  })
})
