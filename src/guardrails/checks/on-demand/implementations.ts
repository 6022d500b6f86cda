/** The work of the checks in `heads`, by id. */
import type { CheckParameters } from '../../check-parameters.ts'
import { partners } from '../partners/index.ts'
import { mistralDirect } from '../partners/mistral.ts'
import { partnerCheck } from '../partners/partner.ts'
import { bedrockGuard } from './bedrock.ts'
import { gibberish } from './gibberish.ts'
import { inlineImageUrls } from './inline-images.ts'
import { language } from './language.ts'
import type { CheckImplementations } from './load.ts'
import { modelJudge } from './model-judge.ts'
import { moderate } from './moderation.ts'

export const implementations: CheckImplementations = {
  ...Object.fromEntries(partners.map((partner) => [partner.id, partnerCheck(partner)])),
  'bedrock.guard': bedrockGuard,
  'portkey.moderateContent': moderate('portkey.moderateContent', 'omni-moderation-latest'),
  'mistral.moderateContent': mistralModeration,
  'portkey.language': language,
  'portkey.gibberish': gibberish,
  'default.modelJudge': modelJudge,
  'default.inlineImageUrls': inlineImageUrls,
}

/** With a key of its own, or by a provider of the workspace. */
function mistralModeration(given: CheckParameters) {
  const hasKey = given.secretName !== undefined || given.values.credentials !== undefined
  return (hasKey ? partnerCheck(mistralDirect) : moderate(mistralDirect.id, 'mistral-moderation-latest'))(given)
}
