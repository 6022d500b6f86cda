/** What routing keeps for a process: where configs are found, its circuit breakers and its budget of retries. */
import type { Ambient } from '../ambient.ts'
import { Breakers } from './breaker.ts'
import type { BreakerStore } from './circuit.ts'
import type { ConfigStore } from './config.ts'
import { RetryBudget } from './retry.ts'

export interface Routing {
  readonly configs: ConfigStore
  readonly breakers: Breakers
  readonly retryBudget: RetryBudget
}

/** Once per instance. `configs` is asked on every request that names one, so it should remember. */
export function openRouting(options: {
  readonly configs: ConfigStore
  readonly breakers: BreakerStore
  readonly ambient: Pick<Ambient, 'now' | 'log'>
}): Routing {
  return {
    configs: options.configs,
    breakers: new Breakers(options.breakers, options.ambient),
    retryBudget: new RetryBudget(),
  }
}
