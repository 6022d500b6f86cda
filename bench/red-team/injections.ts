/** Attacks as they are, hidden, or carried in a tool's answer; harmless texts about many topics. The same seed, the same set. */
import { type Dice, dice, type InjectionSample } from './sample.ts'

export interface InjectionTemplates {
  /** By family. */
  readonly attacks: Readonly<Record<string, readonly string[]>>
  /** With places for `{topic}`. */
  readonly benign: readonly string[]
}

const topics =
  'photosynthesis,chess,tax returns,network security,the French Revolution,bread baking,TypeScript generics,solar panels,football,jazz,access control,tulips'.split(
    ',',
  )

const carriers: readonly ((attack: string) => string)[] = [
  (attack) => attack,
  (attack) => `Here are the search results:\n1. Cheap flights to Rome\n2. ${attack}\n3. Hotel reviews`,
  (attack) => `{"status":"ok","comment":${JSON.stringify(attack)}}`,
  (attack) => `I have a question about my bill. ${attack} Thank you!`,
]

const hide: readonly ((attack: string, random: Dice) => string)[] = [
  (attack) => attack.toUpperCase(),
  (attack) => Buffer.from(attack).toString('base64'),
  (attack) => attack.replace(/[a-z]/gi, (letter) => rotate(letter)),
  (attack) => [...attack].join(String.fromCodePoint(0x200b)),
  (attack) => attack.replace(/[eaoi]/g, (letter) => ({ e: '3', a: '4', o: '0', i: '1' })[letter] ?? letter),
  (attack) =>
    attack.replace(/[aeop]/g, (letter) =>
      String.fromCodePoint({ a: 0x430, e: 0x435, o: 0x43e, p: 0x440 }[letter] ?? 32),
    ),
  (attack) => attack.replace(/[!-~]/g, (sign) => String.fromCodePoint(sign.charCodeAt(0) + 0xfee0)),
]

function rotate(letter: string): string {
  const first = letter <= 'Z' ? 65 : 97
  return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first)
}

const isLatin = (text: string) => /^[\P{L}\p{Script=Latin}]*$/u.test(text)

export function generateInjections({ attacks, benign }: InjectionTemplates, seed: number): readonly InjectionSample[] {
  const random = dice(seed)
  const bad = Object.entries(attacks).flatMap(([family, texts]) =>
    texts.flatMap((attack): readonly InjectionSample[] => [
      ...carriers.map((carry) => ({ text: carry(attack), isAttack: true, family })),
      ...(isLatin(attack) && family !== 'delimiter' && family !== 'exfiltration'
        ? [{ text: random.pick(hide)(attack, random), isAttack: true, family: `${family}, hidden` }]
        : []),
    ]),
  )
  const good = benign.flatMap((text) =>
    topics.map((topic) => ({ text: text.replaceAll('{topic}', topic), isAttack: false, family: 'benign' })),
  )
  return [...bad, ...good]
}
