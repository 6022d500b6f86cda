/** Speech, transcriptions, translations and edited images, as the official client sees them: forms in, bytes out. */
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FormFile, readFields } from '../../src/bytes/multipart-form.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, type Script, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let second: Upstream
let openai: OpenAI

beforeAll(async () => {
  upstream = await startUpstream()
  second = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('studio', 'openai', upstream.origin)
  await sluice.connect('spare', 'openai', second.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
  openai = clientFor(sluice.apiKey)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
  await second?.stop()
})

function clientFor(apiKey: string, defaultHeaders: Record<string, string> = {}) {
  return new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey, maxRetries: 0, defaultHeaders })
}

/** Bytes that are neither text nor the start of anything. */
const sound = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7_919 + (at >> 8)) & 0xff))

function answerBytes(chunks: readonly Uint8Array[], contentType = 'audio/mpeg'): Script {
  return (_, response) => {
    response.writeHead(200, { 'content-type': contentType })
    for (const chunk of chunks) response.write(chunk)
    response.end()
  }
}

/** 16-bit mono at 16 kHz. */
function wave(seconds: number): Buffer {
  const samples = Math.round(seconds * 32_000)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0).toString()
  head.writeUInt32LE(36 + samples, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(16_000, 24)
  head.writeUInt32LE(32_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples, 40)
  return Buffer.concat([
    head,
    sound.subarray(0, samples % sound.length),
    Buffer.alloc(samples - (samples % sound.length)),
  ])
}

const waveFile = (seconds = 2) => toFile(wave(seconds), 'speech.wav', { type: 'audio/wav' })

function fieldsSent(to = upstream) {
  const received = to.received.at(-1)
  if (received === undefined) throw new Error('nothing was sent')
  return readFields(received.bytes, received.headers['content-type'] ?? '')
}

const speak = { model: '@studio/tts-1', voice: 'alloy', input: 'Good day 🙂' } as const

describe('POST /v1/audio/speech', () => {
  it('brings the audio byte for byte, with its content type, and charges its characters', async () => {
    upstream.script(answerBytes([sound.subarray(0, 10), sound.subarray(10)]))
    const response = await openai.audio.speech.create({ ...speak, instructions: 'slowly' })
    expect(Buffer.from(await response.arrayBuffer()).equals(sound)).toBe(true)
    expect(response.headers.get('content-type')).toBe('audio/mpeg')
    const received = upstream.received.at(-1)
    expect([received?.path, received?.headers.accept]).toEqual(['/v1/audio/speech', '*/*'])
    expect(received?.json()).toEqual({ model: 'tts-1', voice: 'alloy', input: speak.input, instructions: 'slowly' })
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'completed', is_priced: true, cost_nanos: 10 * 15_000, req_units: 0 })
    expect(log.warnings).toEqual([])
    expect(log.response.body).toEqual({ content_type: 'audio/mpeg', byteLength: sound.length })
  })

  it('sends the beginning while the rest is still to come', async () => {
    let finish = () => {}
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' })
      response.write(sound.subarray(0, 100))
      finish = () => void response.end(sound.subarray(100))
    })
    const response = await openai.audio.speech.create(speak)
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(first?.value?.length).toBe(100)
    finish()
    let length = 100
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) length += read.value.length
    expect(length).toBe(sound.length)
  })

  it('streams events, with the usage they end with', async () => {
    upstream.script(
      answerEvents([
        `data: ${JSON.stringify({ type: 'speech.audio.delta', audio: 'AAAA' })}\n\n`,
        `data: ${JSON.stringify({ type: 'speech.audio.done', usage: { input_tokens: 4, output_tokens: 30, total_tokens: 34 } })}\n\n`,
      ]),
    )
    const response = await openai.audio.speech.create({
      ...speak,
      model: '@studio/gpt-4o-mini-tts',
      stream_format: 'sse',
    })
    expect(await response.text()).toContain('speech.audio.done')
    expect(upstream.received.at(-1)?.headers.accept).toBe('text/event-stream')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 4, res_units: 30 })
  })

  it('lets the client see that the audio broke off in the middle', async () => {
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' })
      response.write(sound.subarray(0, 5_000), () => setImmediate(() => response.destroy()))
    })
    const response = await openai.audio.speech.create(speak)
    await expect(response.arrayBuffer()).rejects.toThrow()
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'interrupted', cost_nanos: 150_000 })
  })

  it('stops the provider when the client leaves', async () => {
    const leaving = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' })
      response.write(sound.subarray(0, 100))
    })
    await sluice.connect('endless', 'openai', leaving.origin)
    const abort = new AbortController()
    const response = await openai.audio.speech.create({ ...speak, model: '@endless/tts-1' }, { signal: abort.signal })
    await response.body?.getReader().read()
    abort.abort()
    await leaving.abandoned
    await leaving.stop()
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'client-closed' })
  })

  it("passes the provider's error on", async () => {
    upstream.script(answerJson({ error: { message: 'no such voice', type: 'invalid_request_error' } }, 400))
    await expect(openai.audio.speech.create(speak)).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    })
  })

  it('goes to the next target when the first breaks before its first byte', async () => {
    upstream.script((_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).flushHeaders())
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '5' })
      response.flushHeaders()
      setImmediate(() => response.destroy())
    })
    second.script(answerBytes([sound]))
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@studio' }, { provider: '@spare' }] }
    const response = await clientFor(sluice.apiKey, { 'x-portkey-config': JSON.stringify(config) }).audio.speech.create(
      {
        ...speak,
        model: 'tts-1',
      },
    )
    expect((await response.arrayBuffer()).byteLength).toBe(sound.length)
  })
})

describe('POST /v1/audio/transcriptions', () => {
  const hear = { model: '@studio/whisper-1' }

  it('sends the form as it came but for the model, and reads the seconds that are told', async () => {
    upstream.script(answerJson({ text: 'hello', usage: { type: 'duration', seconds: 3 } }))
    const file = await waveFile()
    const { data, response } = await openai.audio.transcriptions
      .create({ ...hear, file, temperature: 0.2, timestamp_granularities: ['segment', 'word'] })
      .withResponse()
    expect(data.text).toBe('hello')
    const sent = fieldsSent()
    expect(sent).toMatchObject({ model: 'whisper-1', temperature: '0.2', timestamp_granularities: ['segment', 'word'] })
    expect(sent.file).toMatchObject({ filename: 'speech.wav', contentType: 'audio/wav' })
    expect(Buffer.from((sent.file as FormFile).bytes).equals(wave(2))).toBe(true)
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'completed', req_units: 0, res_units: 0, is_priced: true })
    expect(log.metrics.cost_nanos).toBe(300_000)
    expect(log.request.body).toMatchObject({ model: '@studio/whisper-1', file: { filename: 'speech.wav' } })
  })

  it.each([
    ['text', 'text/plain', 'hello\n'],
    ['srt', 'application/x-subrip', '1\n00:00:00,000 --> 00:00:02,000\nhello\n'],
    ['vtt', 'text/vtt', 'WEBVTT\n\n00:00.000 --> 00:02.000\nhello\n'],
  ] as const)('gives %s as it comes, and charges the length of the file', async (format, contentType, text) => {
    upstream.script(answerBytes([Buffer.from(text)], contentType))
    const { data, response } = await openai.audio.transcriptions
      .create({ ...hear, file: await waveFile(2), response_format: format })
      .withResponse()
    expect(data).toBe(text)
    expect(response.headers.get('content-type')).toBe(contentType)
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ cost_nanos: 200_000, is_priced: true })
    expect(log.warnings).toEqual([])
  })

  it('reads the duration of a verbose answer', async () => {
    upstream.script(answerJson({ task: 'transcribe', language: 'english', duration: 4.5, text: 'hi', segments: [] }))
    const { data, response } = await openai.audio.transcriptions
      .create({ ...hear, file: await waveFile(), response_format: 'verbose_json' })
      .withResponse()
    expect(data.duration).toBe(4.5)
    expect((await sluice.logOf(response)).metrics.cost_nanos).toBe(450_000)
  })

  it('streams, with the tokens of the last event', async () => {
    const usage = {
      type: 'tokens',
      input_tokens: 14,
      input_token_details: { text_tokens: 0, audio_tokens: 14 },
      output_tokens: 4,
      total_tokens: 18,
    }
    upstream.script(
      answerEvents([
        `data: ${JSON.stringify({ type: 'transcript.text.delta', delta: 'hel' })}\n\n`,
        `data: ${JSON.stringify({ type: 'transcript.text.delta', delta: 'lo' })}\n\n`,
        `data: ${JSON.stringify({ type: 'transcript.text.done', text: 'hello', usage })}\n\n`,
      ]),
    )
    const { data: stream, response } = await openai.audio.transcriptions
      .create({ model: '@studio/gpt-4o-transcribe', file: await waveFile(), stream: true })
      .withResponse()
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toEqual(['transcript.text.delta', 'transcript.text.delta', 'transcript.text.done'])
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ req_units: 14, res_units: 4 })
  })

  it('streams what a provider answered whole', async () => {
    upstream.script(answerJson({ text: 'hello', usage: { type: 'duration', seconds: 2 } }))
    const stream = await openai.audio.transcriptions.create({ ...hear, file: await waveFile(), stream: true })
    let text = ''
    for await (const event of stream) if (event.type === 'transcript.text.delta') text += event.delta
    expect(text).toBe('hello')
  })

  it('goes to the next target with the same file, its own parameters beside', async () => {
    upstream.script(answerJson({ error: { message: 'busy' } }, 503))
    second.script(answerJson({ text: 'from the second' }))
    const config = {
      strategy: { mode: 'fallback' },
      targets: [
        { provider: '@studio' },
        { provider: '@spare', override_params: { model: 'whisper-2', language: 'de' } },
      ],
    }
    const client = clientFor(sluice.apiKey, { 'x-portkey-config': JSON.stringify(config) })
    const answer = await client.audio.transcriptions.create({ model: 'whisper-1', file: await waveFile(), prompt: 'x' })
    expect(answer.text).toBe('from the second')
    const sent = fieldsSent(second)
    expect(sent).toMatchObject({ model: 'whisper-2', language: 'de', prompt: 'x' })
    expect(Buffer.from((sent.file as FormFile).bytes).equals(wave(2))).toBe(true)
  })

  it('holds a denial of what was heard, and refuses an answer that cannot be read', async () => {
    const config = {
      provider: '@studio',
      output_guardrails: [
        { id: 'no-secrets', deny: true, 'default.contains': { operator: 'none', words: ['secret'] } },
      ],
    }
    const client = clientFor(sluice.apiKey, { 'x-portkey-config': JSON.stringify(config) })
    const ask = async (more: object = {}) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: await waveFile(), ...more })
    upstream.script(answerJson({ text: 'a secret', usage: { type: 'duration', seconds: 2 } }))
    await expect(ask()).rejects.toMatchObject({ status: 446 })
    upstream.script(answerJson({ text: 'nothing', usage: { type: 'duration', seconds: 2 } }))
    expect((await ask()).text).toBe('nothing')
    const calls = upstream.received.length
    await expect(ask({ response_format: 'srt' })).rejects.toMatchObject({ status: 400, param: 'response_format' })
    expect(upstream.received.length).toBe(calls)
    upstream.script(answerBytes([Buffer.from('a secret')], 'text/plain'))
    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining("'no-secrets' cannot check it") })
  })

  it('lets a guardrail change the words of a form, and leaves the file alone', async () => {
    upstream.script(answerJson({ text: 'heard', usage: { type: 'duration', seconds: 2 } }))
    const config = {
      provider: '@studio',
      input_guardrails: [{ id: 'hide', deny: false, 'default.pii': { redact: true, categories: ['EMAIL_ADDRESS'] } }],
    }
    const client = clientFor(sluice.apiKey, { 'x-portkey-config': JSON.stringify(config) })
    await client.audio.transcriptions.create({
      model: 'whisper-1',
      file: await waveFile(),
      prompt: 'Names: Ann, ann@corp.example',
    })
    const sent = fieldsSent()
    expect(sent.prompt).toMatch(/^Names: Ann, \{\{EMAIL_ADDRESS_1\}\}$/)
    expect(Buffer.from((sent.file as FormFile).bytes).equals(wave(2))).toBe(true)
  })

  it('says what is wrong with a form', async () => {
    const send = (body: string, type: string) => sluice.post('/v1/audio/transcriptions', body, { 'content-type': type })
    const message = async (response: Response) =>
      ((await response.json()) as { error: { message: string } }).error.message
    expect(await message(await send('{}', 'application/json'))).toBe(
      "Invalid content type passed: got 'application/json', this path takes 'multipart/form-data'",
    )
    expect(await message(await send('x', 'multipart/form-data'))).toMatch(/names no boundary/)
    expect(await message(await send('--a\r\n', 'multipart/form-data; boundary=a'))).toMatch(/the form is cut/)
    const nameless = '--a\r\nContent-Disposition: form-data; name="model"\r\n\r\n@studio/whisper-1\r\n--a--'
    expect(await message(await send(nameless, 'multipart/form-data; boundary=a'))).toMatch(/^file is missing/)
  })

  it('names who has the endpoint', async () => {
    await expect(
      openai.audio.transcriptions.create({ model: '@claude/claude-sonnet-4-5', file: await waveFile() }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/has no transcriptions endpoint; providers that have one: /),
    })
  })
})

describe('POST /v1/audio/translations', () => {
  it('is asked and answered like a transcription', async () => {
    upstream.script(answerJson({ text: 'good day', duration: 1 }))
    const { data, response } = await openai.audio.translations
      .create({ model: '@studio/whisper-1', file: await waveFile() })
      .withResponse()
    expect(data.text).toBe('good day')
    expect(upstream.received.at(-1)?.path).toBe('/v1/audio/translations')
    expect((await sluice.logOf(response)).metrics.cost_nanos).toBe(100_000)
  })
})

const picture = (name: string, fill: number) => toFile(Buffer.alloc(2_000, fill), name, { type: 'image/png' })

describe('POST /v1/images/edits', () => {
  const usage = {
    input_tokens: 400,
    input_tokens_details: { text_tokens: 10, image_tokens: 390 },
    output_tokens: 1_056,
    total_tokens: 1_456,
  }

  it('sends two pictures and a mask, and reads the usage', async () => {
    upstream.script(answerJson({ created: 1, data: [{ b64_json: 'AAAA' }], usage }))
    const { data, response } = await openai.images
      .edit({
        model: '@studio/gpt-image-1',
        image: [await picture('a.png', 1), await picture('b.png', 2)],
        mask: await picture('mask.png', 3),
        prompt: 'a hat on the cat',
        n: 1,
      })
      .withResponse()
    expect(data.data?.[0]?.b64_json).toBe('AAAA')
    const sent = fieldsSent()
    expect(sent).toMatchObject({ model: 'gpt-image-1', prompt: 'a hat on the cat', n: '1' })
    expect(sent.image).toMatchObject([{ filename: 'a.png' }, { filename: 'b.png' }])
    expect(Buffer.from((sent.mask as FormFile).bytes).equals(Buffer.alloc(2_000, 3))).toBe(true)
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 400, res_units: 1_056, is_priced: true })
  })

  it('takes JSON as well', async () => {
    upstream.script(answerJson({ created: 1, data: [{ b64_json: 'AAAA' }], usage }))
    const body = { model: '@studio/gpt-image-1', prompt: 'more', images: [{ image_url: 'https://a.example/x.png' }] }
    const response = await sluice.post('/v1/images/edits', body)
    expect(response.status).toBe(200)
    expect(upstream.received.at(-1)?.json()).toEqual({ ...body, model: 'gpt-image-1' })
  })

  it('streams previews', async () => {
    upstream.script(
      answerEvents([
        `data: ${JSON.stringify({ type: 'image_edit.partial_image', b64_json: 'AA' })}\n\n`,
        `data: ${JSON.stringify({ type: 'image_edit.completed', b64_json: 'AAAA', usage })}\n\n`,
      ]),
    )
    const { data: stream, response } = await openai.images
      .edit({ model: '@studio/gpt-image-1', image: await picture('a.png', 1), prompt: 'x', stream: true })
      .withResponse()
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toEqual(['image_edit.partial_image', 'image_edit.completed'])
    expect((await sluice.logOf(response)).metrics).toMatchObject({ res_units: 1_056 })
  })
})

describe('POST /v1/images/variations', () => {
  it('charges pictures by their number and size', async () => {
    upstream.script(answerJson({ created: 1, data: [{ url: 'https://a.example/1' }, { url: 'https://a.example/2' }] }))
    const { data, response } = await openai.images
      .createVariation({ model: '@studio/dall-e-2', image: await picture('a.png', 1), n: 2, size: '256x256' })
      .withResponse()
    expect(data.data).toHaveLength(2)
    expect(fieldsSent()).toMatchObject({ model: 'dall-e-2', n: '2', size: '256x256' })
    expect((await sluice.logOf(response)).metrics).toMatchObject({ cost_nanos: 32_000_000, is_priced: true })
  })
})

describe('a cost limit', () => {
  const cases: readonly [string, (client: OpenAI, amount: number) => Promise<unknown>][] = [
    ['speech', (client, amount) => client.audio.speech.create({ ...speak, input: 'x'.repeat(amount) })],
    [
      'transcriptions',
      async (client, amount) =>
        client.audio.transcriptions.create({ model: '@studio/whisper-1', file: await waveFile(amount / 50) }),
    ],
    [
      'translations',
      async (client, amount) =>
        client.audio.translations.create({ model: '@studio/whisper-1', file: await waveFile(amount / 50) }),
    ],
    [
      'image edits',
      async (client, amount) =>
        client.images.edit({
          model: '@studio/dall-e-2',
          image: await picture('a.png', 1),
          prompt: 'x',
          n: Math.max(1, amount / 100),
        }),
    ],
    [
      'image variations',
      async (client, amount) =>
        client.images.createVariation({
          model: '@studio/dall-e-2',
          image: await picture('a.png', 1),
          n: Math.max(1, amount / 100),
        }),
    ],
  ]

  it.each(cases)('holds for %s: the request that would pass it is not sent', async (name, ask) => {
    const answer = name.startsWith('image') ? { data: [{}] } : { text: 'x' }
    upstream.script(name === 'speech' ? answerBytes([sound]) : answerJson(answer))
    const isPicture = name.startsWith('image')
    const key = await sluice.client.makeKey({ usage_limits: { credit_limit: isPicture ? 0.05 : 0.0015 } })
    const client = clientFor(key.secret)
    await ask(client, 50)
    const calls = upstream.received.length
    await expect(ask(client, 1_000)).rejects.toMatchObject({ status: 412 })
    expect(upstream.received.length).toBe(calls)
  })
})
