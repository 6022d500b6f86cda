/** VAT numbers of the European Union, the United Kingdom, Switzerland and Norway, with their country's letters before them. */
import { validate as at } from 'stdnum/lib/cjs/at/uid.js'
import { validate as be } from 'stdnum/lib/cjs/be/vat.js'
import { validate as bg } from 'stdnum/lib/cjs/bg/vat.js'
import { validate as che } from 'stdnum/lib/cjs/ch/vat.js'
import { validate as cy } from 'stdnum/lib/cjs/cy/vat.js'
import { validate as cz } from 'stdnum/lib/cjs/cz/dic.js'
import { validate as de } from 'stdnum/lib/cjs/de/vat.js'
import { validate as dk } from 'stdnum/lib/cjs/dk/cvr.js'
import { validate as ee } from 'stdnum/lib/cjs/ee/kmkr.js'
import { validate as es } from 'stdnum/lib/cjs/es/nif.js'
import { validate as fi } from 'stdnum/lib/cjs/fi/alv.js'
import { validate as fr } from 'stdnum/lib/cjs/fr/tva.js'
import { validate as gb } from 'stdnum/lib/cjs/gb/vat.js'
import { validate as el } from 'stdnum/lib/cjs/gr/vat.js'
import { validate as hr } from 'stdnum/lib/cjs/hr/oib.js'
import { validate as hu } from 'stdnum/lib/cjs/hu/anum.js'
import { validate as ie } from 'stdnum/lib/cjs/ie/vat.js'
import { validate as it } from 'stdnum/lib/cjs/it/iva.js'
import { validate as lt } from 'stdnum/lib/cjs/lt/pvm.js'
import { validate as lu } from 'stdnum/lib/cjs/lu/tva.js'
import { validate as lv } from 'stdnum/lib/cjs/lv/pvn.js'
import { validate as mt } from 'stdnum/lib/cjs/mt/vat.js'
import { validate as nl } from 'stdnum/lib/cjs/nl/btw.js'
import { validate as no } from 'stdnum/lib/cjs/no/mva.js'
import { validate as pl } from 'stdnum/lib/cjs/pl/nip.js'
import { validate as pt } from 'stdnum/lib/cjs/pt/nif.js'
import { validate as ro } from 'stdnum/lib/cjs/ro/cui.js'
import { validate as se } from 'stdnum/lib/cjs/se/vat.js'
import { validate as si } from 'stdnum/lib/cjs/si/ddv.js'
import { validate as sk } from 'stdnum/lib/cjs/sk/dph.js'
import type { PersonalDataKind } from './kind.ts'

/** Romania's have from 2 to 10 digits, so that little proves them; with the letters, and 6 at least, they are taken. */
const rules: Readonly<Record<string, readonly [RegExp, (value: string) => { readonly isValid: boolean }]>> = {
  AT: [/^U\d{8}$/, at],
  BE: [/^[01]\d{9}$/, be],
  BG: [/^\d{9,10}$/, bg],
  CHE: [/^\d{9}(?:MWST|TVA|IVA|TPV)?$/, che],
  CY: [/^\d{8}[A-Z]$/, cy],
  CZ: [/^\d{8,10}$/, cz],
  DE: [/^[1-9]\d{8}$/, de],
  DK: [/^\d{8}$/, dk],
  EE: [/^\d{9}$/, ee],
  EL: [/^\d{9}$/, el],
  ES: [/^[A-Z\d]\d{7}[A-Z\d]$/, es],
  FI: [/^\d{8}$/, fi],
  FR: [/^[A-Z\d]{2}\d{9}$/, fr],
  GB: [/^\d{9}(?:\d{3})?$/, gb],
  HR: [/^\d{11}$/, hr],
  HU: [/^\d{8}$/, hu],
  IE: [/^\d[A-Z\d+*]\d{5}[A-Z]{1,2}$/, ie],
  IT: [/^\d{11}$/, it],
  LT: [/^\d{9}(?:\d{3})?$/, lt],
  LU: [/^\d{8}$/, lu],
  LV: [/^\d{11}$/, lv],
  MT: [/^\d{8}$/, mt],
  NL: [/^\d{9}B\d{2}$/, nl],
  NO: [/^\d{9}MVA$/, no],
  PL: [/^\d{10}$/, pl],
  PT: [/^\d{9}$/, pt],
  RO: [/^\d{6,10}$/, ro],
  SE: [/^\d{12}$/, se],
  SI: [/^\d{8}$/, si],
  SK: [/^\d{10}$/, sk],
}

function isVatNumber(value: string): boolean {
  const compact = value.replace(/[ .-]/g, '').toUpperCase()
  const prefix = compact.startsWith('CHE') ? 'CHE' : compact.slice(0, 2)
  const [form, validate] = rules[prefix] ?? []
  const number = compact.slice(prefix.length)
  if (form === undefined || validate === undefined || !form.test(number)) return false
  return validate(prefix === 'CHE' ? compact : number).isValid
}

/** The longest beginning, by its groups, that is a VAT number: the next word may look like part of it. */
function cutVatNumber(value: string): string | undefined {
  let part = value
  while (part.length >= 8) {
    if (isVatNumber(part)) return part
    const shorter = /[ .-][A-Za-z\d]+$/.exec(part)
    if (shorter === null) return undefined
    part = part.slice(0, shorter.index)
  }
  return undefined
}

export const vatKinds: readonly PersonalDataKind[] = [
  {
    category: 'VAT_NUMBER',
    pattern:
      /(?<![\w.-])(?:CHE|A(?=T[ -]?U)T|B[EG]|C[YZ]|D[EK]|E[ELS]|F[IR]|GB|H[RU]|I[ET]|L[TUV]|MT|N[LO]|P[LT]|RO|S[EIK])[ -]?[A-Z\d]{2,14}(?:[ .-][A-Z\d]{2,9}){0,4}(?![\w])/g,
    cut: cutVatNumber,
  },
]
