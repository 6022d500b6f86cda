import { describe, expect, it } from 'vitest'
import library from '../../node_modules/@pydantic/genai-prices/package.json' with { type: 'json' }
import { builtInList, builtInListWarning } from './built-in-list.ts'

const publishedMs = Date.parse(builtInList.publishedAt)
const dayMs = 86_400_000

describe('the price list of this release', () => {
  it('is dated with the version that is installed', () => {
    expect(library.version).toBe(builtInList.version)
  })

  it('is old after 60 days', () => {
    expect(builtInListWarning(publishedMs + 60 * dayMs)).toBeUndefined()
    expect(builtInListWarning(publishedMs + 61 * dayMs)).toContain('is 61 days old')
  })
})
