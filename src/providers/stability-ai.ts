/** Stability AI: each family of models has an address of its own. platform.stability.ai/docs/api-reference */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { stabilityPrices } from './unit-prices.ts'

export const stabilityAi = defineProvider({
  id: 'stability-ai',
  name: 'Stability AI',
  origin: 'https://api.stability.ai',
  speaks: { 'stability-images': '/v2beta/stable-image/generate/sd3' },
  placeModel(model) {
    const name = model.replace(/^stable-image-/, '')
    const family = /^(?:ultra|core)$/.test(name) ? name : 'sd3'
    return { name, pricedAs: model, paths: { 'stability-images': `/v2beta/stable-image/generate/${family}` } }
  },
  rawBase: '',
  authenticate: bearer(),
  keyVariable: 'STABILITY_API_KEY',
  listedPrices: stabilityPrices,
})
