/** Prisma AIRS of Palo Alto Networks. pan.dev/prisma-airs/scan/api */
import type { JsonObject } from '../../check-parameters.ts'
import { requireString, trueKeys } from './answer.ts'
import { detectionFinding } from './findings.ts'
import type { Partner } from './partner.ts'
import { readBaseUrl } from './request-parts.ts'

export const prismaAirs: Partner = {
  id: 'panwPrismaAirs.intercept',
  name: 'Prisma AIRS',
  credentials: ['AIRS_API_KEY'],
  timeoutMs: 10_000,
  prepare(given) {
    const profile = {
      ...named('profile_name', given.optionalText('profile_name')),
      ...named('profile_id', given.optionalText('profile_id')),
    }
    const about = {
      ...named('ai_model', given.optionalText('ai_model')),
      ...named('app_user', given.optionalText('app_user')),
      ...named('app_name', given.optionalText('app_name')),
    }
    return {
      ask: ({ text, subject, credentials }) => ({
        url: `${readBaseUrl(credentials.AIRS_BASE_URL, 'https://service.api.aisecurity.paloaltonetworks.com')}/v1/scan/sync/request`,
        headers: { 'x-pan-token': credentials.AIRS_API_KEY ?? '' },
        body: {
          ...(Object.keys(profile).length > 0 ? { ai_profile: profile } : {}),
          metadata: { ai_model: subject.model, ...about },
          contents: [subject.hook === 'input' ? { prompt: text } : { response: text }],
        },
      }),
      judge(answer) {
        const action = requireString(answer, 'action')
        const detected = [...trueKeys(answer.prompt_detected), ...trueKeys(answer.response_detected)]
        return detectionFinding(action !== 'allow', detected, { action, category: answer.category ?? null })
      },
    }
  },
}

function named(key: string, value: string | undefined): JsonObject {
  return value === undefined || value === '' ? {} : { [key]: value }
}
