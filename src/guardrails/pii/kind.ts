/** How one kind of personal data is described, and how it is looked for. Every pattern is bounded, so its time grows with the text only. */
import type { PiiCategory } from './categories.ts'
import { anyWord } from './words.ts'

/** Where something was found, in the text that was searched. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** What the caller knows beforehand. */
export interface SearchHints {
  /** ISO 3166 codes; whose national phone numbers are to be understood. */
  readonly countries: readonly string[]
  /** Of one search: how many more numbers may be looked up; beyond that the form alone decides. */
  lookUpsLeft: number
}

export interface PersonalDataKind {
  readonly category: PiiCategory
  /** With the flag `g`. A group named `value` is the part that counts; without it, all of the match. */
  readonly pattern: RegExp
  /** As much of the value as is real; undefined = nothing of it. */
  readonly cut?: (value: string, around: SurroundingText) => string | undefined
  /** One of these words must stand near: weak forms are told by what is said of them. */
  readonly context?: RegExp
  /** Told by words near it that it is something else. */
  readonly unless?: RegExp
}

const reachBefore = 60
const reachAfter = 30

/** What stands around a value, in lower case; read when it is asked for, because most values fail by their form alone. */
export class SurroundingText {
  readonly hints: SearchHints
  readonly #text: string
  readonly #place: TextRange

  constructor(text: string, place: TextRange, hints: SearchHints) {
    this.#text = text
    this.#place = place
    this.hints = hints
  }

  get before(): string {
    const { start } = this.#place
    return this.#text.slice(Math.max(0, start - reachBefore), start).toLowerCase()
  }

  get after(): string {
    const { end } = this.#place
    return this.#text.slice(end, end + reachAfter).toLowerCase()
  }
}

/** `isReal` for kinds that are real as a whole or not at all. */
export function acceptWhole(
  isReal: (value: string, around: SurroundingText) => boolean,
): NonNullable<PersonalDataKind['cut']> {
  return (value, around) => (isReal(value, around) ? value : undefined)
}

/** Words that say: the number beside us is nobody's. */
export const nonPersonalWords = anyWord(
  'order orders invoice isbn isbn_10 isbn_13 issn ean upc gtin sku ticket tracking serial part article item model version ' +
    'build commit revision release case batch lot product transaction reference ref checksum hash uuid id epoch timestamp ' +
    'shipment parcel bestell* bestellung* rechnung* auftrag* artikel* vorgang* sendung* commande facture colis pedido ' +
    'factura fattura ordine ordem fatura encomenda bestelling factuur zamówieni* faktur* ordre* beställning* siparis* ' +
    '注文 注文番号 订单 订单号 주문 주문번호 заказ* طلب',
  '(?:[ -]?(?:number|no|nr|num|id|code|nummer|num[eé]ro|n[uú]mero|numero|номер|号|番号|번호|n))?[ .:#№°º=(]{0,4}(?:is|was|ist|est|es|är)?[ .:#№]{0,3}$',
)

/** What looks right but is not real may hide something real that begins a little later. */
export function findMatches(text: string, kind: PersonalDataKind, hints: SearchHints): readonly TextRange[] {
  const found: TextRange[] = []
  const search = new RegExp(kind.pattern)
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const value = match.groups?.value ?? match[0]
    const start = match.index + match[0].lastIndexOf(value)
    const around = new SurroundingText(text, { start, end: start + value.length }, hints)
    const length = value === '' ? 0 : realLength(value, around, kind)
    if (length > 0) found.push({ start, end: start + length })
    search.lastIndex = length > 0 ? start + length : match.index + 1
  }
  return found
}

function realLength(value: string, around: SurroundingText, { cut, context, unless }: PersonalDataKind): number {
  if (context !== undefined && !context.test(around.before) && !context.test(around.after)) return 0
  const real = cut === undefined ? value : (cut(value, around) ?? '')
  return real === '' || unless?.test(around.before) === true ? 0 : real.length
}
