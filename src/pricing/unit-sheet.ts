/** Unit prices from the places that state them, as `sheet.ts` has those of tokens. */
import { amount, entriesOf, member } from './members.ts'
import { centsPerUnit, dollarsPer, multiplyUnit } from './rates.ts'
import type { UnitRates } from './unit-rates.ts'

const millisecondsPerHour = 3_600_000n

/** The price library knows audio by the hour. */
export function unitsOfList(sheet: Readonly<Record<string, unknown>>): UnitRates | undefined {
  const dollars = amount(sheet.input_audio_hours) ?? amount(sheet.audio_hours)
  return dollars === undefined
    ? undefined
    : { audioMillisecond: perMillisecond(dollarsPer(1, dollars), millisecondsPerHour) }
}

/** Of `pay_as_you_go`: `image` by quality and size, `additional_units` by name; cents a unit. */
export function unitsOfConfig(prices: unknown): UnitRates | undefined {
  const images = imagesOf(member(prices, 'image'))
  const more = member(prices, 'additional_units')
  const each = (name: string) => {
    const cents = amount(member(member(more, name), 'price'))
    return cents === undefined ? undefined : centsPerUnit(cents)
  }
  const second = each('audio_second')
  const character = each('character')
  const search = each('search_unit')
  const rates: UnitRates = {
    ...(images === undefined ? {} : { images }),
    ...(second === undefined ? {} : { audioMillisecond: perMillisecond(second, 1_000n) }),
    ...(character === undefined ? {} : { character }),
    ...(search === undefined ? {} : { search }),
  }
  return Object.keys(rates).length === 0 ? undefined : rates
}

/** Rounded up, by far less than a nano-dollar. */
function perMillisecond(price: bigint, milliseconds: bigint): bigint {
  return (price + milliseconds - 1n) / milliseconds
}

function imagesOf(value: unknown): UnitRates['images'] {
  const qualities = entriesOf(value).flatMap(([quality, sizes]) => {
    const priced = entriesOf(sizes).flatMap(([size, cell]) => {
      const cents = amount(member(cell, 'price'))
      return cents === undefined ? [] : [[size, centsPerUnit(cents)] as const]
    })
    return priced.length === 0 ? [] : [[quality, Object.fromEntries(priced)] as const]
  })
  return qualities.length === 0 ? undefined : Object.fromEntries(qualities)
}

/** `multiplier.image.default` and `multiplier.additional_units.<name>`, else the general one. */
export function adjustUnits(rates: UnitRates, multiplier: unknown, general: number): UnitRates {
  const image = amount(member(member(multiplier, 'image'), 'default')) ?? general
  const own = (name: string) => amount(member(member(multiplier, 'additional_units'), name)) ?? general
  const times = (rate: bigint | undefined, name: string) => rate && multiplyUnit(rate, own(name))
  const { audioMillisecond, character, search, images } = rates
  const adjusted = {
    audioMillisecond: times(audioMillisecond, 'audio_second'),
    character: times(character, 'character'),
    search: times(search, 'search_unit'),
    images: images && timesAll(images, image),
  }
  return Object.fromEntries(Object.entries(adjusted).filter(([, value]) => value !== undefined))
}

function timesAll(images: NonNullable<UnitRates['images']>, factor: number): NonNullable<UnitRates['images']> {
  const ofSizes = (sizes: Readonly<Record<string, bigint>>) =>
    Object.fromEntries(Object.entries(sizes).map(([size, rate]) => [size, multiplyUnit(rate, factor)]))
  return Object.fromEntries(Object.entries(images).map(([quality, sizes]) => [quality, ofSizes(sizes)]))
}
