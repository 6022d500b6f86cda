import { describe, expect, it } from 'vitest'
import { findRoute, guessWire, isGatewayPath, servedInstead } from './routes.ts'

describe('routes', () => {
  it.each([
    ['POST', '/v1/chat/completions', 'inference'],
    ['POST', '/v1/messages/', 'inference'],
    ['POST', '/v1/v1/messages', 'inference'],
    ['POST', '/v1/responses', 'inference'],
    ['POST', '/v1/embeddings', 'inference'],
    ['POST', '/v1/completions', 'inference'],
    ['POST', '/v1/moderations', 'inference'],
    ['POST', '/v1/rerank', 'inference'],
    ['POST', '/v1/images/generations', 'inference'],
    ['POST', '/v1/images/edits', 'inference'],
    ['POST', '/v1/images/variations', 'inference'],
    ['POST', '/v1/audio/speech', 'inference'],
    ['POST', '/v1/audio/transcriptions', 'inference'],
    ['POST', '/v1/audio/translations', 'inference'],
    ['GET', '/v1/embeddings', 'wrong-method'],
    ['GET', '/v1/responses', 'wrong-method'],
    ['GET', '/v1/responses/resp_1', 'raw'],
    ['DELETE', '/v1/responses/resp_1', 'raw'],
    ['GET', '/v1/responses/resp_1/input_items', 'raw'],
    ['POST', '/v1/responses/resp_1/cancel', 'raw'],
    ['POST', '/v1/responses/resp_1', 'raw'],
    ['POST', '/v1/responses/input_tokens', 'raw'],
    ['GET', '/v1/models', 'models'],
    ['HEAD', '/v1/models', 'models'],
    ['GET', '/v1/health', 'health'],
    ['GET', '/', 'greeting'],
    ['OPTIONS', '/v1/anything', 'preflight'],
    ['GET', '/v1/chat/completions', 'raw'],
    ['PUT', '/v1/chat/completions', 'wrong-method'],
    ['DELETE', '/v1/models/ft:gpt-4o:acme', 'raw'],
    ['POST', '/v1/models/x', 'wrong-method'],
    ['POST', '/v1/unknown', 'raw'],
    ['GET', '/v2', 'unknown'],
  ])('%s %s is %s', (method, path, type) => {
    expect(findRoute(method, path).type).toBe(type)
  })

  it('keeps slashes inside a model id', () => {
    expect(findRoute('GET', '/v1/models/@router/meta-llama/llama-3')).toEqual({
      type: 'model',
      id: '@router/meta-llama/llama-3',
    })
  })

  it('says which methods a path takes', () => {
    expect(findRoute('PUT', '/v1/messages')).toEqual({ type: 'wrong-method', allowed: ['POST'] })
  })

  it('knows its own paths from the control plane’s', () => {
    expect(isGatewayPath('/v1/models/a')).toBe(true)
    expect(isGatewayPath('/v1/api-keys')).toBe(false)
  })

  it('guesses the wire of a client that is lost', () => {
    expect(guessWire('/v1/messages/batches', {})).toBe('anthropic-messages')
    expect(guessWire('/nowhere', { 'anthropic-version': '2023-06-01' })).toBe('anthropic-messages')
    expect(guessWire('/v1/responses/x', {})).toBe('openai-responses')
    expect(guessWire('/nowhere', {})).toBe('openai-chat')
    expect(guessWire('/v1/models/gemini-3:countTokens', {})).toBe('google-gemini')
    expect(guessWire('/v1/models/ft:gpt-4o:acme', {})).toBe('openai-chat')
  })

  it('knows what a path without its /v1 means', () => {
    expect(servedInstead('POST', '/chat/completions')).toBe('/v1/chat/completions')
    expect(servedInstead('POST', '/api/v1/messages')).toBe('/v1/messages')
    expect(servedInstead('GET', '/models')).toBe('/v1/models')
    expect(servedInstead('GET', '/favicon.ico')).toBeUndefined()
  })
})
