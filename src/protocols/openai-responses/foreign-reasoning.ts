/** Takes other providers' signed thinking out of a body that passes: this wire's provider cannot decrypt it and would refuse all of it. */
import type { Warning } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { ForeignContent, JsonObject } from '../protocol.ts'
import { readSeal } from './wire.ts'

/** undefined = there is none, so that the bytes may stay as they came. */
export function dropForeignReasoning({ input }: JsonObject): ForeignContent | undefined {
  if (!Array.isArray(input) || !input.some(isForeign)) return undefined
  const warnings: Warning[] = [
    { type: 'dropped', field: 'reasoning', reason: 'this provider takes back only reasoning that it encrypted itself' },
  ]
  return { edits: { input: input.filter((item) => !isForeign(item)) }, warnings }
}

/** As this gateway numbers the items of an answer that it wrote; providers' own ids have no such ending. */
const writtenHere = /^rs_.*_\d+$/

/** Sealed here for a client; or shown without a seal, and then known to nobody by its id. */
function isForeign(item: unknown): boolean {
  if (!isObject(item) || item.type !== 'reasoning') return false
  const { encrypted_content: encrypted, id } = item
  if (typeof encrypted === 'string' && encrypted !== '') return readSeal(encrypted) !== undefined
  return typeof id === 'string' && writtenHere.test(id)
}
