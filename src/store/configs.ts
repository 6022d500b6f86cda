/** Saved configs of a workspace, by id or slug. Implements the routing room's ConfigStore. */
import type { Document, DocumentStore } from '../admin/ports.ts'
import type { ConfigStore, Params } from '../routing/config.ts'

/** What a stored config must have for the gateway to follow it. */
interface ConfigDocument extends Document {
  readonly slug: string
  readonly versionId: string
  readonly config: Params
  readonly isByOrganisation?: boolean
  /** `archived` switches it off. */
  readonly status: string
}

export function createConfigs(documents: Pick<DocumentStore, 'read'>): ConfigStore {
  return {
    async find(workspaceId, idOrSlug) {
      const stored = await documents.read<ConfigDocument>('config', idOrSlug, workspaceId)
      if (stored === undefined || stored.document.status !== 'active') return undefined
      const { id, slug, versionId, config, isByOrganisation = false } = stored.document
      return { id, slug, versionId, config, isByOrganisation }
    },
  }
}
