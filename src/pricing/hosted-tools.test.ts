import { describe, expect, it } from 'vitest'
import { hostedToolsIn } from './hosted-tools.ts'

describe('tools that a provider runs', () => {
  it.each([
    ['functions', { tools: [{ type: 'function', function: { name: 'web_search' } }] }],
    [
      'Anthropic’s client tools',
      {
        tools: [
          { name: 'f', input_schema: {} },
          { type: 'bash_20250124', name: 'bash' },
        ],
      },
    ],
    ['Google’s functions', { tools: [{ functionDeclarations: [{ name: 'f' }] }] }],
    ['what is empty', { tools: [], plugins: [], web_search_options: null }],
    ['no tools', {}],
    ['what is no tool', { tools: [null, 7, 'web_search'] }],
  ])('are none of %s', (_, body) => {
    expect(hostedToolsIn(body)).toBeUndefined()
  })

  it.each([
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }] }, { webSearches: 3 }],
    [{ tools: [{ type: 'web_search' }], max_tool_calls: 4 }, { webSearches: 4 }],
    [{ tools: [{ type: 'web_search_preview' }] }, { webSearches: 10 }],
    [{ tools: [{ googleSearch: {} }] }, { webSearches: 10, names: ['googleSearch'] }],
    [{ web_search_options: {} }, { webSearches: 1, isSearchCertain: true }],
    [{ tools: [{ type: 'file_search' }] }, { webSearches: 0, storageSearches: 10 }],
    [
      { tools: [{ type: 'image_generation' }, { type: 'code_interpreter' }] },
      { untold: ['image_generation', 'code_interpreter'] },
    ],
    [{ tools: [{ type: 'mcp', server_url: 'u' }] }, { names: ['mcp'], webSearches: 0, untold: [] }],
    [{ plugins: [{ id: 'web' }] }, { names: ['plugins'] }],
  ])('of %j are %j', (body, expected) => {
    expect(hostedToolsIn(body)).toMatchObject(expected)
  })
})
