import { describe, expect, it } from 'vitest'
import { credentialPorts } from '../../test/support/credential-ports.ts'
import type { WireId } from '../protocols/protocol.ts'
import { upstreamUrl } from './address.ts'
import { azureAi } from './azure-ai.ts'
import { azureOpenai } from './azure-openai.ts'
import type { AiProvider, Credentials, Draft } from './provider.ts'

type Settings = Credentials['configurations']

/** Where a model is called, as the gateway puts it together; undefined = not in this wire. */
function call(aiProvider: AiProvider, model: string, configurations: Settings, wire: WireId = 'openai-chat') {
  const placed = aiProvider.placeModel?.(model, configurations)
  if (placed?.wires?.includes(wire) === false) return undefined
  const customHost = configurations[aiProvider.hostSetting ?? 'custom_host'] as string | undefined
  const path = placed?.paths?.[wire]
  const url = upstreamUrl({
    aiProvider,
    wire,
    model: placed?.name ?? model,
    configurations,
    ...(path === undefined ? {} : { path }),
    ...(customHost === undefined ? {} : { customHost }),
  })
  return { ...placed, href: url.href }
}

function sign(aiProvider: AiProvider, credentials: Credentials, ports = credentialPorts(), href = 'https://a.example') {
  const draft: Draft = { method: 'POST', url: new URL(href), headers: {} }
  return aiProvider.authenticate(draft, credentials, ports)
}

const resource = { azure_resource_name: 'res' }
const deployments = {
  ...resource,
  azure_deployment_config: [
    { azure_deployment_name: 'big', azure_api_version: '2024-10-21', azure_model_slug: 'gpt-4.1', alias: 'smart' },
    { azure_deployment_name: 'small', azure_api_version: '2025-04-01-preview', azure_model_slug: 'gpt-4.1-mini' },
    { azure_deployment_name: 'new', azure_api_version: 'v1', azure_model_slug: 'gpt-5', is_default: true },
    { azure_deployment_name: 'newest', azure_api_version: 'preview', azure_model_slug: 'gpt-6' },
  ],
}
const big = 'https://res.openai.azure.com/openai/deployments/big/chat/completions?api-version=2024-10-21'
const dateless = 'https://res.openai.azure.com/openai/v1/chat/completions'

describe('a model of Azure OpenAI', () => {
  it.each([
    '',
    '/',
    '/openai',
    '/openai/',
    '/openai/deployments',
    '/openai/deployments/dep',
    '/openai/deployments/dep/chat/completions',
  ])('is called at one address, whatever of it the custom host has: %j', (base) => {
    const configurations = { custom_host: `https://r.openai.azure.com${base}`, azure_api_version: '2024-10-21' }
    expect(call(azureOpenai, 'dep', configurations)?.href).toBe(
      'https://r.openai.azure.com/openai/deployments/dep/chat/completions?api-version=2024-10-21',
    )
  })

  it.each([
    ['smart', 'big', big, 'gpt-4.1'],
    ['gpt-4.1', 'big', big, 'gpt-4.1'],
    ['big', 'big', big, 'gpt-4.1'],
    ['gpt-5', 'new', dateless, 'gpt-5'],
    ['unknown', 'new', dateless, 'gpt-5'],
    ['gpt-6', 'newest', `${dateless}?api-version=preview`, 'gpt-6'],
  ])('%s is the deployment %s', (model, name, href, pricedAs) => {
    expect(call(azureOpenai, model, deployments)).toMatchObject({ name, href, pricedAs })
  })

  it.each([
    ['openai-transcriptions', 'audio/transcriptions'],
    ['openai-speech', 'audio/speech'],
    ['openai-image-edits', 'images/edits'],
  ] as const)('hears, speaks and paints at its deployment: %s', (wire, path) => {
    expect(call(azureOpenai, 'smart', deployments, wire)?.href).toBe(
      `https://res.openai.azure.com/openai/deployments/big/${path}?api-version=2024-10-21`,
    )
    expect(call(azureOpenai, 'gpt-5', deployments, wire)?.href).toBe(`https://res.openai.azure.com/openai/v1/${path}`)
  })

  it('is taken for a deployment where none is listed', () => {
    expect(call(azureOpenai, 'mine', resource)).toEqual({ name: 'mine', href: dateless })
    expect(call(azureOpenai, 'mine', { ...resource, azure_api_version: '2024-10-21' })).toMatchObject({
      href: 'https://res.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21',
    })
  })

  it('is the only deployment of an integration that came from a virtual key', () => {
    const flat = { ...resource, azure_deployment_name: 'only', azure_api_version: '2024-10-21' }
    expect(call(azureOpenai, 'gpt-4o', flat)).toMatchObject({
      name: 'only',
      href: 'https://res.openai.azure.com/openai/deployments/only/chat/completions?api-version=2024-10-21',
    })
  })

  it('has the Responses API from the version that brought it', () => {
    const responses = (model: string) => call(azureOpenai, model, deployments, 'openai-responses')?.href
    expect(responses('big')).toBeUndefined()
    expect(responses('small')).toBe('https://res.openai.azure.com/openai/responses?api-version=2025-04-01-preview')
    expect(responses('new')).toBe('https://res.openai.azure.com/openai/v1/responses')
  })

  it('is reached at a custom host too', () => {
    const custom_host = 'https://res.cognitiveservices.azure.com'
    expect(call(azureOpenai, 'smart', { ...deployments, custom_host })?.href).toBe(
      `${custom_host}/openai/deployments/big/chat/completions?api-version=2024-10-21`,
    )
    expect(call(azureOpenai, 'new', { ...deployments, custom_host })?.href).toBe(
      `${custom_host}/openai/v1/chat/completions`,
    )
  })

  it('cannot lead the key to another host or path by its names', () => {
    expect(() => call(azureOpenai, 'm', { azure_resource_name: 'evil.example/' })).toThrow(/letters, digits/)
    expect(call(azureOpenai, '../../x', { ...resource, azure_api_version: '2024-10-21&a=b' })?.href).toBe(
      'https://res.openai.azure.com/openai/deployments/..%2F..%2Fx/chat/completions?api-version=2024-10-21%26a%3Db',
    )
  })
})

describe('a model of Azure AI Foundry', () => {
  const at = (azure_foundry_url: string, model: string, wire: WireId = 'openai-chat') =>
    call(azureAi, model, { azure_foundry_url }, wire)?.href
  const host = 'https://res.services.ai.azure.com'

  it.each([
    [host, `${host}/openai/v1/chat/completions`],
    [`${host}/openai/v1/`, `${host}/openai/v1/chat/completions`],
    [`${host}/api/projects/p`, `${host}/api/projects/p/openai/v1/chat/completions`],
    [`${host}/models`, `${host}/models/chat/completions?api-version=2024-05-01-preview`],
    [
      'https://m.eastus.models.ai.azure.com',
      'https://m.eastus.models.ai.azure.com/chat/completions?api-version=2024-05-01-preview',
    ],
  ])('behind %s is called at %s', (url, href) => {
    expect(at(url, 'DeepSeek-V3.1')).toBe(href)
  })

  it.each([
    [host, `${host}/anthropic/v1/messages`],
    [`${host}/anthropic`, `${host}/anthropic/v1/messages`],
    [`${host}/anthropic/v1`, `${host}/anthropic/v1/messages`],
  ])("is spoken to in Claude's own wire behind %s", (url, href) => {
    expect(at(url, 'claude-opus-4-5', 'anthropic-messages')).toBe(href)
    expect(at(url, 'claude-opus-4-5')).toBeUndefined()
  })

  it('needs its address', () => {
    expect(() => call(azureAi, 'm', {})).toThrow('set azure_foundry_url on the integration')
  })
})

describe("Azure's authentication", () => {
  const entra = {
    azure_auth_mode: 'entra',
    azure_entra_tenant_id: 'tenant',
    azure_entra_client_id: 'client',
    azure_entra_client_secret: 'hush',
  }

  it('sends a key where each endpoint takes it', async () => {
    const sent = async (row: AiProvider, href: string) =>
      (await sign(row, { key: 'k', configurations: {} }, credentialPorts(), href)).headers
    expect(await sent(azureOpenai, 'https://res.openai.azure.com/openai/v1/responses')).toEqual({ 'api-key': 'k' })
    expect(await sent(azureAi, 'https://res.services.ai.azure.com/models/chat/completions')).toEqual({ 'api-key': 'k' })
    expect(await sent(azureAi, 'https://res.services.ai.azure.com/anthropic/v1/messages')).toEqual({ 'x-api-key': 'k' })
    expect(await sent(azureAi, 'https://m.eastus.models.ai.azure.com/chat/completions')).toEqual({
      authorization: 'Bearer k',
    })
  })

  it('sends a given token in place of the key', async () => {
    const draft = await sign(azureOpenai, { key: 'k', configurations: { azure_ad_token: 't' } })
    expect(draft.headers).toEqual({ authorization: 'Bearer t' })
  })

  it('fetches a token for an Entra application, once', async () => {
    const asked: Draft[] = []
    const ports = credentialPorts({
      async fetchToken(draft) {
        asked.push(draft)
        return { status: 200, body: '{"access_token":"t1","expires_in":3599}' }
      },
    })
    for (const row of [azureOpenai, azureAi])
      expect((await sign(row, { configurations: entra }, ports)).headers).toEqual({ authorization: 'Bearer t1' })
    expect(asked).toHaveLength(1)
    expect(asked[0]?.url.href).toBe('https://login.microsoftonline.com/tenant/oauth2/v2.0/token')
    expect(Object.fromEntries(new URLSearchParams(Buffer.from(asked[0]?.body ?? []).toString()))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: 'hush',
      scope: 'https://cognitiveservices.azure.com/.default',
    })
  })

  it('says what Entra said, without the secret', async () => {
    const body = '{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}'
    const ports = credentialPorts({ fetchToken: async () => ({ status: 401, body }) })
    const error = await Promise.resolve(sign(azureOpenai, { configurations: entra }, ports)).catch(String)
    expect(error).toContain('refused the Entra application (401): invalid_client: AADSTS7000215')
    expect(error).not.toContain('hush')
  })

  it.each([
    [{ ...entra, azure_entra_client_id: '' }, /'entra' but azure_entra_client_id is not set/],
    [{ azure_auth_mode: 'managed' }, /'managed' is an identity that machines of Azure have, and this one names none/],
    [{ azure_auth_mode: 'workload' }, /'workload' but azure_entra_client_id is not set/],
    [{ azure_auth_mode: 'magic' }, /'magic' is not known; it must be one of default, entra, workload, managed/],
  ])('refuses %j', async (configurations, message) => {
    await expect(sign(azureOpenai, { key: 'k', configurations })).rejects.toThrow(message)
  })

  it("sends an endpoint's deployment and its wish about unknown parameters to Azure AI", async () => {
    const configurations = { azure_deployment_name: 'd', azure_extra_parameters: 'drop' }
    expect((await sign(azureAi, { key: 'k', configurations })).headers).toEqual({
      'api-key': 'k',
      'azureml-model-deployment': 'd',
      'extra-parameters': 'drop',
    })
  })
})

describe('Azure in the environment of a first start', () => {
  const read = (endpoint: string) =>
    azureOpenai.readEnvironment?.({ AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: endpoint })

  it('is its resource, or a custom host where the address is another', () => {
    expect(read('https://res.openai.azure.com/')).toEqual({ key: 'k', configurations: { azure_resource_name: 'res' } })
    expect(read('https://gate.example')).toEqual({ key: 'k', configurations: { custom_host: 'https://gate.example' } })
    expect(azureOpenai.readEnvironment?.({ AZURE_OPENAI_API_KEY: 'k' })).toBeUndefined()
  })
})
