/** Prints tables whose columns line up. */
import { rounded, type Spread } from './statistics.ts'

export function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  console.log(`\n${title}\n`)
  console.log(line(header))
  console.log(widths.map((width) => '-'.repeat(width)).join('  '))
  for (const row of rows) console.log(line(row))
}

/** `1.23 [1.10-1.40]`: median and quartiles. */
export function showSpread(spread: Spread | undefined): string {
  if (spread === undefined || spread.rounds === 0) return '-'
  return `${show(spread.median)} [${show(spread.low)}-${show(spread.high)}]`
}

export function show(value: number): string {
  if (!Number.isFinite(value)) return '-'
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(rounded(value, Math.abs(value) >= 10 ? 1 : 2))
}

export function showRatio(ours: number, theirs: number): string {
  return Number.isFinite(ours / theirs) ? `${(ours / theirs).toFixed(2)}x` : '-'
}
