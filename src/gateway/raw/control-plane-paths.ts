/** The control plane's paths, served here or not: what is sent to one of them is about this gateway, and no provider may see it. */

/** First parts of paths, of every resource that this API family documents; `test/contract/control-plane-paths.test.ts` holds them against those that are served. */
const families = [
  'admin',
  'agent-integrations',
  'agent-servers',
  'analytics',
  'api-keys',
  'audit-logs',
  'cache',
  'collections',
  'configs',
  'data-exports',
  'emergency-stops',
  'feedback',
  'generations',
  'guardrails',
  'integrations',
  'invites',
  'labels',
  'limits',
  'log-exports',
  'logs',
  'mcp',
  'mcp-integrations',
  'mcp-servers',
  'model-configs',
  'organisation',
  'organisation-exclusions',
  'organisations',
  'otel',
  'plugins',
  'policies',
  'prices',
  'pricing',
  'prompt-collections',
  'prompts',
  'providers',
  'rate-limits',
  'scim',
  'secret-references',
  'traces',
  'usage-limits',
  'users',
  'virtual-keys',
  'webhooks',
  'workspace-exclusions',
  'workspaces',
] as const

const known: ReadonlySet<string> = new Set(families)

/** `path` is decoded, below `/v1`. Doubled slashes and capitals lead nowhere else. */
export function isControlPlanePath(path: string): boolean {
  const [first = ''] = path.replace(/^\/+/, '').split('/')
  return known.has(first.toLowerCase()) || /^mcp-/i.test(first)
}
