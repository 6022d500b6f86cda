/** The layer of the limits: what a call may cost is held before it, and given back when it certainly cost nothing. */
import { mayBeBilled } from '../../line/may-be-billed.ts'
import { findBesideTokens } from '../../settle/beside-tokens.ts'
import type { Layer } from '../layer.ts'
import type { HeldRequest, PreparedRequest } from '../prepared-request.ts'
import { giveBack, heldNow, takeHolds } from './holds.ts'
import { finishesAfterClose } from './limits-of.ts'

export const holding: Layer<PreparedRequest, HeldRequest> = (next) => async (request) => {
  const { task, target, choice, written, meter, line, settings } = request
  const beside = await findBesideTokens(task, target, choice, written)
  line.tried = { target, task, meter, beside }
  const maxOutputTokens = await takeHolds(task, target, line)
  line.tried = { target, task, meter, beside, holds: heldNow(line) }
  if (finishesAfterClose(task, target, settings)) line.lifeline.readsOn = () => meter.isSent
  try {
    return await next(maxOutputTokens === undefined ? request : { ...request, maxOutputTokens })
  } catch (thrown) {
    line.lifeline.stopReadingOn()
    if (!mayBeBilled(thrown, meter)) await giveBack(line)
    throw thrown
  }
}
