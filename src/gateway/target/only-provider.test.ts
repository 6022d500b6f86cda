import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage } from '../../../test/support/gateway-ports.ts'
import { sampleCatalog } from '../../../test/support/sample-catalog.ts'
import { fittingProviders, hasGooglePaths, namesProvider, type Placing, withOnlyProvider } from './only-provider.ts'

const stage = gatewayStage(() => Promise.reject(new Error('nobody is called')))

function placing(isFit: Placing['isFit'], more: Partial<Placing> = {}): Placing {
  const call = chatCall(stage.ambient, {})
  return { call, model: 'm', config: undefined, catalog: sampleCatalog(), ports: stage.ports, isFit, ...more }
}

describe('the provider that is meant', () => {
  it('is the only one that fits', () => {
    const call = withOnlyProvider(placing(hasGooglePaths))
    expect(call?.headers['x-portkey-provider']).toBe('@goog')
  })

  it('is none where several fit, or none does', () => {
    const ofAnthropic = placing(({ speaks }) => speaks['anthropic-messages'] !== undefined)
    expect(fittingProviders(ofAnthropic).length).toBeGreaterThan(1)
    expect(withOnlyProvider(ofAnthropic)).toBeUndefined()
    expect(withOnlyProvider(placing(() => false))).toBeUndefined()
  })

  it('is not one that has expired', () => {
    const catalog = sampleCatalog()
    const providers = catalog.providers.map((each) => ({ ...each, status: 'expired' as const }))
    expect(fittingProviders(placing(() => true, { catalog: { ...catalog, providers } }))).toEqual([])
  })

  it.each([
    [{ 'x-portkey-provider': '@oai' }, 'm', true],
    [{ 'x-portkey-virtual-key': 'oai' }, 'm', true],
    [{}, '@oai/m', true],
    [{}, 'openai/m', true],
    [{}, 'm', false],
    [{ 'x-portkey-provider': '' }, '', false],
  ])('is named by the headers %j with the model %j: %s', (headers, model, isNamed) => {
    const call = chatCall(stage.ambient, {}, { headers: headers as Record<string, string> })
    expect(namesProvider({ call, model, config: undefined })).toBe(isNamed)
  })
})
