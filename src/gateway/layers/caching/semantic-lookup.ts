/** Looks for the answer to a question that means the same: its vector's neighbours, where everything beside the text is identical. */
import type { CacheEntry } from '../../../cache/entry.ts'
import { cacheKey } from '../../../cache/key.ts'
import type { SemanticPolicy } from '../../../cache/policy.ts'
import { findDifference } from '../../../cache/question-difference.ts'
import { isUsableVector, type VectorIndex } from '../../../cache/vector-index.ts'
import { GatewayError, toGatewayError } from '../../../errors.ts'
import type { JsonObject } from '../../../protocols/protocol.ts'
import { askModel } from '../../line/model-port.ts'
import { NoteKey } from '../../line/notes.ts'
import type { UnsignedRequest } from '../prepared-request.ts'
import type { Lookup, SemanticTicket } from './cache-ticket.ts'
import { semanticQuestion } from './semantic-question.ts'

/** The embedding of a sentence takes its provider a tenth of that. */
const embeddingTimeoutMs = 2_000
/** Embedding and neighbours together: nobody waits longer for a hit that may not come. */
const patienceMs = 3_000
/** Neighbours whose words are looked at. */
const mostRead = 5

export interface SemanticSearch {
  readonly lookup: Lookup
  readonly semantic: SemanticPolicy
  readonly vectors: VectorIndex
  /** Identifies a question whose text is left out, as the answer's own key does the whole one. */
  readonly keyOf: (question: UnsignedRequest) => Parameters<typeof cacheKey>[0]
  /** A kept answer that may be given now. */
  readonly read: (id: string) => Promise<CacheEntry | undefined>
}

export interface SemanticFinding {
  readonly entry?: CacheEntry
  /** For keeping this question beside its answer. */
  readonly ticket?: SemanticTicket
}

/** undefined = it could not be looked; the record says why. Throws only when the client has left or the time is up. */
export async function searchSimilar(search: SemanticSearch): Promise<SemanticFinding | undefined> {
  const { lookup } = search
  const question = semanticQuestion(lookup.task)
  if (typeof question === 'string') return skip(lookup, question)
  const { ports, cancellation } = lookup.line
  const { ambient } = ports
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const giveUp = () => resolve('late')
  const cancel = ambient.schedule(patienceMs, giveUp)
  cancellation.signal.addEventListener('abort', giveUp, { once: true })
  try {
    const found = await Promise.race([find(search, question.text, search.keyOf(lookup.question(question.rest))), late])
    if (cancellation.signal.aborted) throw toGatewayError(cancellation.signal.reason)
    return found === 'late' ? skip(lookup, `it took more than ${patienceMs} ms`) : found
  } catch (thrown) {
    if (cancellation.signal.aborted) throw thrown
    if (thrown instanceof GatewayError) return skip(lookup, thrown.message)
    ambient.log({ level: 'warn', message: 'the semantic cache could not be searched', cause: String(thrown) })
    return skip(lookup, 'it could not be searched')
  } finally {
    cancel()
    cancellation.signal.removeEventListener('abort', giveUp)
  }
}

function skip({ line }: Lookup, reason: string): undefined {
  line.record.warn([{ type: 'dropped', field: 'cache.mode', reason: `not compared by meaning: ${reason}` }])
  return undefined
}

async function find(
  search: SemanticSearch,
  text: string,
  rest: Parameters<typeof cacheKey>[0],
): Promise<SemanticFinding> {
  const { lookup, semantic, vectors } = search
  const partition = cacheKey({ ...rest, wire: `${rest.wire} by ${semantic.embeddingModel}` })
  if (partition === undefined) throw new GatewayError('invalid_request', 'a number is too long to be compared exactly')
  const vector = await embed(text, search)
  const ticket: SemanticTicket = { partition, vector, text }
  const neighbours = await vectors.nearest({ partition, vector }, lookup.line.ports.ambient.now())
  for (const { id } of neighbours.filter(({ similarity }) => similarity >= semantic.threshold).slice(0, mostRead)) {
    const entry = await search.read(id)
    if (entry?.asked !== undefined && findDifference(entry.asked, text) === undefined) return { entry, ticket }
  }
  return { ticket }
}

const embeddings = new NoteKey(() => new Map<string, Promise<readonly number[]>>())

/** Once per request, however many targets are tried. */
function embed(text: string, search: SemanticSearch): Promise<readonly number[]> {
  const { line } = search.lookup
  const known = line.notes.of(embeddings)
  const name = JSON.stringify([search.semantic.embeddingModel, text])
  const before = known.get(name)
  if (before !== undefined) return before
  const asking = askForVector(text, search)
  known.set(name, asking)
  return asking
}

async function askForVector(input: string, { lookup, semantic, vectors }: SemanticSearch): Promise<readonly number[]> {
  const { embeddingModel: model } = semantic
  // a record of vectors would be of no use to anybody
  const { status, json } = await askModel({ ...lookup.task, keepsBodies: false }, lookup.line, {
    path: '/v1/embeddings',
    body: { model, input, encoding_format: 'float' },
    name: 'semantic cache embedding',
    timeoutMs: embeddingTimeoutMs,
  })
  if (status !== 200) throw failed(`the embedding model '${model}' answered ${status}; its own log record says why`)
  const vector = readVector(json)
  if (vector === undefined || !isUsableVector(vector))
    throw failed(`the embedding model '${model}' gave no usable vector`)
  if (!vectors.dimensions.includes(vector.length))
    throw failed(
      `the embedding model '${model}' gave ${vector.length} numbers; vectors of ${vectors.dimensions.join(', ')} can be kept`,
    )
  return vector
}

function failed(message: string): GatewayError {
  return new GatewayError('upstream_unavailable', message)
}

function readVector({ data }: JsonObject): readonly number[] | undefined {
  const [first] = Array.isArray(data) ? (data as readonly JsonObject[]) : []
  const embedding = first?.embedding
  return Array.isArray(embedding) && embedding.every((each) => typeof each === 'number') ? embedding : undefined
}
