/** What the doctor finds: one sentence about the state of one thing, and what to do where something is wrong. */

export interface Finding {
  /** What was looked at, such as `stream`. */
  readonly check: string
  /** `note` = works, but you may want to change it; `unknown` = it could not be looked at. */
  readonly level: 'ok' | 'note' | 'problem' | 'unknown'
  readonly message: string
  /** Absent where all is well. */
  readonly remedy?: string
}

export type Check = () => Promise<readonly Finding[]>

export const ok = (check: string, message: string): Finding => ({ check, level: 'ok', message })

export function problem(check: string, message: string, remedy: string): Finding {
  return { check, level: 'problem', message, remedy }
}

export function note(check: string, message: string, remedy: string): Finding {
  return { check, level: 'note', message, remedy }
}

/** One check that fails does not keep the others from being made. */
export async function runChecks(checks: Readonly<Record<string, Check>>): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [name, run] of Object.entries(checks))
    try {
      findings.push(...(await run()))
    } catch (thrown) {
      const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
      const remedy = 'Check that your credentials may read this, and the region, then run the doctor again.'
      findings.push({ check: name, level: 'unknown', message: `could not be looked at: ${reason}`, remedy })
    }
  return findings
}

const marks: Readonly<Record<Finding['level'], string>> = {
  ok: 'ok',
  note: 'note',
  problem: 'PROBLEM',
  unknown: 'UNKNOWN',
}

export function writeFindings(place: string, findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ check, level, message, remedy }) => [
    `${marks[level].padEnd(8)} ${check}: ${message}`,
    ...(remedy === undefined ? [] : [`         ${remedy}`]),
  ])
  const count = (level: Finding['level']) => findings.filter((each) => each.level === level).length
  const counted = (level: Finding['level'], noun: string) => `${count(level)} ${noun}${count(level) === 1 ? '' : 's'}`
  const sum = `${counted('problem', 'problem')}, ${count('unknown')} not looked at, ${counted('note', 'note')}, ${count('ok')} ok`
  return `${[place, '', ...rows, '', sum].join('\n')}\n`
}

/** 0 = nothing is wrong, 1 = something is, 2 = something could not be looked at. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ level }) => level === 'problem')) return 1
  return findings.some(({ level }) => level === 'unknown') ? 2 : 0
}
