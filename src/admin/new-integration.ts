/** A new integration from plain settings: provider name checked, address checked, secrets split. */

import type { Integration } from '../catalog/catalog.ts'
import { GatewayError } from '../errors.ts'
import type { Workspace } from '../identity/caller.ts'
import { maskSecret } from '../identity/secret.ts'
import { findAiProvider } from './ai-provider.ts'
import { isOfOrganisation } from './caller.ts'
import { checkConnection, hostsIn } from './connection.ts'
import {
  maskedPointers,
  mergeConfigurations,
  refuseMaskedKey,
  splitConfigurations,
  writeCredentials,
} from './credentials.ts'
import { type ProvisioningContext, unlimitedAccess } from './provisioning.ts'
import { type JsonObject, organisationScope } from './request.ts'
import { checkSettings, readSettings } from './settings.ts'
import { checkSlug, makeSlug } from './slug.ts'

interface NewIntegration {
  readonly name: string
  /** An id or an alias of one. */
  readonly aiProviderId: string
  readonly slug: string | undefined
  readonly key: string | undefined
  readonly configurations: JsonObject
  /** Given = usable in this workspace only. */
  readonly workspace: Workspace | undefined
}

export async function newIntegration(context: ProvisioningContext, wanted: NewIntegration) {
  const { ports, nowMs } = context
  const { workspace } = wanted
  const key = refuseMaskedKey(wanted.key) ?? undefined
  const aiProvider = findAiProvider(ports.aiProviders, wanted.aiProviderId, 'ai_provider_id')
  const given = readSettings(aiProvider, wanted.configurations)
  const split = splitConfigurations(given)
  const configurations = mergeConfigurations({}, split)
  const isApproved = context.caller === undefined || isOfOrganisation(context.caller)
  await checkConnection(given, { ports, isApproved: () => isApproved })
  checkSettings(aiProvider, { configurations: { ...configurations, ...split.secret }, hasSecrets: true })
  const id = ports.ambient.newId()
  const slug = wanted.slug ? checkSlug(wanted.slug, 'slug') : makeSlug(wanted.name, id, { length: 60 })
  if (workspace !== undefined) await refuseShadowing(context, slug)
  const hasSecret = Boolean(key) || maskedPointers(configurations).length > 0
  const secretName = `${ports.settings.secretsPrefix}integrations/${id}`
  const document: Integration = {
    id,
    slug,
    name: wanted.name,
    aiProviderId: aiProvider.id,
    organisationId: ports.settings.organisationId,
    ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
    status: 'active',
    ...(hasSecret ? { secretName } : {}),
    ...(key ? { maskedKey: maskSecret(key) } : {}),
    configurations,
    ...(isApproved ? { approvedHosts: hostsIn(configurations) } : {}),
    allowAllModels: true,
    models: [],
    workspaces: workspace === undefined ? [] : [unlimitedAccess(workspace.id, nowMs)],
    globalAccess: { isEnabled: false },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  return {
    scope: workspace?.id ?? organisationScope,
    document,
    before: async () => {
      if (hasSecret) await writeCredentials(ports, { ...split, secretName, key, keepsOther: false })
    },
    undo: async () => {
      if (hasSecret) await ports.secrets.remove(secretName)
    },
  }
}

/** A workspace's integration with the slug of the organisation's would hide it. */
async function refuseShadowing({ ports }: ProvisioningContext, slug: string): Promise<void> {
  if ((await ports.documents.read<Integration>('integration', slug, organisationScope)) === undefined) return
  throw new GatewayError(
    'conflict',
    `the slug '${slug}' is taken by an integration of the organisation; choose another`,
    {
      param: 'slug',
    },
  )
}
