/** What limits can count by: each dimension's name, its aliases, and whether a fallback to another target changes it. */
import type { DimensionValues } from './gate.ts'

interface Dimension {
  readonly read: (values: DimensionValues) => string | undefined
  readonly isOfTarget: boolean
}

export const dimensions = {
  api_key: { read: (values) => values.api_key, isOfTarget: false },
  organisation_id: { read: (values) => values.organisation_id, isOfTarget: false },
  workspace_id: { read: (values) => values.workspace_id ?? values.workspace, isOfTarget: false },
  workspace: { read: (values) => values.workspace ?? values.workspace_id, isOfTarget: false },
  config: { read: (values) => values.config, isOfTarget: false },
  prompt: { read: (values) => values.prompt, isOfTarget: false },
  endpoint_type: { read: (values) => values.endpoint_type, isOfTarget: false },
  virtual_key: { read: (values) => values.virtual_key, isOfTarget: true },
  provider: { read: (values) => values.provider, isOfTarget: true },
  model: { read: (values) => values.model, isOfTarget: true },
} as const satisfies Record<string, Dimension>

export const metadataPrefix = 'metadata.'

/** undefined = the request has no such value. */
export function dimensionValue(values: DimensionValues, key: string): string | undefined {
  const value = isDimension(key) ? dimensions[key].read(values) : values[key]
  return value === '' ? undefined : value
}

/** Unknown names count by nothing; validation refuses them. */
export function isDimension(key: string): key is keyof typeof dimensions {
  return Object.hasOwn(dimensions, key)
}

export function isOfTarget(key: string): boolean {
  return isDimension(key) && dimensions[key].isOfTarget
}
