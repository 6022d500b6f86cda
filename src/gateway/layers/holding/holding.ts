/** The layer of the limits: what a call may cost is held before it, and given back when it certainly cost nothing. */
import { type Awaitable, isPending } from '../../../awaitable.ts'
import type { BillableUnits } from '../../../pricing/hosted-tools.ts'
import type { Answer } from '../../line/answer.ts'
import { mayBeBilled } from '../../line/may-be-billed.ts'
import { findBillableUnits } from '../../settle/billable-units.ts'
import type { Layer, Next } from '../layer.ts'
import type { HeldRequest, PreparedRequest } from '../prepared-request.ts'
import { giveBack, heldNow, takeHolds } from './holds.ts'
import { finishesAfterClose } from './limits-of.ts'

export const holding: Layer<PreparedRequest, HeldRequest> = (next) => (request) => {
  const { task, target, choice, written } = request
  const beside = findBillableUnits(task, target, choice, written)
  return isPending(beside) ? beside.then((known) => hold(request, known, next)) : hold(request, beside, next)
}

function hold(request: PreparedRequest, beside: BillableUnits, next: Next<HeldRequest>): Promise<Answer> {
  const { task, target, meter, line, settings } = request
  line.tried = { target, task, meter, beside }
  const taking = takeHolds(task, target, line)
  // where nothing is limited there is nothing to give back
  const isPlain = !isPending(taking) && settings.onClientClose !== 'finish'
  return isPlain ? next(request) : callHeld(request, taking, next)
}

async function callHeld(
  request: PreparedRequest,
  taking: Awaitable<number | undefined>,
  next: Next<HeldRequest>,
): Promise<Answer> {
  const { target, task, meter, line, settings } = request
  const maxOutputTokens = await taking
  line.tried = { target, task, meter, ...line.tried, holds: heldNow(line) }
  if (finishesAfterClose(task, target, settings)) line.cancellation.readsOn = () => meter.isSent
  try {
    return await next(maxOutputTokens === undefined ? request : { ...request, maxOutputTokens })
  } catch (thrown) {
    line.cancellation.stopReadingOn()
    if (!mayBeBilled(thrown, meter)) await giveBack(line)
    throw thrown
  }
}
