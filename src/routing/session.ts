/** The session that a request belongs to, as agent clients tell it: so that the turns of one session reach one target and its prompt cache. */
import type { Params } from './config.ts'

export interface Session {
  readonly id: string
  /** The header or field that told it. */
  readonly source: string
}

/**
 * The most specific first. Sources: Claude Code's gateway documentation (`x-claude-code-session-id`), the Codex CLI
 * (`session-id`, before that `session_id`), OpenCode (`x-opencode-session`, `x-session-affinity`), Open WebUI
 * (`x-openwebui-chat-id`, with ENABLE_FORWARD_USER_INFO_HEADERS) and clients that follow one of these.
 */
const headerNames = [
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-opencode-session',
  'x-openwebui-chat-id',
  'x-session-affinity',
  'x-session-id',
] as const

const longestId = 512

/** undefined = the client tells none. */
export function sessionOf(headers: Readonly<Record<string, string>>, body: Params): Session | undefined {
  for (const source of headerNames) {
    const id = usable(headers[source])
    if (id !== undefined) return { id, source }
  }
  const fields: readonly (readonly [string, unknown])[] = [
    ['metadata.user_id', claudeCodeSession(body.metadata)],
    ['prompt_cache_key', body.prompt_cache_key],
    ['conversation', isObject(body.conversation) ? body.conversation.id : body.conversation],
  ]
  for (const [source, value] of fields) {
    const id = usable(value)
    if (id !== undefined) return { id, source }
  }
  return undefined
}

/** Claude Code writes `user_…_account_…_session_<id>`, or the same as JSON; other user ids name no session. */
function claudeCodeSession(metadata: unknown): unknown {
  const userId = isObject(metadata) ? metadata.user_id : undefined
  if (typeof userId !== 'string') return undefined
  return /_session_([\w-]+)$/.exec(userId)?.[1] ?? /"session_id"\s*:\s*"([\w-]+)"/.exec(userId)?.[1]
}

function usable(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= longestId ? value : undefined
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
