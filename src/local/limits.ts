/** The limits of a local run. */
import type { LimitGate } from '../limits/gate.ts'

const gate: LimitGate = {
  isLimited: () => false,
  hold: async () => ({ type: 'held', holds: [], headers: {}, warnings: [] }),
  release: async () => {},
}

export function createLocalLimits(_: object) {
  return { gate, status: undefined }
}
