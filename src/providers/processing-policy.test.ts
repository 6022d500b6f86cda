import { describe, expect, it } from 'vitest'
import { inAwsRegion, inGoogleLocation } from './processing-policy.ts'

describe('where Amazon Bedrock processes a request', () => {
  it.each([
    ['eu-central-1', 'anthropic.claude-sonnet-4-5-20250929-v1:0', ['eu']],
    ['eu-central-1', 'zai.glm-4.6', ['eu']],
    ['eu-west-1', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', ['eu']],
    ['eu-west-2', 'eu.amazon.nova-pro-v1:0', ['gb', 'eu']],
    ['eu-west-2', 'amazon.nova-pro-v1:0', ['gb']],
    ['eu-central-2', 'amazon.nova-pro-v1:0', ['ch']],
    ['ca-central-1', 'us.amazon.nova-pro-v1:0', ['ca', 'us']],
    ['us-gov-west-1', 'us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0', ['us']],
    ['eu-central-1', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', undefined],
    ['ap-southeast-1', 'apac.amazon.nova-pro-v1:0', undefined],
    ['eu-central-1', 'arn:aws:bedrock:eu-central-1:1:application-inference-profile/x', undefined],
    ['eu-central-1', '', undefined],
    ['eu-central-9', 'amazon.nova-pro-v1:0', undefined],
    ['eu-central-1', undefined, ['eu']],
  ])('in %s by the model %s', (region, model, places) => {
    expect(inAwsRegion.of({ aws_region: region }, model)).toEqual(places)
  })
})

describe('where Vertex AI processes a request', () => {
  it.each([
    ['eu', ['eu']],
    ['europe-west4', ['eu']],
    ['europe-west2', ['gb']],
    ['europe-west6', ['ch']],
    ['us-central1', ['us']],
    ['asia-south1', ['in']],
    ['global', undefined],
    ['europe', undefined],
    [undefined, undefined],
    ['constructor', undefined],
  ])('in %s', (location, places) => {
    expect(inGoogleLocation.of({ vertex_region: location })).toEqual(places)
  })
})
