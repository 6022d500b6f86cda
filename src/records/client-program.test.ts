import { describe, expect, it } from 'vitest'
import { clientProgram } from './client-program.ts'

describe('the client program', () => {
  it.each([
    ['claude-cli/2.1.259 (external, cli)', 'claude-code'],
    ['codex_cli_rs/0.61.0 (Debian 12; x86_64)', 'codex'],
    ['OpenAI/JS 7.55.0', 'openai-node'],
    ['AsyncOpenAI/Python 2.1.0', 'openai-python'],
    ['Anthropic/JS 1.11.0', 'anthropic-node'],
    ['ai/7.0.173 ai-sdk/openai-compatible/3.0.92', 'vercel-ai-sdk'],
    ['curl/8.5.0', 'curl'],
    ['python-requests/2.32.3', 'python-requests'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'browser'],
    ['(unreadable)', undefined],
    ['', undefined],
  ])('of %s is %s', (agent, name) => {
    expect(clientProgram({ 'user-agent': agent })).toBe(name)
  })

  it('is Open WebUI where its headers say so, whatever its HTTP library', () => {
    expect(clientProgram({ 'user-agent': 'Python/3.11 aiohttp/3.9', 'x-openwebui-chat-id': 'c' })).toBe('open-webui')
  })
})
