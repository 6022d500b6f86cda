/** AI providers as administrators of integrations see them: what each has to be told, and whether that could work. */
import { canonicalId, listAiProviders } from './index.ts'
import { checkAddress, settingsOf } from './settings.ts'

/** For the port that the control plane declares. */
export const administeredProviders = {
  canonicalId,
  list: () =>
    listAiProviders().map((row) => ({
      id: row.id as string,
      name: row.name,
      needsCustomHost: row.origin === undefined && row.hostSetting === undefined,
      priceListId: row.priceListId ?? row.id,
      settings: settingsOf(row),
      checkAddress: (check: Parameters<typeof checkAddress>[1]) => checkAddress(row, check),
    })),
}
