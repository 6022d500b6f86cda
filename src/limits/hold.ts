/** The one gate as a gateway opens it: whether a request is limited is known at once, what holds is loaded when one is. */
import { collectLimits } from './collect.ts'
import type { LimitGate } from './gate.ts'
import type { GatePorts } from './gate-ports.ts'

export function createLimitGate(ports: GatePorts): LimitGate {
  const isLimited: LimitGate['isLimited'] = (request) => collectLimits(request).length > 0
  let opened: Promise<Pick<LimitGate, 'hold' | 'release'>> | undefined
  const open = () => {
    opened ??= import('./take-holds.ts').then(
      ({ createHolding }) => createHolding(ports),
      (error: unknown) => {
        opened = undefined
        throw error
      },
    )
    return opened
  }
  return {
    isLimited,
    hold: async (request) => (await open()).hold(request),
    async lease(request) {
      const { takeLease } = await import('./lease.ts')
      return takeLease(request, ports)
    },
    async usedShare(limited, nowMs) {
      const { readUsedShare } = await import('./used-share.ts')
      return readUsedShare(limited, nowMs, ports.counters)
    },
    release: async (holds, nowMs) => (await open()).release(holds, nowMs),
  }
}
