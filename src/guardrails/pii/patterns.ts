/** What personal data with a form looks like. Every pattern is bounded, so its time grows with the text only. */
import { isIPv4, isIPv6 } from 'node:net'
import { cutIban, isIban, isLuhn, isSocialSecurityNumber } from './checksums.ts'

export interface Finding {
  readonly category: string
  readonly start: number
  readonly end: number
  readonly text: string
}

interface Kind {
  readonly category: string
  readonly pattern: RegExp
  readonly isReal?: (text: string) => boolean
  /** As much of the match as belongs to it; undefined = nothing. */
  readonly cut?: (text: string) => string | undefined
}

/** In the order in which they claim their place: what an earlier one found, a later one leaves alone. */
const kinds: readonly Kind[] = [
  {
    category: 'EMAIL_ADDRESS',
    pattern:
      /(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?\.){1,8}\p{L}{2,24}(?![\p{L}\d-])/gu,
  },
  {
    category: 'IBAN',
    pattern: /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}/g,
    cut: cutIban,
    isReal: isIban,
  },
  { category: 'CREDIT_CARD', pattern: /(?<![\d.-])\d(?:[ -]?\d){11,18}(?![\d-])/g, isReal: isCard },
  { category: 'SSN', pattern: /(?<![\d-])\d{3}([- ])\d{2}\1\d{4}(?![\d-])/g, isReal: isSocialSecurityNumber },
  { category: 'IP_ADDRESS', pattern: /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g, isReal: isIPv4 },
  {
    category: 'IP_ADDRESS',
    pattern: /(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])/g,
    isReal: (text) => isIPv6(text) && /\d/.test(text),
  },
  {
    category: 'PHONE_NUMBER',
    pattern: /(?<![\w.+-])(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?![\w])/g,
    isReal: (text) => hasDigits(text, 8, 15),
  },
  {
    category: 'PHONE_NUMBER',
    pattern: /(?<![\w.+-])(?:1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\w-])/g,
  },
  {
    category: 'PHONE_NUMBER',
    pattern: /(?<![\w.+-])\(?0[1-9]\d{0,4}\)?(?:[ /-]{1,3}\d{2,5}){1,4}(?![\w-])/g,
    isReal: (text) => hasDigits(text, 9, 12),
  },
]

export const piiCategories: readonly string[] = [...new Set(kinds.map(({ category }) => category))]

/** Issuers' first digits (Mastercard, Visa, Amex, Discover, JCB, UnionPay, Maestro, Diners). */
function isCard(text: string): boolean {
  return /^(?:3[0-9]|4|5[0-8]|6|2[2-7]|81)/.test(text.replace(/\D/g, '')) && isLuhn(text)
}

function hasDigits(text: string, least: number, most: number): boolean {
  const count = text.replace(/\D/g, '').length
  return count >= least && count <= most
}

/** In the order of the text, never overlapping. */
export function findPersonalData(text: string, categories: readonly string[]): readonly Finding[] {
  const found: Finding[] = []
  const taken = new Uint8Array(text.length)
  for (const kind of kinds) {
    if (!categories.includes(kind.category)) continue
    for (const finding of findKind(text, kind)) {
      if (taken.subarray(finding.start, finding.end).includes(1)) continue
      taken.fill(1, finding.start, finding.end)
      found.push(finding)
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

/** What looks right but is not real may hide something real that begins a little later. */
function findKind(text: string, { category, pattern, isReal, cut }: Kind): readonly Finding[] {
  const found: Finding[] = []
  const search = new RegExp(pattern)
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const part = cut === undefined ? match[0] : cut(match[0])
    const isFound = part !== undefined && part !== '' && (isReal?.(part) ?? true)
    if (isFound) found.push({ category, start: match.index, end: match.index + part.length, text: part })
    search.lastIndex = match.index + (isFound ? part.length : 1)
  }
  return found
}

/** Each distinct finding becomes `{{CATEGORY_n}}`, counted over all the texts. */
export function redactPersonalData(texts: readonly string[], categories: readonly string[]): readonly string[] {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  const nameOf = ({ category, text }: Finding): string => {
    const key = `${category} ${text}`
    const known = names.get(key)
    if (known !== undefined) return known
    const count = (counts.get(category) ?? 0) + 1
    counts.set(category, count)
    const name = `{{${category}_${count}}}`
    names.set(key, name)
    return name
  }
  return texts.map((text) => {
    let redacted = ''
    let from = 0
    for (const finding of findPersonalData(text, categories)) {
      redacted += text.slice(from, finding.start) + nameOf(finding)
      from = finding.end
    }
    return redacted + text.slice(from)
  })
}
