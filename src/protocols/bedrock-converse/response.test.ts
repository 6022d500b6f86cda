/** Whole answers of this wire: what is lenient, what is kept, what is no answer. */
import { describe, expect, it } from 'vitest'
import { collect } from '../../inference/index.ts'
import { bedrockConverse } from './index.ts'

const answer = (content: unknown, more: object = {}) =>
  collect(
    bedrockConverse.upstream.readAnswer({
      output: { message: { role: 'assistant', content } },
      stopReason: 'end_turn',
      ...more,
    }),
  )

describe('a whole answer', () => {
  it('gives each block as what it is', () => {
    const { blocks, finish, usage } = answer([
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'S' } } },
      { reasoningContent: {} },
      { text: 'Hi' },
      { citationsContent: { content: [{ text: 'a' }, 7, { text: 'b' }], citations: [{ title: 't' }] } },
      { citationsContent: { content: [{ text: 'c' }] } },
      { toolUse: { toolUseId: 't', name: 'now' } },
      { image: { format: 'png', source: { bytes: 'iVBO' } } },
      { image: { format: 'png', source: { s3Location: {} } } },
    ])
    expect(blocks.map(({ block, text }) => [block.type, text])).toEqual([
      ['reasoning', 'hm'],
      ['reasoning', ''],
      ['text', 'Hi'],
      ['text', 'ab'],
      ['text', 'c'],
      ['tool-call', '{}'],
      ['other', ''],
      ['other', ''],
    ])
    const pictures = blocks.flatMap(({ block }) => (block.type === 'other' ? [block.picture] : []))
    expect(pictures).toEqual([{ mediaType: 'image/png', base64: 'iVBO' }, undefined])
    expect(finish).toMatchObject({ reason: 'tool-calls' })
    expect(usage).toBeUndefined()
  })

  it.each([[[7]], [['text']], [[null]]])('whose content is %j is none of this wire', (content) => {
    expect(() => answer(content)).toThrow('content.0 is not an object')
  })

  it('counts what was written to the cache by its life, where only that is told', () => {
    const details = [
      { ttl: '5m', inputTokens: 3 },
      { ttl: '1h', inputTokens: 4 },
      { ttl: '1h', inputTokens: 1 },
      { ttl: '1h' },
      7,
    ]
    expect(answer([], { usage: { cacheDetails: details } }).usage).toMatchObject({
      inputCacheWrite5m: 3,
      inputCacheWrite1h: 5,
    })
    expect(answer([], { usage: { cacheWriteInputTokens: 9, cacheDetails: details } }).usage).toMatchObject({
      inputCacheWrite5m: 4,
      inputCacheWrite1h: 5,
    })
    expect(answer([], { usage: { cacheDetails: [] } }).usage).not.toHaveProperty('inputCacheWrite1h')
  })
})
