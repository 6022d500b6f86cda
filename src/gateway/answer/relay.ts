/** Brings a good answer to the client: bytes untouched where the wires match, else through neutral events. */

import { GatewayError, toGatewayError } from '../../errors.ts'
import type { InferenceEvent } from '../../inference/index.ts'
import type { StreamWriter, WriteAnswerOptions } from '../../protocols/protocol.ts'
import type { Answer, AnswerBase, BytesAnswer, Step, StreamAnswer, WholeAnswer } from '../line/answer.ts'
import { isInKind } from '../line/choice.ts'
import type { Line } from '../line/line.ts'
import type { Task } from '../line/task.ts'
import { silenceMs } from './answer.ts'
import { corsHeaders, gatewayHeaders, passOnHeaders } from './answer-headers.ts'
import type { Reply } from './reply.ts'
import { brokenBy } from './upstream-bytes.ts'

/** Sends everything, never ends the reply. Rejects when the answer broke; the reply has begun then. undefined = all of it is on its way. */
export function relay(task: Task, answer: Answer, reply: Reply, line: Line): Promise<void> | undefined {
  line.record.modelReported = answer.meter.model
  const sent =
    answer.type === 'whole'
      ? relayWhole(task, answer, reply, line)
      : answer.type === 'stream'
        ? relayStream(task, answer, reply, line)
        : relayBytes(task, answer, reply, line)
  if (sent !== undefined) return sent.then(() => noteRelayed(answer, line))
  noteRelayed(answer, line)
  return undefined
}

function noteRelayed({ meter }: Answer, line: Line): void {
  line.record.finishReason = meter.finish?.reason
  if (line.tried !== undefined) line.tried.isReadWhole = true
  line.record.outcome = line.cancellation.hasClientGone ? 'client-closed' : 'completed'
}

/** Nothing has been said yet: the client is sent what keeps it waiting, and any target may still answer. */
export async function keepWaiting(task: Task, answer: AnswerBase, reply: Reply, line: Line): Promise<void> {
  beginStream(task, answer, reply, line)
  await reply.write(task.protocol.client.keepAlive)
}

/** It may have been begun for a target that did not answer after all. */
function beginStream(task: Task, answer: AnswerBase, reply: Reply, line: Line): void {
  if (!reply.hasBegun) reply.begin(answer.status, headersOf(task, answer, line, 'text/event-stream'))
}

function headersOf(task: Task, answer: AnswerBase, line: Line, contentType: string): Record<string, string> {
  return {
    ...passOnHeaders(answer.headers),
    ...line.rateHeaders,
    ...gatewayHeaders(line.record),
    ...corsHeaders(task.call, line.ports.settings),
    'content-type': contentType,
    ...(contentType.startsWith('text/event-stream') ? { 'cache-control': 'no-cache' } : {}),
  }
}

function writeOptions(task: Task, { target }: Answer, line: Line): WriteAnswerOptions {
  return {
    model: target.model,
    answerId: line.record.start.id.replaceAll('-', ''),
    wantsUsage: task.peek.wantsUsage,
    isStrict: task.isStrict,
    nowMs: line.ports.ambient.now(),
    request: task.body,
  }
}

function relayWhole(task: Task, answer: WholeAnswer, reply: Reply, line: Line): Promise<void> | undefined {
  line.record.stopUpstream(line.ports.ambient.now())
  const { client } = task.protocol
  const { extras } = answer
  if (reply.hasBegun || (task.peek.isStream && task.protocol.endpoint?.answersText !== false)) {
    beginStream(task, answer, reply, line)
    const writer = client.openStream(writeOptions(task, answer, line))
    const text = writeEvents(writer, answer.events)
    return reply.write(`${extras?.before() ?? ''}${text}${extras?.after() ?? ''}`)
  }
  if (isInKind(answer.choice) && answer.body !== undefined) {
    reply.begin(answer.status, headersOf(task, answer, line, answer.headers['content-type'] ?? 'application/json'))
    return reply.write(extras?.body(answer.body) ?? answer.body)
  }
  const written = client.writeAnswer(answer.events, writeOptions(task, answer, line))
  line.record.warn(written.warnings)
  reply.begin(answer.status, headersOf(task, answer, line, 'application/json'))
  return reply.write(extras?.body(written.text) ?? written.text)
}

/** Nothing can be added to it: no keep-alive, no error. One that breaks off is broken off. */
async function relayBytes(task: Task, answer: BytesAnswer, reply: Reply, line: Line): Promise<void> {
  const { source } = answer
  try {
    let chunk = await source.next()
    reply.begin(answer.status, headersOf(task, answer, line, answer.contentType))
    while (chunk !== undefined) {
      await reply.write(chunk)
      chunk = await source.next()
    }
  } catch (thrown) {
    throw interrupted(toGatewayError(thrown))
  } finally {
    line.record.stopUpstream(line.ports.ambient.now())
    source.close()
  }
}

/** Turns steps into what the client is sent. */
type Write = (steps: readonly Step[]) => string | Uint8Array

async function relayStream(task: Task, answer: StreamAnswer, reply: Reply, line: Line): Promise<void> {
  const write = writing(task, answer, line)
  const { extras } = answer
  try {
    beginStream(task, answer, reply, line)
    if (extras !== undefined) await reply.write(extras.before())
    const begun = reply.write(answer.steps.length === 0 ? task.protocol.client.keepAlive : write(answer.steps))
    if (begun !== undefined) await begun
    await pump({ task, answer, line, reply }, write)
    if (extras !== undefined) {
      await extras.finish()
      await reply.write(extras.after())
    }
  } catch (thrown) {
    if (extras !== undefined && toGatewayError(thrown).code === 'guardrail_denied') await reply.write(extras.after())
    throw thrown
  } finally {
    line.record.stopUpstream(line.ports.ambient.now())
    answer.source.close()
  }
}

interface Stream {
  readonly task: Task
  readonly answer: StreamAnswer
  readonly line: Line
  readonly reply: Reply
}

async function pump({ task, answer, reply, line }: Stream, write: Write): Promise<void> {
  for (;;) {
    throwIfBroken(answer, line)
    const fed = await answer.source.next(silenceMs)
    if (fed.type === 'broken') throw interrupted(brokenBy(line, fed.cause))
    if (fed.type === 'end') return
    // A provider that has said everything but keeps the connection open is not waited for.
    if (fed.type === 'silence' && answer.meter.finish !== undefined) return
    const written = reply.write(fed.type === 'steps' ? write(fed.steps) : task.protocol.client.keepAlive)
    if (written !== undefined) await written
  }
}

function throwIfBroken(answer: StreamAnswer, line: Line): void {
  const { signal } = line.cancellation
  if (signal.aborted) throw interrupted(toGatewayError(signal.reason))
  if (answer.meter.error !== undefined) throw interrupted(answer.meter.error)
}

/** The status is out: a provider that can no longer be reached has interrupted its answer. */
function interrupted(error: GatewayError): GatewayError {
  if (error.code !== 'upstream_unavailable') return error
  return new GatewayError('upstream_interrupted', error.message, error.facts, error.cause)
}

/** Frames where they still say what the events do. */
function writing(task: Task, answer: StreamAnswer, line: Line): Write {
  const pass = passingOn(task, answer, line)
  let translate: Write | undefined
  return (steps) => {
    if (answer.choice.isPassthrough && !steps.some(({ isRewritten }) => isRewritten)) return pass(steps)
    translate ??= translating(task, answer, line)
    return translate(steps)
  }
}

/** The provider's own error frame goes out as it came; a cut frame only when the wire accepts the ending. */
function passingOn(task: Task, answer: StreamAnswer, line: Line): Write {
  const { upstream } = answer.choice.upstream
  const isSpared = !task.peek.wantsUsage
  return (steps) => {
    const isBroken = steps.some(({ events }) => hasError(events))
    const chunks: Uint8Array[] = []
    for (const { frame, events } of steps) {
      if (isSpared && upstream.isUsageOnly(frame)) continue
      if (frame.isCut && isBroken) continue
      chunks.push(frame.bytes)
      if (frame.isCut) chunks.push(frameEnd)
      if (frame.bytes.length > 0 && hasError(events)) line.hasToldError = true
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  }
}

const frameEnd = Buffer.from('\n\n')

function hasError(events: readonly InferenceEvent[]): boolean {
  return events.some((event) => event.type === 'error')
}

function translating(task: Task, answer: Answer, line: Line): Write {
  const writer = task.protocol.client.openStream(writeOptions(task, answer, line))
  line.writer = writer
  return (steps) => {
    const text = steps.map((step) => writeEvents(writer, step.events)).join('')
    if (writer.warnings.length > 0) line.record.warn(writer.warnings)
    return text
  }
}

/** Errors are written by the line's end, in one place. */
function writeEvents(writer: StreamWriter, events: readonly InferenceEvent[]): string {
  let text = ''
  for (const event of events) if (event.type !== 'error') text += writer.push(event)
  return text
}
