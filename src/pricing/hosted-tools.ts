/** Tools that a provider runs itself while it answers: how often at most, what they are billed by, and what cannot be known of them. */

type JsonObject = Readonly<Record<string, unknown>>

export interface HostedTools {
  /** As their requests call them. */
  readonly names: readonly string[]
  /** Searches at most; what is found becomes input. */
  readonly webSearches: number
  readonly storageSearches: number
  /** A search is made for every answer, so that the answer need not tell. */
  readonly isSearchCertain: boolean
  /** Billed by pictures, containers or sessions, which no answer tells. */
  readonly untold: readonly string[]
}

/** What a call costs beside its tokens. */
export interface BillableUnits {
  /** Absent = the provider runs none. */
  readonly tools?: HostedTools
  /** What the price is multiplied by. */
  readonly factor: number
}

/** Where neither a tool nor its request says how often it may be used. */
const usualSearches = 10

const webSearch = /^web_?search|^browser_search$|^x_search$|^google_?search|^enterprise_?web_?search$|^google_?maps$/i
const storageSearch = /^file_search$/
const untoldTool = /^(?:code_interpreter|image_generation)$/
/** Run by the client, or by nobody. */
const ownTool =
  /^(?:function|custom|namespace|local_shell|shell|apply_patch|computer(?:_use)?(?:_preview)?|computerUse|functionDeclarations|function_declarations|bash_\d+|text_editor_\d+|memory_\d+|computer_\d+|tool_search\w*|code_?execution\w*)$/

/** Members of a body, beside `tools`, that make a provider look something up. */
const lookingUp = ['search_parameters', 'data_sources', 'plugins', 'mcp_servers'] as const

/** Can be called with any body: undefined = the provider runs none. */
export function hostedToolsIn(body: JsonObject): HostedTools | undefined {
  const tools = listOf(body.tools).flatMap(namesOf)
  const beside = lookingUp.filter((key) => isFilled(body[key]))
  const isCertain = isFilled(body.web_search_options)
  const hosted = tools.filter(({ name }) => !ownTool.test(name))
  const names = [...hosted.map(({ name }) => name), ...beside, ...(isCertain ? ['web_search_options'] : [])]
  if (names.length === 0) return undefined
  const most = wholeOf(body.max_tool_calls) ?? usualSearches
  const searches = hosted.filter(({ name }) => webSearch.test(name))
  return {
    names,
    webSearches: searches.reduce((sum, { uses }) => sum + (uses ?? most), isCertain ? 1 : 0),
    storageSearches: hosted.some(({ name }) => storageSearch.test(name)) ? most : 0,
    isSearchCertain: isCertain,
    untold: hosted.flatMap(({ name }) => (untoldTool.test(name) ? [name] : [])),
  }
}

interface Tool {
  readonly name: string
  readonly uses?: number
}

/** A tool's `type`; in Google's wire each is a member of its own. */
function namesOf(tool: unknown): readonly Tool[] {
  if (!isObject(tool)) return []
  const { type, max_uses: most } = tool
  const uses = wholeOf(most)
  if (typeof type === 'string') return [{ name: type, ...(uses === undefined ? {} : { uses }) }]
  if ('name' in tool || 'input_schema' in tool) return []
  return Object.keys(tool).map((name) => ({ name }))
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isObject(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function wholeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
