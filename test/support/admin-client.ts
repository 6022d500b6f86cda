/** The control plane of a program at an address, as its administrator calls it. */

export type Answer = Record<string, never> & { [key: string]: unknown }

export interface AdminClient {
  /** Calls the control plane with the admin key; throws on any status but 200. */
  call(method: string, path: string, body?: unknown): Promise<Answer>
  /** The same, whatever the status. */
  try(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Answer }>
  /** Connects a provider at an address: an integration and, with its slug, a provider in the default workspace. */
  connect(slug: string, aiProviderId: string, origin: string, more?: Record<string, unknown>): Promise<void>
  /** A key of the default workspace that calls models. */
  makeKey(settings?: Record<string, unknown>): Promise<{ readonly id: string; readonly secret: string }>
}

export function adminClient(origin: string, adminKey: string): AdminClient {
  const attempt: AdminClient['try'] = async (method, path, body) => {
    const response = await fetch(`${origin}/v1${path}`, {
      method,
      headers: { 'x-portkey-api-key': adminKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const call: AdminClient['call'] = async (method, path, body) => {
    const answer = await attempt(method, path, body)
    if (answer.status === 200) return answer.body
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  }
  const defaultWorkspace = async () => {
    const { data } = (await call('GET', '/admin/workspaces')) as unknown as { data: { id: string; slug: string }[] }
    return data[0]
  }
  return {
    call,
    try: attempt,
    async connect(slug, aiProviderId, upstreamOrigin, more = {}) {
      await call('POST', '/integrations', {
        name: slug,
        slug,
        ai_provider_id: aiProviderId,
        key: `secret-of-${slug}`,
        configurations: { custom_host: `${upstreamOrigin}/v1` },
        ...more,
      })
      await call('PUT', `/integrations/${slug}/workspaces`, {
        workspaces: [{ id: (await defaultWorkspace())?.slug, enabled: true }],
        create_default_provider: true,
        default_provider_slug: slug,
      })
    },
    async makeKey(settings = {}) {
      const made = await call('POST', '/api-keys/workspace/service', {
        name: 'a key with limits',
        scopes: ['completions.write'],
        workspace_id: (await defaultWorkspace())?.id,
        ...settings,
      })
      return { id: String(made.id), secret: String(made.key) }
    },
  }
}
