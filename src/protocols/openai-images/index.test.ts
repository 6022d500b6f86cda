import { describe, expect, it } from 'vitest'
import { openaiImages } from './index.ts'

const most = (more: object) => openaiImages.client.peek({ model: 'gpt-image-1', prompt: 'a', ...more }).maxOutputTokens

describe('the most tokens of an image', () => {
  it.each([
    [{}, 6_240],
    [{ quality: 'auto', size: 'auto' }, 6_240],
    [{ quality: 'low' }, 408],
    [{ quality: 'low', model: 'gpt-image-1-mini' }, 408],
    [{ quality: 'medium', size: '1024x1024' }, 1_584],
    [{ quality: 'medium', size: '3072x2048' }, 6_336],
    [{ stream: true }, 6_540],
    [{ stream: true, partial_images: 0 }, 6_240],
    [{ quality: 'low', model: 'gpt-image-2' }, 10_000],
    [{ model: 'other', size: '2048x1536' }, 20_000],
  ])('of %j is %i', (more, tokens) => {
    expect(most(more)).toBe(tokens)
  })

  it('holds for every image, and needs a prompt', () => {
    expect(openaiImages.client.peek({ model: 'm', prompt: 'a', n: 4 })).toMatchObject({
      answers: 4,
      isOutputFixed: true,
    })
    expect(() => most({ prompt: undefined })).toThrow(/^prompt is missing/)
    for (const previews of [-1, 1.5, 101, '3'])
      expect(() => most({ stream: true, partial_images: previews })).toThrow(
        /partial_images .*a whole number, 0 to 100/,
      )
  })
})

describe('usage of an image', () => {
  it('counts the output as images where nothing else is said', () => {
    const events = openaiImages.upstream.readAnswer({
      data: [{}],
      usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 4 }, output_tokens: 272 },
    })
    expect(events[1]).toMatchObject({
      usage: { inputUncached: 5, inputCacheRead: 4, output: 272, outputImage: 272 },
    })
  })

  it('is unknown where the provider does not say', () => {
    expect(openaiImages.upstream.readAnswer({ data: [{}] })[1]).toEqual({ type: 'usage', usage: { raw: {} } })
  })
})
