/** How much a text looks like an attempt to take a model over: 0 to 1, with the families it was known by. */
import { yieldIfLong } from '../yield-if-long.ts'
import { decodedTexts } from './decoded-texts.ts'
import { attackFamilies } from './families.ts'

export interface InjectionScore {
  readonly score: number
  readonly families: readonly string[]
}

/** Somebody who hides such words means them. */
const hiddenWeight = 0.3
/** Words quoted in a text about such attacks. */
const quotedShare = 0.4
const mostCharacters = 1_000_000

const aboutAttacks =
  /prompt[ -]injection|jailbreak(?:s|ing)\b|attack(?:s|er|ers)?\b|malicious|phishing|red[ -]team|security|vulnerab|adversar|exploit|injektion|angriff|attaque|ataque|attacco|aanval|such as|for example|e\.g\.|phrases? like|detect/

export async function scoreInjection(original: string): Promise<InjectionScore> {
  const found = new Map<string, number>()
  for (const { text, isHidden } of decodedTexts(original.slice(0, mostCharacters))) {
    for (const { name, weight, patterns } of attackFamilies) {
      if ((found.get(name) ?? 0) >= weight) continue
      await yieldIfLong(text)
      const share = Math.max(0, ...patterns.map((pattern) => shareOf(text, pattern)))
      if (share === 0) continue
      found.set(name, Math.max(found.get(name) ?? 0, weight * share))
      if (isHidden && share === 1) found.set('obfuscation', hiddenWeight)
    }
  }
  const sum = [...found.values()].reduce((total, each) => total + each, 0)
  return { score: Math.round(Math.min(1, sum) * 100) / 100, families: [...found.keys()] }
}

/** 1, or less for words in quotation marks within a text that is about attacks; 0 = not there. */
function shareOf(text: string, pattern: RegExp): number {
  const match = pattern.exec(text)
  if (match === null) return 0
  const before = text.slice(Math.max(0, match.index - 400), match.index)
  const after = text.slice(match.index + match[0].length, match.index + match[0].length + 400)
  const isQuoted = /["'“„«‹「`][^"'”“»›」`\n]{0,60}$/.test(before) && /^[^\n]{0,80}["'”»›」`]/.test(after)
  return isQuoted && (aboutAttacks.test(before) || aboutAttacks.test(after)) ? quotedShare : 1
}
