/** What is known beforehand of the checks whose work is loaded with the first use: those that ask somebody, and those with much to carry. */
import { type Check, onBoth, onInput } from '../check.ts'
import { partnerHeads } from '../partners/heads.ts'
import { type CheckHead, checksOnDemand } from './load.ts'

const ownHeads: readonly CheckHead[] = [
  { id: 'bedrock.guard', hooks: onBoth, isSavedOnly: true, mayChange: (given) => given.flag('redact') },
  { id: 'portkey.moderateContent', aliases: ['default.moderateContent'], hooks: onBoth },
  { id: 'portkey.language', aliases: ['default.language'], hooks: onBoth, needsText: true },
  { id: 'portkey.gibberish', aliases: ['default.gibberish'], hooks: onBoth, needsText: true },
  { id: 'default.modelJudge', hooks: onBoth },
  { id: 'default.inlineImageUrls', hooks: onInput, mayChange: () => true },
]

export const onDemandChecks: readonly Check[] = checksOnDemand([...ownHeads, ...partnerHeads], async () => {
  const { bodies } = await import('./bodies.ts')
  return bodies
})
