/** Azure OpenAI: deployments of one resource, by dated API versions or the v1 API. */
import { azureAuth } from './auth/azure.ts'
import {
  checkDeployments,
  datelessPaths,
  defaultDeployment,
  deploymentBase,
  deploymentSettings,
  placeDeployment,
} from './azure-deployments.ts'
import { neverTrained } from './processing-policy.ts'
import { defineProvider } from './provider.ts'
import { openaiServerTraits } from './server-traits.ts'
import { priorityTier } from './surcharges.ts'
import { openaiUnitPrices } from './unit-prices.ts'

export const azureOpenai = defineProvider({
  id: 'azure-openai',
  name: 'Azure OpenAI',
  origin: 'https://{azure_resource_name}.openai.azure.com',
  speaks: datelessPaths,
  modelList: null,
  placeModel: placeDeployment,
  defaultModel: defaultDeployment,
  settings: deploymentSettings,
  checkSettings: checkDeployments,
  rawBase: deploymentBase,
  authenticate: azureAuth(() => ['api-key', '']),
  aliases: ['azure'],
  traits: openaiServerTraits,
  priceListId: 'azure',
  listedPrices: openaiUnitPrices,
  readEnvironment({ AZURE_OPENAI_API_KEY: key, AZURE_OPENAI_ENDPOINT: endpoint, OPENAI_API_VERSION: version }) {
    if (!key || !endpoint) return undefined
    const [, resource] = /^https:\/\/([a-z0-9-]+)\.openai\.azure\.com\/?$/i.exec(endpoint) ?? []
    const place = resource === undefined ? { custom_host: endpoint } : { azure_resource_name: resource }
    return { key, configurations: { ...place, ...(version ? { azure_api_version: version } : {}) } }
  },
  surcharges: priorityTier,
  dataPolicy: {
    training: neverTrained('https://learn.microsoft.com/en-us/legal/cognitive-services/openai/data-privacy'),
    note: 'The region is that of the resource and its deployment type, which the gateway does not see.',
  },
})
