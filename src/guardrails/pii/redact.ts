/** Puts placeholders where personal data was. */
import { type Finding, findPersonalDataInTexts, type Search } from './find.ts'
import type { Placeholders } from './placeholders.ts'

export interface Redaction extends Search {
  readonly placeholders: Placeholders
  readonly isRestorable: boolean
}

export interface Redacted {
  readonly texts: readonly string[]
  readonly findings: readonly Finding[]
}

export async function redactPersonalData(texts: readonly string[], redaction: Redaction): Promise<Redacted> {
  const { placeholders, isRestorable } = redaction
  for (const text of texts) placeholders.reserve(text)
  const found = await findPersonalDataInTexts(texts, redaction)
  return {
    findings: found.flat(),
    texts: texts.map((text, at) => {
      let redacted = ''
      let from = 0
      for (const { category, text: value, start, end } of found[at] ?? []) {
        redacted += text.slice(from, start) + placeholders.nameOf(category, value, { isRestorable })
        from = end
      }
      return redacted + text.slice(from)
    }),
  }
}
