/** The host that is called in place of a provider's own. */
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

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
