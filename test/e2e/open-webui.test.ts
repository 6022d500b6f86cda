/** Open WebUI's requests as it sends them, against providers that refuse what OpenAI and Anthropic refuse of them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readFields } from '../../src/bytes/multipart-form.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatStream,
  messagesStream,
  type Received,
  type Script,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'
import { vendorRefusal } from '../support/vendor-rules.ts'

let sluice: Sluice
let openai: Upstream
let claude: Upstream

/** What its administrator switches on with ENABLE_FORWARD_USER_INFO_HEADERS; the name is quoted, the spaces are not. */
const user = {
  'X-OpenWebUI-User-Name': 'Ana Mu%C3%B1oz',
  'X-OpenWebUI-User-Id': '0b9cf2d4-5a3e-4d0f-8f55-3d0f3a6c9b11',
  'X-OpenWebUI-User-Email': 'ana@example.com',
  'X-OpenWebUI-User-Role': 'user',
}
const chatId = '5f3c1c1e-8f7a-4c0e-9d51-6a2b8d9e0f11'
const inChat = { ...user, 'X-OpenWebUI-Chat-Id': chatId }

const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=='
const photo = '/9j/4AAQSkZJRgABAQAAAQABAAD/2Q=='
const sound = Buffer.from(Array.from({ length: 4_000 }, (_, at) => (at * 7_919) & 0xff))

/** What the providers had to refuse; a second try that was answered must not hide it. */
const refusals: string[] = []

function refuse(message: string, body: object): Script {
  refusals.push(message)
  return answerJson(body, 400)
}

const refusal = (message: string, param: string) =>
  refuse(message, { error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' } })

const unknownTo = (received: Received, known: readonly string[]) =>
  Object.keys(received.json()).find((key) => !known.includes(key))

const chatKeys = 'model messages stream stream_options max_tokens max_completion_tokens temperature top_p stop tools'
  .concat(' tool_choice parallel_tool_calls response_format reasoning_effort logit_bias metadata user seed')
  .split(' ')

/** OpenAI: every request is judged before it is answered. */
const asOpenAi: Script = (...given) => {
  const [received] = given
  const answers: Readonly<Record<string, (received: Received) => Script>> = {
    'POST /v1/chat/completions': openAiChat,
    'POST /v1/images/generations': openAiImages,
    'POST /v1/embeddings': openAiEmbeddings,
    'POST /v1/audio/speech': () => speech,
    'POST /v1/audio/transcriptions': () => answerJson({ text: 'good day', usage: { type: 'duration', seconds: 2 } }),
    'GET /v1/models': () =>
      answerJson({ object: 'list', data: [{ id: 'gpt-5', object: 'model', owned_by: 'openai' }] }),
  }
  const answer = answers[`${received.method} ${received.path}`]
  const script =
    answer === undefined ? answerJson({ error: { message: `no ${received.path}` } }, 404) : answer(received)
  return script(...given)
}

function openAiChat(received: Received): Script {
  const body = received.json()
  const unknown = unknownTo(received, chatKeys)
  if (unknown !== undefined) return refusal(`Unknown parameter: '${unknown}'.`, unknown)
  const refused = vendorRefusal('openai-chat', String(body.model), body)
  if (refused !== undefined) return refusal(`Unsupported parameter: '${refused}' is not supported.`, refused)
  if (body.stream === true) return body.tools === undefined ? answerEvents(chatStream(['Hel', 'lo 🙂'])) : toolStream
  return answerJson(chatAnswer('{ "title": "🦦 Otters" }'))
}

function openAiImages(received: Received): Script {
  const { model } = received.json()
  const isGptImage = String(model).startsWith('gpt-image')
  const unknown = unknownTo(received, ['model', 'prompt', 'n', 'size', ...(isGptImage ? [] : ['response_format'])])
  if (unknown !== undefined) return refusal(`Unknown parameter: '${unknown}'.`, unknown)
  const usage = { input_tokens: 10, output_tokens: 1_056, total_tokens: 1_066 }
  return answerJson({ created: 1_760_000_000, data: [{ b64_json: picture }], ...(isGptImage ? { usage } : {}) })
}

function openAiEmbeddings(received: Received): Script {
  const unknown = unknownTo(received, ['model', 'input', 'encoding_format', 'dimensions', 'user'])
  if (unknown !== undefined) return refusal(`Unknown parameter: '${unknown}'.`, unknown)
  const inputs = received.json().input as string[]
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding: [0.1 * (index + 1), 0.2] }))
  return answerJson({ object: 'list', model: 'm', data, usage: { prompt_tokens: 8, total_tokens: 8 } })
}

const speech: Script = (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(sound)

const toolChunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-5', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const toolStream = answerEvents([
  toolChunk({
    role: 'assistant',
    tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }],
  }),
  toolChunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
  toolChunk({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }),
  toolChunk({}, 'tool_calls'),
  'data: [DONE]\n\n',
])

/** Anthropic: there has to be a cap, media types are those of the bytes, and there are no options of OpenAI. */
const asAnthropic: Script = (...given) => {
  const [received] = given
  const models = { data: [{ type: 'model', id: 'claude-sonnet-4-5', display_name: 'Sonnet' }], has_more: false }
  const script = received.method === 'GET' ? answerJson(models) : anthropicMessages(received)
  return script(...given)
}

function anthropicMessages(received: Received): Script {
  const body = received.json()
  const says = (message: string) =>
    refuse(message, { type: 'error', error: { type: 'invalid_request_error', message } })
  if (typeof body.max_tokens !== 'number') return says('max_tokens: Field required')
  const pictures = [...received.body.matchAll(/"media_type":"([^"]*)","data":"(.{4})/g)]
  if (pictures.some(([, type, start]) => type !== (start === '/9j/' ? 'image/jpeg' : 'image/png')))
    return says('the image was specified with a media type that is not that of its bytes')
  const unknown = unknownTo(received, 'model messages max_tokens stream system tools tool_choice metadata'.split(' '))
  if (unknown !== undefined) return says(`${unknown}: Extra inputs are not permitted`)
  return answerEvents(messagesStream(['Hel', 'lo 🙂']))
}

beforeAll(async () => {
  openai = await startUpstream(asOpenAi)
  claude = await startUpstream(asAnthropic)
  sluice = await startSluice()
  await sluice.connect('openai', 'openai', openai.origin)
  await sluice.connect('anthropic', 'anthropic', claude.origin)
})

afterEach(() => expect(refusals.splice(0)).toEqual([]))

afterAll(async () => {
  await sluice?.stop()
  await openai?.stop()
  await claude?.stop()
})

async function post<T>(path: string, body: object, headers: Record<string, string> = inChat) {
  const response = await sluice.post(`/v1${path}`, body, headers)
  const json = (await response.json()) as T
  expect({ status: response.status, json }).toMatchObject({ status: 200 })
  return { response, json, warnings: response.headers.get('x-portkey-warnings') ?? '' }
}

/** The pipe's reader: lines; what does not begin with `data:` is shown as it is, so nothing but data may come. */
async function readLines(body: object) {
  const response = await sluice.post('/v1/chat/completions', body, inChat)
  expect({ status: response.status, type: response.headers.get('content-type') }).toMatchObject({ status: 200 })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const lines = (await response.text()).split('\n').filter((line) => line.trim() !== '')
  expect(lines.filter((line) => !line.startsWith('data: '))).toEqual([])
  expect(lines.at(-1)).toBe('data: [DONE]')
  const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.slice('data: '.length)))
  return { response, chunks, text: chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('') }
}

const task = (content: string, more: object = {}) => ({
  model: '@openai/gpt-5',
  messages: [{ role: 'user', content: `### Task:\n${content}\n<chat_history>\nUSER: hi\n</chat_history>` }],
  stream: false,
  ...more,
})

describe('the connection of Open WebUI', () => {
  it('finds its models, each under the name that it will send', async () => {
    const headers = { authorization: `Bearer ${sluice.apiKey}`, ...user }
    const list = await fetch(`${sluice.origin}/v1/models`, { headers })
    const { object, data } = (await list.json()) as { object: string; data: { id: string; object: string }[] }
    expect(object).toBe('list')
    expect(data).toContainEqual(expect.objectContaining({ id: '@openai/gpt-5', object: 'model' }))
    expect(data).toContainEqual(expect.objectContaining({ id: '@anthropic/claude-sonnet-4-5', object: 'model' }))
  })
})

describe('titles, tags and follow-ups', () => {
  it.each(['max_tokens', 'max_completion_tokens'])('are answered when the cap is said as %s', async (cap) => {
    const { json } = await post<ReturnType<typeof chatAnswer>>(
      '/chat/completions',
      task('Generate a concise title', { [cap]: 1_000 }),
    )
    expect(json.choices[0]?.message.content).toBe('{ "title": "🦦 Otters" }')
    const sent = openai.received.at(-1)?.json()
    expect(sent).toMatchObject({ model: 'gpt-5', max_completion_tokens: 1_000, stream: false })
    expect(sent).not.toHaveProperty('max_tokens')
  })

  it('are answered without a cap', async () => {
    await post('/chat/completions', task('Suggest 3-5 relevant follow-up questions'))
    expect(openai.received.at(-1)?.json()).not.toHaveProperty('max_completion_tokens')
  })
})

describe('a chat', () => {
  const chat = { stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: 'hi' }] }

  it.each(['@openai/gpt-5', '@anthropic/claude-sonnet-4-5'])(
    'with %s is read line by line, and is billed to its user',
    async (model) => {
      const { response, chunks, text } = await readLines({ model, ...chat })
      expect(text).toBe('Hello 🙂')
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } })
      expect(response.headers.get('x-portkey-trace-id')).toBe(chatId)
      const log = JSON.stringify(await sluice.logOf(response))
      for (const said of [
        '"_user":"ana@example.com"',
        '"user_name":"Ana Muñoz"',
        '"user_role":"user"',
        user['X-OpenWebUI-User-Id'],
      ])
        expect(log).toContain(said)
    },
  )

  it('keeps the headers about its user from the provider', async () => {
    await readLines({ model: '@openai/gpt-5', ...chat })
    expect(JSON.stringify(openai.received.at(-1)?.headers)).not.toContain('openwebui')
  })

  it('with tools brings the call in pieces, and takes the result', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters } }]
    const { chunks } = await readLines({ model: '@openai/gpt-5', ...chat, tools })
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta?.tool_calls ?? [])
    expect(calls[0]).toMatchObject({ id: 'call_1', function: { name: 'get_weather' } })
    expect(calls.map((call) => call.function.arguments).join('')).toBe('{"city":"Oslo"}')
    const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }
    const turns = [
      ...chat.messages,
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '4 °C' },
    ]
    for (const model of ['@openai/gpt-5', '@anthropic/claude-sonnet-4-5'])
      await readLines({ model, ...chat, tools, messages: turns })
    expect(JSON.stringify(claude.received.at(-1)?.json())).toContain('"tool_use_id":"call_1"')
  })

  it.each([
    ['image/png', picture],
    ['image/jpg', photo],
  ])('with a picture (%s) reaches either provider', async (type, base64) => {
    const url = `data:${type};base64,${base64}`
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url } },
    ]
    const messages = [{ role: 'user', content }]
    for (const model of ['@openai/gpt-5', '@anthropic/claude-sonnet-4-5'])
      expect((await readLines({ model, ...chat, messages })).text).toBe('Hello 🙂')
    expect(openai.received.at(-1)?.json().messages).toEqual(messages)
    expect(JSON.stringify(claude.received.at(-1)?.json())).toContain(base64)
  })
})

describe('images', () => {
  it.each([
    ['@openai/gpt-image-1', 'dropped response_format'],
    ['@openai/dall-e-3', ''],
  ])('of %s come as base64, though it asks for that by response_format', async (model, warning) => {
    const body = { model, prompt: 'an otter', n: 1, size: '1024x1024', response_format: 'b64_json' }
    const { json, warnings } = await post<{ data: object[] }>('/images/generations', body, user)
    expect(json.data).toEqual([{ b64_json: picture }])
    expect(warnings).toContain(warning)
  })
})

describe('documents and voice', () => {
  it('embeds the pieces of a document, in their order', async () => {
    const body = { input: ['one piece', 'another'], model: '@openai/text-embedding-3-small' }
    const { json } = await post<{ data: { index: number; embedding: number[] }[] }>('/embeddings', body, user)
    expect(json.data.map(({ index, embedding }) => [index, embedding[0]])).toEqual([
      [0, 0.1],
      [1, 0.2],
    ])
  })

  it('reads an answer aloud', async () => {
    const body = { input: 'Good day', voice: 'alloy', model: '@openai/tts-1' }
    const response = await sluice.post('/v1/audio/speech', body, user)
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).equals(sound)).toBe(true)
    expect(openai.received.at(-1)?.json()).toEqual({ ...body, model: 'tts-1' })
  })

  it('writes down what was spoken, from a file whose type it does not say', async () => {
    const form = new FormData()
    form.append('model', '@openai/whisper-1')
    form.append('file', new Blob([sound]), '7d1f0a52-1d0e-4c2b-9a35-6a2b8d9e0f11.wav')
    const headers = { authorization: `Bearer ${sluice.apiKey}`, ...user }
    const response = await fetch(`${sluice.origin}/v1/audio/transcriptions`, { method: 'POST', headers, body: form })
    expect({ status: response.status, json: await response.json() }).toMatchObject({
      status: 200,
      json: { text: 'good day' },
    })
    const received = openai.received.at(-1)
    const sent = readFields(received?.bytes ?? Buffer.alloc(0), received?.headers['content-type'] ?? '')
    expect(JSON.stringify(sent)).toContain('whisper-1')
  })
})
