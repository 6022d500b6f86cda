/** The paths that call models, for the published description. Their bodies are the clients' own wires: what is written out is what the gateway reads, everything else goes on to the provider. */
import type { JsonObject } from '../request.ts'

interface Operation {
  readonly summary: string
  /** Members that the gateway reads; absent = the path takes no body. */
  readonly body?: Readonly<Record<string, JsonObject>>
  readonly required?: readonly string[]
  readonly isForm?: true
  /** Content types of the answer; absent = JSON. */
  readonly answers?: readonly string[]
}

const text = { type: 'string' }
const model = { type: 'string', description: "'@slug/model', 'provider/model', or a model that one provider lists" }
const stream = { type: 'boolean', description: 'true = the answer comes as server-sent events' }
const maxTokens = { type: 'integer', description: 'also what a limit holds before the call' }
const list = { type: 'array', items: {} }
const either = { description: 'a string or a list' }
const streams = ['application/json', 'text/event-stream']
const file = { type: 'string', format: 'binary' }

/** By method and path, as the gateway names what it serves. */
const operations: Readonly<Record<string, Operation>> = {
  'POST /v1/chat/completions': {
    summary: 'Chat, in the wire of OpenAI',
    body: { model, messages: list, stream, max_tokens: maxTokens, max_completion_tokens: maxTokens, tools: list },
    required: ['messages'],
    answers: streams,
  },
  'POST /v1/messages': {
    summary: 'Messages, in the wire of Anthropic',
    body: { model, messages: list, stream, max_tokens: maxTokens, system: either, tools: list },
    required: ['messages'],
    answers: streams,
  },
  'POST /v1/messages/count_tokens': {
    summary: 'Count the tokens of messages',
    body: { model, messages: list, system: either, tools: list },
    required: ['messages'],
  },
  'POST /v1/responses': {
    summary: 'Responses, in the wire of OpenAI',
    body: { model, input: either, stream, max_output_tokens: maxTokens, tools: list, previous_response_id: text },
    answers: streams,
  },
  'POST /v1/completions': {
    summary: 'Completions of a text',
    body: { model, prompt: either, stream, max_tokens: maxTokens },
    answers: streams,
  },
  'POST /v1/embeddings': { summary: 'Embeddings', body: { model, input: either }, required: ['input'] },
  'POST /v1/moderations': { summary: 'Moderation', body: { model, input: either }, required: ['input'] },
  'POST /v1/rerank': {
    summary: 'Order documents by a question',
    body: { model, query: text, documents: list },
    required: ['query', 'documents'],
  },
  'POST /v1/images/generations': {
    summary: 'Pictures from a text',
    body: { model, prompt: text, n: { type: 'integer' }, size: text, quality: text },
    required: ['prompt'],
    answers: streams,
  },
  'POST /v1/images/edits': {
    summary: 'Pictures from pictures',
    isForm: true,
    body: { model, prompt: text, image: file },
    answers: streams,
  },
  'POST /v1/images/variations': { summary: 'Variations of a picture', isForm: true, body: { model, image: file } },
  'POST /v1/audio/speech': {
    summary: 'Speech from a text',
    body: { model, input: text, voice: {} },
    required: ['input'],
    answers: ['audio/*', 'text/event-stream'],
  },
  'POST /v1/audio/transcriptions': {
    summary: 'Text from speech',
    isForm: true,
    body: { model, file },
    answers: [...streams, 'text/plain'],
  },
  'POST /v1/audio/translations': {
    summary: 'English text from speech',
    isForm: true,
    body: { model, file },
    answers: ['application/json', 'text/plain'],
  },
  'GET /v1/models': { summary: 'List the models that the key may call' },
  'GET /v1/models/{model}': { summary: 'Read one model' },
  'GET /v1/health': { summary: 'Say that the gateway is up; needs no key' },
  'GET /': { summary: 'Say what this is; needs no key' },
}

/** `served` are methods and paths, e.g. `POST /v1/chat/completions`. Throws for one that is not described here. */
export function dataPlanePaths(served: readonly string[]): Readonly<Record<string, JsonObject>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const each of served) {
    const operation = operations[each]
    if (operation === undefined)
      throw new Error(`${each} is served and not described in src/admin/openap./model-paths.ts`)
    const [method = '', path = ''] = each.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, path) }
  }
  return paths
}

function describe({ summary, body, required = [], isForm, answers = ['application/json'] }: Operation, path: string) {
  const schema = { type: 'object', properties: body ?? {}, required, additionalProperties: true }
  const answer = (type: string) => [type, type === 'application/json' ? { schema: { type: 'object' } } : {}] as const
  return {
    summary,
    tags: ['models'],
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: text,
    })),
    ...(body && {
      requestBody: {
        required: true,
        content: { [isForm ? 'multipart/form-data' : 'application/json']: { schema } },
      },
    }),
    responses: {
      '200': { description: 'the answer', content: Object.fromEntries(answers.map(answer)) },
      default: {
        description: "an error, in the client's own wire",
        content: { 'application/json': { schema: { type: 'object' } } },
      },
    },
  }
}
