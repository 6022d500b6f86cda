import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { collect, type InferenceEvent } from '../../inference/index.ts'
import { Placeholders } from './placeholders.ts'
import { EventRestorer, restoreJson, restoreText, TextRestorer } from './restore.ts'

const taken = () => {
  const placeholders = new Placeholders()
  placeholders.nameOf('EMAIL_ADDRESS', 'ada@example.org', { isRestorable: true })
  placeholders.nameOf('NAME', 'Ada "the" Example', { isRestorable: true })
  placeholders.nameOf('SECRET', 'hush-hush-1', { isRestorable: false })
  return placeholders
}

describe('a text', () => {
  it('gets back what was taken out, and keeps what only looks like a placeholder', () => {
    const text = '{{EMAIL_ADDRESS_1}} {{ NAME_1 }} {{SECRET_1}} {{EMAIL_ADDRESS_2}} {{{EMAIL_ADDRESS_1}}} {{x}}'
    expect(restoreText(text, taken())).toBe(
      'ada@example.org Ada "the" Example {{SECRET_1}} {{EMAIL_ADDRESS_2}} {ada@example.org} {{x}}',
    )
  })

  it('says the same however it is cut', () => {
    const text =
      'a {{EMAIL_ADDRESS_1}}{{ NAME_1 }}, {{{EMAIL_ADDRESS_1}}} {{EMAIL_ADDRESS {{NAME_1 {{EMAIL_ADDRESS_12}} {'
    const seed = Number(process.env.SEED ?? 20_261_121)
    const random = seededRandom(seed)
    for (let run = 0; run < 1_000; run++) {
      const restorer = new TextRestorer(taken(), 'text')
      let said = ''
      for (let at = 0; at < text.length; ) {
        const length = 1 + Math.floor(random() * 12)
        said += restorer.push(text.slice(at, at + length))
        at += length
      }
      expect(said + restorer.end(), `seed ${seed}`).toBe(restoreText(text, taken()))
    }
  })

  it('is held only while a placeholder that was given may be coming', () => {
    const restorer = new TextRestorer(taken(), 'text')
    expect(restorer.push('x {')).toBe('x ')
    expect(restorer.push('{')).toBe('')
    expect(restorer.push('m')).toBe('{{m')
    expect(restorer.push('{{EMAIL_')).toBe('')
    expect(restorer.push('X')).toBe('{{EMAIL_X')
  })
})

describe('a body', () => {
  it('has them in strings and, escaped, in the JSON of arguments; what is signed stays', () => {
    const body = {
      text: '{{NAME_1}}',
      tool_calls: [{ function: { arguments: '{"to":"{{NAME_1}}"}' } }],
      input: { to: ['{{NAME_1}}'] },
      content: [{ type: 'thinking', thinking: '{{NAME_1}}', signature: 's' }],
    }
    const restored = restoreJson(body, taken()) as typeof body
    expect(restored.text).toBe('Ada "the" Example')
    expect(JSON.parse(restored.tool_calls[0]?.function.arguments ?? '')).toEqual({ to: 'Ada "the" Example' })
    expect(restored.input).toEqual({ to: ['Ada "the" Example'] })
    expect(restored.content).toEqual(body.content)
  })
})

describe('events', () => {
  it('have them in texts and tool calls, not in thinking, with what was held before the block ends', () => {
    const events: readonly InferenceEvent[] = [
      { type: 'response-start', id: 'r', model: 'm' },
      { type: 'block-start', index: 0, block: { type: 'reasoning' } },
      { type: 'block-delta', index: 0, text: '{{NAME_1}}' },
      { type: 'block-end', index: 0, signature: 's' },
      { type: 'block-start', index: 1, block: { type: 'text' } },
      { type: 'block-start', index: 2, block: { type: 'tool-call', id: 'c', name: 'send' } },
      { type: 'block-delta', index: 1, text: 'to {{NA' },
      { type: 'block-delta', index: 2, text: '{"to":"{{NAME' },
      { type: 'block-delta', index: 1, text: 'ME_1}} {{EM' },
      { type: 'block-delta', index: 2, text: '_1}}"}' },
      { type: 'block-end', index: 1 },
      { type: 'block-end', index: 2 },
      { type: 'response-end', finish: { reason: 'stop' } },
    ]
    const restorer = new EventRestorer(taken())
    const restored = events.flatMap((event) => restorer.push([event]))
    const { reasoning, text, toolCalls } = collect(restored)
    expect(reasoning).toBe('{{NAME_1}}')
    expect(text).toBe('to Ada "the" Example {{EM')
    expect(JSON.parse(toolCalls[0]?.arguments ?? '')).toEqual({ to: 'Ada "the" Example' })
  })
})

describe('placeholders', () => {
  it('have one name for one value, and never a name that the text has already', () => {
    const placeholders = new Placeholders()
    placeholders.reserve('what is {{EMAIL_ADDRESS_1}}?')
    const name = (value: string) => placeholders.nameOf('EMAIL_ADDRESS', value, { isRestorable: true })
    expect([name('a@x.org'), name('b@x.org'), name('a@x.org')]).toEqual([
      '{{EMAIL_ADDRESS_2}}',
      '{{EMAIL_ADDRESS_3}}',
      '{{EMAIL_ADDRESS_2}}',
    ])
    expect(placeholders.valueOf('{{EMAIL_ADDRESS_1}}')).toBeUndefined()
  })

  it('hide no short number inside of longer ones, and leave JSON what it is', () => {
    const placeholders = new Placeholders()
    placeholders.nameOf('SECRET', '1234', { isRestorable: true })
    const hidden = placeholders.hide('{"id":"a1234","created":1712345,"tokens":1234,"said":"pin 1234, pin:1234"}')
    expect(JSON.parse(hidden)).toEqual({
      id: 'a{{SECRET_1}}',
      created: 1712345,
      tokens: '{{SECRET_1}}',
      said: 'pin {{SECRET_1}}, pin:{{SECRET_1}}',
    })
  })

  it('hide what was taken out, also where JSON has escaped it', () => {
    const value = 'Ada "the" Example'
    const nested = JSON.stringify({ text: value, arguments: JSON.stringify({ to: value }), mail: 'ada@example.org' })
    expect(JSON.parse(taken().hide(nested))).toEqual({
      text: '{{NAME_1}}',
      arguments: '{"to":"{{NAME_1}}"}',
      mail: '{{EMAIL_ADDRESS_1}}',
    })
  })
})
