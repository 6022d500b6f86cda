/** OpenRouter's `reasoning_details`: signatures of several makers, handed out with an answer and wanted back with the next request. https://openrouter.ai/docs/guides/best-practices/reasoning-tokens */
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { markSignature, readMarkedSignature } from '../signature.ts'
import { wireId } from './wire.ts'

const place = 'details'

/** For the client to bring back, in the place where its wire keeps a signature. */
function signDetails(details: readonly JsonObject[]): string {
  return markSignature(wireId, place, Buffer.from(JSON.stringify(details)).toString('base64'))
}

/** The reverse; [] = another wire's signature, or none. */
export function readDetails(signature: string | undefined): readonly JsonObject[] {
  const marked = readMarkedSignature(wireId, signature)
  if (marked?.place !== place) return []
  try {
    const read: unknown = JSON.parse(Buffer.from(marked.signature, 'base64').toString('utf8'))
    return Array.isArray(read) ? read.filter(isObject) : []
  } catch {
    return []
  }
}

/** Gathers the pieces of a stream: texts of one place are joined. */
export class DetailsReader {
  #details: Record<string, unknown>[] = []
  #isSigned = false

  /** True = there is now something that only its provider can read. */
  read(pieces: unknown): boolean {
    for (const piece of Array.isArray(pieces) ? pieces.filter(isObject) : []) this.#add(piece)
    return this.#isSigned
  }

  /** What has come since the last time, signed; undefined = nothing that has to go back. */
  take(): string | undefined {
    if (!this.#isSigned) return undefined
    const signed = signDetails(this.#details)
    this.#details = []
    this.#isSigned = false
    return signed
  }

  #add(piece: JsonObject): void {
    this.#isSigned ||= piece.type === 'reasoning.encrypted' || typeof piece.signature === 'string'
    const open = this.#details.find(
      ({ type, index, id }) => type === piece.type && index === piece.index && id === piece.id,
    )
    if (open === undefined || piece.type === 'reasoning.encrypted') {
      this.#details.push({ ...piece })
      return
    }
    for (const [key, value] of Object.entries(piece)) {
      const before = open[key]
      const isText = (key === 'text' || key === 'summary') && typeof before === 'string' && typeof value === 'string'
      if (value !== null) open[key] = isText ? before + value : value
    }
  }
}
