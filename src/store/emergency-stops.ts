/** Emergency stops in force, all in one partition that is nearly always empty. Implements the identity room's EmergencyStopStore. */
import type { DocumentStore } from '../admin/ports.ts'
import type { EmergencyStop, EmergencyStopStore } from '../identity/emergency-stop.ts'
import { organisationScope } from './keys.ts'

export function createEmergencyStops(documents: Pick<DocumentStore, 'list'>): EmergencyStopStore {
  return {
    async list() {
      const stored = await documents.list<EmergencyStop>('emergency-stop', organisationScope)
      return stored.map(({ document }) => document)
    },
  }
}
