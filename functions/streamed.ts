/** A streaming Lambda handler around a function that answers calls. Lambda may freeze us only when all its work is done. */
import middy, { type Request } from '@middy/core'
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse'
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda'
import type { Ambient } from '../src/ambient.ts'
import type { GatewayError } from '../src/errors.ts'
import type { Call, Sink } from '../src/gateway/ports.ts'
import { findSizeRefusal, readCall, type StreamedAnswer, startAnswer } from '../src/transport/lambda-url.ts'
import { brokenAnswerLine } from './broken-answer.ts'

interface StreamedFunction {
  readonly serve: (call: Call, sink: Sink) => Promise<void>
  /** Answers a call that is too large; absent = with the error alone. */
  readonly refuse?: (call: Call, error: GatewayError, sink: Sink) => Promise<void>
  readonly ambient: Pick<Ambient, 'now' | 'log'>
}

export function streamed({ serve, refuse, ambient }: StreamedFunction) {
  const working = new WeakMap<LambdaFunctionURLEvent, Promise<void>>()
  const answer = (event: LambdaFunctionURLEvent, context: Context): Promise<StreamedAnswer> => {
    const run = async (sink: Sink, clientGone: AbortSignal): Promise<void> => {
      const call = readCall(event, context, { nowMs: ambient.now(), clientGone })
      const refusal = findSizeRefusal(event, call)
      if (refusal === undefined) return serve(call, sink)
      if (refuse === undefined) throw refusal
      return refuse(call, refusal, sink)
    }
    const { begun, finished } = startAnswer(run, () => ambient.log(brokenAnswerLine(ambient.now())))
    working.set(event, finished)
    return begun
  }
  return middy<LambdaFunctionURLEvent, StreamedAnswer>(answer, {
    executionMode: executionModeStreamifyResponse,
    // Deadlines are the program's own: it tells the client in the client's words.
    timeoutEarlyInMillis: 0,
    // Awaited after the last byte: the record is closed here.
    requestEnd: ({ event }: Request) => working.get(event as LambdaFunctionURLEvent),
  })
}
