import { describe, expect, it } from 'vitest'
import { signAws } from './sigv4.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const nowMs = Date.UTC(2015, 7, 30, 12, 36)

function signatureOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /Signature=([0-9a-f]+)$/.exec(headers.authorization ?? '')?.[1]
}

describe('signAws', () => {
  it("signs AWS's own example of a request as AWS does", async () => {
    const draft = {
      method: 'GET',
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    }
    const signed = await signAws(draft, credentials, { region: 'us-east-1', service: 'iam', nowMs })
    expect(signed.headers).toEqual({
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-amz-date': '20150830T123600Z',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=dd479fa8a80364edf2119ec24bebde66712ee9c9cb2b0d92eb3ab9ccdc0c3947',
    })
    expect(signed.url).toEqual(draft.url)
  })

  it("signs the first request of AWS's test suite as AWS does, where the body's hash is not sent", async () => {
    const draft = { method: 'GET', url: new URL('https://example.amazonaws.com/'), headers: {} }
    const scope = { region: 'us-east-1', service: 'service', nowMs, isBodySigned: false }
    expect((await signAws(draft, credentials, scope)).headers).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    })
  })

  it('signs body, path and session token: a change of any changes the signature', async () => {
    const sign = async (path: string, body: string, sessionToken?: string) => {
      const draft = {
        method: 'POST',
        url: new URL(`https://a.example:8443${path}`),
        headers: {},
        body: Buffer.from(body),
      }
      const identity = sessionToken === undefined ? credentials : { ...credentials, sessionToken }
      const signed = await signAws(draft, identity, { region: 'eu-west-1', service: 'bedrock', nowMs })
      expect(signed.headers['x-amz-security-token']).toBe(sessionToken)
      return signatureOf(signed.headers)
    }
    const signatures = await Promise.all([
      sign('/model/a%3A0/converse', '{}'),
      sign('/model/a:0/converse', '{}'),
      sign('/model/a%3A0/converse', '{ }'),
      sign('/model/a%3A0/converse', '{}', 'session'),
    ])
    expect(new Set(signatures).size).toBe(4)
    expect(await sign('/model/a%3A0/converse', '{}')).toBe(signatures[0])
  })
})
