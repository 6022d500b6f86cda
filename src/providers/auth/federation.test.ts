import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { credentialPorts } from '../../../test/support/credential-ports.ts'
import type { CredentialPorts, Draft } from '../provider.ts'
import { azureAuth } from './azure.ts'
import { googleCloud } from './google.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)
const draft: Draft = { method: 'POST', url: new URL('https://a.example/x'), headers: {} }
const identity = { accessKeyId: 'ASIAOWN', secretAccessKey: 'own-secret', sessionToken: 'own-session' }

/** Token services that answer in turn. */
function services(
  answers: readonly { readonly status: number; readonly body: string }[],
  more: Partial<CredentialPorts> = {},
) {
  const asked: Draft[] = []
  const ports = credentialPorts({
    now: () => nowMs,
    ownAwsCredentials: async () => identity,
    machine: { awsRegion: 'eu-west-1' },
    fetchToken: async (request) => {
      asked.push(request)
      return answers[asked.length - 1] ?? { status: 500, body: 'asked too often' }
    },
    ...more,
  })
  return { asked, ports }
}

const json = (body: object, status = 200) => ({ status, body: JSON.stringify(body) })
const formOf = (request: Draft | undefined) =>
  Object.fromEntries(new URLSearchParams(Buffer.from(request?.body ?? []).toString()))

describe("a pool of Google that trusts the gateway's AWS role", () => {
  const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws'
  const account = {
    type: 'external_account',
    audience,
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { environment_id: 'aws1', url: 'http://169.254.169.254/latest/meta-data' },
  }
  const sign = (changes: object, ports: CredentialPorts) =>
    googleCloud(draft, { configurations: { vertex_service_account_json: { ...account, ...changes } } }, ports)

  it('is shown a signed question about it, and gives a token that is kept', async () => {
    const { asked, ports } = services([json({ access_token: 'ya29.federated', expires_in: 3600 })])
    const all = await Promise.all([sign({}, ports), sign({}, ports)])
    expect(all.map(({ headers }) => headers.authorization)).toEqual(['Bearer ya29.federated', 'Bearer ya29.federated'])
    expect(asked.map(({ url }) => url.href)).toEqual(['https://sts.googleapis.com/v1/token'])
    const { subject_token: token, ...form } = formOf(asked[0])
    expect(form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    })
    const { url, method, headers } = JSON.parse(decodeURIComponent(token ?? '')) as {
      url: string
      method: string
      headers: { key: string; value: string }[]
    }
    expect([method, url]).toEqual([
      'POST',
      'https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15',
    ])
    const sent = Object.fromEntries(headers.map(({ key, value }) => [key, value]))
    const { authorization, ...signed } = sent
    expect(signed).toEqual({
      host: 'sts.eu-west-1.amazonaws.com',
      'x-amz-date': '20261121T120000Z',
      'x-amz-security-token': 'own-session',
      'x-goog-cloud-target-resource': audience,
    })
    expect(authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=ASIAOWN/20261121/eu-west-1/sts/aws4_request, SignedHeaders=${Object.keys(signed).sort().join(';')}, Signature=${signatureByHand(signed)}`,
    )
    expect(token).not.toContain('own-secret')
  })

  it('may lead to a service account', async () => {
    const { asked, ports } = services([
      json({ access_token: 'ya29.federated', expires_in: 3600 }),
      json({ accessToken: 'ya29.robot', expireTime: '2026-11-21T13:00:00Z' }),
    ])
    const impersonation =
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/r@p.iam.gserviceaccount.com:generateAccessToken'
    const signed = await sign({ service_account_impersonation_url: impersonation }, ports)
    expect(signed.headers.authorization).toBe('Bearer ya29.robot')
    expect(asked[1]).toMatchObject({ url: new URL(impersonation), headers: { authorization: 'Bearer ya29.federated' } })
    expect(Buffer.from(asked[1]?.body ?? []).toString()).toBe(
      '{"scope":["https://www.googleapis.com/auth/cloud-platform"]}',
    )
  })

  it('has a file that says so', async () => {
    const configurations = { vertex_auth_type: 'workload' }
    await expect(async () => googleCloud(draft, { key: 'k', configurations }, services([]).ports)).rejects.toThrow(
      "it is missing, and vertex_auth_type is 'workload'",
    )
  })

  it('that refuses is an error with its reason', async () => {
    const { ports } = services([json({ error: 'unauthorized_client', error_description: 'not this role' }, 400)])
    await expect(sign({}, ports)).rejects.toMatchObject({
      code: 'upstream_rejected',
      message: "the token service refused the gateway's AWS role (400): unauthorized_client: not this role",
    })
    const denied = services([json({ access_token: 't' }), json({ error: { message: 'denied on r@p' } }, 403)])
    const url = 'https://iamcredentials.googleapis.com/v1/x'
    await expect(sign({ service_account_impersonation_url: url }, denied.ports)).rejects.toThrow('(403): denied on r@p')
  })

  it.each([
    [200, '<html>', { status: 502, facts: { isRetryable: false } }],
    [503, '{}', { status: 502, facts: { isRetryable: true } }],
    [403, '{"error":"no"}', { status: 401, facts: { isRetryable: false } }],
  ])(
    'whose service account answers %i with %j is an error that says whose fault it is',
    async (status, body, error) => {
      const { ports } = services([json({ access_token: 't' }), { status, body }])
      const url = 'https://iamcredentials.googleapis.com/v1/x'
      await expect(sign({ service_account_impersonation_url: url }, ports)).rejects.toMatchObject({
        message: `the service account may not be used by the gateway's AWS role (${status})`,
        ...error,
      })
    },
  )

  it.each([
    [{ token_url: 'https://sts.evil.example/v1/token' }, 'its token_url is not an https address under googleapis.com'],
    [{ service_account_impersonation_url: 'http://169.254.169.254/' }, 'its service_account_impersonation_url is not'],
    [{ subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, 'its subject_token_type is not'],
    [{ audience: undefined }, 'it has no audience'],
  ])('is not asked elsewhere or for something else: %j', async (changes, message) => {
    const { asked, ports } = services([json({ access_token: 'ya29.federated', expires_in: 3600 })])
    await expect(sign(changes, ports)).rejects.toThrow(message)
    expect(asked.every(({ url }) => url.hostname.endsWith('.googleapis.com'))).toBe(true)
  })

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, step by step. */
  function signatureByHand(headers: Readonly<Record<string, string>>): string {
    const names = Object.keys(headers).sort()
    const empty = createHash('sha256').update('').digest('hex')
    const canonical = [
      'POST',
      '/',
      'Action=GetCallerIdentity&Version=2011-06-15',
      ...names.map((name) => `${name}:${headers[name]}`),
      '',
      names.join(';'),
      empty,
    ].join('\n')
    const scope = '20261121/eu-west-1/sts/aws4_request'
    const hashed = createHash('sha256').update(canonical).digest('hex')
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
    const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${identity.secretAccessKey}`)
    return hmac(key, ['AWS4-HMAC-SHA256', '20261121T120000Z', scope, hashed].join('\n')).toString('hex')
  }
})

describe("an application of Entra that trusts the gateway's identity", () => {
  const authenticate = azureAuth(() => ['api-key', ''])
  const configurations = {
    azure_auth_mode: 'workload',
    azure_entra_tenant_id: 'tenant',
    azure_workload_client_id: 'application',
  }
  const webIdentity = {
    status: 200,
    body: `<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>aws.jwt</WebIdentityToken>
      <Expiration>2026-11-21T12:05:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`,
  }

  it('gets a token that AWS signed for its role, and gives its own, which is kept', async () => {
    const { asked, ports } = services([webIdentity, json({ access_token: 'entra-token', expires_in: 3599 })])
    for (const _ of [1, 2])
      expect((await authenticate(draft, { configurations }, ports)).headers).toEqual({
        authorization: 'Bearer entra-token',
      })
    expect(asked.map(({ url }) => url.href)).toEqual([
      'https://sts.eu-west-1.amazonaws.com/',
      'https://login.microsoftonline.com/tenant/oauth2/v2.0/token',
    ])
    expect(formOf(asked[0])).toEqual({
      Action: 'GetWebIdentityToken',
      Version: '2011-06-15',
      'Audience.member.1': 'api://AzureADTokenExchange',
      SigningAlgorithm: 'RS256',
      DurationSeconds: '300',
    })
    expect(asked[0]?.headers.authorization).toContain('Credential=ASIAOWN/20261121/eu-west-1/sts/aws4_request')
    expect(formOf(asked[1])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'application',
      scope: 'https://cognitiveservices.azure.com/.default',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'aws.jwt',
    })
  })

  it("gets the platform's token where it keeps one in a file", async () => {
    const machine = { readToken: async () => 'platform.jwt' }
    const { asked, ports } = services([json({ access_token: 'entra-token', expires_in: 3599 })], { machine })
    await authenticate(draft, { configurations }, ports)
    expect(formOf(asked[0])).toMatchObject({ client_assertion: 'platform.jwt' })
  })

  it('says what AWS said when it gives no token', async () => {
    const body =
      '<ErrorResponse><Error><Code>OutboundWebIdentityFederationDisabled</Code><Message>It is disabled.</Message></Error></ErrorResponse>'
    const { ports } = services([{ status: 400, body }])
    await expect(authenticate(draft, { configurations }, ports)).rejects.toThrow(
      'AWS gave this gateway no identity token (400): It is disabled.; the account needs outbound identity federation',
    )
  })

  it.each([
    [400, '<Error><Code>Disabled</Code></Error>', 'Disabled', 401],
    [503, '', 'without a message', 502],
    [200, '<WebIdentityToken></WebIdentityToken>', 'without a message', 502],
  ])('says what there is to say of %i with %j', async (status, body, said, told) => {
    const { asked, ports } = services([{ status, body }], { machine: {} })
    await expect(authenticate(draft, { configurations }, ports)).rejects.toMatchObject({
      message: expect.stringContaining(`no identity token (${status}): ${said}; `),
      status: told,
    })
    expect(asked[0]?.url.host).toBe('sts.us-east-1.amazonaws.com')
  })

  it('must be named', async () => {
    const { ports } = services([])
    const nameless = { ...configurations, azure_workload_client_id: '' }
    await expect(authenticate(draft, { configurations: nameless }, ports)).rejects.toThrow(
      "'workload' but azure_entra_client_id is not set",
    )
  })
})

describe('an identity that the machine has', () => {
  const authenticate = azureAuth(() => ['api-key', ''])
  const machine = { identityEndpoint: { url: 'http://127.0.0.1:41741/msi/token/', secret: 'machine-secret' } }
  const configurations = { azure_auth_mode: 'managed', azure_managed_client_id: 'mine' }

  it('is asked for at the address that its platform names, and kept until its end', async () => {
    const answer = json({ access_token: 'managed-token', expires_on: String(nowMs / 1_000 + 3_600), resource: 'r' })
    const { asked, ports } = services([answer], { machine })
    for (const _ of [1, 2])
      expect((await authenticate(draft, { configurations }, ports)).headers).toEqual({
        authorization: 'Bearer managed-token',
      })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ method: 'GET', headers: { 'x-identity-header': 'machine-secret' } })
    expect(asked[0]?.url.href).toBe(
      'http://127.0.0.1:41741/msi/token/?api-version=2019-08-01&resource=https%3A%2F%2Fcognitiveservices.azure.com&client_id=mine',
    )
  })

  it('is the one that the machine has by itself where none is named', async () => {
    const answer = json({ access_token: 'managed-token', expires_on: String(nowMs / 1_000 + 3_600) })
    const { asked, ports } = services([answer], { machine })
    await authenticate(draft, { configurations: { azure_auth_mode: 'managed' } }, ports)
    expect(asked[0]?.url.searchParams.has('client_id')).toBe(false)
  })

  it.each([
    [500, 502],
    [400, 401],
  ])('that is not given says why (%i)', async (status, told) => {
    const { ports } = services([json({ message: 'no such identity' }, status)], { machine })
    await expect(authenticate(draft, { configurations }, ports)).rejects.toMatchObject({
      message: `the machine's identity service gave no token (${status}): no such identity`,
      status: told,
    })
  })

  it.each(['', '{}', '<html>', '{"access_token":"t"}'])('is not %j', async (body) => {
    const { ports } = services([{ status: 200, body }], { machine })
    await expect(authenticate(draft, { configurations }, ports)).rejects.toMatchObject({ code: 'upstream_rejected' })
  })
})
