import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createPriceList } from '../src/pricing/list.ts'
import { aiProviders } from '../src/providers/index.ts'
import { slimPriceModule } from './slim-prices.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-slim-prices-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the slim price list', () => {
  it('says of every listed model what the whole one says', async () => {
    const path = join(folder, 'prices.mjs')
    writeFileSync(path, slimPriceModule())
    const whole = createPriceList()
    const slim = createPriceList(() => import(path))
    const atMs = Date.UTC(2026, 10, 29)
    const usage = { inputUncached: 1_000_003, inputCacheRead: 70_001, output: 300_007 }
    let compared = 0
    for (const { id } of aiProviders.list()) {
      const priceListId = aiProviders.find(id)?.priceListId ?? id
      const models = await whole.models(priceListId)
      expect(await slim.models(priceListId)).toEqual(models)
      for (const model of [...models.map((each) => each.id), 'gpt-4o-2024-08-06', 'claude-sonnet-4-5']) {
        const asked = { priceListId, model, atMs }
        const [expected, got] = [await whole.find(asked), await slim.find(asked)]
        expect(got?.costNanos(usage), `${priceListId} ${model}`).toBe(expected?.costNanos(usage))
        expect(got?.worstNanos({ input: 90_000, output: 9_000 })).toBe(
          expected?.worstNanos({ input: 90_000, output: 9_000 }),
        )
        expect(got?.contextWindow).toBe(expected?.contextWindow)
        compared += 1
      }
    }
    expect(compared).toBeGreaterThan(500)
  })

  it('is much smaller', () => {
    expect(slimPriceModule().length).toBeLessThan(450_000)
  })
})
