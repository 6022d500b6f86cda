/** Writes messages of a provider's request: user and model in turn, results before other words, signatures where they stood. */
import { parseExact } from '../../bytes/exact-json.ts'
import type { Message, Part, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { isObject, present } from '../fields.ts'
import { readMarkedSignature } from '../signature.ts'
import { type ContentPart, writePart } from './request-write-parts.ts'
import { type WireContent, type WirePart, wireId } from './wire.ts'

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>

/** Stands for a signature that was lost on the way (ai.google.dev/gemini-api/docs/thought-signatures). */
const missingSignature = 'skip_thought_signature_validator'
const unknownName = 'unknown_function'

export class ContentWriter {
  private readonly warnings: Warning[]
  /**
   * Models from 3 on refuse calls of the running turn without a signature, take media inside results, and answer with
   * nothing when results do not name their calls by id; older ones do not know the field (BerriAI/litellm#34603).
   */
  private readonly isStrictModel: boolean
  /** Calls are found by their place and name here; clients name them by id. */
  private readonly calls = new Map<string, { readonly name: string; readonly place: number }>()

  constructor({ signsCalls }: ModelTraits, warnings: Warning[]) {
    this.warnings = warnings
    this.isStrictModel = signsCalls
  }

  write(messages: readonly Message[]): readonly WireContent[] {
    const contents: WireContent[] = []
    const turnStart = messages.findLastIndex(isSpoken)
    for (const [at, message] of messages.entries()) {
      if (message.role === 'system' || message.role === 'developer') continue
      this.warnOfExtras(message)
      const role = message.role === 'assistant' ? 'model' : 'user'
      const path = `messages.${at}.content`
      const parts =
        role === 'model'
          ? this.writeModel(message.content, path, at > turnStart)
          : this.writeUser(message.content, path)
      if (parts.length === 0) {
        this.drop('messages', `message ${at} was left out because it is empty`)
        continue
      }
      const last = contents.at(-1)
      if (last?.role === role) last.parts.push(...parts)
      else contents.push({ role, parts })
    }
    return contents
  }

  private writeModel(content: readonly Part[], path: string, isInTurn: boolean): WirePart[] {
    const parts: WirePart[] = []
    let pending: string | undefined
    let hasCall = false
    for (const [at, part] of content.entries()) {
      if (part.type === 'reasoning') {
        pending = this.writeReasoning(part, parts) ?? pending
      } else if (part.type === 'tool-call') {
        const filler = isInTurn && this.isStrictModel && !hasCall ? missingSignature : undefined
        parts.push(this.writeCall(part, pending, filler))
        pending = undefined
        hasCall = true
      } else if (part.type !== 'tool-result') {
        const written = writePart(part, `${path}.${at}`, this.warnings)
        if (written) parts.push(written)
      }
    }
    return parts
  }

  /** Gives the signature that belongs to the call after it. */
  private writeReasoning(part: PartOf<'reasoning'>, parts: WirePart[]): string | undefined {
    const own = readMarkedSignature(wireId, part.signature)
    if (!own) {
      this.drop('reasoning', 'this provider takes back only reasoning that it signed')
      return undefined
    }
    const { place, signature } = own
    if (place === 'text') parts.push({ text: part.text, thoughtSignature: signature })
    else if (place === 'thought') parts.push({ text: part.text, thought: true, thoughtSignature: signature })
    else if (part.text !== '') parts.push({ text: part.text, thought: true })
    return place === 'call' ? signature : undefined
  }

  private writeCall(part: PartOf<'tool-call'>, pending: string | undefined, filler: string | undefined): WirePart {
    this.calls.set(part.id, { name: part.name, place: this.calls.size })
    this.dropMark(part)
    const signature = part.signature ?? signatureBeside(part) ?? pending
    if (signature === undefined && filler !== undefined) {
      const reason = "the client did not bring the call's signature back; the provider was told to go on without it"
      this.warnings.push({ type: 'changed', field: 'tool_calls.signature', reason })
    }
    return present({
      functionCall: { ...this.idOf(part.id), name: part.name, args: this.parseArguments(part.arguments) },
      thoughtSignature: signature ?? filler,
    })
  }

  private parseArguments(text: string): unknown {
    if (text.trim() === '') return {}
    try {
      const value = parseExact(text)
      if (isObject(value)) return value
    } catch {
      // Not JSON: kept as text below.
    }
    const reason = 'not a JSON object; sent unmended as text under INVALID_JSON'
    this.warnings.push({ type: 'changed', field: 'tool_calls.arguments', reason })
    return { INVALID_JSON: text }
  }

  /** Results stand in the order of their calls, before anything else the user says. */
  private writeUser(content: readonly Part[], path: string): WirePart[] {
    const results: { readonly place: number; readonly part: WirePart }[] = []
    const rest: WirePart[] = []
    for (const [at, part] of content.entries()) {
      if (part.type === 'tool-result') {
        const place = this.calls.get(part.callId)?.place ?? Number.POSITIVE_INFINITY
        results.push({ place, part: this.writeResult(part, `${path}.${at}`, rest) })
      } else if (part.type !== 'reasoning' && part.type !== 'tool-call') {
        const written = writePart(part, `${path}.${at}`, this.warnings)
        if (written) rest.push(written)
      }
    }
    const inOrder = results.toSorted((left, right) => (left.place === right.place ? 0 : left.place - right.place))
    return [...inOrder.map(({ part }) => part), ...rest]
  }

  private writeResult(result: PartOf<'tool-result'>, path: string, after: WirePart[]): WirePart {
    this.dropMark(result)
    const texts: string[] = []
    const media: WirePart[] = []
    for (const [at, part] of result.content.entries()) {
      if (part.type === 'reasoning' || part.type === 'tool-call' || part.type === 'tool-result') continue
      const written = writePart(part satisfies ContentPart, `${path}.content.${at}`, this.warnings)
      if (typeof written?.text === 'string') texts.push(written.text)
      else if (written) media.push(written)
    }
    const name = this.calls.get(result.callId)?.name
    if (name === undefined) {
      const reason = `there is no call '${result.callId.slice(0, 40)}' before its result; sent as '${unknownName}'`
      this.warnings.push({ type: 'changed', field: 'tool_result', reason })
    }
    const text = texts.join('\n')
    const response = result.isError === true ? { error: text } : { output: text }
    const inside = this.isStrictModel && media.length > 0
    if (media.length > 0 && !inside) this.moveMedia(name ?? unknownName, media, after)
    const id = name === undefined ? {} : this.idOf(result.callId)
    return { functionResponse: { ...id, name: name ?? unknownName, response, ...(inside ? { parts: media } : {}) } }
  }

  private idOf(id: string): { readonly id?: string } {
    return this.isStrictModel && id !== '' ? { id } : {}
  }

  private moveMedia(name: string, media: readonly WirePart[], after: WirePart[]): void {
    after.push({ text: `Files of the result of ${name}:` }, ...media)
    const reason = 'results hold text alone for this model; their files follow in the same message'
    this.warnings.push({ type: 'changed', field: 'messages.tool_result', reason })
  }

  private warnOfExtras(message: Message): void {
    if (message.name !== undefined) this.drop('messages.name', 'this provider has no names for participants')
    if (message.carry && message.carry.wire !== wireId) {
      for (const key of Object.keys(message.carry.fields))
        this.drop(`messages.${key}`, 'this provider has no such field')
    }
  }

  private dropMark(part: Part): void {
    if (part.cache) this.drop('cache_control', 'caching needs no marks in this API')
  }

  private drop(field: string, reason: string): void {
    this.warnings.push({ type: 'dropped', field, reason })
  }
}

/** Does the user speak here, rather than only hand in results? */
function isSpoken(message: Message): boolean {
  return message.role === 'user' && message.content.some((part) => part.type !== 'tool-result')
}

/** Where this provider's own compatible endpoint puts it: `extra_content.google.thought_signature` beside the call. */
function signatureBeside(part: Part): string | undefined {
  const extra = part.carry?.fields.extra_content
  const rows = isObject(extra) ? Object.values(extra) : []
  const found = rows.find((row) => isObject(row) && typeof row.thought_signature === 'string')
  return isObject(found) ? (found.thought_signature as string) : undefined
}
