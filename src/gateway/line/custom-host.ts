/** The host that is called in place of a provider's own. */
import type { Integration } from '../../catalog/catalog.ts'
import type { Target } from './task.ts'

/** Of the request, its config or the integration; undefined = the provider's own address. */
export function customHostOf({
  customHost,
  integration,
  aiProvider: { hostSetting },
}: Pick<Target, 'customHost' | 'integration' | 'aiProvider'>): string | undefined {
  const { configurations } = integration
  return customHost ?? readText(configurations.custom_host) ?? (hostSetting && readText(configurations[hostSetting]))
}

/** Integrations of the organisation are written by its keys alone; those of a workspace may be by the workspace's. */
export function isApprovedHost({ workspaceId, approvedHosts = [] }: Integration, host: string): boolean {
  return workspaceId === undefined || approvedHosts.includes(host)
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
