import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { guardrailPortsOf, runCheck, subjectOf } from '../../../test/support/guardrail-subject.ts'
import { manualAmbient } from '../../../test/support/manual-ambient.ts'

describe('jwt', () => {
  let jwks: object
  let sign: (claims: object, expiry?: string) => Promise<string>
  const ambient = manualAmbient()

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'k' }] }
    sign = (claims, expiry = '1h') => {
      const seconds = Math.floor(ambient.now() / 1_000)
      const end = expiry === '1h' ? seconds + 3_600 : seconds - 3_600
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuedAt(seconds - 60)
        .setExpirationTime(end)
        .sign(privateKey)
    }
  })

  const check = (token: string | undefined, parameters: object = {}, headers: Record<string, string> = {}) => {
    const subject = subjectOf('', {
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    })
    return runCheck('default.jwt', { jwks, ...parameters }, subject, guardrailPortsOf({ ambient }))
  }

  it('passes a current token of a known key', async () => {
    expect(await check(await sign({ sub: 'ada' }), { extractClaims: ['sub'] })).toMatchObject({
      isPassed: true,
      data: { claims: { sub: 'ada' } },
    })
  })

  it("lifts claims into headers for the provider; a missing one takes the client's own away", async () => {
    const token = await sign({ sub: 'ada', roles: ['dev', 'ops'], city: 'Zürich', 'https://x/org': { id: 7 } })
    const parameters = { extractClaims: ['sub', 'roles', 'city', 'https://x/org', 'tenant'] }
    expect((await check(token, parameters)).headers).toEqual({
      'x-jwt-sub': 'ada',
      'x-jwt-roles': 'dev,ops',
      'x-jwt-city': 'Z%C3%BCrich',
      'x-jwt-https-x-org': '{"id":7}',
      'x-jwt-tenant': '',
    })
    const other = await check(token, { extractClaims: ['sub'], claimPrefix: 'X-User-' })
    expect(other.headers).toEqual({ 'x-user-sub': 'ada' })
    expect(await check('a.b.c', parameters)).not.toHaveProperty('headers')
    for (const claimPrefix of ['authorization', 'x-portkey-', 'x-api-', 'x y'])
      await expect(check(token, { ...parameters, claimPrefix })).rejects.toThrow('claimPrefix')
  })

  it('fails without a token, with a false one, and with one that is over', async () => {
    expect((await check(undefined)).isPassed).toBe(false)
    expect((await check('a.b.c')).isPassed).toBe(false)
    expect((await check(await sign({}, 'over'))).isPassed).toBe(false)
    expect((await check(await sign({}), { algorithms: ['ES256'] })).isPassed).toBe(false)
  })

  it('wants claims, their values, and headers that repeat them', async () => {
    const token = await sign({ team: 'sales', roles: ['admin', 'dev'], email: 'ada@example.org' })
    const isPassed = async (parameters: object, headers = {}) => (await check(token, parameters, headers)).isPassed
    expect(await isPassed({ requiredClaims: ['team'] })).toBe(true)
    expect(await isPassed({ requiredClaims: ['org'] })).toBe(false)
    expect(await isPassed({ claimValues: { team: { values: ['sales', 'hr'] } } })).toBe(true)
    expect(await isPassed({ claimValues: { team: { values: ['hr'] } } })).toBe(false)
    expect(await isPassed({ claimValues: { roles: { values: ['admin', 'dev'], matchType: 'containsAll' } } })).toBe(
      true,
    )
    expect(await isPassed({ claimValues: { roles: { values: ['admin', 'ops'], matchType: 'containsAll' } } })).toBe(
      false,
    )
    expect(await isPassed({ claimValues: { email: { values: ['@example.org$'], matchType: 'regex' } } })).toBe(true)
    expect(await isPassed({ claimValues: { email: { values: ['example'], matchType: 'contains' } } })).toBe(true)
    expect(await isPassed({ headerPayloadMatch: ['team'] }, { team: 'sales' })).toBe(true)
    expect(await isPassed({ headerPayloadMatch: ['team'] }, { team: 'hr' })).toBe(false)
  })

  it('asks the introspection endpoint, or fetches keys', async () => {
    const token = await sign({ sub: 'ada' })
    const subject = subjectOf('', { headers: { authorization: token } })
    const ports = guardrailPortsOf({
      ambient,
      send: async ({ url }) => ({
        status: 200,
        text: JSON.stringify(url.pathname === '/keys' ? jwks : { active: false }),
      }),
    })
    expect((await runCheck('default.jwt', { jwksUri: 'https://id.example/keys' }, subject, ports)).isPassed).toBe(true)
    expect(
      (await runCheck('default.jwt', { introspectEndpoint: 'https://id.example/ask' }, subject, ports)).isPassed,
    ).toBe(false)
  })
})
