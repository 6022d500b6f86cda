import { deflateRawSync, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { maxDocumentTokens } from './document-bound.ts'

const most = 1_000_000

/** Pages that all show one compressed text; their objects may be inside a compressed part themselves. */
function pdf({ pages, text, isPacked = false }: { pages: number; text: string; isPacked?: boolean }): Buffer {
  const objects = Array.from({ length: pages }, (_, page) => `<< /Type /Page /Contents 3 0 R /N ${page} >>`).join('\n')
  const stream = (content: string) =>
    Buffer.concat([
      Buffer.from('<< /Filter /FlateDecode >>\nstream\n'),
      deflateSync(content),
      Buffer.from('\nendstream\n'),
    ])
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), isPacked ? stream(objects) : Buffer.from(objects), stream(text)])
}

function zip(name: string, content: string): Buffer {
  const data = deflateRawSync(content)
  const head = Buffer.alloc(30)
  head.write('PK\x03\x04', 0, 'latin1')
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(data.length, 18)
  head.writeUInt16LE(name.length, 26)
  return Buffer.concat([head, Buffer.from(name), data])
}

describe('the most tokens of a document', () => {
  it.each([
    ['page objects', false],
    ['page objects inside a compressed part', true],
  ])('count every page of a small PDF whose pages share one text (%s)', (_, isPacked) => {
    const file = pdf({ pages: 100, text: '(some words that are shown) Tj\n'.repeat(100), isPacked })
    expect(file.length).toBeLessThan(13_000)
    expect(maxDocumentTokens(file, most)).toBeGreaterThanOrEqual(100 * 3_000)
  })

  it('count pages that the tree names and no object stands for', () => {
    const kids = Buffer.from(`%PDF-1.7\n<< /Type /Pages /Count 3 /Kids [${'4 0 R '.repeat(80)}] >>`)
    expect(maxDocumentTokens(kids, most)).toBeGreaterThanOrEqual(80 * 3_000)
  })

  it('are those of the model for what cannot be looked into', () => {
    expect(maxDocumentTokens(Buffer.from('%PDF-1.7\n<< /Encrypt 5 0 R >>'), most)).toBe(most)
    expect(maxDocumentTokens(pdf({ pages: 1, text: ' '.repeat(9 * 1024 * 1024) }), most)).toBe(most)
  })

  it('count what an Office document holds, not what it takes packed', () => {
    const text = Array.from({ length: 9_000 }, (_, word) => `<w:t>word${word % 50}</w:t>`).join('')
    const file = zip('word/document.xml', text)
    expect(file.length * 2).toBeLessThan(text.length / 3)
    expect(maxDocumentTokens(file, most)).toBeGreaterThanOrEqual(text.length)
  })

  it('are at least 20,000, and two for each byte of anything else', () => {
    expect(maxDocumentTokens(Buffer.from('hi'), most)).toBe(20_000)
    expect(maxDocumentTokens(Buffer.alloc(100_000, 1), most)).toBe(200_000)
  })
})
