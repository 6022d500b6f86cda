import { describe, expect, it } from 'vitest'
import { readRetryAfterMs } from './retry-after.ts'

const nowMs = Date.UTC(2026, 0, 1)

describe('retry-after', () => {
  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '120', 'retry-after': '9' }, 120],
    [{ 'x-ms-retry-after-ms': '70' }, 70],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('reads %j', (headers, expected) => {
    expect(readRetryAfterMs(headers as Record<string, string>, nowMs)).toBe(expected)
  })
})
