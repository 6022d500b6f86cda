/** Looks at what a provider answers before anything is promised to the client: a good beginning, or an error to act on. */

import { parseJsonObject } from '../../bytes/json-text.ts'
import type { RawFrame } from '../../bytes/sse.ts'
import { GatewayError } from '../../errors.ts'
import type { InferenceEvent } from '../../inference/index.ts'
import type { JsonObject, StreamReader } from '../../protocols/protocol.ts'
import type { Reshape } from '../../protocols/reshape.ts'
import type { Answer, AnswerBase, EventBatch, Step, WholeAnswer } from '../line/answer.ts'
import { askedOf, type Choice, isRaw } from '../line/choice.ts'
import type { Line } from '../line/line.ts'
import type { Meter } from '../line/meter.ts'
import type { Target, Task } from '../line/task.ts'
import { modelBehind } from '../line/traits-of.ts'
import { passOnHeaders } from './answer-headers.ts'
import { answerMemory } from './answer-memory.ts'
import { lookAtStart } from './body-start.ts'
import { ChunkFeed } from './chunk-feed.ts'
import { type FrameReader, framings } from './framing.ts'
import type { SentResponse } from './patience.ts'
import { readRetryAfterMs } from './retry-after.ts'
import { brokenBy, byteSourceOf, openByteSource, readSome, readWholeBody } from './upstream-bytes.ts'

/** Nothing for this long: the answer is committed and kept alive, or, once committed, a keep-alive is due. */
export const silenceMs = 15_000
const mostOfError = { bytes: 256 * 1024, ms: 10_000 }

export interface Answered {
  readonly task: Task
  readonly target: Target
  readonly choice: Choice
  readonly meter: Meter
  readonly response: SentResponse
  readonly line: Line
}

/** Throws GatewayError for every answer that must not reach the client as a success. */
export async function readAnswer(answered: Answered): Promise<Answer> {
  const { response, choice, meter } = answered
  const base = baseOf(answered)
  if (response.status < 200 || response.status > 299) throw await readRejection(answered)
  meter.isAccepted = true
  if (choice.shape !== undefined) return readReshaped(answered, base, choice.shape)
  const contentType = response.headers['content-type'] ?? ''
  if (contentType.includes(framings[choice.upstream.upstream.framing].contentType)) return readFrames(answered, base)
  if (choice.upstream.endpoint?.answersBytes === true && !/^[^;]*json/i.test(contentType)) {
    const source = await openByteSource(answered)
    return { ...base, type: 'bytes', contentType: contentType || 'application/octet-stream', source }
  }
  const isLabelled = /json/i.test(contentType) || choice.upstream.upstream.framing !== 'sse'
  if (isLabelled) return { ...base, ...wholeOf(answered, await readWholeBody(response, answered.line)) }
  const begun = await lookAtStart(response, answered.line.ports.ambient)
  const again = { ...answered, response: begun.response }
  if (begun.isEvents) return readFrames(again, base)
  return { ...base, ...wholeOf(again, await readWholeBody(begun.response, again.line)) }
}

async function readFrames(answered: Answered, base: AnswerBase): Promise<Answer> {
  const { task, meter } = answered
  const source = new FrameSource(answered)
  const steps = await readBeginning(answered, source, !task.peek.isStream)
  meter.hasAnswer = true
  if (task.peek.isStream) return { ...base, type: 'stream', source, steps }
  return { ...base, type: 'whole', events: steps.flatMap((step) => step.events) }
}

function baseOf({ response, target, choice, meter }: Answered): AnswerBase {
  return { target, choice, meter, status: response.status, headers: response.headers }
}

export async function readRejection({ response, choice, line, target }: Answered): Promise<GatewayError> {
  const bytes = await readSome(response, mostOfError, line)
  const rawBody = Buffer.from(bytes).toString('utf8')
  if (isRedirect(response.status)) throw redirected(response, target)
  const read = choice.shape?.readError ?? choice.upstream.upstream.readError
  const error = read(response.status, rawBody)
  const retryAfterMs = readRetryAfterMs(response.headers, line.ports.ambient.now())
  return new GatewayError(error.code, error.message, {
    ...error.facts,
    status: isErrorStatus(response.status) ? response.status : 502,
    rawBody,
    provider: target.aiProvider.id,
    headers: passOnHeaders(response.headers),
    isVerbatim: choice.isPassthrough && isErrorStatus(response.status) && isJsonText(rawBody),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}

/** Credentials stay with the host that was configured. Of the address only its host is told: the rest may be signed. */
function redirected({ status, headers }: SentResponse, { aiProvider }: Target): GatewayError {
  const host = URL.parse(headers.location ?? '')?.host
  const where = host === undefined ? 'another address' : `'${host.slice(0, 200)}'`
  return new GatewayError(
    'upstream_unavailable',
    `${aiProvider.name} answered ${status}, which redirects to ${where}; redirects are not followed, so if that is where the provider is, set it as custom_host of the integration`,
  )
}

/** A client can be told no other (RFC 9110 §15). */
function isErrorStatus(status: number): boolean {
  return status >= 400 && status <= 599
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function wholeOf(answered: Answered, body: Uint8Array): Pick<WholeAnswer, 'type' | 'body' | 'events'> {
  const { choice } = answered
  const text = Buffer.from(body).toString('utf8')
  const events =
    readArrayStream(choice, text) ??
    choice.upstream.upstream.readAnswer(parseAnswer(answered, body), modelBehind(answered.target))
  return seeWhole(answered, { body, text, events })
}

/** Answered in a shape that stands in for the client's wire, and in that wire from here on. */
async function readReshaped(answered: Answered, base: AnswerBase, shape: Reshape): Promise<Answer> {
  const { response, task, target, choice, meter, line } = answered
  const bytes = await readWholeBody(response, line)
  const contentType = response.headers['content-type'] ?? ''
  const answer = shape.readAnswer({ contentType, bytes, headers: response.headers }, askedOf(task, target))
  if (isRaw(answer)) {
    if (answer.usage !== undefined) meter.push([{ type: 'usage', usage: answer.usage }])
    meter.hasAnswer = true
    return { ...base, type: 'bytes', contentType: answer.contentType, source: byteSourceOf(answer.bytes) }
  }
  const text = JSON.stringify(answer)
  const events = choice.upstream.upstream.readAnswer(answer)
  const headers = { ...base.headers, 'content-type': 'application/json' }
  return { ...base, headers, ...seeWhole(answered, { body: Buffer.from(text), text, events }) }
}

interface Seen {
  readonly body: Uint8Array
  readonly text: string
  readonly events: readonly InferenceEvent[]
}

/** Throws the error that it is instead of an answer. */
function seeWhole({ meter }: Answered, { body, text, events }: Seen): Pick<WholeAnswer, 'type' | 'body' | 'events'> {
  meter.push(events)
  meter.look({ data: text })
  if (meter.error !== undefined) throw uncommitted(meter.error)
  meter.hasAnswer = true
  return { type: 'whole', body, events }
}

/** A stream that came as one JSON array; undefined when it is none. */
function readArrayStream({ upstream: { upstream } }: Choice, text: string): readonly InferenceEvent[] | undefined {
  if (upstream.streamsArrays !== true || !/^\s*\[/.test(text)) return undefined
  const reader = upstream.openStream()
  return [...reader.push({ data: text }), ...reader.end()]
}

function parseAnswer({ response, target }: Answered, body: Uint8Array): JsonObject {
  try {
    return parseJsonObject(body)
  } catch (cause) {
    const start = Buffer.from(body.subarray(0, 200)).toString('utf8').trim()
    const kind = response.headers['content-type'] ?? 'no content type'
    throw new GatewayError(
      'upstream_unavailable',
      `${target.aiProvider.name} answered ${response.status} with something that is not JSON (${kind}): ${start === '' ? 'an empty body' : start}`,
      {},
      cause,
    )
  }
}

/** Frames up to the first content (or all of them), so that an error after 200 can still go to the next target. A client that waits for long is kept waiting. */
async function readBeginning(answered: Answered, source: FrameSource, isAll: boolean): Promise<readonly Step[]> {
  const { choice, meter, line, task } = answered
  const steps: Step[] = []
  const share = isAll ? answerMemory.open(0, line.cancellation.signal) : undefined
  for (;;) {
    const fed = await source.next(silenceMs)
    if (fed.type === 'silence' && !isAll) await line.keepWaiting?.(task, baseOf(answered))
    if (fed.type === 'steps') {
      for (const { frame } of fed.steps) share?.add(frame.bytes.length)
      steps.push(...fed.steps)
    }
    if (fed.type === 'broken') throw uncommitted(brokenBy(line, fed.cause))
    if (meter.error !== undefined) throw uncommitted(meter.error)
    if (fed.type === 'end') return steps
    const hasContent =
      fed.type === 'steps' &&
      fed.steps.some((step) => step.events.some((event) => !choice.upstream.upstream.isPreamble(event)))
    if (hasContent) source.noteContent()
    if (hasContent && !isAll) return steps
  }
}

/** Nothing has been promised yet: a stream that broke off is one more provider that did not answer. */
export function uncommitted(error: GatewayError): GatewayError {
  if (error.code !== 'upstream_interrupted') return error
  return new GatewayError('upstream_unavailable', error.message, error.facts, error.cause)
}

/** A provider's stream as steps; everything that passes is metered. */
class FrameSource {
  readonly #feed: ChunkFeed
  readonly #frames: FrameReader
  readonly #reader: StreamReader
  readonly #meter: Meter
  #hasEnded = false

  constructor({ response, choice, meter, line, target }: Answered) {
    this.#feed = new ChunkFeed(response, line.ports.ambient, { isFramed: true })
    this.#frames = framings[choice.upstream.upstream.framing].openReader()
    this.#reader = choice.upstream.upstream.openStream(modelBehind(target))
    this.#meter = meter
  }

  /** After the last steps comes `end`; an ending that the wire does not accept is an `error` event in them. */
  async next(patienceMs: number): Promise<EventBatch> {
    if (this.#hasEnded) return { type: 'end' }
    const fed = await this.#feed.next(patienceMs)
    // One that has said everything may be silent.
    if (fed.type === 'broken' && fed.isSilent === true && this.#meter.finish !== undefined) return { type: 'silence' }
    if (fed.type !== 'chunk' && fed.type !== 'end') return fed
    try {
      return { type: 'steps', steps: fed.type === 'chunk' ? this.#readChunk(fed.bytes) : this.#readEnd() }
    } catch (cause) {
      if (cause instanceof GatewayError) return { type: 'broken', cause }
      throw cause
    }
  }

  noteContent(): void {
    this.#feed.noteContent()
  }

  close(): void {
    this.#feed.close()
  }

  #readChunk(bytes: Uint8Array): readonly Step[] {
    return this.#frames.push(bytes).map((frame) => this.#read(frame))
  }

  #readEnd(): readonly Step[] {
    this.#hasEnded = true
    const steps = this.#frames.end().map((frame) => this.#read(frame))
    const events = this.#reader.end()
    this.#meter.push(events)
    return [...steps, { frame: noFrame, events }]
  }

  #read(frame: RawFrame): Step {
    const events = this.#reader.push(frame)
    this.#meter.look(frame)
    this.#meter.push(events)
    return { frame, events }
  }
}

const noFrame: RawFrame = { bytes: new Uint8Array(0) }
