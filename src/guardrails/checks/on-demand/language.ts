/** `portkey.language`: is the text in one of these languages? Told by word and letter statistics, for 24 languages. */
import { type CheckParameters, invalid } from '../../check-parameters.ts'
import type { RunCheck } from '../../guardrail.ts'
import { judge } from '../check.ts'

/** ISO 639-1 → 639-3, of the languages that are told apart. */
const languages: Readonly<Record<string, string>> = {
  ar: 'ara',
  bn: 'ben',
  de: 'deu',
  el: 'ell',
  en: 'eng',
  es: 'spa',
  fi: 'fin',
  fr: 'fra',
  he: 'heb',
  hi: 'hin',
  hu: 'hun',
  it: 'ita',
  ja: 'jpn',
  ko: 'kor',
  nl: 'nld',
  no: 'nob',
  pl: 'pol',
  pt: 'por',
  ro: 'ron',
  ru: 'rus',
  sv: 'swe',
  th: 'tha',
  tr: 'tur',
  zh: 'cmn',
}

/** From the beginning; more tells the language no better (100,000 characters made to be slow took 0.7 s, 2026-11). */
const mostCharacters = 20_000

export function language(given: CheckParameters): RunCheck {
  const wanted = new Set(given.someTexts('language').map((each) => shortCode(each, given)))
  return async ({ text }) => {
    const { detect } = await import('tinyld/light')
    const found = detect(text.slice(0, mostCharacters))
    if (found === '')
      return {
        isPassed: true,
        data: { explanation: 'the language of so little text cannot be told', detectedLanguage: null },
      }
    return judge(given, wanted.has(found), `the text is in '${found}'`, { detectedLanguage: found })
  }
}

/** Other codes of the same languages: macro-languages, spoken forms of Arabic, both written forms of Norwegian. */
const others: Readonly<Record<string, string>> = {
  zho: 'zh',
  nor: 'no',
  nb: 'no',
  nn: 'no',
  nno: 'no',
  ...Object.fromEntries('arb ars ary arz apc acm acq aeb ajp'.split(' ').map((code) => [code, 'ar'])),
}

/** ISO 639-1 or 639-3, also with the script behind it (`eng_Latn`). */
function shortCode(code: string, given: CheckParameters): string {
  const lower = code
    .trim()
    .toLowerCase()
    .replace(/^([a-z]{3})[_-][a-z]{4}$/, '$1')
  const short = others[lower] ?? lower
  if (languages[short] !== undefined) return short
  const found = Object.entries(languages).find(([, long]) => long === short)?.[0]
  if (found !== undefined) return found
  throw invalid(
    `${given.where}.language has '${code.slice(0, 20)}'; the languages that can be told are ${Object.entries(languages)
      .map(([two, three]) => `${two} (${three})`)
      .join(', ')}`,
    `${given.where}.language`,
  )
}
