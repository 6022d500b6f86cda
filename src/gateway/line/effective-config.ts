/** The config that applies to a request, read and planned. */
import type { Warning } from '../../inference/index.ts'
import type { PlanNode } from '../../routing/plan.ts'

export interface EffectiveConfig {
  readonly plan: PlanNode
  /** True = its root says where to call, so that the request's own provider does not count. */
  readonly hasTargets: boolean
  /** Absent = it came with the request. */
  readonly saved?: { readonly id: string; readonly slug: string; readonly versionId: string }
  readonly warnings: readonly Warning[]
}
