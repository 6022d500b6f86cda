/** Everything one request of a workspace may need, in one round trip. Implements the catalog room's CatalogStore. */
import type { Document } from '../admin/ports.ts'
import type { CachePurges } from '../cache/purge.ts'
import type { CatalogStore, GuardrailDefaults, Integration, Provider } from '../catalog/catalog.ts'
import { type UploadedModel, uploadedFor } from '../catalog/uploaded-prices.ts'
import type { SavedGuardrail } from '../guardrails/guardrail.ts'
import type { Workspace } from '../identity/caller.ts'
import type { LimitPolicy } from '../limits/setting.ts'
import { type Image, readText } from './attributes.ts'
import { readDocument } from './document-items.ts'
import { createDocumentTable, inOrder, type TableOptions } from './document-table.ts'
import { documentKeys, organisationScope, type StoredKind } from './keys.ts'

/** What a stored usage or rate policy must have for the gateway to apply it. */
export interface PolicyDocument extends Document {
  readonly policy: LimitPolicy
  /** `archived` switches it off; absent = active. */
  readonly status?: string
}

/** What the gateway reads of a price list that was uploaded. */
interface PriceListDocument extends Document {
  readonly models: readonly UploadedModel[]
}

/** The organisation's and the workspace's documents each lie in one partition: two Queries and one Get, side by side. */
export function createCatalog(options: TableOptions): CatalogStore {
  const table = createDocumentTable(options)
  return {
    async loadWorkspace(workspaceId) {
      const [workspace, own, organisation] = await Promise.all([
        table.find<Workspace & Document>('workspace', organisationScope, workspaceId),
        table.query(documentKeys.catalogPartition(workspaceId), ''),
        table.query(documentKeys.catalogPartition(organisationScope), ''),
      ])
      if (!workspace) return undefined
      const pick = <T extends Document>(kind: StoredKind) => [
        ...ofKind<T>(kind, organisation, organisationScope),
        ...ofKind<T>(kind, own, workspaceId),
      ]
      const policies = [...pick<PolicyDocument>('usage-policy'), ...pick<PolicyDocument>('rate-policy')]
      const [priceList] = ofKind<PriceListDocument>('price-list', organisation, organisationScope)
      const uploadedModels = priceList?.models
      const cachePurges = pick<CachePurges>('cache-purges')
      const [organisationDefaults] = ofKind<GuardrailDefaults & Document>(
        'organisation-defaults',
        organisation,
        organisationScope,
      )
      return {
        workspace: workspace.document,
        providers: ofKind<Provider>('provider', own, workspaceId),
        integrations: pick<Integration>('integration').map((each) => withUploaded(each, uploadedModels)),
        policies: policies.filter((document) => document.status !== 'archived').map((document) => document.policy),
        guardrails: pick<SavedGuardrail>('guardrail').filter(({ status }) => status === 'active'),
        ...(organisationDefaults === undefined ? {} : { organisationDefaults }),
        ...(uploadedModels === undefined ? {} : { uploadedModels }),
        ...(cachePurges.length === 0 ? {} : { cachePurges }),
      }
    },
  }
}

function withUploaded(integration: Integration, models: readonly UploadedModel[] | undefined): Integration {
  const uploaded = models && uploadedFor(models, integration.aiProviderId)
  return uploaded === undefined ? integration : { ...integration, uploaded }
}

function ofKind<T extends Document>(kind: StoredKind, images: readonly Image[], scope: string): readonly T[] {
  const prefix = documentKeys.prefix(kind)
  const placed = images
    .filter((image) => readText(image, 'sk')?.startsWith(prefix))
    .flatMap((image) => readDocument<T>(image, scope) ?? [])
  return inOrder(placed).map((one) => one.document)
}
