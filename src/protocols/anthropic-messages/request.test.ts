import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { anyTraits } from '../../model-traits/index.ts'
import type { JsonObject } from '../protocol.ts'
import { peek, readRequest } from './request.ts'
import { writeRequest } from './request-write.ts'

const plain = { model: 'claude', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }

function fixture(name: string): JsonObject {
  const url = new URL(`../../../test/fixtures/anthropic-messages/${name}/request.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as JsonObject
}

/** A user message of these blocks, read. */
function readParts(...content: unknown[]) {
  return readRequest({ ...plain, messages: [{ role: 'user', content }] }).messages[0]!.content
}

describe('peek', () => {
  it('reads what the gateway acts on', () => {
    const body = { ...plain, stream: true, metadata: { user_id: 'u1' }, tools: [{ name: 'a' }] }
    expect(peek(body)).toEqual({
      model: 'claude',
      isStream: true,
      maxOutputTokens: 10,
      answers: 1,
      wantsUsage: true,
      hasTools: true,
      user: 'u1',
    })
  })

  it('takes null for not said', () => {
    expect(peek({ ...plain, stream: null, metadata: null, tools: null })).toMatchObject({
      isStream: false,
      hasTools: false,
    })
    expect(peek({ ...plain, metadata: { user_id: null }, tools: [] })).not.toHaveProperty('user')
  })

  it.each([
    [{ model: undefined }, 'model is missing; it must be a non-empty string that names a model'],
    [{ model: '' }, 'model is an empty string; it must be'],
    [{ model: 7 }, 'model is 7; it must be'],
    [{ messages: undefined }, 'messages is missing; it must be a non-empty array'],
    [{ messages: [] }, 'messages is an empty array; it must be a non-empty array'],
    [{ messages: 'hi' }, "messages is 'hi'; it must be a non-empty array"],
    [{ max_tokens: undefined }, 'max_tokens is missing; it must be a whole number, 1 or more; this API requires it'],
    [{ max_tokens: 0 }, 'max_tokens is 0; it must be a whole number, 1 or more'],
    [{ max_tokens: 1.5 }, 'max_tokens is 1.5; it must be'],
    [{ max_tokens: '10' }, "max_tokens is '10'; it must be"],
    [{ stream: 'yes' }, "stream is 'yes'; it must be true or false"],
    [{ metadata: [1] }, 'metadata is an array; it must be an object'],
    [{ metadata: { user_id: {} } }, 'metadata.user_id is an object; it must be a string'],
    [{ tools: {} }, 'tools is an object; it must be an array'],
  ])('refuses %j and says why', (change, message) => {
    expect(() => peek({ ...plain, ...change })).toThrow(message)
  })
})

describe('reading a request', () => {
  it('reads system text as a string or as blocks with cache marks, and leaves out an empty one', () => {
    expect(readRequest({ ...plain, system: 'be brief' }).messages[0]).toEqual({
      role: 'system',
      content: [{ type: 'text', text: 'be brief' }],
    })
    const blocks = [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }]
    expect(readRequest({ ...plain, system: blocks }).messages[0]!.content).toEqual([
      { type: 'text', text: 'a', cache: { ttl: '1h' } },
    ])
    expect(readRequest({ ...plain, system: '' }).messages).toHaveLength(1)
  })

  it('keeps system messages inside the conversation where they stand', () => {
    const messages = [...plain.messages, { role: 'system', content: 'now french' }]
    expect(readRequest({ ...plain, messages }).messages.map((message) => message.role)).toEqual(['user', 'system'])
  })

  it('keeps consecutive user messages apart', () => {
    expect(readRequest(fixture('request-agent')).messages.map((message) => message.role)).toEqual([
      'system',
      'user',
      'user',
      'assistant',
      'user',
    ])
  })

  it('reads images and documents from every source', () => {
    expect(readRequest(fixture('request-media')).messages[0]!.content).toMatchObject([
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png' } },
      { type: 'document', name: 'Report', source: { type: 'base64', mediaType: 'application/pdf' } },
      { type: 'document', source: { type: 'text', text: 'plain words' } },
      { type: 'document', source: { type: 'url' } },
      { type: 'text' },
    ])
    expect(readParts({ type: 'image', source: { type: 'file', file_id: 'file_1' } })).toEqual([
      { type: 'image', source: { type: 'file', fileId: 'file_1' } },
    ])
  })

  it('reads tool results as text, as blocks with images, as errors, and empty', () => {
    expect(readRequest(fixture('request-agent')).messages[4]!.content).toMatchObject([
      { type: 'tool-result', callId: 'toolu_1', content: [{ type: 'text' }, { type: 'image' }] },
      { type: 'tool-result', callId: 'toolu_2', content: [{ text: 'clock is broken' }], isError: true },
      { type: 'text', text: 'go on', cache: {} },
    ])
    expect(readParts({ type: 'tool_result', tool_use_id: 'a' })).toEqual([
      { type: 'tool-result', callId: 'a', content: [] },
    ])
  })

  it('reads thinking with its signature byte for byte and takes an empty signature for none', () => {
    expect(
      readParts(
        { type: 'thinking', thinking: 'a', signature: 'S+/=' },
        { type: 'thinking', thinking: 'b', signature: '' },
        { type: 'redacted_thinking', data: 'D' },
      ),
    ).toEqual([
      { type: 'reasoning', text: 'a', signature: 'S+/=' },
      { type: 'reasoning', text: 'b' },
      { type: 'reasoning', text: '', redacted: 'D' },
    ])
  })

  it('gives back arguments that were kept as text because they were not JSON', () => {
    expect(readParts({ type: 'tool_use', id: 'a', name: 'b', input: { INVALID_JSON: '{"cut' } })).toEqual([
      { type: 'tool-call', id: 'a', name: 'b', arguments: '{"cut' },
    ])
  })

  it.each([
    [{ type: 'auto' }, { toolChoice: { type: 'auto' } }],
    [{ type: 'none' }, { toolChoice: { type: 'none' } }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: { type: 'required' }, isParallelToolUse: false },
    ],
    [
      { type: 'tool', name: 'a', disable_parallel_tool_use: false },
      { toolChoice: { type: 'tool', name: 'a' }, isParallelToolUse: true },
    ],
  ])('reads tool choice %j', (choice, expected) => {
    expect(readRequest({ ...plain, tool_choice: choice })).toMatchObject(expected)
  })

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { isEnabled: true, budgetTokens: 2000 }],
    [{ thinking: { type: 'disabled' } }, { isEnabled: false }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      { isEnabled: true, effort: 'high' },
    ],
    [{ output_config: { effort: 'low' } }, { isEnabled: true, effort: 'low' }],
  ])('reads reasoning from %j', (change, reasoning) => {
    expect(readRequest({ ...plain, ...change }).reasoning).toEqual(reasoning)
  })

  it('carries what only this wire knows', () => {
    const request = readRequest(fixture('request-own-things'))
    expect(request.carry).toEqual({
      wire: 'anthropic-messages',
      fields: { service_tier: 'auto', container: 'container_1', tomorrow: { is: 'unknown' } },
    })
    expect(request.otherTools).toMatchObject([{ fields: { type: 'web_search_20250305', max_uses: 5 } }])
    expect(request.tools).toMatchObject([{ name: 'read', carry: { fields: { defer_loading: true } } }])
    expect(request.messages[1]!.content.map((part) => part.type)).toEqual(['other', 'other', 'reasoning', 'text'])
  })

  it.each([
    [{ messages: [7] }, 'messages.0 is 7; it must be an object'],
    [{ messages: [{ role: 'tool', content: '' }] }, "messages.0.role is 'tool'; it must be 'user' or 'assistant'"],
    [
      { messages: [{ role: 'user' }] },
      'messages.0.content is missing; it must be a string or an array of content blocks',
    ],
    [{ messages: [{ role: 'user', content: [{}] }] }, 'messages.0.content.0.type is missing; it must be a string'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'disk' } }] }] },
      "messages.0.content.0.source.type is 'disk'; it must be 'base64', 'url', 'file' or 'text'",
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { ttl: '2h' } }] }] },
      "messages.0.content.0.cache_control.ttl is '2h'; it must be '5m' or '1h'",
    ],
    [{ tool_choice: { type: 'all' } }, "tool_choice.type is 'all'; it must be 'auto', 'any', 'tool' or 'none'"],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens is missing; it must be a whole number, 1 or more'],
    [{ output_config: { format: { type: 'xml' } } }, "output_config.format.type is 'xml'; it must be 'json_schema'"],
    [{ stop_sequences: [1] }, 'stop_sequences.0 is 1; it must be a string'],
    [{ temperature: 'hot' }, "temperature is 'hot'; it must be a number"],
    [{ stop_sequences: `${'x'.repeat(80)}` }, `stop_sequences is '${'x'.repeat(60)}…'; it must be an array`],
    [{ system: null, messages: [{ role: 'user', content: null }] }, 'messages.0.content is null'],
  ])('refuses %j and names the field', (change, message) => {
    expect(() => readRequest({ ...plain, ...change })).toThrow(message)
  })

  it.each([
    'request-plain',
    'request-media',
    'request-structured',
    'request-sampling',
    'request-tool-choice',
    'request-own-things',
  ])('reads %s so that writing it gives the same request', (name) => {
    const body = fixture(name)
    const { body: written, warnings } = writeRequest(readRequest(body), { traits: anyTraits })
    expect(readRequest(written)).toEqual(readRequest(body))
    const kept = ['metadata', 'container', 'service_tier', 'tomorrow', 'thinking', 'output_config', 'tool_choice']
    for (const key of kept) expect(written[key]).toEqual(body[key])
    expect(warnings).toEqual([])
  })
})
