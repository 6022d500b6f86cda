/** Asks a provider which models it has, with the integration's own credentials. Nobody waits long for it, and nothing fails with it. */

import type { Integration } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { ListedModel } from '../../pricing/price.ts'
import { upstreamUrl } from '../../providers/address.ts'
import { modelListing, readModelList } from '../../providers/model-list.ts'
import type { AiProvider, Draft, ModelListing } from '../../providers/provider.ts'
import { readText } from '../answer/read-whole.ts'
import { customHeaders } from '../layers/sending/choose.ts'
import { storedCredentials } from '../line/credentials-of.ts'
import { customHostOf, isApprovedHost } from '../line/custom-host.ts'
import type { GatewayPorts } from '../ports.ts'

/** A list is a convenience: without it the price library's is shown. */
const patienceMs = 2_000
const maxBytes = 4 * 1024 * 1024

/** undefined = it has no list, or did not answer with one in time. Never rejects. */
export async function askForModels(
  integration: Integration,
  aiProvider: AiProvider,
  ports: GatewayPorts,
): Promise<readonly ListedModel[] | undefined> {
  const listing = modelListing(aiProvider)
  if (listing === undefined) return undefined
  const abort = new AbortController()
  const late = new GatewayError('upstream_unavailable', `no answer within ${patienceMs} ms`)
  const cancel = ports.ambient.schedule(patienceMs, () => abort.abort(late))
  const asking: Asking = { integration, aiProvider, listing, ports, signal: abort.signal }
  try {
    const lists = await Promise.all([listing.path].flat().map((path) => askAt(path, asking)))
    const known = lists.filter((list) => list !== undefined)
    return known.length === 0 ? undefined : known.flat()
  } catch (thrown) {
    ports.ambient.log({
      level: 'info',
      message: 'a provider gave no list of its models; the price list is shown instead',
      integrationId: integration.id,
      aiProviderId: aiProvider.id,
      cause: thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown',
    })
    return undefined
  } finally {
    cancel()
  }
}

interface Asking {
  readonly integration: Integration
  readonly aiProvider: AiProvider
  readonly listing: ModelListing
  readonly ports: GatewayPorts
  readonly signal: AbortSignal
}

async function askAt(path: string, asking: Asking): Promise<readonly ListedModel[] | undefined> {
  const { integration, aiProvider, listing, ports, signal } = asking
  const draft = await signed(path, asking)
  const host = customHostOf({ integration, aiProvider })
  const isApproved = host !== undefined && isApprovedHost(integration, host)
  const trust = { isCustomHost: host !== undefined, isApprovedHost: isApproved }
  const response = await ports.upstream.send({ ...draft, signal, ...trust })
  const text = await readText(response.body, maxBytes)
  if (response.status !== 200) throw new Error(`status ${response.status}`)
  return (listing.read ?? readModelList)(JSON.parse(text))
}

async function signed(path: string, { integration, aiProvider, listing, ports }: Asking): Promise<Draft> {
  const { vault, credentials } = ports
  const { origin = aiProvider.origin } = listing
  const stored = await storedCredentials(integration, vault)
  const customHost = customHostOf({ integration, aiProvider })
  const url = upstreamUrl({
    aiProvider: origin === undefined ? aiProvider : { ...aiProvider, origin },
    wire: 'openai-chat',
    path,
    configurations: stored.configurations,
    ...(customHost === undefined ? {} : { customHost }),
  })
  const headers = {
    accept: 'application/json',
    ...aiProvider.headers,
    ...customHeaders(stored.configurations.custom_headers),
  }
  return aiProvider.authenticate({ method: 'GET', url, headers }, stored, credentials)
}
