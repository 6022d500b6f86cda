/** E-mail addresses, written plainly or spelled out, and phone numbers. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { acceptWhole, nonPersonalWords, type PersonalDataKind, type SearchHints, type SurroundingText } from './kind.ts'
import { anyWord } from './words.ts'

/** Scripts with spaces between words; of the others, a whole sentence would be taken for the name. */
const letter = '\\p{sc=Latin}\\p{sc=Cyrillic}\\p{sc=Greek}'
const local = `[${letter}\\d_][${letter}\\d_.!#$%&'+~-]{0,63}`
const label = '[\\p{L}\\d](?:[\\p{L}\\d-]{0,61}[\\p{L}\\d])?'

/** "at" and "dot" of the languages we know. */
const at = '(?:at|arobase|arroba|chiocciola|apenstaart(?:je)?|klammeraffe|ät|à|małpa|snabel-a|собака)'
const dot = '(?:dot|point|punkt|punto|ponto|punt|kropka|prick|точка)'
const word = '[\\p{L}\\d][\\p{L}\\d_+-]{0,40}'
const dotted = `(?:\\s?\\.\\s?|\\s?[[({<]\\s?(?:${dot}|\\.)\\s?[\\])}>]\\s?|\\s${dot}\\s)`

const spelledInBrackets = new RegExp(
  `(?<![\\p{L}\\d._+-])${word}(?:${dotted}${word}){0,3}\\s?[[({<]\\s?(?:${at}|@)\\s?[\\])}>]\\s?${word}(?:${dotted}${word}){1,4}(?![\\p{L}\\d-])`,
  'giu',
)
const dottedWord = '[\\p{L}\\d][\\p{L}\\d._+-]{0,40}'
const spelledInWords = new RegExp(
  `(?<![\\p{L}\\d._+-])(?:${dottedWord}\\s${dot}\\s){0,2}${dottedWord}\\s${at}\\s${word}(?:\\s${dot}\\s${word}){0,3}\\s${dot}\\s(?:com|org|net|edu|gov|io|dev|app|info|example|test|eu|[a-z]{2})(?![\\p{L}\\d-])`,
  'giu',
)

/** "look at example dot com" is advice, not an address. */
const verbs =
  /^(?:look|looking|meet|meeting|me|us|it|is|are|be|find|found|visit|available|hosted|here|me|them|up|out|page|site|website|sold|work|works|shop|book|order|apply|read|more|see|online|store|live|and|or|the)\s/i

const emails: readonly PersonalDataKind[] = [
  {
    category: 'EMAIL_ADDRESS',
    pattern: new RegExp(`(?<![${letter}\\d_.+-])${local}@(?:${label}\\.){1,8}\\p{L}{2,24}(?![\\p{L}\\d-])`, 'gu'),
  },
  { category: 'EMAIL_ADDRESS', pattern: /"[^"\n@]{1,62}"@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![a-z\d-])/gi },
  { category: 'EMAIL_ADDRESS', pattern: spelledInBrackets },
  { category: 'EMAIL_ADDRESS', pattern: spelledInWords, cut: acceptWhole((value) => !verbs.test(value)) },
]

/** Whose national numbers are understood when a word like "phone" stands beside them. */
const usualCountries =
  'US GB DE FR ES IT NL CH AT BE PT PL SE DK NO FI IE BR MX AR IN CN JP KR AU NZ ZA TR GR CZ RO HU IL AE'.split(' ')

const phoneWords = anyWord(
  'phone phones telephone tel telefon* tél téléphone* telefono teléfono telefone telefoon* mobile mobil* handy* cell ' +
    'cellphone celular móvil movil cellulare telemóvel gsm fax call calls ring text sms whatsapp signal dial reach ruf* anruf* ' +
    'appel* joign* llám* llam* chiam* bel bellen ligue ligar dzwo* puhelin* ringa komórk* portable 电话 手机 電話 携帯 전화 ' +
    '휴대폰 телефон* звон* फ़ोन फोन मोबाइल هاتف جوال',
)

const separators = /[ ./()-]/
const fewestDigits = 6

function countDigits(value: string): number {
  return value.replace(/\D/g, '').length
}

/** As much of it as is a number somebody can have; groups that do not belong to it are left off the end. */
function cutNumber(value: string, countries: readonly (string | undefined)[], hints: SearchHints): string | undefined {
  let part = value
  for (let tries = 0; tries < 4 && countDigits(part) >= fewestDigits; tries++) {
    if (isNumber(part, countries, hints)) return part
    const shorter = /[ ./()-]+\d+[)]?$/.exec(part)
    if (shorter === null) return undefined
    part = part.slice(0, shorter.index)
  }
  return undefined
}

/** Numbers are looked up so often in one text at most; a text made of numbers must not take minutes. */
function isNumber(part: string, countries: readonly (string | undefined)[], hints: SearchHints): boolean {
  return countries.some((country) => {
    hints.lookUpsLeft -= 1
    return hints.lookUpsLeft < 0 || isNumberOf(part, country)
  })
}

function isNumberOf(part: string, country: string | undefined): boolean {
  const code = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined
  const text = part.startsWith('00') ? `+${part.slice(2)}` : part
  const options = { extract: false, ...(code === undefined ? {} : { defaultCountry: code }) }
  return parsePhoneNumberFromString(text, options)?.isValid() === true
}

const looksLikeDate =
  /^(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2})(?!\d)/

const usualForm =
  /^(?:\(?0[1-9]\d{0,4}\)?[ /-]{1,3}\d{2,5}(?:[ -]\d{2,5}){0,4}|(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[ .-]\d{4})$/

function cutNational(value: string, around: SurroundingText): string | undefined {
  if (countDigits(value) < fewestDigits || looksLikeDate.test(value)) return undefined
  const { before, hints } = around
  const hinted = hints.countries
  if (phoneWords.test(before.slice(-40))) return cutNumber(value, [...hinted, ...usualCountries], hints)
  // without a word that says so, only what is written the way phone numbers are
  const isWrittenSo = hinted.length > 0 ? separators.test(value) : usualForm.test(value)
  if (!isWrittenSo || nonPersonalWords.test(before)) return undefined
  return cutNumber(value, hinted.length > 0 ? hinted : usualCountries, hints)
}

/** A group of digits begins with a separator or a parenthesis, so that there is one way only to read them. */
const group = '(?:(?:[ ./-]{1,2}\\(?|(?<=\\))|\\()\\d{1,9}\\)?)'

const phones: readonly PersonalDataKind[] = [
  {
    category: 'PHONE_NUMBER',
    pattern: new RegExp(`(?<![\\w.+-])(?:\\+|00)[ ]?\\(?[1-9]\\d{0,14}\\)?${group}{0,7}(?!\\w)`, 'g'),
    cut: (value, { hints }) => cutNumber(value, [undefined], hints),
  },
  {
    category: 'PHONE_NUMBER',
    pattern: new RegExp(`(?<![\\w.+#$€£/-])\\(?\\d{1,12}\\)?${group}{0,6}(?![\\w%]|[.,]\\d)`, 'g'),
    cut: cutNational,
  },
]

export const contactKinds: readonly PersonalDataKind[] = [...emails, ...phones]
