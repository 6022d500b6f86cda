/** Amazon Bedrock's endpoint for OpenAI's and Anthropic's wires. docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html */
import { awsAuth, defaultAwsRegion } from './auth/aws.ts'
import { bedrockDataPolicy } from './processing-policy.ts'
import { defineProvider } from './provider.ts'

export const bedrockMantle = defineProvider({
  id: 'bedrock-mantle',
  name: 'Amazon Bedrock Mantle',
  origin: 'https://bedrock-mantle.{aws_region}.api.aws',
  settingDefaults: { aws_region: defaultAwsRegion },
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-responses': '/v1/responses',
    'anthropic-messages': '/anthropic/v1/messages',
  },
  placeModel: (name) => ({
    name,
    wires: name.startsWith('anthropic.') ? ['anthropic-messages'] : ['openai-chat', 'openai-responses'],
  }),
  authenticate: awsAuth('bedrock-mantle'),
  headers: { 'anthropic-version': '2023-06-01' },
  forwards: ['anthropic-version', 'anthropic-beta'],
  priceListId: 'aws',
  dataPolicy: bedrockDataPolicy,
})
