/** The checks whose work is loaded when one is first used: those that ask somebody, and those with much to carry. */
import type { Check } from './check.ts'
import { onBoth, onInput } from './check.ts'
import { type CheckHead, lazyChecks } from './lazy-check.ts'
import { partnerHeads } from './partners/heads.ts'

const ownHeads: readonly CheckHead[] = [
  { id: 'bedrock.guard', hooks: onBoth, isSavedOnly: true, mayChange: (given) => given.flag('redact') },
  { id: 'portkey.moderateContent', aliases: ['default.moderateContent'], hooks: onBoth },
  { id: 'portkey.language', aliases: ['default.language'], hooks: onBoth },
  { id: 'portkey.gibberish', aliases: ['default.gibberish'], hooks: onBoth },
  { id: 'default.modelJudge', hooks: onBoth },
  { id: 'default.inlineImageUrls', hooks: onInput, mayChange: () => true },
]

export const askingChecks: readonly Check[] = lazyChecks([...ownHeads, ...partnerHeads], async () => {
  const { bodies } = await import('./bodies.ts')
  return bodies
})
