/** Finds what an answer that is passed on says of its usage, in whichever wire it says it; changes nothing. */
import { SseReader } from '../../bytes/sse.ts'
import { mergeUsage, type Usage } from '../../inference/index.ts'
import { readUsage as readAnthropic } from '../../protocols/anthropic-messages/usage.ts'
import { readUsage as readBedrock } from '../../protocols/bedrock-converse/usage.ts'
import { readUsage as readGemini } from '../../protocols/google-gemini/usage.ts'
import { readUsage as readChat } from '../../protocols/openai-chat/usage.ts'
import { readUsage as readResponses } from '../../protocols/openai-responses/usage.ts'
import type { JsonObject } from '../../protocols/protocol.ts'

/** A whole answer that is larger says nothing of usage that would be looked for. */
const maxWholeBytes = 4 * 1024 * 1024

export class UsageWatch {
  usage: Usage | undefined
  /** As the answer names it. */
  model: string | undefined
  readonly #frames: SseReader | undefined
  readonly #isJson: boolean
  readonly #asked: string
  #chunks: Uint8Array[] = []
  #length = 0

  /** `asked` is the model id that was called. */
  constructor(contentType: string, asked: string) {
    this.#asked = asked
    this.#frames = contentType.startsWith('text/event-stream') ? new SseReader() : undefined
    this.#isJson = contentType.includes('json') && !contentType.includes('jsonl')
  }

  get canTell(): boolean {
    return this.#isJson || this.#frames !== undefined
  }

  push(chunk: Uint8Array): void {
    if (this.#frames !== undefined) for (const { data } of this.#frames.push(chunk)) this.#read(data)
    else if (this.#isJson) this.#keep(chunk)
  }

  end(): void {
    if (this.#frames !== undefined) for (const { data } of this.#frames.end()) this.#read(data)
    else if (this.#length <= maxWholeBytes) this.#read(Buffer.concat(this.#chunks).toString('utf8'))
    this.#chunks = []
  }

  #keep(chunk: Uint8Array): void {
    this.#length += chunk.length
    if (this.#length <= maxWholeBytes) this.#chunks.push(chunk)
    else this.#chunks = []
  }

  #read(text: string | undefined): void {
    if (text === undefined || !/"usage(?:Metadata)?"/.test(text)) return
    const body = parse(text)
    for (const place of [body, memberOf(body, 'response'), memberOf(body, 'message')]) {
      const usage = place === undefined ? undefined : usageOf(place, this.usage, this.#asked)
      if (usage === undefined || place === undefined) continue
      this.usage = mergeUsage(this.usage, usage)
      const model = place.model ?? place.modelVersion
      if (typeof model === 'string') this.model = model
    }
  }
}

/** Both families that count `input_tokens` agree but for what came from a cache. */
function usageOf(body: JsonObject, before: Usage | undefined, asked: string): Usage | undefined {
  const metadata = memberOf(body, 'usageMetadata')
  if (metadata !== undefined) return readGemini(metadata, true)
  const usage = memberOf(body, 'usage')
  if (usage === undefined) return undefined
  if ('prompt_tokens' in usage) return readChat(usage)
  if ('inputTokens' in usage) return readBedrock(usage, asked)
  const isAnthropic =
    'cache_read_input_tokens' in usage || (typeof body.type === 'string' && body.type.startsWith('message'))
  if ('input_tokens' in usage && !isAnthropic) return readResponses(usage)
  return isAnthropic ? readAnthropic(usage, before) : undefined
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function memberOf(body: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = body?.[name]
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
