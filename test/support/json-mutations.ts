/** JSON that is almost right: one to three places of a document missing, of a wrong type, or beyond all sense. */

type Random = () => number
type Place = readonly (string | number)[]

/** What stands where something else was expected; undefined = nothing. */
export const strangeValues: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  -0.5,
  1.5,
  7e300,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  ' ',
  'x',
  '-5',
  '1e999',
  'constructor',
  '__proto__',
  '<html>',
  '\u0000',
  '\ud800',
  [],
  [null],
  [[[]]],
  {},
  { toString: 7 },
  { error: null },
]

/** `placesIn({ a: [1] })` is `[], ['a'], ['a', 0]`. */
function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))]
}

function withValueAt(document: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(document)) {
    const replaced = document.map((item, at) => (String(at) === String(key) ? withValueAt(item, rest, value) : item))
    return replaced.filter((item) => item !== undefined)
  }
  if (typeof document !== 'object' || document === null) return document
  const inner = Object.getOwnPropertyDescriptor(document, key)?.value
  return { ...document, [key]: withValueAt(inner, rest, value) }
}

/** The document with up to three of its places made strange. */
export function mutate(document: unknown, random: Random): unknown {
  let mutant = document
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const places = placesIn(mutant)
    const place = places[Math.floor(random() * places.length)] ?? []
    mutant = withValueAt(mutant, place, strangeValues[Math.floor(random() * strangeValues.length)])
  }
  return mutant
}

/** As text, numbers beyond all bounds included, which JSON can say and `JSON.stringify` does not. */
export function textOf(mutant: unknown): string {
  const text = JSON.stringify(mutant, (_, value) =>
    value === Number.POSITIVE_INFINITY ? '+beyond' : value === Number.NEGATIVE_INFINITY ? '-beyond' : value,
  )
  return (text ?? '').replaceAll('"+beyond"', '1e999').replaceAll('"-beyond"', '-1e999')
}
