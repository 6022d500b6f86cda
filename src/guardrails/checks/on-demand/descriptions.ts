/** What is known beforehand of the checks whose work is loaded with the first use: those that ask somebody, and those with much to carry. */
import { type Check, inputAndOutput, inputOnly } from '../check.ts'
import { partnerDescriptions } from '../partners/descriptions.ts'
import { type CheckDescription, checksOnDemand } from './load.ts'

const ownHeads: readonly CheckDescription[] = [
  { id: 'bedrock.guard', hooks: inputAndOutput, isSavedOnly: true, mayChange: (given) => given.flag('redact') },
  { id: 'portkey.moderateContent', aliases: ['default.moderateContent'], hooks: inputAndOutput },
  { id: 'portkey.language', aliases: ['default.language'], hooks: inputAndOutput, needsText: true },
  { id: 'portkey.gibberish', aliases: ['default.gibberish'], hooks: inputAndOutput, needsText: true },
  { id: 'default.modelJudge', hooks: inputAndOutput },
  { id: 'default.inlineImageUrls', hooks: inputOnly, mayChange: () => true },
]

export const onDemandChecks: readonly Check[] = checksOnDemand([...ownHeads, ...partnerDescriptions], async () => {
  const { implementations: bodies } = await import('./implementations.ts')
  return bodies
})
