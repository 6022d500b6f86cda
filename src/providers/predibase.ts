/** Predibase: `deployment` or `deployment:adapter`; the deployment stands in the address, the adapter in the body. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const predibase = defineProvider({
  id: 'predibase',
  name: 'Predibase',
  origin: 'https://serving.app.predibase.com',
  speaks: { 'openai-chat': '/{predibase_tenant_id}/deployments/v2/llms/{model}/v1/chat/completions' },
  placeModel(model) {
    const [deployment = '', adapter = ''] = model.split(':', 2)
    const llm = `/{predibase_tenant_id}/deployments/v2/llms/${encodeURIComponent(deployment)}`
    return { name: adapter, pricedAs: deployment, paths: { 'openai-chat': `${llm}/v1/chat/completions` } }
  },
  authenticate: bearer(),
})
