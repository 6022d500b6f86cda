/** Which program a request came from, by its user agent: a short name that people filter and group by. */

/** Beginnings of user agents, in lower case, and the name that people know. The longest that fits counts. */
const programs: readonly (readonly [start: string, name: string])[] = [
  ['claude-cli', 'claude-code'],
  ['claude-code', 'claude-code'],
  ['codex_cli_rs', 'codex'],
  ['codex_exec', 'codex'],
  ['codex', 'codex'],
  ['openclaw', 'openclaw'],
  ['opencode', 'opencode'],
  ['open-webui', 'open-webui'],
  ['openwebui', 'open-webui'],
  ['retool', 'retool'],
  ['cursor', 'cursor'],
  ['cline', 'cline'],
  ['continue', 'continue'],
  ['asyncopenai/python', 'openai-python'],
  ['openai/python', 'openai-python'],
  ['openai/js', 'openai-node'],
  ['asyncazureopenai/python', 'openai-python'],
  ['azureopenai/python', 'openai-python'],
  ['asyncanthropic/python', 'anthropic-python'],
  ['anthropic/python', 'anthropic-python'],
  ['anthropic/js', 'anthropic-node'],
  ['google-genai-sdk', 'google-genai'],
  ['ai-sdk', 'vercel-ai-sdk'],
  ['ai/', 'vercel-ai-sdk'],
  ['litellm', 'litellm'],
  ['langchain', 'langchain'],
  ['mozilla', 'browser'],
]

const longestFirst = programs.toSorted(([one], [other]) => other.length - one.length)

const longestName = 40

/** undefined = the client sends none that can be read. */
export function clientProgram(headers: Readonly<Record<string, string>>): string | undefined {
  // Open WebUI calls with the user agent of its HTTP library, and says who it is elsewhere
  if (headers['x-openwebui-user-id'] !== undefined || headers['x-openwebui-chat-id'] !== undefined) return 'open-webui'
  const agent = headers['user-agent']?.trim().toLowerCase()
  if (agent === undefined || agent === '') return undefined
  const known = longestFirst.find(([start]) => agent.startsWith(start))
  if (known !== undefined) return known[1]
  const product = /^[a-z0-9._-]+/.exec(agent)?.[0]
  return product?.slice(0, longestName)
}
