/** The gateway refuses every path of the control plane: those that are served here and all that this API family documents. */
import { describe, expect, it } from 'vitest'
import { resources } from '../../src/admin/resources/index.ts'
import { findRoute } from '../../src/gateway/arrive/routes.ts'
import { isControlPlanePath } from '../../src/gateway/raw/control-plane-paths.ts'

/** Of Portkey's public OpenAPI document and its control-plane reference, one path of each family. */
const documented = [
  '/admin/users',
  '/admin/users/invites',
  '/admin/workspaces/{id}/users',
  '/analytics/graphs/cost',
  '/analytics/groups/users',
  '/api-keys/{type}/{sub-type}',
  '/audit-logs',
  '/collections',
  '/configs/{slug}/versions',
  '/feedback',
  '/generations/{id}',
  '/guardrails/{id}',
  '/integrations/{slug}/models',
  '/labels',
  '/logs/exports/{id}/start',
  '/logs/otel',
  '/mcp-integrations/{id}/capabilities',
  '/mcp-servers/{id}/tokens',
  '/model-configs/pricing/{provider}/{model}',
  '/otel/v1/traces',
  '/policies/usage-limits/{id}/entities',
  '/prompts/{id}/completions',
  '/prompts/partials',
  '/providers/{slug}',
  '/scim/workspaces',
  '/secret-references',
  '/traces',
  '/virtual-keys/{slug}',
  '/webhooks',
  '/workspace-exclusions',
]

/** What providers serve under `/v1` and clients ask the gateway for. */
const ofProviders = [
  '/assistants',
  '/threads/t/runs',
  '/vector_stores',
  '/files',
  '/uploads',
  '/batches',
  '/fine_tuning/jobs',
  '/responses/r',
  '/containers',
  '/conversations',
  '/evals',
  '/videos',
  '/skills',
  '/realtime/sessions',
  '/agents/completions',
  '/ocr',
  '/fim/completions',
  '/generation',
  '/deployments/gpt/chat',
  '/organization/usage',
  '/model/m/invoke',
  '/configsx',
]

describe('a path of the control plane', () => {
  it.each([...new Set([...documented, ...resources.flatMap(({ verbs }) => verbs.map(({ path }) => path))])])(
    '%s is never passed on',
    (path) => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
        expect(['raw', 'wrong-method']).toContain(findRoute(method, `/v1${path}`).type)
      for (const written of [path, `/${path}`, path.toUpperCase(), `${path}/more`])
        expect(isControlPlanePath(written), written).toBe(true)
    },
  )

  it.each(ofProviders)('%s is none', (path) => {
    expect(isControlPlanePath(path)).toBe(false)
  })
})
