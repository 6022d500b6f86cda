import { describe, expect, it } from 'vitest'
import { FormFile } from '../../bytes/multipart-form.ts'
import { openaiImageVariations } from '../openai-image-variations/index.ts'
import { openaiImageEdits } from './index.ts'

const file = new FormFile('a.png', 'image/png', Buffer.alloc(9))
const edit = (more: object = {}) =>
  openaiImageEdits.client.peek({ model: 'gpt-image-1', prompt: 'hat', image: file, ...more })

describe('an edit of images', () => {
  it.each([
    ['one picture', {}, 1],
    ['several and a mask', { image: [file, file], mask: file }, 3],
    ['JSON', { image: undefined, images: [{ file_id: 'a' }, { image_url: 'b' }] }, 2],
  ])('counts the pictures that are sent along: %s', (_, more, pictures) => {
    expect(edit(more).inputTokens).toBe(3 + 64 + pictures * 11_000)
  })

  it('reads the words of a form as JSON would say them', () => {
    expect(edit({ n: '3', stream: 'true', partial_images: '0', quality: 'low', size: '1024x1024' })).toMatchObject({
      answers: 3,
      isStream: true,
      maxOutputTokens: 408,
      units: { images: { count: 3, quality: 'low', size: '1024x1024' } },
    })
  })

  it('counts no tokens where pictures are billed', () => {
    expect(edit({ model: 'dall-e-2' })).toMatchObject({ inputTokens: 0, maxOutputTokens: 0 })
  })

  it.each([
    [{ image: undefined }, /^image is missing; it must be one or several files/],
    [{ prompt: undefined }, /^prompt is missing/],
    [{ n: 'two' }, /^n is 'two'; it must be a whole number/],
    [{ n: '0' }, /^n is 0; it must be a whole number, 1 or more/],
  ])('says what is wrong with %j', (more, message) => {
    expect(() => edit(more)).toThrow(message)
  })
})

describe('variations of an image', () => {
  const vary = (more: object = {}) => openaiImageVariations.client.peek({ model: 'dall-e-2', image: file, ...more })

  it('are counted by number and size', () => {
    expect(vary({ n: '2', size: '256x256' })).toMatchObject({
      answers: 2,
      units: { images: { count: 2, size: '256x256' } },
    })
  })

  it('need a file', () => {
    expect(() => vary({ image: 'x' })).toThrow(/^image is 'x'; it must be a file/)
  })
})
