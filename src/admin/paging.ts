/** Pages of a list, 0-based, in both spellings that clients use. */
import { GatewayError } from '../errors.ts'
import type { AdminRequest } from './request.ts'

const maxPageSize = 1_000

interface Page {
  readonly size: number
  readonly current: number
}

export function readPage(query: AdminRequest['query'], defaultSize: number): Page {
  const size = readCount(query, ['page_size', 'pageSize'], defaultSize)
  if (size < 1) throw invalid('page_size', String(size), '1 or more')
  return { size: Math.min(size, maxPageSize), current: readCount(query, ['current_page', 'currentPage'], 0) }
}

/** A page past the end is empty. */
export function pageOf<T>(rows: readonly T[], page: Page): readonly T[] {
  return rows.slice(page.current * page.size, (page.current + 1) * page.size)
}

function readCount(query: AdminRequest['query'], names: readonly string[], fallback: number): number {
  for (const name of names) {
    const text = query[name]
    if (text === undefined || text === '') continue
    if (!/^\d{1,9}$/.test(text)) throw invalid(name, text, '0 or more')
    return Number(text)
  }
  return fallback
}

function invalid(name: string, got: string, allowed: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${name} is '${got.slice(0, 40)}'; it must be a whole number, ${allowed}`,
    { param: name },
  )
}
