import { describe, expect, it } from 'vitest'
import { dropForeignReasoning } from './foreign-reasoning.ts'

const hi = { role: 'user', content: 'hi' }
const own = { type: 'reasoning', id: 'rs_68af01', summary: [], encrypted_content: 'gAAAAB' }
const stored = { type: 'reasoning', id: 'rs_68af02', summary: [] }

describe('reasoning of other providers in a body that passes', () => {
  it.each([['hi'], [[hi, own, stored]], [undefined], [[7, { type: 'message' }]]])('is not found in %j', (input) => {
    expect(dropForeignReasoning({ input })).toBeUndefined()
  })

  it.each([
    ['sealed here', { type: 'reasoning', id: 'rs_m1_0', summary: [], encrypted_content: 'signature:Er=' }],
    ['hidden and sealed here', { type: 'reasoning', summary: [], encrypted_content: 'redacted:x' }],
    [
      'shown without a seal',
      { type: 'reasoning', id: 'rs_resp_17_0', summary: [{ type: 'summary_text', text: 'hm' }] },
    ],
  ])('that is %s is taken out and told, its own stays', (_, foreign) => {
    expect(dropForeignReasoning({ input: [hi, own, foreign, hi] })).toEqual({
      edits: { input: [hi, own, hi] },
      warnings: [expect.objectContaining({ type: 'dropped', field: 'reasoning' })],
    })
  })
})
