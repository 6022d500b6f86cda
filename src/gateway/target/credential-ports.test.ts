import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../../test/support/manual-ambient.ts'
import { GatewayError } from '../../errors.ts'
import type { UpstreamRequest, UpstreamResponse } from '../ports.ts'
import { createCredentialPorts } from './credential-ports.ts'

const draft = { method: 'POST', url: new URL('https://tokens.example/x'), headers: { a: 'b' }, body: Buffer.from('q') }

function stage(answer: (request: UpstreamRequest) => Promise<UpstreamResponse>) {
  const ambient = manualAmbient()
  const sent: UpstreamRequest[] = []
  const upstream = {
    send(request: UpstreamRequest) {
      sent.push(request)
      return answer(request)
    },
  }
  const ownAwsCredentials = async () => ({ accessKeyId: 'a', secretAccessKey: 's' })
  const ports = createCredentialPorts({ ambient, upstream, ownAwsCredentials } as unknown as Parameters<
    typeof createCredentialPorts
  >[0])
  return { ambient, sent, ports }
}

async function* body(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

describe('a token fetched for a provider', () => {
  it('is asked for through the upstream client and read whole', async () => {
    const { ports, sent } = stage(async () => ({ status: 403, headers: {}, body: body('de', 'nied') }))
    expect(await ports.fetchToken(draft)).toEqual({ status: 403, body: 'denied' })
    expect(sent[0]).toMatchObject({ ...draft, isCustomHost: false })
  })

  it('is given up after ten seconds', async () => {
    const { ambient, ports } = stage(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    )
    const asked = ports.fetchToken(draft)
    ambient.advance(10_000)
    await expect(asked).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: 'the token service at tokens.example did not answer within 10 s',
    })
  })

  it('says so when the answer breaks off or the service cannot be reached', async () => {
    async function* torn(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x')
      throw new Error('socket')
    }
    const broken = stage(async () => ({ status: 200, headers: {}, body: torn() }))
    await expect(broken.ports.fetchToken(draft)).rejects.toThrow('tokens.example closed the connection before')
    const error = new GatewayError('upstream_unavailable', 'cannot be reached')
    const absent = stage(() => Promise.reject(error))
    await expect(absent.ports.fetchToken(draft)).rejects.toBe(error)
  })
})
