/** The table of docs/guides/data-policy.md is written from the rows of providers: `npx vitest run --project contract data-policy-page -u` renews it. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dataRegions } from '../../src/identity/processing-policy.ts'
import { listAiProviders } from '../../src/providers/index.ts'

const page = new URL('../../docs/guides/data-policy.md', import.meta.url)
const rows = listAiProviders().flatMap(({ name, dataPolicy }) =>
  dataPolicy === undefined ? [] : [{ name, dataPolicy }],
)

function writeTable(): string {
  const lines = rows.map(({ name, dataPolicy: { region, retention, training, note = '' } }) => {
    const place = region === undefined ? 'unknown' : `of \`${region.setting}\``
    const kept = retention && `${retention.days === 0 ? 'none' : `${retention.days}d`} ${sourceOf(retention)}`
    const used = training && `${training.use} ${sourceOf(training)}`
    return `| ${name} | ${place} | ${kept ?? 'unknown'} | ${used ?? 'unknown'} | ${note} |`
  })
  return ['| provider | region | retention | training | note |', '|---|---|---|---|---|', ...lines].join('\n')
}

function sourceOf({ source, date }: { readonly source: string; readonly date: string }): string {
  return `([source](${source}), ${date})`
}

describe('the guide to data policies', () => {
  it('has the table that the rows of providers say', async () => {
    const text = readFileSync(page, 'utf8')
    const renewed = text.replace(/(<!-- generated: .* -->\n)[\s\S]*(<!-- end -->)/, `$1\n${writeTable()}\n\n$2`)
    expect(renewed).toContain(writeTable())
    await expect(renewed).toMatchFileSnapshot('../../docs/guides/data-policy.md')
  })

  it('names every region that can be demanded', () => {
    const text = readFileSync(page, 'utf8')
    const [, listed = ''] = /countries: `([a-z ]+)`/.exec(text) ?? []
    expect([...listed.split(' '), 'eu'].sort()).toEqual([...dataRegions].sort())
  })

  it('has an https source and a date for every fact', () => {
    const facts = rows.flatMap(({ dataPolicy: { retention, training } }) =>
      [retention, training].filter((each) => each !== undefined),
    )
    expect(facts.length).toBeGreaterThan(5)
    for (const { source, date } of facts) {
      expect(source).toMatch(/^https:\/\//)
      expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    }
  })
})
