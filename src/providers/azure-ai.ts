/** Azure AI Foundry and its serverless endpoints, at `azure_foundry_url`: OpenAI's wires, Claude in its own. */

import { azureAuth } from './auth/azure.ts'
import { withSettings } from './auth/headers.ts'
import { type AiProvider, type Draft, defineProvider, type PlacedModel } from './provider.ts'
import { priorityTier } from './surcharges.ts'
import { openaiUnitPrices } from './unit-prices.ts'

const inference = '?api-version={azure_api_version}'

export const azureAi = defineProvider({
  id: 'azure-ai',
  name: 'Azure AI Foundry',
  hostSetting: 'azure_foundry_url',
  settingDefaults: { azure_api_version: '2024-05-01-preview' },
  speaks: {
    'openai-chat': '/openai/v1/chat/completions',
    'openai-responses': '/openai/v1/responses',
    'anthropic-messages': '/anthropic/v1/messages',
    'openai-embeddings': '/openai/v1/embeddings',
    'openai-images': '/openai/v1/images/generations',
    'cohere-rerank': '/providers/cohere/v2/rerank',
    'openai-image-edits': '/openai/v1/images/edits',
    'openai-speech': '/openai/v1/audio/speech',
    'openai-transcriptions': '/openai/v1/audio/transcriptions',
    'openai-translations': '/openai/v1/audio/translations',
  },
  modelList: null,
  placeModel,
  defaultModel: ({ azure_deployment_name: name, azure_model_slug: slug }) =>
    [name, slug].find((each): each is string => typeof each === 'string' && each !== ''),
  authenticate: withSettings(azureAuth(keyHeader), {
    azure_deployment_name: 'azureml-model-deployment',
    azure_extra_parameters: 'extra-parameters',
  }),
  headers: { 'anthropic-version': '2023-06-01' },
  forwards: ['anthropic-version', 'anthropic-beta'],
  priceListId: 'azure',
  listedPrices: openaiUnitPrices,
  surcharges: priorityTier,
})

const resourceWires = [
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
  'openai-images',
  'openai-image-edits',
  'openai-speech',
  'openai-transcriptions',
  'openai-translations',
] as const

/** A resource has every wire; an address that ends in one of its APIs, and a serverless endpoint, has that one. */
function placeModel(model: string, configurations: Parameters<NonNullable<AiProvider['placeModel']>>[1]): PlacedModel {
  const given = configurations.azure_foundry_url ?? configurations.custom_host
  const url = typeof given === 'string' ? URL.parse(given) : null
  if (url?.pathname.includes('/anthropic'))
    return { name: model, wires: ['anthropic-messages'], paths: { 'anthropic-messages': '/v1/messages' } }
  const isModelsApi = /\/models\/?$/.test(url?.pathname ?? '') || url?.hostname.endsWith('.models.ai.azure.com')
  if (isModelsApi)
    return {
      name: model,
      wires: ['openai-chat', 'openai-embeddings', 'cohere-rerank'],
      paths: {
        'openai-chat': `/chat/completions${inference}`,
        'openai-embeddings': `/embeddings${inference}`,
        'cohere-rerank': '/v2/rerank',
      },
    }
  if (/^claude/i.test(model)) return { name: model, wires: ['anthropic-messages'] }
  if (/rerank/i.test(model)) return { name: model.replace(/^cohere\./, ''), wires: ['cohere-rerank'] }
  return { name: model, wires: resourceWires }
}

function keyHeader({ url }: Draft): readonly [string, string] {
  if (url.pathname.includes('/anthropic/')) return ['x-api-key', '']
  return url.hostname.endsWith('.models.ai.azure.com') ? ['authorization', 'Bearer '] : ['api-key', '']
}
