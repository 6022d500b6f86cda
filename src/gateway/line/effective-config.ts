/** The config that applies to a request, read and planned. */
import type { Warning } from '../../inference/index.ts'
import type { SavedConfig } from '../../routing/config.ts'
import type { PlanNode } from '../../routing/plan.ts'

export interface EffectiveConfig {
  readonly plan: PlanNode
  /** True = its root says where to call, so that the request's own provider does not count. */
  readonly hasTargets: boolean
  /** Absent = it came with the request. */
  readonly saved?: Omit<SavedConfig, 'config'>
  readonly warnings: readonly Warning[]
}
