/** Checksums that tell real numbers from digits in a row. */

/** Payment cards (ISO/IEC 7812); what is no digit does not count. */
export function isLuhn(text: string): boolean {
  let count = 0
  let sum = 0
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) continue
    const weighted = count % 2 === 1 ? digit * 2 : digit
    sum += weighted > 9 ? weighted - 9 : weighted
    count += 1
  }
  return count >= 12 && sum > 0 && sum % 10 === 0
}

/** Letters and digits of each country's IBAN (SWIFT registry, release 97). */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 ' +
    'SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** As much of a text as an IBAN of its country takes; undefined = it is none, or too short. */
export function cutIban(text: string): string | undefined {
  let left = ibanLengths[text.slice(0, 2).toUpperCase()]
  if (left === undefined) return undefined
  for (let at = 0; at < text.length; at++) {
    if (/[A-Za-z0-9]/.test(text[at] ?? '')) left -= 1
    if (left === 0) return /^[A-Za-z0-9]/.test(text.slice(at + 1)) ? undefined : text.slice(0, at + 1)
  }
  return undefined
}

/** ISO 13616: the country's length, and 1 modulo 97. */
export function isIban(text: string): boolean {
  const plain = text.replace(/[\s-]/g, '').toUpperCase()
  if (ibanLengths[plain.slice(0, 2)] !== plain.length) return false
  let rest = 0
  for (const letter of plain.slice(4) + plain.slice(0, 4)) {
    const value = letter >= 'A' ? letter.charCodeAt(0) - 55 : Number(letter)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0)
}

/** The United Kingdom's health service: weights 10 to 2, modulo 11. */
export function isNhsNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  const check = (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11
  return digits.length === 10 && check === Number(digits[9])
}

/** Australia's: weights 1, 3, 7, 9, modulo 10; then the issue and, for one person of the card, a place. */
export function isMedicareNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  return digits.length >= 10 && weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits[8])
}
