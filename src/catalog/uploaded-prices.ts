/** Prices and traits of models that an administrator uploaded for the whole organisation: over the price list and the table of this release, below what an integration says of its own models. */
export interface UploadedModel {
  /** Id of the AI provider. */
  readonly provider: string
  /** As the price list names models, or as they are called. */
  readonly model: string
  /** In the form of an integration's `pricing_config`; absent = the price is as it was. */
  readonly pricing_config?: Readonly<Record<string, unknown>>
  /** In the form of an integration's `model_traits`; absent = none are corrected. */
  readonly model_traits?: Readonly<Record<string, unknown>>
}

/** By model; of one AI provider. */
export type UploadedModels = Readonly<Record<string, UploadedModel>>

/** undefined = nothing was uploaded for the provider. */
export function uploadedFor(models: readonly UploadedModel[], aiProviderId: string): UploadedModels | undefined {
  const rows = models.filter(({ provider }) => provider === aiProviderId)
  return rows.length === 0 ? undefined : Object.fromEntries(rows.map((row) => [row.model, row]))
}

/** The row of the first of these names that has one; of an integration. */
export function findUploaded({ uploaded }: { readonly uploaded?: UploadedModels }, names: readonly string[]) {
  if (uploaded === undefined) return undefined
  const name = names.find((each) => Object.hasOwn(uploaded, each))
  return name === undefined ? undefined : uploaded[name]
}
