import { describe, expect, it } from 'vitest'
import { credentialPorts } from '../../../test/support/credential-ports.ts'
import type { CredentialPorts, Draft } from '../provider.ts'
import { awsAuth } from './aws.ts'

const authenticate = awsAuth('bedrock')
const nowMs = Date.UTC(2026, 10, 21, 12)
const roleArn = 'arn:aws:iam::123456789012:role/caller'

async function sign(configurations: Record<string, unknown>, key?: string, ports: Partial<CredentialPorts> = {}) {
  const url = new URL('https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse')
  const draft: Draft = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') }
  const credentials = key === undefined ? { configurations } : { key, configurations }
  return (await authenticate(draft, credentials, credentialPorts(ports))).headers
}

function roleAnswer(accessKeyId: string, expiresAtMs: number): string {
  return `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId>
    <SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role&amp;session</SessionToken>
    <Expiration>${new Date(expiresAtMs).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
}

/** A token service that gives role after role, each for an hour. */
function tokenService() {
  const asked: Draft[] = []
  const fetchToken: CredentialPorts['fetchToken'] = async (draft) => {
    asked.push(draft)
    return { status: 200, body: roleAnswer(`ASIA${asked.length}`, nowMs + 3_600_000) }
  }
  return { asked, fetchToken }
}

describe('AWS credentials of an integration', () => {
  it('sign with the access key, in the region of the integration', async () => {
    const headers = await sign({
      aws_auth_type: 'accessKey',
      aws_region: 'eu-west-1',
      aws_access_key_id: 'AKIA1',
      aws_secret_access_key: 's',
    })
    expect(headers.authorization).toContain('Credential=AKIA1/20261121/eu-west-1/bedrock/aws4_request')
    expect(headers['x-amz-security-token']).toBeUndefined()
    expect(headers['content-type']).toBe('application/json')
  })

  it('are recognised when no type is said', async () => {
    const keys = { aws_access_key_id: 'AKIA1', aws_secret_access_key: 's', aws_session_token: 't' }
    const signed = await sign(keys)
    expect(signed.authorization).toContain('Credential=AKIA1/20261121/us-east-1/')
    expect(signed['x-amz-security-token']).toBe('t')
    expect((await sign({}, 'api-key')).authorization).toBe('Bearer api-key')
    expect((await sign({ aws_auth_type: 'apiKey' }, 'api-key')).authorization).toBe('Bearer api-key')
  })

  it("are the gateway's own only when asked for", async () => {
    const headers = await sign({ aws_auth_type: 'serviceRole' })
    expect(headers.authorization).toContain('Credential=AKIAOWN/')
    expect(headers['x-amz-security-token']).toBe('own-session')
    await expect(sign({ aws_region: 'eu-west-1' })).rejects.toThrow(
      "the header 'x-portkey-aws-auth-type') is missing and there is neither a key nor an access key; it must be one of accessKey, assumedRole, serviceRole, apiKey",
    )
  })

  it.each([
    [{ aws_auth_type: 'iam' }, "the header 'x-portkey-aws-auth-type') is 'iam'"],
    [{ aws_auth_type: 'apiKey' }, "aws_auth_type is 'apiKey' but key is not set"],
    [
      { aws_auth_type: 'accessKey' },
      "aws_auth_type is 'accessKey' but aws_access_key_id and aws_secret_access_key are not set",
    ],
    [{ aws_auth_type: 'assumedRole' }, "aws_auth_type is 'assumedRole' but aws_role_arn is not set"],
    [{ aws_auth_type: 'serviceRole', aws_region: 'x.evil.example/' }, "'aws_region' (a setting of the integration"],
  ])('that are incomplete say what is missing: %j', async (configurations, message) => {
    await expect(sign(configurations)).rejects.toThrow(message)
  })
})

describe('an assumed role', () => {
  const role = { aws_auth_type: 'assumedRole', aws_region: 'eu-west-1', aws_role_arn: roleArn }

  it('is asked for at the token service of its partition', async () => {
    const { asked, fetchToken } = tokenService()
    await sign({ ...role, aws_region: 'cn-north-1' }, undefined, { fetchToken })
    expect(asked[0]?.url.href).toBe('https://sts.cn-north-1.amazonaws.com.cn/')
  })

  it("is asked for by the gateway's own identity, with the external id", async () => {
    const { asked, fetchToken } = tokenService()
    const headers = await sign({ ...role, aws_external_id: 'ext & 1' }, undefined, { fetchToken })
    expect(headers.authorization).toContain('Credential=ASIA1/20261121/eu-west-1/bedrock/')
    expect(headers['x-amz-security-token']).toBe('role&session')
    expect(asked).toHaveLength(1)
    expect(asked[0]?.url.href).toBe('https://sts.eu-west-1.amazonaws.com/')
    expect(asked[0]?.headers.authorization).toContain('Credential=AKIAOWN/20261121/eu-west-1/sts/')
    expect(Object.fromEntries(new URLSearchParams(Buffer.from(asked[0]?.body ?? '').toString()))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'sluice',
      ExternalId: 'ext & 1',
    })
  })

  it('is meant where a role is named and no type is said', async () => {
    const { asked, fetchToken } = tokenService()
    await sign({ aws_role_arn: roleArn }, 'api-key', { fetchToken })
    expect(asked).toHaveLength(1)
    const down = async () => ({ status: 500, body: '' })
    await expect(sign(role, undefined, { fetchToken: down })).rejects.toMatchObject({
      status: 502,
      facts: { isRetryable: true },
    })
  })

  it("is asked for by the integration's access key where it has one", async () => {
    const { asked, fetchToken } = tokenService()
    const keys = { aws_access_key_id: 'AKIA1', aws_secret_access_key: 's' }
    await sign({ ...role, ...keys }, undefined, { fetchToken })
    expect(asked[0]?.headers.authorization).toContain('Credential=AKIA1/')
  })

  it('is asked for once by requests at the same time, and again before it ends', async () => {
    const { asked, fetchToken } = tokenService()
    const clock = { nowMs }
    const ports = credentialPorts({ fetchToken, now: () => clock.nowMs })
    const both = await Promise.all([sign(role, undefined, ports), sign(role, undefined, ports)])
    expect(asked).toHaveLength(1)
    for (const headers of both) expect(headers.authorization).toContain('Credential=ASIA1/')
    clock.nowMs += 56 * 60_000
    expect((await sign(role, undefined, ports)).authorization).toContain('Credential=ASIA2/')
  })

  it("that is refused gives AWS's own words", async () => {
    const body =
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: x is not authorized</Message></Error></ErrorResponse>'
    const fetchToken = async () => ({ status: 403, body })
    await expect(sign(role, undefined, { fetchToken })).rejects.toMatchObject({
      message: `the role '${roleArn}' was not given (403): User: x is not authorized`,
      status: 403,
      code: 'upstream_rejected',
    })
    const empty = async () => ({ status: 200, body: '' })
    await expect(sign(role, undefined, { fetchToken: empty })).rejects.toMatchObject({ status: 502 })
  })
})
