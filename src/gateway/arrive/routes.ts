/** Path → what is to be done. Every route that can cost money is an `inference` route and so passes the one gate. */
import type { ClientProtocolId, ClientWireId } from '../../protocols/protocol.ts'
import type { Operation } from '../line/operation.ts'

/** What an address says that other wires say in the body. */
export interface NamedInPath {
  readonly model: string
  /** Absent = the body says it. */
  readonly isStream?: boolean
}

export type Route =
  | {
      readonly type: 'inference'
      readonly operation: Operation
      readonly wire: ClientWireId
      /** Absent = the body says it. */
      readonly named?: NamedInPath
    }
  | { readonly type: 'models' }
  | { readonly type: 'model'; readonly id: string }
  /** Passed on as it is; see `raw/`. */
  | { readonly type: 'raw' }
  | { readonly type: 'health' }
  | { readonly type: 'greeting' }
  | { readonly type: 'preflight' }
  | { readonly type: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly type: 'unknown' }

interface Row {
  readonly method: string
  readonly path: string
  readonly route: Route
}

const rows: readonly Row[] = [
  {
    method: 'POST',
    path: '/v1/chat/completions',
    route: { type: 'inference', operation: 'chat', wire: 'openai-chat' },
  },
  {
    method: 'POST',
    path: '/v1/messages',
    route: { type: 'inference', operation: 'messages', wire: 'anthropic-messages' },
  },
  {
    method: 'POST',
    path: '/v1/responses',
    route: { type: 'inference', operation: 'responses', wire: 'openai-responses' },
  },
  {
    method: 'POST',
    path: '/v1/embeddings',
    route: { type: 'inference', operation: 'embed', wire: 'openai-embeddings' },
  },
  {
    method: 'POST',
    path: '/v1/completions',
    route: { type: 'inference', operation: 'complete', wire: 'openai-completions' },
  },
  {
    method: 'POST',
    path: '/v1/moderations',
    route: { type: 'inference', operation: 'moderate', wire: 'openai-moderations' },
  },
  {
    method: 'POST',
    path: '/v1/rerank',
    route: { type: 'inference', operation: 'rerank', wire: 'openai-rerank' },
  },
  {
    method: 'POST',
    path: '/v1/images/generations',
    route: { type: 'inference', operation: 'imageGenerate', wire: 'openai-images' },
  },
  {
    method: 'POST',
    path: '/v1/images/edits',
    route: { type: 'inference', operation: 'imageEdit', wire: 'openai-image-edits' },
  },
  {
    method: 'POST',
    path: '/v1/images/variations',
    route: { type: 'inference', operation: 'imageVariation', wire: 'openai-image-variations' },
  },
  {
    method: 'POST',
    path: '/v1/audio/speech',
    route: { type: 'inference', operation: 'createSpeech', wire: 'openai-speech' },
  },
  {
    method: 'POST',
    path: '/v1/audio/transcriptions',
    route: { type: 'inference', operation: 'createTranscription', wire: 'openai-transcriptions' },
  },
  {
    method: 'POST',
    path: '/v1/audio/translations',
    route: { type: 'inference', operation: 'createTranslation', wire: 'openai-translations' },
  },
  /** The answers that OpenAI has stored. */
  { method: 'GET', path: '/v1/chat/completions', route: { type: 'raw' } },
  { method: 'GET', path: '/v1/models', route: { type: 'models' } },
  { method: 'GET', path: '/v1/health', route: { type: 'health' } },
  { method: 'GET', path: '/', route: { type: 'greeting' } },
]

const modelPrefix = '/v1/models/'

/** `/models/{model}:{verb}`, as Google's clients write it. */
const modelVerb = /^\/v1(?:beta)?\/models\/(.+):(\w+)$/

/** What is asked of a model by such a path; undefined = it is no such path. */
function readVerb(method: string, path: string): Route | undefined {
  const [, model, verb] = (method === 'POST' && modelVerb.exec(path)) || []
  if (model === undefined) return undefined
  const isStream = verb === 'streamGenerateContent'
  if (!isStream && verb !== 'generateContent') return { type: 'raw' }
  return { type: 'inference', operation: 'generateContent', wire: 'google-gemini', named: { model, isStream } }
}

/** `/openai/deployments/{deployment}/{endpoint}`, as Azure's clients write it, and its v1 API. */
const deployment =
  /^\/openai\/deployments\/(.+?)(\/(?:chat\/completions|completions|embeddings|images\/generations|audio\/speech))$/
const azureV1 = /^\/openai(?:\/v1)?(\/(?!deployments\/|v1\/).+)$/

/** The same endpoint by the path that everybody writes; a deployment is the model's name. */
function readAzure(method: string, path: string): Route | undefined {
  const own = azureV1.exec(path)?.[1]
  if (own !== undefined) return rows.find((row) => row.method === method && row.path === `/v1${own}`)?.route
  const [, name, endpoint] = deployment.exec(path) ?? []
  const route = rows.find((row) => row.method === method && row.path === `/v1${endpoint}`)?.route
  if (name === undefined || route?.type !== 'inference') return undefined
  return { ...route, named: { model: decodeName(name) } }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Where a path that has no row may be passed on. */
const rawPrefix = /^\/v1(?:beta)?\/./

/** A trailing slash and a doubled `/v1` (clients that add their own) are forgiven. */
export function findRoute(method: string, rawPath: string): Route {
  const path = normalisePath(rawPath)
  const known = rows.filter((row) => row.path === path)
  const isModel = path.startsWith(modelPrefix) && path.length > modelPrefix.length
  if (method === 'OPTIONS') return { type: 'preflight' }
  const asked = readVerb(method, path) ?? readAzure(method, path)
  if (asked !== undefined) return asked
  if (isModel) {
    if (method === 'DELETE') return { type: 'raw' }
    return method === 'GET' || method === 'HEAD'
      ? { type: 'model', id: path.slice(modelPrefix.length) }
      : { type: 'wrong-method', allowed: ['GET', 'DELETE'] }
  }
  const wanted = method === 'HEAD' ? 'GET' : method
  if (known.length === 0) return { type: rawPrefix.test(path) ? 'raw' : 'unknown' }
  const match = known.find((row) => row.method === wanted)
  return match?.route ?? { type: 'wrong-method', allowed: known.map((row) => row.method) }
}

/** True for the paths this room answers, whatever the method. */
export function isGatewayPath(rawPath: string): boolean {
  const path = normalisePath(rawPath)
  return path.startsWith(modelPrefix) || rows.some((row) => row.path === path)
}

/** Names of models may hold a colon too (`ft:gpt-4o:acme`). */
const verbOfGoogle = /:(?:generate|stream|count|embed|batch|predict|async)\w*$/

type GuessedWire = ClientProtocolId | 'google-gemini'

/** The wire to speak to a client whose path says nothing yet: an error must still be readable. */
export function guessWire(path: string, headers: Readonly<Record<string, string>>): GuessedWire {
  if (path.startsWith('/v1beta/') || (modelVerb.test(path) && verbOfGoogle.test(path))) return 'google-gemini'
  if (headers['x-goog-api-key'] !== undefined) return 'google-gemini'
  const isAnthropic = path.includes('/messages') || headers['anthropic-version'] !== undefined
  if (isAnthropic) return 'anthropic-messages'
  return path.includes('/responses') ? 'openai-responses' : 'openai-chat'
}

/** What a client of this wire is taken to ask for, where its path was not read. */
export const usualOperation: Readonly<Record<GuessedWire, Operation>> = {
  'google-gemini': 'generateContent',
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  'anthropic-messages': 'messages',
}

/** What is served, for messages. */
export const servedPaths: readonly string[] = [
  ...rows.filter(({ route }) => route.type !== 'raw').map((row) => `${row.method} ${row.path}`),
  `GET ${modelPrefix}{model}`,
]

/** The served path that was meant by one without its `/v1`, or with something before it; undefined = none. */
export function servedInstead(method: string, path: string): string | undefined {
  const row = rows.find(
    (each) => each.method === method && path.endsWith(each.path.replace('/v1', '')) && each.path !== '/',
  )
  return row?.path
}

function normalisePath(path: string): string {
  const single = path.replace(/^\/v1\/v1\//, '/v1/')
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single
}
