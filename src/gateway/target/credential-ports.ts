/** Lets providers fetch tokens through the gateway's own upstream client. */
import type { Ambient } from '../../ambient.ts'
import { GatewayError } from '../../errors.ts'
import { TokenCache } from '../../providers/auth/token-cache.ts'
import type { CredentialPorts, MachineIdentity } from '../../providers/provider.ts'
import type { UpstreamClient } from '../ports.ts'

const timeoutMs = 10_000
const maxBytes = 256 * 1024

export interface CredentialSources {
  readonly ambient: Ambient
  readonly upstream: UpstreamClient
  readonly ownAwsCredentials: CredentialPorts['ownAwsCredentials']
  readonly machine?: MachineIdentity
}

/** Once per process: it holds the tokens. */
export function createCredentialPorts({ ambient, upstream, ...sources }: CredentialSources): CredentialPorts {
  return {
    now: () => ambient.now(),
    ...sources,
    tokens: new TokenCache(),
    async fetchToken(draft) {
      const abort = new AbortController()
      const cancel = ambient.schedule(timeoutMs, () =>
        abort.abort(
          new GatewayError(
            'upstream_unavailable',
            `the token service at ${draft.url.host} did not answer within ${timeoutMs / 1000} s`,
          ),
        ),
      )
      try {
        const response = await upstream.send({ ...draft, signal: abort.signal, isCustomHost: false })
        return { status: response.status, body: await readText(response.body) }
      } catch (thrown) {
        if (abort.signal.reason instanceof GatewayError) throw abort.signal.reason
        if (thrown instanceof GatewayError) throw thrown
        const message = `the token service at ${draft.url.host} closed the connection before its answer was whole`
        throw new GatewayError('upstream_unavailable', message, {}, thrown)
      } finally {
        cancel()
      }
    },
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
