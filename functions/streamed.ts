/** A streaming Lambda handler around a function that answers calls. Lambda may freeze us only when all its work is done. */
import middy, { type Request } from '@middy/core'
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse'
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda'
import type { Ambient } from '../src/ambient.ts'
import type { Call, Sink } from '../src/gateway/ports.ts'
import { readCall, type StreamedAnswer, startAnswer } from '../src/transport/lambda-url.ts'

type Serve = (call: Call, sink: Sink) => Promise<void>

export function streamed(serve: Serve, ambient: Pick<Ambient, 'now'>) {
  const working = new WeakMap<LambdaFunctionURLEvent, Promise<void>>()
  const answer = (event: LambdaFunctionURLEvent, context: Context): Promise<StreamedAnswer> => {
    const { begun, finished } = startAnswer((sink, clientGone) =>
      serve(readCall(event, context, { nowMs: ambient.now(), clientGone }), sink),
    )
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
