import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, secret } from '../../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../../test/support/sample-catalog.ts'
import { aiProviders } from '../../providers/index.ts'
import { bareLeaf, leavesOf, makePlan } from '../../routing/plan.ts'
import { readConfig } from '../../routing/read-config.ts'
import { portsForBrought, secretsBrought } from '../line/credentials-of.ts'
import { resolveLeaf } from './find-target.ts'

/** What the leaf of a request comes to: provider, model, and what it brings. */
function resolve(headers: Record<string, string>, model = 'm', config?: Record<string, unknown>, at = 0) {
  const { ambient } = gatewayStage(() => Promise.reject(new Error('never')))
  const plan = config === undefined ? bareLeaf : makePlan(readConfig(config).root)
  const body = { model }
  const call = { ...chatCall(ambient, body), headers: { 'x-portkey-api-key': secret, ...headers } }
  const leaf = leavesOf(plan)[at] ?? bareLeaf
  return resolveLeaf(leaf, { call, body, catalog: sampleCatalog(), plan, ports: { ambient, aiProviders } })
}

const bearer = { authorization: 'Bearer sk-own' }

describe('a target whose credential came with the request', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a plain type, though the workspace has a provider of it', { 'x-portkey-provider': 'openai' }, 'openai'],
    ['an alias', { 'x-portkey-provider': 'azure' }, 'azure-openai'],
  ])('is named by %s', (_, headers, id) => {
    const target = resolve({ ...bearer, ...headers })
    expect(target).toMatchObject({
      provider: { slug: id, rateLimits: [] },
      integration: { aiProviderId: id, allowAllModels: true, workspaces: [], models: [] },
      brought: { isStored: false, credentials: { key: 'sk-own' } },
    })
  })

  it('is a stored one where a slug is named, or nothing came', () => {
    expect(resolve({ ...bearer, 'x-portkey-provider': '@oai' }).brought).toBeUndefined()
    expect(resolve({ 'x-portkey-provider': 'openai' }).provider.slug).toBe('oai')
    expect(resolve({ 'x-portkey-provider': 'openai', authorization: `Bearer ${secret}` }).provider.slug).toBe('oai')
    expect(resolve(bearer, 'openai/gpt-5').brought).toBeUndefined()
  })

  it('is named before the model, where the workspace has none of the type', () => {
    expect(resolve(bearer, 'groq/llama/3')).toMatchObject({ model: 'llama/3', brought: { isStored: false } })
    expect(() => resolve({}, 'groq/llama')).toThrow('no provider was named')
  })

  it('takes its settings from headers, and an address', () => {
    const target = resolve({
      'x-portkey-provider': 'azure-openai',
      'x-portkey-azure-resource-name': 'acme',
      'x-portkey-azure-ad-token': 'entra-token-1',
      'x-portkey-api-version': 'v1',
    })
    expect(target.brought?.credentials.configurations).toEqual({
      azure_resource_name: 'acme',
      azure_ad_token: 'entra-token-1',
      azure_api_version: 'v1',
    })
    expect(target.integration.configurations).toEqual({ azure_resource_name: 'acme', azure_api_version: 'v1' })
    expect(target.brought && secretsBrought(target.brought)).toEqual(['entra-token-1'])
  })

  it('takes those of its config, and then none of the headers', () => {
    const config = { provider: 'bedrock', aws_access_key_id: 'AKIA1', aws_secret_access_key: 's', aws_region: 'eu' }
    const { brought } = resolve({ ...bearer, 'x-portkey-aws-session-token': 'other' }, 'm', config)
    expect(brought?.credentials).toEqual({
      configurations: { aws_access_key_id: 'AKIA1', aws_secret_access_key: 's', aws_region: 'eu' },
    })
  })

  it('keeps pinned settings of a config beside a key in a header', () => {
    const config = { provider: 'openai', openai_project: 'pinned' }
    const { brought } = resolve({ ...bearer, 'x-portkey-openai-project': 'other' }, 'm', config)
    expect(brought?.credentials).toEqual({ key: 'sk-own', configurations: { openai_project: 'pinned' } })
    expect(() => resolve({}, 'm', config)).toThrow("settings came for 'openai' without a credential")
  })

  it('may have no key at all, at an address', () => {
    const local = { 'x-portkey-provider': 'ollama', 'x-portkey-custom-host': 'http://localhost:11434' }
    expect(resolve(local).brought).toEqual({ isStored: false, credentials: { configurations: {} } })
    expect(() => resolve({ 'x-portkey-provider': 'ollama' })).toThrow(
      /Following keys are not valid: ollama .*send its key/,
    )
  })

  it('is one of a config when only one can be meant', () => {
    const two = { targets: [{ provider: 'groq' }, { provider: 'deepseek' }] }
    expect(() => resolve(bearer, 'm', two)).toThrow("could be for any of 'groq', 'deepseek'")
    expect(resolve({ ...bearer, 'x-portkey-provider': 'groq' }, 'm', two).brought?.credentials.key).toBe('sk-own')
    expect(() => resolve({ ...bearer, 'x-portkey-provider': 'groq' }, 'm', two, 1)).toThrow('could be for any of')
    const keyed = { targets: [{ provider: 'groq', api_key: 'gsk' }, { provider: 'deepseek' }] }
    expect(resolve(bearer, 'm', keyed).brought?.credentials.key).toBe('gsk')
    expect(resolve(bearer, 'm', keyed, 1).brought?.credentials.key).toBe('sk-own')
  })

  it('names a type, and a model', () => {
    expect(() => resolve({}, 'm', { api_key: 'k' })).toThrow('a credential came with no type of provider')
    expect(() => resolve({}, 'm', { provider: 'nobody', api_key: 'k' })).toThrow(
      "'nobody', which is no type of provider",
    )
    expect(() => resolve({ ...bearer, 'x-portkey-provider': 'groq' }, '')).toThrow('no model was named')
  })
})

describe('what a brought credential is used with', () => {
  it("is neither the gateway's identity nor a token that was got with it", async () => {
    const { ports } = gatewayStage(() => Promise.reject(new Error('never')))
    const lent = portsForBrought(ports.credentials)
    await expect(lent.ownAwsCredentials()).rejects.toThrow(
      "the gateway's own identity is lent to stored integrations only",
    )
    expect(lent.tokens).not.toBe(ports.credentials.tokens)
    expect(lent.machine).toBeUndefined()
    expect(portsForBrought(ports.credentials)).toBe(lent)
  })
})
