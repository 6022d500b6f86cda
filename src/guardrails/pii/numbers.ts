/** Payment cards, IBANs, crypto addresses, network addresses: numbers that prove themselves. */
import { createHash } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { cutIban, isIban, isLuhn } from './checksums.ts'
import { acceptWhole, nonPersonalWords, type PersonalDataKind, type SurroundingText } from './kind.ts'
import { anyWord } from './words.ts'

const cardWords = anyWord(
  'card cards visa mastercard amex debit credit karte* kreditkarte* carte tarjeta carta cartão kaart karta kort 卡 カード 카드 карт*',
)

/** First digits and lengths by issuer: Visa, Mastercard, Amex, Diners, Discover, JCB, UnionPay. */
const issuers =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720))\d{12}|3[47]\d{13}|3(?:0[0-59]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|8171\d{12})$/

const maestro = /^(?:5[06-9]|6\d)\d{10,17}$/

/** In a row without spaces it could be any number: then nothing may say that it is another. */
function isCard(value: string, around: SurroundingText): boolean {
  if (!isLuhn(value)) return false
  const digits = value.replace(/\D/g, '')
  const isIssued = issuers.test(digits)
  if (!isIssued && !maestro.test(digits)) return false
  const { before } = around
  if (cardWords.test(before)) return true
  const isGrouped = /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$|^\d{4}([ -])\d{6}\2\d{4,5}$/.test(value)
  return isIssued && (isGrouped || !nonPersonalWords.test(before))
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** 21 bytes and the first 4 of their double SHA-256. */
function isBase58Check(text: string): boolean {
  let value = 0n
  for (const letter of text) value = value * 58n + BigInt(base58.indexOf(letter))
  const hex = value.toString(16).padStart(50, '0')
  if (hex.length !== 50) return false
  const bytes = Buffer.from(hex, 'hex')
  const sha = (data: Uint8Array) => createHash('sha256').update(data).digest()
  return sha(sha(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21))
}

const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** BIP 173 and 350: the remainder is 1, or 0x2bc830a3. */
function isBech32(text: string): boolean {
  const lower = text.toLowerCase()
  const at = lower.lastIndexOf('1')
  const prefix = [...lower.slice(0, at)].map((letter) => letter.charCodeAt(0))
  const values = [
    ...prefix.map((code) => code >> 5),
    0,
    ...prefix.map((code) => code & 31),
    ...[...lower.slice(at + 1)].map((letter) => bech32.indexOf(letter)),
  ]
  let rest = 1
  for (const value of values) {
    const top = rest >>> 25
    rest = ((rest & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of generators.entries()) if (((top >> bit) & 1) === 1) rest ^= generator
  }
  return !values.includes(-1) && (rest === 1 || rest === 0x2bc830a3)
}

const versionWords = anyWord(
  'v version versions build release firmware driver kernel sdk versión versão versione versie',
  '[ .:]{0,3}$',
)

/** Of nobody: this machine, or none. */
const unspecific = /^(?:127\.|0\.0\.0\.0$|255\.255\.)/

export const numberKinds: readonly PersonalDataKind[] = [
  {
    category: 'IBAN',
    pattern: /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}/g,
    cut(value) {
      const part = cutIban(value)
      return part !== undefined && isIban(part) ? part : undefined
    },
  },
  {
    category: 'CRYPTO_ADDRESS',
    pattern: /(?<![A-Za-z0-9])[13LMTD][1-9A-HJ-NP-Za-km-z]{25,34}(?![A-Za-z0-9])/g,
    cut: acceptWhole(isBase58Check),
  },
  {
    category: 'CRYPTO_ADDRESS',
    pattern: /(?<![A-Za-z0-9])(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{25,87}(?![A-Za-z0-9])/gi,
    cut: acceptWhole(isBech32),
  },
  { category: 'CRYPTO_ADDRESS', pattern: /(?<![A-Za-z0-9])0x[0-9a-fA-F]{40}(?![A-Za-z0-9])/g },
  { category: 'CREDIT_CARD', pattern: /(?<![\w.-])\d(?:[ -]?\d){11,18}(?![\w-]|\.\d)/g, cut: acceptWhole(isCard) },
  {
    category: 'MAC_ADDRESS',
    pattern: /(?<![\w:-])[0-9a-f]{2}(?<separator>[:-])(?:[0-9a-f]{2}\k<separator>){4}[0-9a-f]{2}(?![\w:-])/gi,
    cut: acceptWhole((value) => !/^(?:00.){5}00$|^(?:ff.){5}ff$/i.test(value)),
  },
  { category: 'MAC_ADDRESS', pattern: /(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/gi },
  {
    category: 'IP_ADDRESS',
    pattern: /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d|[A-Za-z_-])/g,
    cut: acceptWhole((value) => isIPv4(value) && !unspecific.test(value)),
    unless: versionWords,
  },
  {
    category: 'IP_ADDRESS',
    pattern: /(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])/g,
    cut: acceptWhole((value) => isIPv6(value) && /\d/.test(value) && value !== '::1'),
  },
]
