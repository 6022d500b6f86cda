/** What the small words of a question say where its other words are the same: who or when, is or was, to or from, mine or yours. */

/** Must be the same where both have one: a wish ("tell me …") has none. */
const kinds = {
  asked: {
    who: 'who whom wer wen wem qui quién quien chi quem',
    whose: 'whose wessen',
    when: 'when wann quand cuándo cuando quando',
    where: 'where wo wohin woher où dónde donde dove onde',
    why: 'why warum wieso weshalb pourquoi perché porque',
    what: 'what which how wie welche welcher welches comment quel quelle que cómo cuál qué come quale como qual',
  },
  owner: {
    mine: 'my mine our ours mein meine meinen meiner unser unsere mon ma mes notre nos mi mis nuestro nuestra',
    yours: 'your yours dein deine ihr ihre votre vos ton ta tes tu tus su sus',
    his: 'his her hers their theirs',
  },
} as const

/** Must be there in both or in neither. */
const marks = {
  past: 'was were did had wurde wurden hatte était étaient',
  future: 'will wird werden werde',
  duty: 'should must shall ought sollte sollten muss müssen doit dois debe debo',
  choice: 'or oder ou',
  from: 'from von aus',
  than: 'than als',
  by: 'by durch',
  against: 'against gegen contre contra',
  over: 'over über',
  under: 'under unter sous bajo',
} as const

type Table = Readonly<Record<string, string>>

const wordsIn = (text: string) => new Set(text.split(' '))
const kindWords = Object.values(kinds).map((table: Table) =>
  Object.entries(table).map(([kind, text]) => [kind, wordsIn(text)] as const),
)
const markWords = Object.values(marks).map(wordsIn)

export function hasDifferentFrame(a: readonly string[], b: readonly string[]): boolean {
  const bareA = wordsOf(a)
  const bareB = wordsOf(b)
  const isOtherKind = kindWords.some((table) => {
    const [one, other] = [bareA, bareB].map((all) =>
      table.flatMap(([kind, words]) => (all.some((each) => words.has(each)) ? [kind] : [])),
    )
    return one?.length !== 0 && other?.length !== 0 && one?.join() !== other?.join()
  })
  return (
    isOtherKind ||
    markWords.some((words) => bareA.some((each) => words.has(each)) !== bareB.some((each) => words.has(each)))
  )
}

const german = wordsIn('ist sind der die das ein eine ich')

/** Without `'s` and `'ll`; and without the German `was`, which asks and does not look back. */
function wordsOf(all: readonly string[]): readonly string[] {
  const bare = all.map((each) => each.replace(/'(?:s|d|m|re|ve|ll)$/, ''))
  return bare.some((each) => german.has(each)) ? bare.filter((each) => each !== 'was') : bare
}
