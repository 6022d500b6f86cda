/** The ways a text can be read: as it stands, and as somebody may have hidden it (odd letters, leetspeak, spaced letters, base64, hex, rot13, reversed). */
import { foldText } from '../pii/fold.ts'

export interface DecodedText {
  readonly text: string
  /** Somebody took care that it does not look like this. */
  readonly isHidden: boolean
}

/** Cyrillic and Greek letters that look Latin. */
const lookAlikes: ReadonlyMap<string, string> = new Map(
  [
    ...'аa вb сc еe ёe нh іi јj кk мm оo рp ѕs тt уy хx ԁd ɡg ӏl ԛq ԝw αa βb εe ηn ιi κk νv οo ρp τt υu χx ɑa ıi'.split(
      ' ',
    ),
  ].map((pair) => [pair.slice(0, -1), pair.slice(-1)]),
)

const leet: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Longer texts are read as they stand only where that costs little. */
const mostHidden = 200_000

function plain(text: string): string {
  return foldText(text)
    .text.normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replaceAll('\\n', '\n')
    .replace(/[ \t]+/g, ' ')
}

/** Only words that mix scripts: real Russian and Greek stay. */
function withoutLookAlikes(text: string): string {
  return text.replace(/[\p{L}\p{M}]{1,60}/gu, (word) =>
    /[a-z]/.test(word) && /[\u0250-\u0292\u0370-\u052f\u0131]/.test(word)
      ? [...word].map((letter) => lookAlikes.get(letter) ?? letter).join('')
      : word,
  )
}

const unleet = (text: string) =>
  text.replace(/(?<![\w@$!])(?=[\w@$!]{0,40}[a-z])[\w@$!]{2,40}/g, (word) =>
    /[013457@$!]/.test(word) ? word.replace(/[013457@$!]/g, (sign) => leet[sign] ?? sign) : word,
  )

/** `i g n o r e   a l l`, `i.g.n.o.r.e`: single letters in a row are a word. */
const unspaced = (text: string) =>
  text.replace(/(?<![\p{L}\d])\p{L}(?:[ .*_|-]\p{L}){3,80}(?![\p{L}\d])/gu, (row) => row.replace(/[ .*_|-]/g, ''))

const rot13 = (text: string) =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97))

function decoded(text: string): readonly string[] {
  const found: string[] = []
  for (const [piece] of text.matchAll(/(?<![\w+/=])[A-Za-z0-9+/_-]{24,8000}={0,2}(?![\w+/=])/g)) {
    const bytes = /^(?:[0-9a-f]{2})+$/i.test(piece) ? Buffer.from(piece, 'hex') : Buffer.from(piece, 'base64')
    const read = bytes.toString('utf8')
    if (/^[\p{L}\p{P}\p{Zs}\p{N}\n\r\t]{12,}$/u.test(read)) found.push(plain(read))
    if (found.length === 20) break
  }
  return found
}

export function decodedTexts(original: string): readonly DecodedText[] {
  const asIs = plain(original)
  const hidden = new Set<string>()
  if (original.length <= mostHidden) {
    const same = withoutLookAlikes(asIs)
    hidden
      .add(same)
      .add(unleet(same))
      .add(unspaced(same))
      .add(unleet(unspaced(same)))
    for (const text of decoded(original)) hidden.add(text)
    hidden.add(rot13(asIs))
    hidden.add([...asIs].reverse().join(''))
    // every separator between letters of a word is a way to hide it
    hidden.add(same.replace(/(?<=\p{L})[-_*.~|](?=\p{L})/gu, ''))
  }
  hidden.delete(asIs)
  return [{ text: asIs, isHidden: false }, ...[...hidden].map((text) => ({ text, isHidden: true }))]
}
