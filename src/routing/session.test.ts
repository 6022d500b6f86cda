import { describe, expect, it } from 'vitest'
import { sessionOf } from './session.ts'

describe('the session of a request', () => {
  it.each<[string, Record<string, string>, object, object | undefined]>([
    ['Claude Code', { 'x-claude-code-session-id': 's1' }, {}, { id: 's1', source: 'x-claude-code-session-id' }],
    [
      'an older Claude Code',
      {},
      { metadata: { user_id: 'user_ab_account_cd_session_0f-1e' } },
      { id: '0f-1e', source: 'metadata.user_id' },
    ],
    [
      'Claude Code that writes JSON',
      {},
      { metadata: { user_id: '{"device_id":"d","session_id":"0f-1e"}' } },
      { id: '0f-1e', source: 'metadata.user_id' },
    ],
    ['Codex', { 'session-id': 's2' }, { prompt_cache_key: 'other' }, { id: 's2', source: 'session-id' }],
    ['an older Codex', { session_id: 's3' }, {}, { id: 's3', source: 'session_id' }],
    ['OpenCode', { 'x-opencode-session': 's4' }, {}, { id: 's4', source: 'x-opencode-session' }],
    ['Open WebUI', { 'x-openwebui-chat-id': 'c1' }, {}, { id: 'c1', source: 'x-openwebui-chat-id' }],
    ['a prompt cache key', {}, { prompt_cache_key: 'k' }, { id: 'k', source: 'prompt_cache_key' }],
    ['a stored conversation', {}, { conversation: { id: 'conv_1' } }, { id: 'conv_1', source: 'conversation' }],
    ['nobody', {}, { metadata: { user_id: 'ada' }, prompt_cache_key: '' }, undefined],
    ['an id that is far too long', { 'x-session-id': 'x'.repeat(513) }, {}, undefined],
  ])('is told by %s', (_, headers, body, session) => {
    expect(sessionOf(headers, { ...body })).toEqual(session)
  })
})
