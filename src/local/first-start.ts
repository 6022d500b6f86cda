/** What the first start makes: organisation, keys, and an integration for each provider found in the environment. */
import { connectIntegration, seedOrganisation } from '../admin/first-start.ts'
import type { AdminPorts } from '../admin/ports.ts'
import type { Integration } from '../catalog/catalog.ts'
import type { Workspace } from '../identity/caller.ts'
import { demo } from '../providers/demo.ts'
import { listAiProviders } from '../providers/index.ts'
import type { AiProvider, Credentials } from '../providers/provider.ts'
import type { LocalOptions } from './options.ts'

export interface FirstStart {
  /** Present when made by this start; shown once. */
  readonly adminKey?: string
  readonly apiKey?: string
  /** Slugs of integrations that this start connected. */
  readonly connected: readonly string[]
}

export const demoSlug = demo.id
export const demoModel = 'hello'

type Variables = Readonly<Record<string, string | undefined>>

/** Safe at every start: what exists is left as it is. */
export async function firstStart(
  admin: AdminPorts,
  presets: Pick<LocalOptions, 'adminKey' | 'apiKey'>,
  variables: Variables,
): Promise<FirstStart> {
  const { workspace, isFirst, ...keys } = await seedOrganisation(admin, presets)
  if (!isFirst) return { ...keys, connected: [] }
  const connected: string[] = []
  for (const aiProvider of listAiProviders()) {
    const credentials = readCredentials(aiProvider, variables)
    if (credentials === undefined) continue
    const { id, name } = aiProvider
    await connectIntegration(admin, { slug: id, aiProviderId: id, name, ...credentials, workspace })
    connected.push(id)
  }
  await connectDemo(admin, workspace)
  return { ...keys, connected: [...connected, demoSlug] }
}

function readCredentials(aiProvider: AiProvider, variables: Variables): Credentials | undefined {
  const key = aiProvider.keyVariable === undefined ? undefined : variables[aiProvider.keyVariable]?.trim()
  return key ? { key, configurations: {} } : aiProvider.readEnvironment?.(variables)
}

/** A small made-up price, so that costs and budgets can be tried without an account: $1 and $2 per million tokens, in cents per token. */
const demoPrice = { request_token: { price: 0.0001 }, response_token: { price: 0.0002 } }

async function connectDemo(admin: AdminPorts, workspace: Workspace): Promise<void> {
  const made = await connectIntegration(admin, {
    slug: demoSlug,
    aiProviderId: demoSlug,
    name: 'Demo (simulated)',
    workspace,
  })
  if (made === undefined) return
  const stored = await admin.documents.read<Integration>('integration', made.id)
  if (stored === undefined) return
  const model = {
    slug: demoModel,
    name: 'Simulated model',
    enabled: true,
    is_custom: true,
    is_finetune: false,
    pricing_config: { type: 'static', pay_as_you_go: demoPrice },
  }
  await admin.documents.replace('integration', stored, { ...stored.document, models: [model] })
}
