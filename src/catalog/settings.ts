/** An integration's settings as a call uses them: those of the model over its own, and secrets in the places of their masks. */
import type { Integration } from './catalog.ts'

type Settings = Readonly<Record<string, unknown>>

const maskPrefix = 'masked_'

/** The integration with what its entry of this model says otherwise; headers of both are sent, those of the model win. */
export function withModelSettings(integration: Integration, model: string): Integration {
  const row = integration.models.find((each) => each.slug === model)
  const own = row?.configurations
  if (row === undefined || !own) return integration
  const { custom_headers: headers } = integration.configurations
  const joined = isObject(headers) && isObject(own.custom_headers) ? { ...headers, ...own.custom_headers } : undefined
  return {
    ...integration,
    configurations: { ...integration.configurations, ...own, ...(joined && { custom_headers: joined }) },
    ...(row.secret_name === undefined ? {} : { modelSecretName: row.secret_name }),
  }
}

/** Secrets in the places of their masks; a mask whose secret is not there goes. */
export function restoreMaskedSecrets(settings: Settings, nested: Readonly<Record<string, string>> = {}): Settings {
  return fill(settings, '', nested) as Settings
}

function fill(value: unknown, pointer: string, nested: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((each, at) => fill(each, `${pointer}/${at}`, nested))
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([key, each]) => {
    if (!key.startsWith(maskPrefix)) return [[key, fill(each, `${pointer}/${escaped(key)}`, nested)] as const]
    const name = key.slice(maskPrefix.length)
    const secret = nested[`${pointer}/${escaped(name)}`]
    return secret === undefined ? [] : [[name, secret] as const]
  })
  return Object.fromEntries(entries)
}

/** RFC 6901. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
