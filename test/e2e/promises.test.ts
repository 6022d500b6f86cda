/** What a plain request costs in promises, counted by Node itself in the whole process that `npm start` runs. */
import { describe, expect, it } from 'vitest'
import { countPromises } from '../../bench/promises.ts'

describe('a request without guardrails and cache', () => {
  it('makes fewer than 40 promises, its record, body and settlement included', async () => {
    const counts = await countPromises(1_000)
    const [json] = counts.filter(({ kind }) => kind === 'json')
    expect(json?.promises, JSON.stringify(counts)).toBeLessThan(40)
  }, 120_000)
})
