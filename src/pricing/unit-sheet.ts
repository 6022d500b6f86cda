/** Unit prices from the places that state them, as `sheet.ts` has those of tokens. */
import { entriesOf, member, nonNegativeNumber } from './members.ts'
import { centsPerUnit, dollarsPer, multiplyUnit } from './rates.ts'
import type { UnitRates } from './unit-rates.ts'

const millisecondsPerHour = 3_600_000n

/** The price library knows audio by the hour, and searches by the thousand. */
export function unitsOfList(sheet: Readonly<Record<string, unknown>>): UnitRates | undefined {
  const dollars = nonNegativeNumber(sheet.input_audio_hours) ?? nonNegativeNumber(sheet.audio_hours)
  const thousand = (name: string) => {
    const price = nonNegativeNumber(sheet[name])
    return price === undefined ? undefined : dollarsPer(1_000, price)
  }
  return some({
    audioMillisecond: dollars === undefined ? undefined : perMillisecond(dollarsPer(1, dollars), millisecondsPerHour),
    webSearch: thousand('web_searches_kcount'),
    storageSearch: thousand('storage_searches_kcount'),
  })
}

type Found = { readonly [K in keyof UnitRates]: UnitRates[K] | undefined }

/** undefined = none at all. */
function some(found: Found): UnitRates | undefined {
  const known = Object.entries(found).filter(([, rate]) => rate !== undefined)
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** Of `pay_as_you_go`: `image` by quality and size, `additional_units` by name; cents a unit. */
export function unitsOfConfig(prices: unknown): UnitRates | undefined {
  const images = imagesOf(member(prices, 'image'))
  const more = member(prices, 'additional_units')
  const each = (name: string) => {
    const cents = nonNegativeNumber(member(member(more, name), 'price'))
    return cents === undefined ? undefined : centsPerUnit(cents)
  }
  const second = each('audio_second')
  return some({
    images,
    audioMillisecond: second === undefined ? undefined : perMillisecond(second, 1_000n),
    character: each('character'),
    search: each('search_unit'),
    webSearch: each('web_search'),
    storageSearch: each('file_search'),
  })
}

/** Rounded up, by far less than a nano-dollar. */
function perMillisecond(price: bigint, milliseconds: bigint): bigint {
  return (price + milliseconds - 1n) / milliseconds
}

function imagesOf(value: unknown): UnitRates['images'] {
  const qualities = entriesOf(value).flatMap(([quality, sizes]) => {
    const priced = entriesOf(sizes).flatMap(([size, cell]) => {
      const cents = nonNegativeNumber(member(cell, 'price'))
      return cents === undefined ? [] : [[size, centsPerUnit(cents)] as const]
    })
    return priced.length === 0 ? [] : [[quality, Object.fromEntries(priced)] as const]
  })
  return qualities.length === 0 ? undefined : Object.fromEntries(qualities)
}

/** `multiplier.image.default` and `multiplier.additional_units.<name>`, else the general one. */
export function adjustUnits(rates: UnitRates, multiplier: unknown, general: number): UnitRates {
  const image = nonNegativeNumber(member(member(multiplier, 'image'), 'default')) ?? general
  const own = (name: string) => nonNegativeNumber(member(member(multiplier, 'additional_units'), name)) ?? general
  const times = (rate: bigint | undefined, name: string) => rate && multiplyUnit(rate, own(name))
  const { audioMillisecond, character, search, webSearch, storageSearch, images } = rates
  return (
    some({
      audioMillisecond: times(audioMillisecond, 'audio_second'),
      character: times(character, 'character'),
      search: times(search, 'search_unit'),
      webSearch: times(webSearch, 'web_search'),
      storageSearch: times(storageSearch, 'file_search'),
      images: images && timesAll(images, image),
    }) ?? {}
  )
}

function timesAll(images: NonNullable<UnitRates['images']>, factor: number): NonNullable<UnitRates['images']> {
  const ofSizes = (sizes: Readonly<Record<string, bigint>>) =>
    Object.fromEntries(Object.entries(sizes).map(([size, rate]) => [size, multiplyUnit(rate, factor)]))
  return Object.fromEntries(Object.entries(images).map(([quality, sizes]) => [quality, ofSizes(sizes)]))
}
