/** What authentication gets in tests: a fixed clock and a token service played by the test. */

import { TokenCache } from '../../src/providers/auth/token-cache.ts'
import type { AwsCredentials, CredentialPorts } from '../../src/providers/provider.ts'

export function credentialPorts(more: Partial<CredentialPorts> = {}): CredentialPorts {
  const own: AwsCredentials = { accessKeyId: 'AKIAOWN', secretAccessKey: 'own-secret', sessionToken: 'own-session' }
  return {
    now: () => Date.UTC(2026, 10, 21, 12),
    fetchToken: async ({ url }) => {
      throw new Error(`nobody plays the token service ${url.host}`)
    },
    ownAwsCredentials: async () => own,
    tokens: new TokenCache(),
    ...more,
  }
}
