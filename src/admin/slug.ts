/** Slugs: checked when given, made from the name otherwise. */
import { GatewayError } from '../errors.ts'

const maxLength = 255

/** `name` slugified and cut, with six random hex digits, e.g. `ws-billin-8e41d0`. */
export function makeSlug(
  name: string,
  uniqueId: string,
  shape: { readonly prefix?: string; readonly length: number },
): string {
  const word = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, shape.length)
    .replace(/^-+|-+$/g, '')
  return [shape.prefix, word, uniqueId.replaceAll('-', '').slice(-6)].filter(Boolean).join('-')
}

/** A slug that somebody chose; addressed as `@slug`, so it has no slash. */
export function checkSlug(slug: string, field: string): string {
  if (/^[a-zA-Z0-9_-]+$/.test(slug) && slug.length <= maxLength) return slug
  throw new GatewayError(
    'invalid_request',
    `${field} is '${slug.slice(0, 60)}'; it may have letters, digits, '-' and '_', at most ${maxLength} of them`,
    { param: field },
  )
}
