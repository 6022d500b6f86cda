/** Made-up personal data with right checksums. What looks like a credential is put together here, so that no file holds one. */
import { createHash } from 'node:crypto'
import type { PiiCategory } from '../../src/guardrails/pii/categories.ts'
import type { Dice } from './sample.ts'

export type Make = (dice: Dice) => string

const two = (value: number) => String(value).padStart(2, '0')
const letters = (dice: Dice, count: number, from = 'ABCDEFGHJKLMNPRSTUVWXYZ') =>
  Array.from({ length: count }, () => dice.pick([...from])).join('')
const alphanumeric = (dice: Dice, count: number) =>
  letters(dice, count, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')

function luhn(body: string): string {
  const sum = [...body]
    .reverse()
    .map((digit, at) => Number(digit) * (at % 2 === 0 ? 2 : 1))
    .reduce((total, each) => total + (each > 9 ? each - 9 : each), 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

/** The first weighted sum, modulo 11 or 10, as the country has it; undefined = this body gets no number. */
const weigh = (body: string, weights: readonly number[]) =>
  weights.reduce((sum, weight, at) => sum + weight * Number(body[at]), 0)

function until(make: () => string | undefined): string {
  for (;;) {
    const made = make()
    if (made !== undefined) return made
  }
}

const card: Make = (dice) => {
  const [prefix, length] = dice.pick([
    ['4', 16],
    ['4', 16],
    [`5${1 + dice.below(5)}`, 16],
    ['37', 15],
    ['6011', 16],
    ['3566', 16],
    ['2221', 16],
  ] as const)
  const number = luhn(prefix + dice.digits(length - prefix.length - 1))
  const gap = dice.pick(['', ' ', '-'])
  return length === 15
    ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)].join(gap)
    : (number.match(/.{4}/g) ?? []).join(gap)
}

function ibanOf(country: string, account: string): string {
  const numeric = [...`${account}${country}00`].map((sign) => parseInt(sign, 36)).join('')
  return `${country}${two(98 - Number(BigInt(numeric) % 97n))}${account}`
}

const iban: Make = (dice) => {
  const plain = dice.pick([
    () => ibanOf('DE', dice.digits(18)),
    () => ibanOf('CH', dice.digits(17)),
    () => ibanOf('FR', `${dice.digits(20)}${letters(dice, 1)}${dice.digits(2)}`.slice(0, 23)),
    () => ibanOf('ES', dice.digits(20)),
    () => ibanOf('NL', `BANK${dice.digits(10)}`),
    () => ibanOf('GB', `BANK${dice.digits(14)}`),
    () => ibanOf('IT', `X${dice.digits(22)}`),
    () => ibanOf('PL', dice.digits(24)),
    () => ibanOf('AT', dice.digits(16)),
  ])()
  return dice.below(2) === 0 ? plain : (plain.match(/.{1,4}/g) ?? []).join(' ')
}

const birthday = (dice: Dice) => ({ year: 1940 + dice.below(60), month: 1 + dice.below(12), day: 1 + dice.below(28) })

/** Country → a number as it is written there. */
export const nationalIds = {
  de: (dice) => {
    // one digit twice, one missing, the others once (§ 139b AO)
    const order = [...'123456789'].sort(() => dice.below(3) - 1)
    const body = `${order.slice(0, 9).join('')}${order[dice.below(4)]}`
    let product = 10
    for (const digit of body) product = (((Number(digit) + product) % 10 || 10) * 2) % 11
    const number = `${body}${(11 - product) % 10}`
    return dice.pick([number, number.replace(/(..)(...)(...)(...)/, '$1 $2 $3 $4')])
  },
  fr: (dice) => {
    const { year, month } = birthday(dice)
    const body =
      `${1 + dice.below(2)}${two(year % 100)}${two(month)}${two(1 + dice.below(90))}${two(0)}${dice.below(9)}${dice.digits(2)}${1 + dice.below(9)}`.slice(
        0,
        13,
      )
    const number = `${body}${two(97 - Number(BigInt(body) % 97n))}`
    return dice.pick([number, number.replace(/(.)(..)(..)(..)(...)(...)(..)/, '$1 $2 $3 $4 $5 $6 $7')])
  },
  es: (dice) => {
    const body = dice.digits(8)
    return `${body}${dice.pick(['', '-'])}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(body) % 23]}`
  },
  nl: (dice) =>
    until(() => {
      const body = `${1 + dice.below(9)}${dice.digits(7)}`
      const check = weigh(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
      return check < 10 ? `${body}${check}` : undefined
    }),
  pl: (dice) => {
    const { year, month, day } = birthday(dice)
    const body = `${two(year % 100)}${two(month)}${two(day)}${dice.digits(4)}`
    return `${body}${(10 - (weigh(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`
  },
  se: (dice) => {
    const { year, month, day } = birthday(dice)
    return luhn(`${two(year % 100)}${two(month)}${two(day)}${dice.digits(3)}`).replace(/(.{6})/, '$1-')
  },
  fi: (dice) => {
    const { year, month, day } = birthday(dice)
    const body = `${two(day)}${two(month)}${two(year % 100)}`
    const serial = String(2 + dice.below(897)).padStart(3, '0')
    return `${body}-${serial}${'0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(`${body}${serial}`) % 31]}`
  },
  no: (dice) =>
    until(() => {
      const { year, month, day } = birthday(dice)
      const body = `${two(day)}${two(month)}${two(year % 100)}${String(100 + dice.below(399))}`
      const first = (11 - (weigh(body, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
      const second = (11 - (weigh(`${body}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
      return first < 10 && second < 10 ? `${body}${first}${second}` : undefined
    }),
  gb: (dice) =>
    `${dice.pick(['AB', 'CE', 'JK', 'PR', 'SW'])}${dice.digits(6)}${letters(dice, 1, 'ABCD')}`.replace(
      /(..)(..)(..)(..)(.)/,
      dice.pick(['$1$2$3$4$5', '$1 $2 $3 $4 $5']),
    ),
  br: (dice) => {
    const body = dice.digits(9)
    const check = (text: string, start: number) => {
      const rest =
        (weigh(
          text,
          Array.from({ length: text.length }, (_, at) => start - at),
        ) *
          10) %
        11
      return rest % 10
    }
    const first = check(body, 10)
    const number = `${body}${first}${check(`${body}${first}`, 11)}`
    return number.replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4')
  },
  cn: (dice) => {
    const { year, month, day } = birthday(dice)
    const body = `11010${1 + dice.below(8)}${year}${two(month)}${two(day)}${dice.digits(3)}`
    const sum = weigh(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
    return `${body}${'10X98765432'[sum % 11]}`
  },
  kr: (dice) => {
    const { year, month, day } = birthday(dice)
    const body = `${two(year % 100)}${two(month)}${two(day)}${1 + dice.below(2)}${dice.pick(['00', '11', '16'])}${dice.digits(3)}`
    const check = (11 - (weigh(body, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10
    return `${body.slice(0, 6)}-${body.slice(6)}${check}`
  },
  ca: (dice) =>
    luhn(`${dice.pick(['1', '4', '5', '7'])}${dice.digits(7)}`).replace(
      /(...)(...)(...)/,
      dice.pick(['$1$2$3', '$1 $2 $3', '$1-$2-$3']),
    ),
} satisfies Record<string, Make>

function base58Check(version: number, dice: Dice): string {
  const payload = Buffer.from([version, ...Array.from({ length: 20 }, () => dice.below(256))])
  const sha = (data: Uint8Array) => createHash('sha256').update(data).digest()
  const bytes = Buffer.concat([payload, sha(sha(payload)).subarray(0, 4)])
  let value = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (value > 0n) {
    text = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'[Number(value % 58n)] + text
    value /= 58n
  }
  return version === 0 ? `1${text}` : text
}

const givenNames =
  'Ada Boris Chiara Dieter Elif Femke Gustavo Hanna Igor Joana Karim Lena Mateo Nadia Olaf Petra Quentin Rosa Sven Tereza'.split(
    ' ',
  )
const familyNames =
  'Almeida Brandt Castellano Dubois Eriksson Fontaine Gruber Hartmann Ivanova Jansen Kowalski Lombardi Moreau Novak Olsen Petersen Quiroga Rossi Schuster Tanaka'.split(
    ' ',
  )

const email: Make = (dice) => {
  const local = dice.pick([
    `${dice.pick(givenNames)}.${dice.pick(familyNames)}`.toLowerCase(),
    `${dice.pick(familyNames)}${dice.digits(2)}`.toLowerCase(),
    `${dice.pick(givenNames)}+news`.toLowerCase(),
    `${dice.pick(givenNames)}_${dice.digits(3)}`,
  ])
  return `${local}@${dice.pick(['example.org', 'mail.example.com', 'post.example.de', 'example.co.uk', 'müller.example', 'correo.example.es'])}`
}

const phone: Make = (dice) =>
  dice.pick([
    () => `+41 44 6${dice.digits(2)} ${dice.digits(2)} ${dice.digits(2)}`,
    () => `+49 30 2${dice.digits(7)}`,
    () => `+1 (415) 555-0${dice.digits(3)}`,
    () => `+44 20 7946 0${dice.digits(3)}`,
    () => `+33 1 42 ${dice.digits(2)} ${dice.digits(2)} ${dice.digits(2)}`,
    () => `+34 912 ${dice.digits(3)} ${dice.digits(3)}`,
    () => `+390669${dice.digits(6)}`,
    () => `+31 20 6${dice.digits(2)} ${dice.digits(4)}`,
    () => `+55 11 9${dice.digits(4)}-${dice.digits(4)}`,
    () => `+81 3-3${dice.digits(3)}-${dice.digits(4)}`,
    () => `(212) 555-0${dice.digits(3)}`,
    () => `415-555-0${dice.digits(3)}`,
    () => `0041 44 6${dice.digits(2)} ${dice.digits(2)} ${dice.digits(2)}`,
  ])()

const ssn: Make = (dice) =>
  `${dice.pick(['21', '33', '41', '52'])}${1 + dice.below(8)}-${11 + dice.below(88)}-${1000 + dice.below(8999)}`

const secret: Make = (dice) =>
  dice.pick([
    () => `${['sk', 'proj'].join('-')}-${alphanumeric(dice, 40)}`,
    () => `${['sk', 'ant', 'api03'].join('-')}-${alphanumeric(dice, 60)}`,
    () => `${'gh'}p_${alphanumeric(dice, 36)}`,
    () => `${'AK'}IA${letters(dice, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    () => `${'AI'}za${alphanumeric(dice, 35)}`,
    () => `${['xo', 'xb'].join('')}-${dice.digits(12)}-${alphanumeric(dice, 24)}`,
    () => `${'gl'}pat-${alphanumeric(dice, 20)}`,
    () => `${['sk', 'live'].join('_')}_${alphanumeric(dice, 24)}`,
    () => `postgres://app:${alphanumeric(dice, 12)}@db.example.org`,
    () => `${'np'}m_${alphanumeric(dice, 36)}`,
  ])()

export const values = {
  EMAIL_ADDRESS: email,
  PHONE_NUMBER: phone,
  IP_ADDRESS: (dice) =>
    dice.pick([
      () => `203.0.113.${1 + dice.below(254)}`,
      () => `198.51.100.${1 + dice.below(254)}`,
      () => `10.${dice.below(256)}.${dice.below(256)}.${1 + dice.below(254)}`,
      () => `2001:db8:${dice.below(9999)}::${1 + dice.below(9999)}`,
      () => `2001:db8::ff00:42:${1000 + dice.below(8999)}`,
    ])(),
  CREDIT_CARD: card,
  SSN: ssn,
  IBAN: iban,
  CRYPTO_ADDRESS: (dice) =>
    dice.pick([
      () => base58Check(0, dice),
      () => base58Check(5, dice),
      () => `0x${createHash('sha256').update(dice.digits(9)).digest('hex').slice(0, 40)}`,
    ])(),
  MAC_ADDRESS: (dice) =>
    Array.from({ length: 6 }, () => dice.below(256).toString(16).padStart(2, '0'))
      .join(dice.pick([':', '-']))
      .replace(/^../, '3c'),
  VAT_NUMBER: (dice) =>
    dice.pick([
      () => {
        const body = `1${dice.digits(7)}`
        let product = 10
        for (const digit of body) product = (((Number(digit) + product) % 10 || 10) * 2) % 11
        return `DE${body}${(11 - product) % 10}`
      },
      () => `IT${luhn(`0${1 + dice.below(8)}${dice.digits(5)}010`)}`,
      () => {
        const body = `0${4 + dice.below(5)}${dice.digits(6)}`
        return `BE${body}${two(97 - (Number(body) % 97))}`
      },
    ])(),
  SECRET: secret,
  NAME: (dice) => `${dice.pick(givenNames)} ${dice.pick(familyNames)}`,
} satisfies Partial<Record<PiiCategory, Make>>

export const documents = {
  passport: (dice) =>
    dice.pick([`C${letters(dice, 2)}${dice.digits(6)}`, dice.digits(9), `${letters(dice, 2)}${dice.digits(7)}`]),
  licence: (dice) =>
    dice.pick([
      `${letters(dice, 1)}${dice.digits(7)}`,
      `${letters(dice, 2)}${dice.digits(7)}`,
      `${letters(dice, 1)}${dice.digits(3)}-${dice.digits(4)}-${dice.digits(4)}`,
    ]),
  isoDate: (dice) => `${1950 + dice.below(50)}-${two(1 + dice.below(12))}-${two(1 + dice.below(28))}`,
  dottedDate: (dice) => `${two(1 + dice.below(28))}.${two(1 + dice.below(12))}.${1950 + dice.below(50)}`,
  slashedDate: (dice) => `${two(1 + dice.below(12))}/${two(1 + dice.below(12))}/${1950 + dice.below(50)}`,
} satisfies Record<string, Make>
