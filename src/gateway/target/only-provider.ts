/** The provider that is meant where a request names none and only one can be. */

import { isExpired, usableProviders } from '../../catalog/access.ts'
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import type { WireId } from '../../protocols/protocol.ts'
import type { AiProvider } from '../../providers/provider.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'
import type { Call, GatewayPorts } from '../ports.ts'

export interface Placing {
  readonly call: Call
  /** As the request writes it; '' = it names none. */
  readonly model: string
  readonly config: EffectiveConfig | undefined
  readonly catalog: WorkspaceCatalog
  readonly ports: Pick<GatewayPorts, 'aiProviders' | 'ambient'>
  readonly isFit: (row: AiProvider) => boolean
}

/** Does the request, or its config, say whom to call? */
export function namesProvider({ call, model, config }: Pick<Placing, 'call' | 'model' | 'config'>): boolean {
  const { 'x-portkey-provider': provider, 'x-portkey-virtual-key': virtualKey } = call.headers
  return Boolean(config?.hasTargets || provider || virtualKey) || /^@|\//.test(model)
}

/** `@slug` of each that is live and fits. */
export function fittingProviders({ catalog, ports, isFit }: Placing): readonly string[] {
  return usableProviders(catalog).flatMap(({ provider, integration }) => {
    const row = ports.aiProviders.find(integration.aiProviderId)
    return row !== undefined && isFit(row) && !isExpired(provider, ports.ambient.now()) ? [`@${provider.slug}`] : []
  })
}

/** The call as if it named that one; undefined = none fits, or several do. */
export function withOnlyProvider(placing: Placing): Call | undefined {
  const [only, ...others] = fittingProviders(placing)
  if (only === undefined || others.length > 0) return undefined
  return { ...placing.call, headers: { ...placing.call.headers, 'x-portkey-provider': only } }
}

/** For a request without a model or a provider: the only one that speaks its wire; undefined = it names one, or several speak it. */
export function withOnlySpeaker(placing: Omit<Placing, 'isFit'>, wire: WireId): Call | undefined {
  if (namesProvider(placing)) return undefined
  return withOnlyProvider({ ...placing, isFit: ({ speaks }) => speaks[wire] !== undefined })
}

/** Are its models at the paths that Google's clients write? */
export function hasGooglePaths({ speaks }: AiProvider): boolean {
  return JSON.stringify(speaks['google-gemini'] ?? '').includes('"/v1beta/models/')
}
