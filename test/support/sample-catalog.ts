/** A workspace with five providers of four types, for tests of what a catalog means. */
import type {
  AiProviderDirectory,
  Integration,
  IntegrationModel,
  Provider,
  WorkspaceCatalog,
} from '../../src/catalog/catalog.ts'

const createdAtMs = 1_700_000_000_000

export const sampleDirectory: AiProviderDirectory = {
  canonicalId: (name) => ({ openai: 'openai', anthropic: 'anthropic', google: 'google', gemini: 'google' })[name],
}

export function model(slug: string, extras: Partial<IntegrationModel> = {}): IntegrationModel {
  return { slug, enabled: true, is_custom: false, is_finetune: false, ...extras }
}

function provider(slug: string): Provider {
  return {
    id: `p-${slug}`,
    slug,
    name: slug,
    workspaceId: 'w-1',
    integrationId: `i-${slug}`,
    status: 'active',
    rateLimits: [],
    limitEpoch: 0,
    createdAtMs,
    updatedAtMs: createdAtMs,
  }
}

function integration(slug: string, aiProviderId: string, extras: Partial<Integration> = {}): Integration {
  return {
    id: `i-${slug}`,
    slug,
    name: slug,
    aiProviderId,
    organisationId: 'o-1',
    status: 'active',
    configurations: {},
    allowAllModels: true,
    models: [],
    workspaces: [],
    globalAccess: { isEnabled: true },
    createdAtMs,
    updatedAtMs: createdAtMs,
    ...extras,
  }
}

/** Slugs: oai (openai), ant-eu and ant-us (anthropic), goog (google), router (openrouter). */
export function sampleCatalog(): WorkspaceCatalog {
  return {
    workspace: {
      id: 'w-1',
      slug: 'main',
      name: 'Main',
      organisationId: 'o-1',
      isDefault: true,
      status: 'active',
      defaults: {},
      usageLimits: [],
      rateLimits: [],
      limitEpoch: 0,
      createdAtMs,
      updatedAtMs: createdAtMs,
    },
    providers: ['oai', 'ant-eu', 'ant-us', 'goog', 'router'].map(provider),
    integrations: [
      integration('oai', 'openai'),
      integration('ant-eu', 'anthropic'),
      integration('ant-us', 'anthropic', { allowAllModels: false, models: [model('claude-haiku-4-5')] }),
      integration('goog', 'google'),
      integration('router', 'openrouter'),
    ],
    policies: [],
  }
}
