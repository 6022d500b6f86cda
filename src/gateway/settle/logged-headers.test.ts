import { describe, expect, it } from 'vitest'
import { loggedHeaders } from './logged-headers.ts'

describe('headers in the log', () => {
  it.each([
    'authorization',
    'x-api-key',
    'x-portkey-api-key',
    'cookie',
    'x-portkey-aws-access-key-id',
    'x-portkey-aws-secret-access-key',
    'x-portkey-aws-session-token',
    'x-portkey-aws-external-id',
    'x-portkey-azure-ad-token',
    'x-portkey-azure-entra-client-secret',
    'x-portkey-vertex-service-account-json',
  ])('have stars for %s', (name) => {
    expect(loggedHeaders({ [name]: 'hush' })).toEqual({ [name]: '***' })
  })

  it.each(['Bearer hush', 'Basic aHVzaA==', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig', 'the key is gateway-key!'])(
    'have stars for a credential under any name: %s',
    (value) => {
      const headers = { 'x-portkey-api-key': 'gateway-key', 'x-user-assertion': value }
      expect(loggedHeaders(headers)['x-user-assertion']).toBe('***')
    },
  )

  it('stay as they are where they tell no secret', () => {
    const headers = { 'x-portkey-aws-region': 'eu-west-1', 'x-portkey-config': 'pc-abc-123', accept: '*/*' }
    expect(loggedHeaders(headers)).toEqual(headers)
  })

  it.each([
    ['x-functions', 'a8Fk3lPq9Zx0Rt7Vb2Nm5Ks1'],
    ['x-vendor-auth', 'sk-proj-abcdefghijklmnop'],
    ['x-upstream', '0123456789abcdef0123456789abcdef'],
    ['x-aws', 'AKIAIOSFODNN7EXAMPLE'],
    ['x-session', 'jwt=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig'],
    ['x-forward-me', 'Token abc'],
    ['x-login', 'ghp_0123456789abcdefghijABCDEFGHIJ012345'],
  ])('have stars for what nobody listed and looks like a credential: %s', (name, value) => {
    expect(loggedHeaders({ [name]: value })).toEqual({ [name]: '***' })
  })

  it.each([
    ['x-marker', 'a-header-that-is-kept'],
    ['x-claude-code-session-id', '5f3c1c1e-8f7a-4c0e-9d51-6a2b8d9e0f11'],
    ['x-session', '5f3c1c1e-8f7a-4c0e-9d51-6a2b8d9e0f11'],
    ['x-openwebui-chat-id', 'chat0123456789abcdef0123'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['anthropic-beta', 'fine-grained-tool-streaming-2025-05-14'],
    ['x-portkey-metadata', '{"_user":"u-0123456789abcdef01234567"}'],
    ['user-agent', 'OpenAI/JS 6.1.0'],
    ['x-team', 'search and ranking 2026'],
    ['x-openwebui-user-email', 'someone@example.com'],
  ])('keep %s', (name, value) => {
    expect(loggedHeaders({ [name]: value })).toEqual({ [name]: value })
  })

  it('have stars for those that the client names', () => {
    const headers = { 'x-portkey-sensitive-headers': 'X-Who, x-other', 'x-who': 'hush', 'x-more': 'seen' }
    expect(loggedHeaders(headers)).toEqual({ ...headers, 'x-who': '***' })
  })

  it('keep of an inline config what is no secret', () => {
    const config = {
      targets: [
        { provider: 'openai', api_key: 'hush', override_params: { max_tokens: 5 } },
        { provider: 'bedrock', awsSecretAccessKey: 'hush', aws_access_key_id: 'hush', aws_region: 'eu' },
        { provider: 'vertex-ai', vertex_service_account_json: { private_key: 'hush' } },
      ],
      input_guardrails: [{ 'default.webhook': { headers: { Authorization: 'hush', 'x-api-key': 'hush' } } }],
    }
    const kept = loggedHeaders({ 'x-portkey-config': JSON.stringify(config) })['x-portkey-config'] ?? ''
    expect(kept).not.toContain('hush')
    expect(JSON.parse(kept)).toMatchObject({
      targets: [{ api_key: '***', override_params: { max_tokens: 5 } }, { aws_region: 'eu' }, {}],
    })
  })

  it('keep nothing of a config that cannot be read', () => {
    expect(loggedHeaders({ 'x-portkey-config': '{"api_key":"hush"' })).toEqual({ 'x-portkey-config': '***' })
  })
})
