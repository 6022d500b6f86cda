/** `npm run bench:red-team`: precision and recall of personal data and prompt injections, printed and kept in bench/results/red-team.json. `--mistakes` lists them. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Figures, Mistake } from './red-team/measure.ts'
import { measureRedTeam } from './red-team/report.ts'

const { values } = parseArgs({ options: { mistakes: { type: 'boolean', default: false } } })
const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8)
const row = (name: string, { precision, recall, found, missed, wrong }: Figures) =>
  `  ${name.padEnd(24)}${percent(precision)}${percent(recall)}   ${found} found, ${missed} missed, ${wrong} wrong`

function showMistakes(mistakes: readonly Mistake[]): void {
  if (values.mistakes)
    for (const { what, text } of mistakes) console.log(`    ${what} | ${JSON.stringify(text.slice(0, 160))}`)
}

const report = await measureRedTeam()
for (const [part, { pii, injections }] of Object.entries(report)) {
  console.log(`\n${part}: personal data, ${pii.samples} texts with ${pii.labels} labels (precision, recall)`)
  console.log(row('all with a form', pii.structured))
  for (const [category, figures] of Object.entries(pii.byCategory)) console.log(row(category, figures))
  showMistakes(pii.mistakes)
  console.log(`${part}: prompt injections, ${injections.attacks} attacks and ${injections.benign} harmless texts`)
  console.log(row(`threshold ${injections.threshold}`, injections))
  for (const [family, { found, missed }] of Object.entries(injections.families))
    console.log(`    ${family.padEnd(30)}${found} of ${found + missed}`)
  showMistakes(injections.mistakes)
}
const kept = JSON.stringify(report, (key, value: unknown) => (key === 'mistakes' ? undefined : value), 2)
writeFileSync(new URL('./results/red-team.json', import.meta.url), `${kept}\n`)
