import { describe, expect, it } from 'vitest'
import { upstreamUrl } from './address.ts'
import { google } from './google.ts'
import { vertexAi } from './vertex-ai.ts'

const configurations = { vertex_project_id: 'proj', vertex_region: 'europe-west4' }
const gemini = { aiProvider: vertexAi, wire: 'google-gemini', model: 'gemini-2.5-pro', configurations } as const

describe('Vertex AI', () => {
  it.each([
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com/v1/projects/proj/locations/europe-west4/'],
    ['global', 'https://aiplatform.googleapis.com/v1/projects/proj/locations/global/'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1/projects/proj/locations/eu/'],
    ['', 'https://aiplatform.googleapis.com/v1/projects/proj/locations/global/'],
  ])('in the region %j is called at %s', (region, start) => {
    const url = upstreamUrl({ ...gemini, configurations: { ...configurations, vertex_region: region } })
    expect(url.href).toBe(`${start}publishers/google/models/gemini-2.5-pro:generateContent`)
  })

  it('streams at another path', () => {
    expect(upstreamUrl({ ...gemini, isStream: true }).href).toMatch(/:streamGenerateContent\?alt=sse$/)
    const claude = { ...gemini, wire: 'anthropic-messages', model: 'claude-opus-4-1', isStream: true } as const
    expect(upstreamUrl(claude).pathname).toMatch(/\/publishers\/anthropic\/models\/claude-opus-4-1:streamRawPredict$/)
  })

  it('takes the project of its service account when none is set', () => {
    const account = { vertex_service_account_json: '{"project_id":"its-own"}' }
    expect(upstreamUrl({ ...gemini, configurations: account }).pathname).toContain('/projects/its-own/')
    expect(upstreamUrl({ ...gemini, configurations: { ...account, vertex_project_id: 'set' } }).pathname).toContain(
      '/projects/set/',
    )
  })

  it('says which setting is missing', () => {
    expect(() => upstreamUrl({ ...gemini, configurations: {} })).toThrow(
      "Google Vertex AI needs 'vertex_project_id' in the integration's configurations, or 'x-portkey-vertex-project-id' beside",
    )
  })

  it.each(['evil.example/', 'a.b', '@evil', '../x'])('is not led elsewhere by the region %j', (region) => {
    const wrong = { ...configurations, vertex_region: region }
    expect(() => upstreamUrl({ ...gemini, configurations: wrong })).toThrow("it must be letters, digits and '-' only")
  })

  it.each([
    ['gemini-2.5-pro', 'google-gemini', 'gemini-2.5-pro'],
    ['google/gemini-2.5-pro', 'google-gemini', 'gemini-2.5-pro'],
    ['claude-sonnet-4-5@20250929', 'anthropic-messages', 'claude-sonnet-4-5@20250929'],
    ['anthropic.claude-opus-4-1', 'anthropic-messages', 'claude-opus-4-1'],
    ['meta.llama-4-scout', 'openai-chat', 'meta/llama-4-scout'],
    ['qwen/qwen3-coder', 'openai-chat', 'qwen/qwen3-coder'],
  ])('speaks to %s in %s as %s', (model, wire, name) => {
    expect(vertexAi.placeModel?.(model, {})).toEqual({ wires: [wire], name })
  })

  it.each(['mistral-large-2411', 'mistralai/mistral-large-2411'])('has %s at addresses of Mistral’s own', (model) => {
    const placed = vertexAi.placeModel?.(model, {})
    expect(placed).toMatchObject({ wires: ['openai-chat'], name: 'mistral-large-2411' })
    const path = placed?.paths?.['openai-chat'] ?? ''
    const address = (isStream: boolean) =>
      upstreamUrl({ ...gemini, wire: 'openai-chat', model: placed?.name ?? '', path, isStream }).pathname
    const start = '/v1/projects/proj/locations/europe-west4/publishers/mistralai/models/mistral-large-2411'
    expect([address(false), address(true)]).toEqual([`${start}:rawPredict`, `${start}:streamRawPredict`])
    expect(placed?.quirks?.flatMap(({ keys = {} }) => Object.keys(keys))).toContain('stream_options')
  })
})

describe('Gemini', () => {
  it.each([
    [undefined, 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
    ['https://a.example', 'https://a.example/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
    ['https://a.example/v1', 'https://a.example/v1/models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
    ['https://a.example/v1?x=1', 'https://a.example/v1/models/gemini-2.5-pro:streamGenerateContent?x=1&alt=sse'],
  ])('at %s streams from %s', (customHost, expected) => {
    const parts = { aiProvider: google, wire: 'google-gemini', model: 'gemini-2.5-pro', isStream: true } as const
    expect(upstreamUrl({ ...parts, ...(customHost === undefined ? {} : { customHost }) }).href).toBe(expected)
  })
})
