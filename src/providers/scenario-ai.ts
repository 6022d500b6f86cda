/** Scenario (game art): its own paths are passed on; the key is `key:secret`, as its pages give them. docs.scenario.com */
import { type Authenticate, defineProvider } from './provider.ts'

/** A key without a secret is a token. */
const basic: Authenticate = (draft, { key }) => {
  if (!key) return draft
  const value = key.includes(':') ? `Basic ${Buffer.from(key).toString('base64')}` : `Bearer ${key}`
  return { ...draft, headers: { ...draft.headers, authorization: value } }
}

export const scenarioAi = defineProvider({
  id: 'scenario-ai',
  name: 'Scenario',
  origin: 'https://api.cloud.scenario.com',
  speaks: {},
  rawBase: '/v1',
  authenticate: basic,
})
