/** Texts as words for comparison: what is a name, a number, a quotation, and what only carries the sentence. */

export interface Words {
  /** Everything between quotation marks or backticks, in its order. */
  readonly quotations: readonly string[]
  /** In their order; number words among them. */
  readonly numbers: readonly string[]
  /** `C++`, `a@b.c`, `/etc/hosts`: pieces with signs in them, in their order. */
  readonly symbols: readonly string[]
  /** Written large within a sentence, in their order. */
  readonly names: readonly string[]
  /** All words, lower case. */
  readonly all: readonly string[]
  /** Without those that only carry the sentence, reduced to their stems, in their order. */
  readonly content: readonly string[]
}

const quoted = /"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|「([^」]+)」|`([^`]+)`/g
/** Scripts that are written without spaces: each character is a word. */
const word = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]|\p{L}[\p{L}\p{M}'-]*/gu
const numberOrWord = /\p{Nd}+(?:[.,:]\p{Nd}+)*|\p{L}+/gu

const numberWords: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'].map((name, at) => [
      name,
      String(at + 2),
    ]),
  ),
  twenty: '20',
  thirty: '30',
  fifty: '50',
  hundred: '100',
  thousand: '1000',
  half: '0.5',
  double: 'x2',
  twice: 'x2',
  triple: 'x3',
}

/** Carry the sentence, or ask politely; say nothing about what is asked. */
const carrying = new Set(
  `a an the this that these those it its is are was were be been being am do does did done can could may might shall
  should will would must have has had having i you he she we they me my mine your yours our us them their his her
  what which who whom whose when where why how of in on at to for with by as and or but if so then there here about
  into onto up out off please tell show give explain describe called step steps tip tips thanks let know want need like just really some any also
  exactly actually kindly help one way ways get got make go going 's 'm 're im id s d m ll ve re
  der die das ein eine einen einem einer den dem des ist sind ich heißt heißen du er sie es wir ihr mein meine meinen wie was wo
  wann warum wer und oder zu für mit von im am auf an bitte kann können soll sich
  le la les un une des du de est sont je tu il elle nous vous mon ma mes comment que quoi où quand pourquoi qui et ou à
  au aux pour avec sur dans en ce cette s'il plaît peut
  el los las una unos y o mi mis cómo qué dónde cuándo por para con del al es son yo se puedo puede favor cuál dime`.split(
    /\s+/,
  ),
)

export function readWords(text: string): Words {
  const plain = text.normalize('NFKC').replaceAll('’', "'")
  const quotations = [...plain.matchAll(quoted)].map((match) => match.slice(1).find((each) => each !== undefined) ?? '')
  const found = [...plain.matchAll(word)]
  const all = found.map(([each]) => each.toLowerCase())
  return {
    quotations,
    numbers: [...plain.matchAll(numberOrWord)].flatMap(numberIn),
    symbols: plain.split(/\s+/).flatMap(symbolIn),
    names: found.filter((match) => isName(match, plain)).map(([each]) => stem(each.toLowerCase())),
    all,
    content: all.filter((each) => !isCarrying(each) && !Object.hasOwn(numberWords, each)).map(stem),
  }
}

function numberIn([each]: RegExpExecArray): readonly string[] {
  if (/^\p{Nd}/u.test(each)) return [each.replace(/,(?=\p{Nd}{3}(?!\p{Nd}))/gu, '')]
  const name = each.toLowerCase()
  return Object.hasOwn(numberWords, name) ? [numberWords[name] ?? ''] : []
}

/** `what's` and `I'd` too. */
function isCarrying(each: string): boolean {
  return carrying.has(each) || carrying.has(each.replace(/'(?:s|d|m|re|ve|ll)$/, ''))
}

function symbolIn(piece: string): readonly string[] {
  const bare = piece.replace(/^[("'[{«„“¿¡]+|[)"'\]}»”.,;:!?…]+$/gu, '')
  if (/^(?:[<>=+*/%^&|~]+$|[-−+]\p{Nd})/u.test(piece)) return [piece]
  return /[^\p{L}\p{M}\p{Nd}'’.,:-]|\p{L}\.\p{L}|\p{L}\p{Nd}|\p{Nd}\p{L}/u.test(bare) && bare.length > 1
    ? [bare.toLowerCase()]
    : []
}

/** Large within a sentence, or in capitals, or in mixed case anywhere. */
function isName(match: RegExpExecArray, text: string): boolean {
  const [each] = match
  if (isCarrying(each.toLowerCase()) || !/\p{Lu}/u.test(each)) return false
  if (/\p{L}.*\p{Lu}/u.test(each)) return true
  const before = text.slice(0, match.index).trimEnd()
  return before !== '' && !/[.!?:;\n"“(¿¡*-]$/u.test(before)
}

/** Endings of European languages that do not change what is meant. Too much is better than too little: stems are compared with stems. */
function stem(each: string): string {
  const bare = each.replace(/'s?$/, '')
  if (bare.length < 4) return bare
  return bare.replace(/(?:ies|y)$/, 'i').replace(/(?<=\p{L}{3})(?:ings?|ed|ly|es|s|e)$/u, '')
}
