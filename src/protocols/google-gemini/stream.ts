/** Reads a provider's chunks as neutral events. Each chunk is a whole answer in small; a whole answer is one chunk. */
import { parseExact } from '../../bytes/exact-json.ts'
import type { GatewayError } from '../../errors.ts'
import type { Finish, InferenceEvent, Picture, TokenLogprob } from '../../inference/index.ts'
import { readGrounding } from '../citations.ts'
import { isObject, present } from '../fields.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'
import { markSignature } from '../signature.ts'
import { interrupted, readErrorObject, unusable } from './errors.ts'
import { readUsage } from './usage.ts'
import { isFailure, readFinish, type SignaturePlace, wireId } from './wire.ts'

/** What a candidate says beside its content; it rides along for whoever knows this wire. */
const sideFields = ['groundingMetadata', 'citationMetadata', 'urlContextMetadata', 'safetyRatings', 'finishMessage']

export class GeminiStreamReader implements StreamReader {
  private blocks = 0
  private calls = 0
  private hasSaid = false
  private isStarted = false
  private isDone = false
  private readonly logprobs: TokenLogprob[] = []
  private responseId = ''
  /** Text and thinking come in pieces, one block at a time. */
  private open: { readonly index: number; readonly type: 'text' | 'reasoning' } | undefined
  private finishWord: string | undefined
  private finishMessage: unknown
  /** Why the prompt was refused. */
  private blockReason: string | undefined
  private usage: JsonObject | undefined
  private carried: Record<string, unknown> = {}

  push(frame: Frame): readonly InferenceEvent[] {
    const { data } = frame
    if (this.isDone || data === undefined || data === '' || data === '[DONE]') return []
    let body: unknown
    try {
      body = parseExact(data)
    } catch {
      const start = data.slice(0, 80)
      return this.fail(interrupted(`the provider's stream holds an event that cannot be read: '${start}'`, data))
    }
    const bodies: readonly unknown[] = Array.isArray(body) ? body : [body]
    return bodies.flatMap((each) => (isObject(each) ? this.read(each) : []))
  }

  /** The wire has no last word: a chunk may follow the one that says why it stopped, so the end of the stream is the end. */
  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (this.finishWord === undefined && this.blockReason === undefined) {
      return this.fail(interrupted("the provider's stream ended before its finishReason; the answer is not whole"))
    }
    const word = this.finishWord ?? ''
    if (isFailure(word) && !this.hasSaid) return this.fail(unusable(word, this.finishMessage))
    this.isDone = true
    const finish: Finish =
      this.blockReason === undefined
        ? readFinish(word, this.calls > 0)
        : { reason: 'content-filter', raw: this.blockReason }
    const carry = Object.keys(this.carried).length > 0 ? { carry: { wire: wireId, fields: this.carried } } : {}
    const searches = searchesIn(this.carried.groundingMetadata)
    const told = this.usage && { ...readUsage(this.usage, true), ...(searches > 0 ? { webSearches: searches } : {}) }
    const usage = told ? [{ type: 'usage' as const, usage: told }] : []
    const logprobs = this.logprobs.length > 0 ? { logprobs: this.logprobs } : {}
    return [...this.closeBlock(), ...usage, { type: 'response-end', finish, ...carry, ...logprobs }]
  }

  read(body: JsonObject): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (isObject(body.error)) return this.fail(readErrorObject(body))
    const candidate: unknown = Array.isArray(body.candidates) ? body.candidates[0] : undefined
    if (!isObject(candidate) && !isObject(body.usageMetadata) && !isObject(body.promptFeedback)) return []
    const events: InferenceEvent[] = [...this.start(body)]
    if (isObject(body.usageMetadata)) {
      this.usage = { ...this.usage, ...body.usageMetadata }
      events.push({ type: 'usage', usage: readUsage(this.usage, false) })
    }
    if (isObject(body.promptFeedback)) events.push(...this.readBlocked(body.promptFeedback))
    if (isObject(candidate)) events.push(...this.readCandidate(candidate))
    return events
  }

  private start({ responseId, modelVersion, createTime }: JsonObject): readonly InferenceEvent[] {
    if (this.isStarted) return []
    this.isStarted = true
    this.responseId = typeof responseId === 'string' ? responseId : ''
    const createdAtMs = typeof createTime === 'string' ? Date.parse(createTime) : Number.NaN
    return [
      present({
        type: 'response-start' as const,
        id: this.responseId,
        model: typeof modelVersion === 'string' ? modelVersion : '',
        createdAtMs: Number.isNaN(createdAtMs) ? undefined : createdAtMs,
      }),
    ]
  }

  /** The prompt was refused: no candidate follows. */
  private readBlocked(feedback: JsonObject): readonly InferenceEvent[] {
    const { blockReason, blockReasonMessage } = feedback
    this.carried = { ...this.carried, promptFeedback: feedback }
    if (typeof blockReason !== 'string' || blockReason === 'BLOCK_REASON_UNSPECIFIED') return []
    this.blockReason = blockReason
    if (typeof blockReasonMessage !== 'string' || blockReasonMessage === '') return []
    const index = this.blocks++
    return [
      { type: 'block-start', index, block: { type: 'refusal' } },
      { type: 'block-delta', index, text: blockReasonMessage },
      { type: 'block-end', index },
    ]
  }

  private readCandidate(candidate: JsonObject): readonly InferenceEvent[] {
    const parts = isObject(candidate.content) ? candidate.content.parts : undefined
    const events = Array.isArray(parts) ? parts.flatMap((part) => (isObject(part) ? this.readPart(part) : [])) : []
    this.logprobs.push(...readLogprobs(candidate.logprobsResult))
    for (const field of sideFields) {
      if (candidate[field] !== undefined) this.carried[field] = candidate[field]
    }
    const { finishReason, finishMessage } = candidate
    if (typeof finishReason === 'string' && finishReason !== 'FINISH_REASON_UNSPECIFIED') {
      this.finishWord = finishReason
      this.finishMessage = finishMessage
    }
    return events
  }

  private readPart(part: JsonObject): readonly InferenceEvent[] {
    const signature = typeof part.thoughtSignature === 'string' ? part.thoughtSignature : ''
    if (isObject(part.functionCall)) return this.readCall(part.functionCall, signature)
    if (typeof part.text === 'string') {
      if (part.thought === true) return this.readThought(part.text, signature)
      const told = this.tell('text', part.text)
      return signature === '' ? told : [...told, ...this.sign('text', signature)]
    }
    if (Object.keys(part).every((key) => key === 'thought' || key === 'thoughtSignature')) {
      return signature === '' ? [] : this.sign('text', signature)
    }
    this.hasSaid = true
    const index = this.blocks++
    return [
      ...this.closeBlock(),
      {
        type: 'block-start',
        index,
        block: { type: 'other', carry: { wire: wireId, fields: part }, ...pictureIn(part) },
      },
      { type: 'block-end', index },
    ]
  }

  private readThought(text: string, signature: string): readonly InferenceEvent[] {
    const told = this.tell('reasoning', text)
    if (signature === '') return told
    return this.open ? [...told, ...this.closeBlock(mark('thought', signature))] : this.sign('thought', signature)
  }

  /** A call comes whole. Its signature goes with the thinking before it, which clients bring back as it came. */
  private readCall(call: JsonObject, signature: string): readonly InferenceEvent[] {
    const signed = signature === '' ? this.closeBlock() : this.sign('call', signature)
    const index = this.blocks++
    const name = typeof call.name === 'string' ? call.name : ''
    const id = typeof call.id === 'string' && call.id !== '' ? call.id : this.callId(name)
    this.calls++
    this.hasSaid = true
    return [
      ...signed,
      { type: 'block-start', index, block: { type: 'tool-call', id, name } },
      { type: 'block-delta', index, text: JSON.stringify(call.args ?? {}) },
      { type: 'block-end', index },
    ]
  }

  /** Most of this wire's calls have no id; the answer's own keeps them apart over a whole conversation. */
  private callId(name: string): string {
    const scope = this.responseId === '' ? name : this.responseId
    return `call_${scope.replace(/[^a-zA-Z0-9_-]/g, '_')}_${this.calls}`
  }

  /** Thinking that is open ends with the signature; else the signature alone is a block of thinking. */
  private sign(place: SignaturePlace, signature: string): readonly InferenceEvent[] {
    if (place !== 'text' && this.open?.type === 'reasoning') return this.closeBlock(mark(place, signature))
    const before = this.closeBlock()
    const index = this.blocks++
    return [
      ...before,
      { type: 'block-start', index, block: { type: 'reasoning' } },
      { type: 'block-end', index, signature: mark(place, signature) },
    ]
  }

  private tell(type: 'text' | 'reasoning', text: string): readonly InferenceEvent[] {
    if (text === '') return []
    if (type === 'text') this.hasSaid = true
    if (this.open?.type === type) return [{ type: 'block-delta', index: this.open.index, text }]
    const before = this.closeBlock()
    const index = this.blocks++
    this.open = { index, type }
    return [...before, { type: 'block-start', index, block: { type } }, { type: 'block-delta', index, text }]
  }

  private closeBlock(signature?: string): readonly InferenceEvent[] {
    if (!this.open) return []
    const { index, type } = this.open
    this.open = undefined
    const citations = type === 'text' ? readGrounding(this.carried.groundingMetadata) : []
    return [
      {
        type: 'block-end',
        index,
        ...(signature === undefined ? {} : { signature }),
        ...(citations.length > 0 ? { citations } : {}),
      },
    ]
  }

  private fail(error: GatewayError): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }
}

/** Drafts that the model made while it thought are none of the answer. */
function pictureIn({ inlineData, thought }: JsonObject): { readonly picture?: Picture } {
  if (!isObject(inlineData) || thought === true) return {}
  const { mimeType, data } = inlineData
  if (typeof mimeType !== 'string' || !mimeType.startsWith('image/') || typeof data !== 'string') return {}
  return { picture: { mediaType: mimeType, base64: data } }
}

/** Each query is billed, or the prompt as a whole (ai.google.dev/gemini-api/docs/pricing). */
function searchesIn(grounding: unknown): number {
  if (!isObject(grounding)) return 0
  const { webSearchQueries: queries, groundingChunks: chunks } = grounding
  if (Array.isArray(queries) && queries.length > 0) return queries.length
  return Array.isArray(chunks) && chunks.length > 0 ? 1 : 0
}

/** https://ai.google.dev/api/generate-content#LogprobsResult */
function readLogprobs(result: unknown): readonly TokenLogprob[] {
  if (!isObject(result) || !Array.isArray(result.chosenCandidates)) return []
  const tops: readonly unknown[] = Array.isArray(result.topCandidates) ? result.topCandidates : []
  return result.chosenCandidates.filter(isObject).map((chosen, at) => {
    const top = tops[at]
    const candidates = isObject(top) && Array.isArray(top.candidates) ? top.candidates.filter(isObject) : []
    return { ...tokenOf(chosen), top: candidates.map(tokenOf) }
  })
}

function tokenOf({ token, logProbability: logprob }: JsonObject) {
  return { token: typeof token === 'string' ? token : '', logprob: typeof logprob === 'number' ? logprob : 0 }
}

function mark(place: SignaturePlace, signature: string): string {
  return markSignature(wireId, place, signature)
}
