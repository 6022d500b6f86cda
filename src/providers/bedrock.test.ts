import { describe, expect, it } from 'vitest'
import { upstreamUrl } from './address.ts'
import { bedrock } from './bedrock.ts'

describe('the address of Bedrock', () => {
  const address = (model: string, isStream: boolean, configurations = {}) =>
    upstreamUrl({ aiProvider: bedrock, wire: 'bedrock-converse', model, isStream, configurations }).href

  it('names region, model and whether the answer is a stream', () => {
    expect(address('amazon.nova-pro-v1:0', false)).toBe(
      'https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-pro-v1%3A0/converse',
    )
    expect(address('arn:aws:bedrock:eu-west-1:1:inference-profile/eu.a.b', true, { aws_region: 'eu-west-1' })).toBe(
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.a.b/converse-stream',
    )
  })

  it.each(['x.evil.example/', 'a@b', '../', 'us east'])('is never led elsewhere by a region of %j', (aws_region) => {
    expect(() => address('m', false, { aws_region })).toThrow("or the header 'x-portkey-aws-region') is")
  })
})

describe('what the environment says of Bedrock', () => {
  const read = (variables: Record<string, string>) => bedrock.readEnvironment?.(variables)
  const own = (aws_region: string) => ({ configurations: { aws_auth_type: 'serviceRole', aws_region } })

  it('is enough with a region and an identity; no secret of it is copied', () => {
    expect(read({ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' })).toEqual(
      own('eu-west-1'),
    )
    expect(read({ AWS_DEFAULT_REGION: 'eu-west-2', AWS_PROFILE: 'work' })).toEqual(own('eu-west-2'))
  })

  it('is enough with an API key', () => {
    expect(read({ AWS_BEARER_TOKEN_BEDROCK: 'k' })).toEqual({
      key: 'k',
      configurations: { aws_auth_type: 'apiKey', aws_region: 'us-east-1' },
    })
  })

  it.each([{}, { AWS_REGION: 'eu-west-1' }, { AWS_PROFILE: 'work' }, { AWS_REGION: 'r', AWS_ACCESS_KEY_ID: 'a' }])(
    'is not enough with %j',
    (variables) => {
      expect(read(variables as Record<string, string>)).toBeUndefined()
    },
  )
})
