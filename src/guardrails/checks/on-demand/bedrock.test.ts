import { describe, expect, it } from 'vitest'
import { guardrailPortsOf, runCheck, subjectOf } from '../../../../test/support/guardrail-subject.ts'
import type { AwsSigning, CheckSubject, WebAnswer, WebRequest } from '../../guardrail.ts'

const own = { guardrailId: 'abc123', guardrailVersion: '1', awsRegion: 'eu-west-1' }
const none = { action: 'NONE', outputs: [], assessments: [{}] }
const pii = (action: string, match = 'Ada') => ({
  sensitiveInformationPolicy: { piiEntities: [{ type: 'NAME', match, action }], regexes: [] },
})
const masked = {
  action: 'GUARDRAIL_INTERVENED',
  outputs: [{ text: 'I am {NAME}' }],
  assessments: [pii('ANONYMIZED')],
}

async function ask(
  parameters: object,
  subject: string | CheckSubject,
  answer: Partial<WebAnswer> & { readonly json?: object },
) {
  const sent: { request: WebRequest; signing: AwsSigning }[] = []
  const { json, ...rest } = answer
  const ports = guardrailPortsOf({
    async sendSigned(request, signing) {
      sent.push({ request, signing })
      return { status: 200, text: JSON.stringify(json ?? {}), ...rest }
    },
  })
  const verdict = await runCheck('bedrock.guard', { ...parameters }, subject, ports)
  return { verdict, request: sent[0]?.request, signing: sent[0]?.signing }
}

describe('an Amazon Bedrock guardrail', () => {
  it("is asked in its region as the gateway's own role", async () => {
    const { verdict, request, signing } = await ask(own, 'I am Ada', { json: none })
    expect(verdict).toMatchObject({ isPassed: true, data: { action: 'NONE' } })
    expect(request?.url.href).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com/guardrail/abc123/version/1/apply')
    expect(JSON.parse(request?.body ?? '')).toEqual({ source: 'INPUT', content: [{ text: { text: 'I am Ada' } }] })
    expect(signing).toEqual({ configurations: { aws_auth_type: 'serviceRole', aws_region: 'eu-west-1' } })
  })

  it('is told that an answer is an answer, and takes its region from an ARN', async () => {
    const parameters = {
      guardrailId: 'arn:aws:bedrock:us-west-2:123456789012:guardrail/xyz9',
      guardrailVersion: 'DRAFT',
    }
    const { request } = await ask(parameters, subjectOf('hi', { hook: 'output' }), { json: none })
    expect(request?.url.host).toBe('bedrock-runtime.us-west-2.amazonaws.com')
    expect(decodeURIComponent(request?.url.pathname ?? '')).toContain('guardrail/xyz9/version/DRAFT')
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ source: 'OUTPUT' })
  })

  it('fails the text when it intervenes, and shows its assessments', async () => {
    const blocked = { action: 'GUARDRAIL_INTERVENED', outputs: [{ text: 'no' }], assessments: [pii('BLOCKED')] }
    for (const redact of [false, true]) {
      const { verdict } = await ask({ ...own, redact }, 'I am Ada', { json: blocked })
      expect(verdict).toMatchObject({ isPassed: false, data: { assessments: [pii('BLOCKED')] } })
      expect(verdict).not.toHaveProperty('texts')
    }
  })

  it('fails what it would only mask, unless told to redact', async () => {
    expect((await ask(own, 'I am Ada', { json: masked })).verdict).toMatchObject({ isPassed: false })
    const { verdict } = await ask({ ...own, redact: true }, 'I am Ada', { json: masked })
    expect(verdict).toMatchObject({ isPassed: true, texts: ['I am {NAME}'] })
  })

  it('masks by what was matched when it gives fewer texts than there are', async () => {
    const subject = subjectOf('', { texts: ['I am Ada', '', 'Ada!'] })
    const { verdict } = await ask({ ...own, redact: true }, subject, { json: masked })
    expect(verdict.texts).toEqual(['I am {NAME}', '', '{NAME}!'])
  })

  it('lets nothing through as masked when it does not say what to mask', async () => {
    const answer = { ...masked, outputs: [], assessments: [pii('ANONYMIZED', 'Bob')] }
    await expect(ask({ ...own, redact: true }, 'I am Ada', { json: answer })).rejects.toThrow(
      'does not say what to mask',
    )
  })

  it.each([
    [{ status: 403, text: '{"message":"not authorized to perform: bedrock:ApplyGuardrail"}' }, /403: not authorized/],
    [{ status: 200, text: '<html>' }, /answered 200/],
    [{ json: { hello: 1 } }, /has no action/],
  ])('is an error on %j', async (answer, message) => {
    await expect(ask(own, 'hi', answer)).rejects.toThrow(message)
  })

  it.each([
    [{ ...own, guardrailId: '../x' }, /guardrailId is '..\/x'/],
    [{ ...own, guardrailVersion: 'latest' }, /guardrailVersion is 'latest'/],
    [{ guardrailId: 'abc', guardrailVersion: 1 }, /awsRegion is missing/],
  ])('cannot be %j', async (parameters, message) => {
    await expect(ask(parameters, 'hi', { json: none })).rejects.toThrow(message)
  })

  it('signs with credentials of its own when it has some', async () => {
    const credentials = { awsAccessKeyId: 'AKIA', awsSecretAccessKey: 's', awsRegion: 'us-east-1' }
    const { signing, request } = await ask({ guardrailId: 'abc', guardrailVersion: 1, credentials }, 'hi', {
      json: none,
    })
    expect(request?.url.host).toBe('bedrock-runtime.us-east-1.amazonaws.com')
    expect(signing?.configurations).toEqual({
      aws_access_key_id: 'AKIA',
      aws_secret_access_key: 's',
      aws_region: 'us-east-1',
    })
  })
})
