import { describe, expect, it } from 'vitest'
import { closedLog, openLog } from '../../test/contract/store-samples.ts'
import type { Item } from './attributes.ts'
import * as attributes from './log-attributes.ts'
import { closedItem, openItem, readLogImage, readOpening } from './log-items.ts'

/** As DynamoDB counts: names and text in UTF-8, numbers about half their digits and one, flags one. */
function sizeOf(item: Item): number {
  return Object.entries(item).reduce((total, [name, value]) => {
    const content =
      value.S === undefined
        ? value.N === undefined
          ? 1
          : Math.ceil(value.N.length / 2) + 1
        : Buffer.byteLength(value.S)
    return total + Buffer.byteLength(name) + content
  }, 0)
}

describe('a log as an item', () => {
  it('costs one write unit for a typical request', () => {
    expect(sizeOf(openItem(openLog('1')))).toBeLessThan(1024)
    expect(sizeOf(closedItem(closedLog('1'), 90, '12345678'))).toBeLessThan(1024)
  })

  it('becomes the same log again', () => {
    const log = closedLog('1', { metadata: { team: 'a' }, parentSpanId: 'p', errorMessage: 'x', configId: 'c' })
    expect(readLogImage(closedItem(log, 90, 'me'))).toEqual({ isClosed: true, log })
    expect(readOpening(openItem(openLog('1')))).toEqual(openLog('1'))
    expect(readLogImage(openItem(openLog('1')))).toBeUndefined()
  })

  it('drops the provider’s own usage object, which the answer’s body holds', () => {
    const log = closedLog('1', { usage: { output: 1, raw: { big: true } } })
    expect(readLogImage(closedItem(log, 90, 'me'))?.log).toMatchObject({ usage: { output: 1 } })
    expect(JSON.stringify(closedItem(log, 90, 'me'))).not.toContain('big')
  })

  it('is not seen in items of other kinds', () => {
    expect(readLogImage({ pk: { S: 'a' }, sk: { S: 'payload' } })).toBeUndefined()
    expect(readLogImage({})).toBeUndefined()
  })

  it('gives every field an attribute of its own', () => {
    const names = [
      ...attributes.textFields.map(([, name]) => name),
      ...attributes.numberFields.map(([, name]) => name),
      ...attributes.flagFields.map(([, name]) => name),
      ...attributes.listFields.map(([, name]) => name),
      ...[
        attributes.metadataAttribute,
        attributes.usageAttribute,
        attributes.stateAttribute,
        attributes.closerAttribute,
      ],
      ...['pk', 'sk', 'expires', 'feedPk', 'feedSk'],
    ]
    expect(new Set(names).size).toBe(names.length)
  })
})
