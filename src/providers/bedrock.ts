/** Amazon Bedrock, in the region of the integration: every chat model by the Converse wire, embeddings and images by their makers' own shapes. */
import { awsAuth, defaultAwsRegion } from './auth/aws.ts'
import { partitionOf } from './aws-partition.ts'
import { namesIn } from './model-list.ts'
import { type Places, wiresOf } from './places.ts'
import { bedrockDataPolicy } from './processing-policy.ts'
import { defineProvider } from './provider.ts'
import { bedrockTraits } from './server-traits.ts'
import { bedrockUnitPrices } from './unit-prices.ts'

const invoke = '/model/{model}/invoke'

/** The name of a region (`us.`) may stand before. */
const places: Places = [
  [/titan-embed/, 'titan-embeddings'],
  [/nova-[\w-]*embeddings/, 'nova-embeddings'],
  [/cohere\.embed/, 'cohere-invoke-embeddings'],
  [/\.rerank/, 'bedrock-rerank'],
  [/titan-image|nova-canvas/, 'titan-images'],
  [/stability\./, 'stability-invoke-images'],
  [/(?:)/, 'bedrock-converse'],
]

export const bedrock = defineProvider({
  id: 'bedrock',
  name: 'Amazon Bedrock',
  origin: 'https://bedrock-runtime.{aws_region}.amazonaws.com',
  settingDefaults: { aws_region: defaultAwsRegion },
  speaks: {
    'bedrock-converse': { path: '/model/{model}/converse', streamPath: '/model/{model}/converse-stream' },
    'titan-embeddings': invoke,
    'nova-embeddings': invoke,
    'cohere-invoke-embeddings': invoke,
    'bedrock-rerank': { origin: 'https://bedrock-agent-runtime.{aws_region}.amazonaws.com', path: '/rerank' },
    'titan-images': invoke,
    'stability-invoke-images': invoke,
  },
  placeModel(model, { aws_region: region }) {
    const id = model.slice(model.lastIndexOf('/') + 1)
    const wires = wiresOf(id, places)
    if (!wires.includes('bedrock-rerank')) return { name: model, wires }
    if (model.startsWith('arn:')) return { name: model, pricedAs: id, wires }
    const place = typeof region === 'string' && region !== '' ? region : defaultAwsRegion
    return { name: `arn:${partitionOf(place).name}:bedrock:${place}::foundation-model/${id}`, pricedAs: id, wires }
  },
  modelList: {
    origin: 'https://bedrock.{aws_region}.amazonaws.com',
    path: ['/foundation-models?byInferenceType=ON_DEMAND', '/inference-profiles?maxResults=1000'],
    read: (body) =>
      namesIn('modelSummaries', 'modelId')(body) ?? namesIn('inferenceProfileSummaries', 'inferenceProfileId')(body),
  },
  /** Knows models, not the profiles of a region. docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html */
  countsTokens: {
    'bedrock-converse': {
      path: '/model/{model}/count-tokens',
      models: /anthropic|claude/,
      cuts: /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./,
    },
  },
  traits: bedrockTraits,
  authenticate: awsAuth('bedrock'),
  priceListId: 'aws',
  listedPrices: bedrockUnitPrices,
  readEnvironment(variables) {
    const region = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION
    const key = variables.AWS_BEARER_TOKEN_BEDROCK
    if (key) return { key, configurations: { aws_auth_type: 'apiKey', aws_region: region ?? defaultAwsRegion } }
    const hasIdentity = Boolean(
      variables.AWS_PROFILE || (variables.AWS_ACCESS_KEY_ID && variables.AWS_SECRET_ACCESS_KEY),
    )
    if (!region || !hasIdentity) return undefined
    return { configurations: { aws_auth_type: 'serviceRole', aws_region: region } }
  },
  dataPolicy: bedrockDataPolicy,
})
