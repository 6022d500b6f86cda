/** How many tokens a document can be: by its pages, by what its compressed parts hold, and by what models take at all. */
import { inflateRawSync, inflateSync } from 'node:zlib'

/** A page's text (1,500–3,000 tokens) and the picture of it (up to 1,600): platform.claude.com, "PDF support". */
const pageTokens = 5_000
/** Text of a compressed document against its bytes: deflate gives 5:1 on prose, a token has 4 letters; pages count as pictures besides. */
const tokensPerByte = 2
const tokensAtLeast = 20_000
/** More than this is not unpacked: no model takes so much text. */
const mostUnpackedBytes = 8 * 1024 * 1024

/** `most` where the document cannot be looked into. */
export function maxDocumentTokens(file: Buffer, most: number): number {
  const bySize = Math.max(tokensAtLeast, file.length * tokensPerByte)
  if (bySize >= most) return most
  const isPdf = file.subarray(0, 1_024).includes('%PDF')
  const isZip = file.length > 4 && file.readUInt32BE(0) === 0x504b0304
  const byContent = isPdf ? ofPdf(file) : isZip ? ofZip(file) : 0
  return Math.min(most, Math.ceil(Math.max(bySize, byContent)))
}

/** Pages may be listed in compressed parts, and share the text that they show. */
function ofPdf(file: Buffer): number {
  const raw = file.toString('latin1')
  if (raw.includes('/Encrypt')) return Number.POSITIVE_INFINITY
  const streams = unpack(file, raw)
  if (streams === undefined) return Number.POSITIVE_INFINITY
  const texts = [raw, ...streams]
  const pages = Math.max(1, ...texts.flatMap(counts), sum(texts.map(pageObjects)))
  const longest = Math.max(0, ...streams.map((text) => text.length))
  const shown = streams.length >= pages ? sum(streams.map((text) => text.length)) : pages * longest
  return Math.max(pages * pageTokens, shown / 4)
}

function pageObjects(text: string): number {
  return text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0
}

/** What the tree of pages says of itself: its `/Count`, and how many children one of its nodes names. */
function counts(text: string): readonly number[] {
  const said = [...text.matchAll(/\/Count\s+(\d{1,7})/g)].map(([, count]) => Number(count))
  const named = [...text.matchAll(/\/Kids\s*\[([^\]]*)\]/g)].map(([, kids = '']) => kids.match(/\bR\b/g)?.length ?? 0)
  return [...said, ...named]
}

/** undefined = they hold too much. */
function unpack(file: Buffer, raw: string): readonly string[] | undefined {
  const texts: string[] = []
  let room = mostUnpackedBytes
  for (const match of raw.matchAll(/stream\r?\n/g)) {
    if (raw.slice(match.index - 3, match.index) === 'end') continue
    const unpacked = inflate(inflateSync, file.subarray(match.index + match[0].length), room)
    if (unpacked === 'too large') return undefined
    if (unpacked === undefined) continue
    room -= unpacked.length
    texts.push(unpacked.toString('latin1'))
  }
  return texts
}

/** Office documents: a token takes at least one byte of what they hold; pictures are of those that came with it. */
function ofZip(file: Buffer): number {
  let tokens = 0
  for (let at = 0; at >= 0 && at + 30 <= file.length; at = file.indexOf('PK\x03\x04', at + 4, 'latin1')) {
    const nameLength = file.readUInt16LE(at + 26)
    const name = file.toString('utf8', at + 30, at + 30 + nameLength)
    const data = file.subarray(at + 30 + nameLength + file.readUInt16LE(at + 28))
    if (/\.(?:png|jpe?g|gif|emf|wmf|tiff?|bin)$/i.test(name)) continue
    const isStored = file.readUInt16LE(at + 8) === 0
    const unpacked = isStored ? undefined : inflate(inflateRawSync, data, mostUnpackedBytes - tokens)
    if (unpacked === 'too large') return Number.POSITIVE_INFINITY
    tokens += unpacked?.length ?? 0
  }
  return tokens
}

/** undefined = it is not compressed so. */
function inflate(how: typeof inflateSync, data: Buffer, room: number): Buffer | 'too large' | undefined {
  try {
    return how(data, { maxOutputLength: Math.max(1, room) })
  } catch (thrown) {
    return thrown instanceof RangeError ? 'too large' : undefined
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
