/** The contract of the layers around the call of a target: each does its part before and after the next one. */
import type { Answer } from '../line/answer.ts'
import type { TargetRequest } from '../line/target-request.ts'

/** Throws GatewayError when the target gave no good answer. */
export type Next<Request = TargetRequest> = (request: Request) => Promise<Answer>

/** A layer may hand on more than it was given; what is behind it then relies on that. */
export type Layer<In = TargetRequest, Out = In> = (next: Next<Out>) => Next<In>
