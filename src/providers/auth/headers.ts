/** The ways a key is put on a request. An empty key adds nothing: self-hosted servers often have none. */
import { type Authenticate, readingSettings } from '../provider.ts'

/** `Authorization: Bearer <key>`. */
export function bearer(): Authenticate {
  return header('authorization', 'Bearer ')
}

/** The key in a header of its own, after an optional prefix. */
export function header(name: string, prefix = ''): Authenticate {
  return (draft, { key }) => (key ? { ...draft, headers: { ...draft.headers, [name]: `${prefix}${key}` } } : draft)
}

/** No credential at all. */
export function none(): Authenticate {
  return (draft) => draft
}

/** Also sends non-secret settings of the integration as headers; they win over the client's, because an administrator pinned them. */
export function withSettings(authenticate: Authenticate, headerOf: Readonly<Record<string, string>>): Authenticate {
  const settings = [...(authenticate.settings ?? []), ...Object.keys(headerOf)]
  return readingSettings(
    (draft, credentials, ports) => {
      const pinned = Object.entries(headerOf).flatMap(([setting, name]) => {
        const value = credentials.configurations[setting]
        return typeof value === 'string' && value !== '' ? [[name, value]] : []
      })
      return authenticate(
        { ...draft, headers: { ...draft.headers, ...Object.fromEntries(pinned) } },
        credentials,
        ports,
      )
    },
    settings,
    authenticate.choices,
  )
}
