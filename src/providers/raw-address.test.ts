import { describe, expect, it } from 'vitest'
import { upstreamUrl } from './address.ts'
import { findAiProvider, listAiProviders } from './index.ts'
import type { AiProvider } from './provider.ts'
import { rawUrl } from './raw-address.ts'

/** A value for every setting that an address of any row may name. */
const configurations = {
  aws_region: 'eu-west-1',
  azure_resource_name: 'res',
  vertex_project_id: 'proj',
  predibase_tenant_id: 'tenant',
  workers_ai_account_id: 'acc',
  databricks_workspace: 'dbc',
  snowflake_account: 'sf',
}

function row(id: string): AiProvider {
  const found = findAiProvider(id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}

/** Their raw paths lead to their own API, not to the compatible endpoint that is spoken. */
const otherBase = new Set(['cohere'])

const endpoints = {
  'openai-chat': '/chat/completions',
  'anthropic-messages': '/messages',
  'google-gemini': '/models/m:generateContent',
  'bedrock-converse': '/model/m/converse',
} as const

describe('the base of a row', () => {
  const rows = listAiProviders().map((each) => [each.id as string, each] as const)

  it.each(rows)(
    'of %s may stand in the custom host, whole or in part, and stands once in every address',
    (_, aiProvider) => {
      const origin = 'https://models.example.com'
      for (const wire of Object.keys(aiProvider.speaks) as (keyof typeof endpoints)[]) {
        const place = { aiProvider, configurations, model: 'm' }
        const bare = upstreamUrl({ ...place, wire, customHost: origin })
        const prefix = bare.pathname.replace(
          /\/(?:chat\/completions|messages|responses|completions|embeddings|moderations|rerank|images\/\w+|audio\/\w+)$/,
          '',
        )
        const parts = prefix.split('/').slice(1)
        const isPlain = prefix !== bare.pathname
        for (let length = 1; isPlain && length <= parts.length; length++) {
          const base = `${origin}/team/${parts.slice(0, length).join('/')}`
          const behind = upstreamUrl({ ...place, wire, customHost: base })
          expect(behind.pathname, `${wire} behind ${base}`).toBe(`/team${bare.pathname}`)
          if (length < parts.length) continue
          const raw = rawUrl({ ...place, customHost: base }, '/files', '').pathname
          expect(raw, `raw behind ${base}`).not.toMatch(/\/([^/]+)\/\1\//)
        }
      }
    },
  )

  it.each(rows)('leads %s to the endpoints that it is known to have', (id, aiProvider) => {
    const customHost = 'https://models.example.com'
    const [wire] = Object.keys(aiProvider.speaks) as (keyof typeof endpoints)[]
    if (wire === undefined || !(wire in endpoints) || otherBase.has(id) || id === 'vertex-ai') return
    const place = { aiProvider, configurations, model: 'm', customHost }
    const known = upstreamUrl({ ...place, wire })
    expect(rawUrl(place, endpoints[wire], known.search.slice(1)).href).toBe(known.href)
  })

  it('is where the providers document their other endpoints', () => {
    const at = (id: string, path: string, more: object = {}) =>
      rawUrl({ aiProvider: row(id), configurations: { ...configurations, ...more } }, path, '').href
    expect(at('openai', '/files')).toBe('https://api.openai.com/v1/files')
    expect(at('groq', '/batches')).toBe('https://api.groq.com/openai/v1/batches')
    expect(at('cohere', '/embed-jobs')).toBe('https://api.cohere.ai/v1/embed-jobs')
    expect(at('google', '/models/x:countTokens')).toBe(
      'https://generativelanguage.googleapis.com/v1beta/models/x:countTokens',
    )
    expect(at('bedrock', '/model/x/invoke')).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com/model/x/invoke')
    expect(at('vertex-ai', '/publishers/google/models/x:predict')).toBe(
      'https://aiplatform.googleapis.com/v1/projects/proj/locations/global/publishers/google/models/x:predict',
    )
    expect(at('vertex-ai', '/models/gemini:countTokens')).toBe(
      'https://aiplatform.googleapis.com/v1/projects/proj/locations/global/publishers/google/models/gemini:countTokens',
    )
    expect(at('azure-openai', '/files')).toBe('https://res.openai.azure.com/openai/v1/files')
    expect(at('azure-openai', '/files', { azure_api_version: '2024-10-21' })).toBe(
      'https://res.openai.azure.com/openai/files?api-version=2024-10-21',
    )
    expect(at('azure-openai', '/files', { azure_api_version: 'preview' })).toBe(
      'https://res.openai.azure.com/openai/v1/files?api-version=preview',
    )
  })
})

describe('a custom host', () => {
  it.each([
    ['https://x.example.com', 'https://x.example.com/v1/files?a=1'],
    ['https://x.example.com/v1', 'https://x.example.com/v1/files?a=1'],
    ['https://x.example.com/base/v1/', 'https://x.example.com/base/v1/files?a=1'],
    ['https://x.example.com/base', 'https://x.example.com/base/v1/files?a=1'],
    ['https://x.example.com/v1/chat/completions', 'https://x.example.com/v1/files?a=1'],
    ['https://x.example.com/v1?tenant=7', 'https://x.example.com/v1/files?tenant=7&a=1'],
  ])('%s leads to %s', (customHost, href) => {
    expect(rawUrl({ aiProvider: row('openai'), customHost }, '/files', 'a=1').href).toBe(href)
  })
})

describe('a path', () => {
  it.each([
    '/../admin',
    '/files/../../admin',
    '/files/%2e%2e/%2e%2e/admin',
    '/files/..%2f..%2fadmin',
    '/files/%252e%252e%252fadmin',
    '/files/%25252e%25252e/x',
    '/files/..\\..\\admin',
    '/files/%5c..%5cadmin',
    '/files/./x',
    '/files/%ff/%2e%2e/x',
    '/files/a%00b',
    '/%2525252525252e',
  ])('%s does not leave the base', (path) => {
    expect(() => rawUrl({ aiProvider: row('openai') }, path, '')).toThrow('cannot be passed on')
  })

  it.each([
    ['//evil.example.com/x', '/v1//evil.example.com/x'],
    ['/model/arn:aws:bedrock:eu-west-1:1:inference-profile%2Fus.claude/invoke', undefined],
    ['/files/a..b', '/v1/files/a..b'],
    ['/files/a%20b%3Fc', '/v1/files/a%20b%3Fc'],
  ])('%s stays as it is below the provider’s own host', (path, expected) => {
    const url = rawUrl({ aiProvider: row('openai') }, path, '')
    expect(url.host).toBe('api.openai.com')
    expect(url.pathname).toBe(expected ?? `/v1${path}`)
  })
})
