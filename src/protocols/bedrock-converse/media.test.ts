/** Which formats this wire has for what clients send, and what it says of the others. */
import { describe, expect, it } from 'vitest'
import { documentFormatOf, imageFormatOf } from './media.ts'

describe('the format of a document', () => {
  it.each([
    ['application/pdf', undefined, 'pdf'],
    ['TEXT/CSV', undefined, 'csv'],
    ['application/octet-stream', 'table.XLSX', 'xlsx'],
    ['application/x-unknown', 'notes.md', 'md'],
    ['text/x-python', 'main.py', 'txt'],
    ['text/x-python', undefined, 'txt'],
  ])('of the type %s with the name %s is %s', (mediaType, name, format) => {
    expect(documentFormatOf(mediaType, name, 'p')).toBe(format)
  })
  it.each([
    ['application/zip', undefined],
    ['application/zip', 'a.zip'],
    ['constructor', 'no ending'],
  ])('of the type %s with the name %s is refused with what is taken', (mediaType, name) => {
    expect(() => documentFormatOf(mediaType, name, 'messages.0.content.1')).toThrow(
      `messages.0.content.1 is of type '${mediaType}'; this provider takes application/pdf, text/csv,`,
    )
  })
})

describe('the format of a picture', () => {
  it.each(['image/tiff', 'constructor', '__proto__'])('is refused where it is %s', (mediaType) => {
    expect(() => imageFormatOf(mediaType, 'p')).toThrow(`p is of type '${mediaType}'; this provider takes image/png,`)
  })
})
