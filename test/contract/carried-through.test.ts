/** What one wire says and another has a place for comes through, both ways. */
import { describe, expect, it } from 'vitest'
import { changeTraits, findTraits } from '../../src/model-traits/index.ts'
import { clientProtocols, findProtocol } from '../../src/protocols/index.ts'
import type { ClientProtocolId, JsonObject, ProtocolId } from '../../src/protocols/protocol.ts'
import { findAiProvider } from '../../src/providers/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies of five wires are looked into by path
type Json = any

const options = (request: JsonObject) => ({ model: 'm', wantsUsage: true, nowMs: 0, isStrict: false, request })

function write(client: ClientProtocolId, body: JsonObject, to: ProtocolId, provider?: string): Json {
  const request = clientProtocols[client].client.readRequest(body)
  const deviations = provider === undefined ? [] : (findAiProvider(provider)?.traits ?? [])
  const traits = deviations.reduce((before, each) => changeTraits(before, each.traits), findTraits(request.model))
  return findProtocol(to).upstream.writeRequest(request, { traits }).body
}

function answer(client: ClientProtocolId, from: ProtocolId, body: JsonObject, request: JsonObject = {}): Json {
  const events = findProtocol(from).upstream.readAnswer(body)
  return JSON.parse(clientProtocols[client].client.writeAnswer(events, options(request)).text)
}

describe("OpenRouter's reasoning details", () => {
  const details = [
    { type: 'reasoning.text', text: 'hm', format: 'google-gemini-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'SIGNATURE', id: 'c1', format: 'google-gemini-v1', index: 0 },
  ]
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }
  const message = { role: 'assistant', content: null, reasoning: 'hm', reasoning_details: details, tool_calls: [call] }
  const chat = { id: 'x', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }

  it('go through a client of Messages and back, as they came', () => {
    const { content } = answer('anthropic-messages', 'openai-chat', chat)
    expect(content[0]).toMatchObject({
      type: 'thinking',
      thinking: 'hm',
      signature: expect.stringContaining('openai-chat/details:'),
    })
    const result = { type: 'tool_result', tool_use_id: 'c1', content: 'sunny' }
    const next = {
      model: 'google/gemini-3-pro-preview',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content },
        { role: 'user', content: [result] },
      ],
    }
    expect(write('anthropic-messages', next, 'openai-chat', 'openrouter').messages[1].reasoning_details).toEqual(
      details,
    )
    expect(write('anthropic-messages', next, 'openai-chat', 'openai').messages[1]).not.toHaveProperty(
      'reasoning_details',
    )
    expect(JSON.stringify(write('anthropic-messages', next, 'anthropic-messages'))).not.toContain('openai-chat')
  })
})

describe('a free-text tool of chat completions', () => {
  const request = {
    model: 'claude-sonnet-4-5',
    messages: [{ role: 'user', content: 'go' }],
    tools: [{ type: 'custom', custom: { name: 'run' } }],
  }
  const claude = {
    type: 'message',
    content: [{ type: 'tool_use', id: 't', name: 'run', input: { input: 'ls -l' } }],
    stop_reason: 'tool_use',
  }
  const custom = { id: 't', type: 'custom', custom: { name: 'run', input: 'ls -l' } }

  it('is called with its text, whole and streamed, and its history is understood', () => {
    const { message } = answer('openai-chat', 'anthropic-messages', claude, request).choices[0]
    expect(message.tool_calls).toEqual([custom])
    const writer = clientProtocols['openai-chat'].client.openStream(options(request))
    const events = findProtocol('anthropic-messages').upstream.readAnswer(claude)
    expect(events.map((event) => writer.push(event)).join('')).toContain('"custom":{"name":"run","input":"ls -l"}')
    const next = {
      ...request,
      messages: [...request.messages, message, { role: 'tool', tool_call_id: 't', content: 'a.txt' }],
    }
    expect(write('openai-chat', next, 'anthropic-messages').messages[1].content).toEqual([
      { type: 'tool_use', id: 't', name: 'run', input: { input: 'ls -l' } },
    ])
  })
})

describe("Codex's search of tools", () => {
  it('is a call and a result for the model, and what was found can be called', () => {
    const found = [
      {
        type: 'namespace',
        name: 'figma',
        tools: [{ type: 'function', name: 'draw', parameters: { type: 'object', properties: {} } }],
      },
    ]
    const body = {
      model: 'claude-sonnet-4-5',
      input: [
        { role: 'user', content: 'draw' },
        { type: 'tool_search_call', call_id: 's', execution: 'client', arguments: { query: 'figma' } },
        { type: 'tool_search_output', call_id: 's', execution: 'client', tools: found },
      ],
      tools: [{ type: 'tool_search', execution: 'client', description: 'Search tools' }],
    }
    const written = write('openai-responses', body, 'anthropic-messages')
    expect(written.tools.map(({ name }: Json) => name)).toEqual(['tool_search', 'figma__draw'])
    expect(written.messages[1].content).toEqual([
      { type: 'tool_use', id: 's', name: 'tool_search', input: { query: 'figma' } },
    ])
    expect(written.messages[2].content[0].content[0].text).toContain('draw')
  })
})

describe('cache marks of Responses', () => {
  it('stand on parts, messages, results and tools', () => {
    const cache_control = { type: 'ephemeral' }
    const body = {
      model: 'claude-sonnet-4-5',
      input: [
        { role: 'user', content: 'hi', cache_control },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'r', cache_control },
      ],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, cache_control }],
    }
    const { messages, tools } = write('openai-responses', body, 'anthropic-messages')
    expect(messages[0].content[0].cache_control).toEqual(cache_control)
    expect(messages[2].content[0].cache_control).toEqual(cache_control)
    expect(tools[0].cache_control).toEqual(cache_control)
  })
})

describe('log probabilities of Gemini', () => {
  it('are asked for and told as chat completions have them', () => {
    const body = {
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: 'hi' }],
      logprobs: true,
      top_logprobs: 2,
    }
    expect(write('openai-chat', body, 'google-gemini').generationConfig).toMatchObject({
      responseLogprobs: true,
      logprobs: 2,
    })
    const chosen = { token: 'ok', logProbability: -0.1 }
    const logprobsResult = {
      chosenCandidates: [chosen],
      topCandidates: [{ candidates: [chosen, { token: 'no', logProbability: -2 }] }],
    }
    const gemini = { candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP', logprobsResult }] }
    expect(answer('openai-chat', 'google-gemini', gemini).choices[0].logprobs).toEqual({
      content: [
        {
          token: 'ok',
          logprob: -0.1,
          bytes: [111, 107],
          top_logprobs: [
            { token: 'ok', logprob: -0.1, bytes: [111, 107] },
            { token: 'no', logprob: -2, bytes: [110, 111] },
          ],
        },
      ],
      refusal: null,
    })
  })
})

describe('ids of calls for Mistral', () => {
  it('have nine letters and digits, alike in the call and its result', () => {
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_01A', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01A', content: 'r' }] },
    ]
    const written = write(
      'anthropic-messages',
      { model: 'mistral-large-latest', max_tokens: 9, messages },
      'openai-chat',
      'mistral-ai',
    )
    const { id } = written.messages[1].tool_calls[0]
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(written.messages[2].tool_call_id).toBe(id)
  })
})

describe('a refusal of Claude', () => {
  it('is no completed answer for a client of Responses', () => {
    const claude = { type: 'message', content: [], stop_reason: 'refusal' }
    expect(answer('openai-responses', 'anthropic-messages', claude)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
    })
  })
})
