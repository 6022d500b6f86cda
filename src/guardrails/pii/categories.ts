/** The categories of personal data, and which of them are looked for when none are named. */

export const piiCategories = [
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'LOCATION_ADDRESS',
  'NAME',
  'IP_ADDRESS',
  'CREDIT_CARD',
  'SSN',
  'IBAN',
  'NATIONAL_ID',
  'VAT_NUMBER',
  'PASSPORT',
  'DRIVER_LICENSE',
  'DATE_OF_BIRTH',
  'CRYPTO_ADDRESS',
  'MAC_ADDRESS',
  'SECRET',
] as const

export type PiiCategory = (typeof piiCategories)[number]

/** Found by the words around them only, so not all of them, and not always rightly. */
const heuristic: ReadonlySet<PiiCategory> = new Set(['NAME', 'LOCATION_ADDRESS'])

/** Those with a form or a checksum. */
export const structuredCategories: readonly PiiCategory[] = piiCategories.filter((each) => !heuristic.has(each))
