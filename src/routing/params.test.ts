import { describe, expect, it } from 'vitest'
import { editBody } from './params.ts'

const body = {
  model: 'm',
  temperature: 1,
  metadata: { a: 1, b: 2 },
  tools: [{ strict: true, name: 'f' }, { name: 'g' }],
  deep: { a: { b: 1, c: 2 }, list: [[1, 2], 3] },
}

describe('editing a body', () => {
  it('is nothing without params', () => {
    expect(editBody(body, {})).toBeUndefined()
    expect(
      editBody(body, {
        defaultParams: { temperature: 0 },
        dropParams: ['user', 'tools[*].none', 'tools[7]', 'tools[*].name.x', 'deep.*.x', 'deep.z.b', 'model.x', '.'],
      }),
    ).toBeUndefined()
  })

  it('fills, then overwrites, then leaves out', () => {
    const edited = editBody(body, {
      defaultParams: { temperature: 0, top_p: 0.5, seed: 1 },
      overrideParams: { top_p: 0.9, metadata: { c: 3 } },
      dropParams: ['seed', 'temperature'],
    })
    expect(edited?.edits).toEqual({ top_p: 0.9, metadata: { c: 3 }, seed: undefined, temperature: undefined })
    expect(edited?.body).toEqual({ model: 'm', top_p: 0.9, metadata: { c: 3 }, tools: body.tools, deep: body.deep })
    expect(edited?.isReparsed).toBe(false)
  })

  it.each<[string, unknown]>([
    ['tools[*].strict', { tools: [{ name: 'f' }, { name: 'g' }] }],
    ['tools.0.strict', { tools: [{ name: 'f' }, { name: 'g' }] }],
    ['tools[1]', { tools: [{ strict: true, name: 'f' }] }],
    ['metadata.a', { metadata: { b: 2 } }],
    ['metadata.*', { metadata: {} }],
    ['deep.a.b', { deep: { a: { c: 2 }, list: [[1, 2], 3] } }],
    ['deep.*.b', { deep: { a: { c: 2 }, list: [[1, 2], 3] } }],
    ['deep.list.0.1', { deep: { a: { b: 1, c: 2 }, list: [[1], 3] } }],
  ])('leaves out %s and says that a value was reparsed', (path, edits) => {
    const edited = editBody(body, { dropParams: [path] })
    expect(edited?.edits).toEqual(edits)
    expect(edited?.isReparsed).toBe(true)
  })

  it('leaves the given body alone', () => {
    const before = JSON.stringify(body)
    editBody(body, { dropParams: ['tools[*].strict', 'metadata.a'], overrideParams: { x: 1 } })
    expect(JSON.stringify(body)).toBe(before)
  })
})
