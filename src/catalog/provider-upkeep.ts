/** The scheduled upkeep of providers: marks those past their end date. The door goes by the clock; this is what administrators see. */
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { Provider } from './catalog.ts'

/** A provider as it was read. */
export interface VersionedProvider {
  readonly document: Provider
  readonly scope: string
  readonly version: number
}

export interface ProviderUpkeepPorts {
  readonly ambient: Pick<Ambient, 'now' | 'log'>
  readonly providers: {
    /** Of every workspace. */
    all(): AsyncIterable<VersionedProvider>
    /** Throws GatewayError `conflict` when somebody wrote since `stored` was read. */
    replace(stored: VersionedProvider, provider: Provider): Promise<void>
  }
}

export interface ProviderUpkeepReport {
  readonly providers: number
  readonly expired: number
  readonly failed: number
}

export async function expireProviders({ ambient, providers }: ProviderUpkeepPorts): Promise<ProviderUpkeepReport> {
  const report = { providers: 0, expired: 0, failed: 0 }
  for await (const stored of providers.all()) {
    report.providers++
    const { document } = stored
    if (document.status === 'expired' || document.expiresAtMs === undefined) continue
    if (document.expiresAtMs > ambient.now()) continue
    try {
      await providers.replace(stored, { ...document, status: 'expired' })
      report.expired++
    } catch (thrown) {
      // Somebody else wrote at once; the next run looks again.
      if (thrown instanceof GatewayError && thrown.code === 'conflict') continue
      report.failed++
      const reason = String(thrown)
      ambient.log({ level: 'error', message: 'a provider was not looked after', provider: document.slug, reason })
    }
  }
  return report
}
