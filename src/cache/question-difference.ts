/** Finds in the words why two questions that look alike may not have the same answer: what vectors of sentences are blind to. */
import { hasDifferentFrame } from './sentence-frame.ts'
import { readWords, type Words } from './words.ts'

export type QuestionDifference =
  | 'numbers'
  | 'quotations'
  | 'symbols'
  | 'negation'
  | 'names'
  | 'opposites'
  | 'language'
  | 'order'
  | 'small words'
  | 'another word'
  | 'more said'

/** The first reason not to take one question's answer for the other's; undefined = none was found. */
export function findDifference(one: string, other: string): QuestionDifference | undefined {
  const a = readWords(one)
  const b = readWords(other)
  return rules.find(([, differ]) => differ(a, b))?.[0]
}

type Rule = readonly [QuestionDifference, (a: Words, b: Words) => boolean]

const rules: readonly Rule[] = [
  ['numbers', (a, b) => !isSame(a.numbers, b.numbers)],
  ['quotations', (a, b) => !isSame(a.quotations, b.quotations)],
  ['symbols', (a, b) => !isSame(a.symbols, b.symbols)],
  ['negation', (a, b) => negationsIn(a) !== negationsIn(b)],
  ['language', (a, b) => isOtherLanguage(a, b)],
  ['names', (a, b) => lacks(b, a.names) || lacks(a, b.names)],
  ['opposites', (a, b) => isOpposite(a, b) || isOpposite(b, a)],
  ['order', isTurned],
  ['small words', (a, b) => isSame(a.content.toSorted(), b.content.toSorted()) && hasDifferentFrame(a.all, b.all)],
  ['another word', isReplaced],
  ['more said', (a, b) => isContained(a.content, b.content) || isContained(b.content, a.content)],
]

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at])
}

const negations = new Set(
  `not no never none nothing nobody nowhere neither nor without cannot except unless excluding
  nicht kein keine keinen keinem keiner keines nie niemals ohne ne pas jamais sans aucun aucune nunca sin ningún ninguna
  ninguno non mai senza não nem sem niet geen nooit zonder нет не без никогда 不 没 無 别 非`.split(/\s+/),
)

function negationsIn({ all }: Words): number {
  return all.filter((each) => negations.has(each) || /n't$|^n'/.test(each)).length
}

/** A name need not be written large in the other question. */
function lacks({ content, names }: Words, wanted: readonly string[]): boolean {
  return wanted.some((name) => !content.includes(name) && !names.includes(name))
}

const opposites =
  `before/after increase/decrease enable/disable start/stop open/close add/remove buy/sell cheap/expensive
  maximum/minimum max/min best/worst largest/smallest highest/lowest advantage/disadvantage pro/con import/export
  encode/decode encrypt/decrypt upload/download install/uninstall first/last above/below inside/outside left/right
  north/south east/west true/false hot/cold win/lose lend/borrow push/pull ascending/descending upper/lower male/female
  more/less most/least always/sometimes legal/illegal safe/dangerous debit/credit early/late old/new
  lose/gain quick/slow in/out on/off up/down today/tomorrow yesterday/today connect/disconnect lock/unlock mount/unmount
  read/write input/output parent/child`
    .split(/\s+/)
    .map((pair) => pair.split('/'))

function isOpposite(a: Words, b: Words): boolean {
  return opposites.some(([one = '', other = '']) => has(a, one) && !has(b, one) && has(b, other) && !has(a, other))
}

function has({ all }: Words, each: string): boolean {
  return all.includes(each) || all.includes(`${each}s`) || all.includes(`${each}d`) || all.includes(`${each}ed`)
}

/** Words of direction: with them `a to b` is not `b to a`. */
const directing = new Set('from to into than over under versus vs before after by against von nach zu als'.split(' '))

/** The same words, some of them in each other's place. */
function isTurned(a: Words, b: Words): boolean {
  if (isSame(a.content, b.content) || !isSame(a.content.toSorted(), b.content.toSorted())) return false
  return (
    !isFronted(a.content, b.content) ||
    isSwapped(a.names, b.names) ||
    a.all.some((each) => directing.has(each)) ||
    b.all.some((each) => directing.has(each))
  )
}

function isSwapped(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 1 && a.length === b.length && !isSame(a, b)
}

/** `reverse a string in Python`, `Python: reverse a string`: one word taken from the end to the start, or back. */
function isFronted(a: readonly string[], b: readonly string[]): boolean {
  return isSame([...a.slice(1), ...a.slice(0, 1)], b) || isSame([...b.slice(1), ...b.slice(0, 1)], a)
}

/** Replaced words at one place of a sentence: longer pieces are another way to say it, which the vectors judge. */
const shortPiece = 2
/** Words that carry meaning; in a longer text a few replaced ones, wherever they stand, vanish from its vector. */
const longText = 12
const fewShare = 0.25

/** `the capital of France`, `the capital of Spain`: the same but for one place, or in a long text but for a few words. */
function isReplaced({ content: a }: Words, { content: b }: Words): boolean {
  const shorter = Math.min(a.length, b.length)
  const most = Math.max(without(a, b).length, without(b, a).length)
  if (shorter >= longText && most > 0 && most <= shorter * fewShare) return true
  const start = sharedStart(a, b)
  const [restA, restB] = [a.slice(start), b.slice(start)]
  const end = sharedStart(restA.toReversed(), restB.toReversed())
  const [goneA, goneB] = [restA.length - end, restB.length - end]
  return goneA > 0 && goneB > 0 && Math.max(goneA, goneB) <= shortPiece && (start + end) * 2 >= shorter
}

function sharedStart(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((each, index) => each !== b[index])
  return at === -1 ? a.length : at
}

/** What is left of the first when each word of the second has taken away one like it. */
function without(from: readonly string[], taken: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const each of taken) counts.set(each, (counts.get(each) ?? 0) + 1)
  return from.filter((each) => {
    const count = counts.get(each) ?? 0
    counts.set(each, count - 1)
    return count <= 0
  })
}

/** Whoever says more asks for something narrower. */
function isContained(a: readonly string[], b: readonly string[]): boolean {
  return a.length < b.length && without(a, b).length === 0
}

/** Words that only one of these languages has, of the most frequent. */
const frequent: Readonly<Record<string, ReadonlySet<string>>> = {
  en: new Set('the is are what how do does of and my can you which to for with when where why it'.split(' ')),
  de: new Set('der das ist sind wie ich nicht und ein eine mein für mit auf kann welche warum wer den'.split(' ')),
  fr: new Set(
    "le les est sont comment je et une mon pour avec sur quelle quel quels des du pourquoi qu'est-ce".split(' '),
  ),
  es: new Set('el los las es cómo qué mi y una para con cuál cuándo dónde por puedo del'.split(' ')),
  it: new Set('il gli è come che di mio per con quale quando dove perché della sono'.split(' ')),
  pt: new Set('os é como que meu uma para com qual quando onde porque posso do da em'.split(' ')),
  nl: new Set('het zijn hoe ik mijn een voor met welke wanneer waar waarom van'.split(' ')),
}
const scripts = [
  'Latin',
  'Cyrillic',
  'Han',
  'Hiragana',
  'Hangul',
  'Arabic',
  'Devanagari',
  'Greek',
  'Hebrew',
  'Thai',
].map((name) => [name, new RegExp(`\\p{sc=${name}}`, 'u')] as const)

function isOtherLanguage(a: Words, b: Words): boolean {
  const [one, other] = [languageOf(a), languageOf(b)]
  return one !== undefined && other !== undefined && one !== other
}

/** undefined = it cannot be told from so few words. */
function languageOf({ all }: Words): string | undefined {
  const written = scripts.find(([, pattern]) => all.some((each) => pattern.test(each)))?.[0]
  if (written !== 'Latin') return written
  const counted = Object.entries(frequent)
    .map(([language, words]) => ({ language, count: all.filter((each) => words.has(each)).length }))
    .sort((x, y) => y.count - x.count)
  const [first, second] = counted
  return first === undefined || first.count < 2 || first.count === second?.count ? undefined : first.language
}
