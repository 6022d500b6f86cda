/** Anthropic. An OAuth token instead of an API key travels as a bearer token and needs a beta of its own. */
import { bearer, header, withSettings } from './auth/headers.ts'
import { neverTrained, retained } from './processing-policy.ts'
import { type Authenticate, defineProvider } from './provider.ts'
import { anthropicModes } from './surcharges.ts'

const oauthBeta = 'oauth-2025-04-20'
const asKey = header('x-api-key')
const asToken = bearer()

const authenticate: Authenticate = (draft, credentials, ports) => {
  if (!credentials.key?.startsWith('sk-ant-oat')) return asKey(draft, credentials, ports)
  const betas = (draft.headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim())
  const joined = [...new Set([...betas, oauthBeta])].filter((beta) => beta !== '').join(',')
  return asToken({ ...draft, headers: { ...draft.headers, 'anthropic-beta': joined } }, credentials, ports)
}

export const anthropic = defineProvider({
  id: 'anthropic',
  name: 'Anthropic',
  origin: 'https://api.anthropic.com',
  speaks: { 'anthropic-messages': '/v1/messages' },
  modelList: { path: '/v1/models?limit=1000' },
  countsTokens: { 'anthropic-messages': { path: '/v1/messages/count_tokens' } },
  authenticate: withSettings(authenticate, {
    anthropic_beta: 'anthropic-beta',
    anthropic_version: 'anthropic-version',
  }),
  headers: { 'anthropic-version': '2023-06-01' },
  forwards: ['anthropic-version', 'anthropic-beta'],
  keyVariable: 'ANTHROPIC_API_KEY',
  surcharges: anthropicModes,
  dataPolicy: {
    retention: retained(30, 'https://privacy.anthropic.com/en/articles/7996866-how-long-do-you-store-personal-data'),
    training: neverTrained('https://privacy.claude.com/en/articles/7996875-can-you-delete-data-that-i-sent-via-api'),
    note: 'What is flagged as a violation of the usage policy is retained for up to 2 years. Zero data retention is agreed per account.',
  },
})
