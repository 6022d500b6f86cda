/** What each sort of call was billed and charged, with calls whose usage arrived apart from those that were cut or lost. */
import { instanceLost } from '../../src/limits/charge.ts'
import type { ClosedLog } from '../../src/records/log.ts'
import type { Kind, Outcome } from './clients.ts'

export interface Scenario {
  readonly kind: Kind | 'unknown'
  /** `usage` = charged by what the provider reported; `cut` = counted or held; `lost` = closed for an instance that was killed. */
  readonly basis: 'usage' | 'cut' | 'lost'
  readonly calls: number
  readonly billed: number
  readonly spent: number
  /** Calls that were charged less than their own bill. */
  readonly below: number
}

export function scenariosOf(
  logs: readonly ClosedLog[],
  outcomes: readonly Outcome[],
  billedFor: (tag: string) => number,
): readonly Scenario[] {
  const kinds = new Map(outcomes.map(({ tag, kind }) => [tag, kind]))
  const rows = logs.flatMap((log) => {
    const { tag = '' } = log.metadata
    const billed = billedFor(tag)
    const spent = log.costNanos ?? 0
    return billed + spent === 0
      ? []
      : [{ kind: kinds.get(tag) ?? ('unknown' as const), basis: basisOf(log), billed, spent }]
  })
  return [...Map.groupBy(rows, ({ basis, kind }) => `${basis} ${kind}`).values()]
    .flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const sum = (of: 'billed' | 'spent') => group.reduce((total, row) => total + row[of], 0)
      return [
        {
          ...first,
          calls: group.length,
          billed: sum('billed'),
          spent: sum('spent'),
          below: group.filter((row) => row.spent < row.billed).length,
        },
      ]
    })
    .sort((a, b) => b.basis.localeCompare(a.basis) || a.kind.localeCompare(b.kind))
}

function basisOf({ errorCode, outputBasis }: ClosedLog): Scenario['basis'] {
  if (errorCode === instanceLost) return 'lost'
  return outputBasis === 'reported' ? 'usage' : 'cut'
}

/** Spent ÷ billed; undefined = nothing was billed. */
export function ratioOf(scenarios: readonly Scenario[]): number | undefined {
  const billed = scenarios.reduce((sum, row) => sum + row.billed, 0)
  return billed === 0 ? undefined : scenarios.reduce((sum, row) => sum + row.spent, 0) / billed
}

export function table(scenarios: readonly Scenario[]): string {
  const line = ({ basis, kind, calls, billed, spent }: Scenario) =>
    `  ${basis.padEnd(6)}${kind.padEnd(15)}${String(calls).padStart(6)} calls  billed $${(billed / 1e9).toFixed(6)}  spent $${(spent / 1e9).toFixed(6)}  ${billed === 0 ? 'nothing billed' : (spent / billed).toFixed(3)}`
  return scenarios.map(line).join('\n')
}
