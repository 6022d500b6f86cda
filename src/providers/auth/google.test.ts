import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { credentialPorts } from '../../../test/support/credential-ports.ts'
import type { Draft } from '../provider.ts'
import { googleCloud, projectOf } from './google.ts'
import { TokenCache } from './token-cache.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const account = {
  type: 'service_account',
  project_id: 'proj-1',
  private_key_id: 'kid-1',
  private_key: pem,
  client_email: 'robot@proj-1.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
}
const draft: Draft = {
  method: 'POST',
  url: new URL('https://aiplatform.googleapis.com/v1/x'),
  headers: { 'x-kept': '1' },
}

/** A token service that counts, at a clock in the test's hand. */
function service(answer: () => { status: number; body: string }, clock = { nowMs: Date.UTC(2026, 10, 21, 12) }) {
  const asked: Draft[] = []
  const ports = credentialPorts({
    now: () => clock.nowMs,
    tokens: new TokenCache(),
    fetchToken: async (request) => {
      asked.push(request)
      return answer()
    },
  })
  return { asked, ports, clock }
}

let issued = 0
const grant = () => ({ status: 200, body: JSON.stringify({ access_token: `ya29.${++issued}`, expires_in: 3600 }) })
const settings = (changes: object = {}) => ({
  configurations: { vertex_service_account_json: JSON.stringify({ ...account, ...changes }) },
})

describe('a service account', () => {
  it('signs for a token that Google can check', async () => {
    const { asked, ports } = service(grant)
    const signed = await googleCloud(draft, settings(), ports)
    expect(signed.headers).toEqual({ 'x-kept': '1', authorization: `Bearer ya29.${issued}` })
    expect(asked[0]).toMatchObject({ method: 'POST', url: new URL(account.token_uri) })
    const form = new URLSearchParams(Buffer.from(asked[0]?.body ?? []).toString())
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'kid-1' })
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: account.client_email,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: account.token_uri,
      iat: Date.UTC(2026, 10, 21, 12) / 1000,
      exp: Date.UTC(2026, 10, 21, 13) / 1000,
    })
    const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
    expect(verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    )
  })

  it('asks once for many requests at a time, and again shortly before the end', async () => {
    const { asked, ports, clock } = service(grant)
    const sign = () => googleCloud(draft, settings(), ports)
    const first = await Promise.all([sign(), sign(), sign()])
    expect(new Set(first.map((each) => each.headers.authorization)).size).toBe(1)
    clock.nowMs += 54 * 60_000
    await sign()
    expect(asked).toHaveLength(1)
    clock.nowMs += 2 * 60_000
    await sign()
    expect(asked).toHaveLength(2)
  })

  it('may be given as an object, and with its line ends spelled out', async () => {
    const { asked, ports } = service(grant)
    const spelled = { ...account, private_key: pem.replaceAll('\n', '\\n') }
    await googleCloud(draft, { configurations: { vertex_service_account_json: spelled } }, ports)
    expect(asked).toHaveLength(1)
  })

  it('goes before a key', async () => {
    const { ports } = service(grant)
    const signed = await googleCloud(draft, { key: 'AIza1', ...settings() }, ports)
    expect(signed.headers['x-goog-api-key']).toBeUndefined()
  })

  it.each([
    ['{', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    [JSON.stringify({ ...account, client_email: '' }), 'it has no client_email'],
    [JSON.stringify({ ...account, private_key: 'secret words' }), 'its private_key is not an RSA key in PEM form'],
    [JSON.stringify({ ...account, type: 'gdch_service_account' }), "its type 'gdch_service_account' is not supported"],
    [JSON.stringify({ ...account, type: 'external_account' }), 'its subject_token_type is not'],
    [
      JSON.stringify({ ...account, token_uri: 'http://169.254.169.254/token' }),
      'its token_uri is not an https address',
    ],
    [JSON.stringify({ ...account, token_uri: 'https://googleapis.com.evil.example' }), 'its token_uri is not'],
  ])('says what is wrong with %.40s, without showing it', async (text, message) => {
    const { asked, ports } = service(grant)
    const failed = googleCloud(draft, { configurations: { vertex_service_account_json: text } }, ports)
    await expect(failed).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining(message) })
    await expect(failed).rejects.not.toThrow('secret words')
    expect(asked).toHaveLength(0)
  })

  it('that is refused is an error of the provider with its reason', async () => {
    const body = JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' })
    const { ports } = service(() => ({ status: 400, body }))
    await expect(googleCloud(draft, settings(), ports)).rejects.toMatchObject({
      code: 'upstream_rejected',
      status: 401,
      message: 'the token service refused the service account (400): invalid_grant: Invalid JWT Signature.',
    })
  })

  it.each(['', '<html>', 'null', '{}'])('never takes %j for a token', async (body) => {
    const { ports } = service(() => ({ status: 200, body }))
    await expect(googleCloud(draft, settings(), ports)).rejects.toMatchObject({ code: 'upstream_rejected' })
  })

  it('tells its project', () => {
    expect(projectOf(settings().configurations)).toBe('proj-1')
    expect(projectOf({})).toBeUndefined()
  })
})

describe("a person's refresh token", () => {
  it('is exchanged as gcloud does', async () => {
    const { asked, ports } = service(grant)
    const person = { type: 'authorized_user', client_id: 'id', client_secret: 'secret', refresh_token: 'again' }
    await googleCloud(draft, { configurations: { vertex_service_account_json: JSON.stringify(person) } }, ports)
    expect(Buffer.from(asked[0]?.body ?? []).toString()).toBe(
      'grant_type=refresh_token&refresh_token=again&client_id=id&client_secret=secret',
    )
  })
})

describe('a key', () => {
  it.each([
    ['ya29.token', { authorization: 'Bearer ya29.token' }],
    ['AIzaSyKey', { 'x-goog-api-key': 'AIzaSyKey' }],
    ['AQ.Ab8Key', { 'x-goog-api-key': 'AQ.Ab8Key' }],
  ])('%s goes where its kind belongs', async (key, expected) => {
    const signed = await googleCloud(draft, { key, configurations: {} }, service(grant).ports)
    expect(signed.headers).toEqual({ 'x-kept': '1', ...expected })
  })
})
