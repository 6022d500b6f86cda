/** The credentials and settings of a provider that a target of a config brings itself. */
import type { ConfigNode, OwnCredentials, Params, Problem } from './config.ts'
import { describe, type Fields, isObject } from './fields.ts'
import { hasSecretOption, isSecretOption, optionNamed } from './options.ts'

/** undefined = it brings none. */
export function readOwnCredentials(fields: Fields): OwnCredentials | undefined {
  const options = fields.keys().flatMap((key) => {
    const name = optionNamed(key)
    return name === undefined ? [] : [[name, key] as const]
  })
  const keys = [...(fields.has('api_key') ? ['api_key'] : []), ...options.map(([, key]) => key)]
  if (keys.length === 0) return undefined
  const because = whyNot(fields)
  if (because !== undefined) {
    for (const key of keys) {
      fields.take(key)
      fields.wrong(key, because)
    }
    return undefined
  }
  const key = readKey(fields)
  const settings = Object.fromEntries(
    options.flatMap(([name, each]) => {
      const value = readOption(fields, name, each)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return { settings, hasSecret: key !== undefined || hasSecretOption(settings), ...(key === undefined ? {} : { key }) }
}

function whyNot(fields: Fields): string | undefined {
  if (fields.has('targets')) return 'targets do not inherit it; write it in the target that it is for'
  const provider = fields.take('provider')
  const isStored = fields.has('virtual_key') || (typeof provider === 'string' && provider.startsWith('@'))
  if (isStored)
    return "a stored provider has its credentials and settings in its integration; leave this out, or name a type of provider without '@'"
  return undefined
}

function readKey(fields: Fields): string | undefined {
  const key = fields.text('api_key')?.trim()
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key
  fields.wrong('api_key', 'it must be one line of printable ASCII without spaces')
  return undefined
}

function readOption(fields: Fields, name: string, written: string): unknown {
  const value = fields.take(written)
  if (name === 'azure_deployment_config') return readDeployments(fields, written, value)
  if (typeof value === 'string' && value.trim() !== '' && (isSecretOption(name) || /^[\x20-\x7e]+$/.test(value)))
    return value.trim()
  if (name === 'vertex_service_account_json' && isObject(value)) return value
  fields.wrong(written, `it is ${describe(value)}; it must be a line of printable ASCII`)
  return undefined
}

/** Rows as configs write them, as integrations keep them. */
function readDeployments(fields: Fields, written: string, value: unknown): readonly Params[] | undefined {
  if (!Array.isArray(value) || !value.every(isObject)) {
    fields.wrong(written, `it is ${describe(value)}; it must be an array of objects`)
    return undefined
  }
  return value.map((row: Params) => ({
    ...row,
    azure_deployment_name: row.azure_deployment_name ?? row.deployment_id ?? row.deploymentId,
    azure_api_version: row.azure_api_version ?? row.api_version ?? row.apiVersion,
    azure_model_slug: row.azure_model_slug ?? row.model,
    is_default: row.is_default ?? row.isDefault,
  }))
}

/** Where a config holds secrets, as problems: it can be sent with a request, never saved. */
export function secretsWithin({ path, own, targets = [] }: ConfigNode): readonly Problem[] {
  const names = own === undefined ? [] : Object.keys(own.settings).filter(isSecretOption)
  const place = path.replace(/^config\.?/, '')
  const problems = [...(own?.key === undefined ? [] : ['api_key']), ...names].map(
    (name): Problem => ({ path: place === '' ? name : `${place}.${name}`, message: neverSaved, type: 'wrong' }),
  )
  return [...problems, ...targets.flatMap(secretsWithin)]
}

const neverSaved =
  "a saved config keeps no credential; store it in an integration and name its provider as '@slug', or send this config with the request"
