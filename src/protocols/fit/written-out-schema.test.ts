import { describe, expect, it } from 'vitest'
import type { Warning } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { cleanSchema } from './written-out-schema.ts'

function clean(schema: JsonObject) {
  const warnings: Warning[] = []
  const cleaned = cleanSchema(schema, 'tools.parameters', warnings)
  return { cleaned, told: warnings.map(({ type, field }) => `${type} ${field}`) }
}

/** 2^20 schemas when written out. */
function doubling(keyword: 'properties' | 'allOf'): JsonObject {
  return Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => {
      const next = { $ref: `#/$defs/s${at + 1}` }
      return [`s${at}`, { [keyword]: keyword === 'allOf' ? [next, next] : { a: next, b: next } }]
    }),
  )
}

describe('a schema for Gemini', () => {
  it('keeps what the provider knows', () => {
    const schema = {
      type: 'object',
      title: 'T',
      properties: {
        pattern: { type: ['string', 'null'], enum: ['a'], format: 'date' },
        list: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1 },
        either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['pattern'],
      additionalProperties: false,
    }
    expect(clean(schema)).toEqual({ cleaned: schema, told: [] })
  })

  it('loses what it does not know, and says so', () => {
    const schema = {
      $schema: 'x',
      type: 'object',
      properties: { a: { type: 'string', pattern: '^a', minLength: 1, default: 'a' } },
      patternProperties: {},
    }
    expect(clean(schema)).toEqual({
      cleaned: { type: 'object', properties: { a: { type: 'string' } } },
      told: ['pattern', 'minLength', 'default', 'patternProperties'].map((key) => `dropped tools.parameters.${key}`),
    })
  })

  it('has its references written out', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/A', description: 'mine' }, b: { $ref: '#/definitions/x~1y' } },
      $defs: { A: { type: 'object', description: 'its', properties: { b: { $ref: '#/definitions/x~1y' } } } },
      definitions: { 'x/y': { type: 'string' } },
    }
    expect(clean(schema)).toEqual({
      cleaned: {
        type: 'object',
        properties: {
          a: { type: 'object', description: 'mine', properties: { b: { type: 'string' } } },
          b: { type: 'string' },
        },
      },
      told: [],
    })
  })

  it.each<[string, JsonObject]>([
    ['itself', { type: 'object', properties: { child: { $ref: '#' } } }],
    [
      'one that contains it',
      { $ref: '#/$defs/A', $defs: { A: { anyOf: [{ $ref: '#/$defs/B' }] }, B: { items: { $ref: '#/$defs/A' } } } },
    ],
    ['itself through allOf', { allOf: [{ $ref: '#' }], type: 'object' }],
    [
      'itself through another allOf',
      {
        allOf: [{ $ref: '#/$defs/A' }],
        $defs: { A: { allOf: [{ $ref: '#/$defs/B' }] }, B: { allOf: [{ $ref: '#/$defs/A' }] } },
      },
    ],
    ['itself through two allOf', { $defs: { A: { allOf: [{ $ref: '#/$defs/A' }] } }, allOf: [{ $ref: '#/$defs/A' }] }],
  ])('that contains %s comes to an end', (_, schema) => {
    expect(JSON.stringify(clean(schema).cleaned)).not.toContain('$ref')
  })

  it.each([
    ['references double at every step', { $ref: '#/$defs/s0', $defs: doubling('properties') }],
    ['all of each is two of the next', { $ref: '#/$defs/s0', $defs: doubling('allOf') }],
    ['it is too deep', JSON.parse(`${'{"items":'.repeat(500)}{}${'}'.repeat(500)}`)],
  ])('is refused when %s', (_, schema) => {
    expect(() => clean(schema)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('tells of a reference that leads nowhere', () => {
    const { cleaned, told } = clean({ type: 'object', properties: { a: { $ref: 'https://example.com/x' } } })
    expect(cleaned).toEqual({ type: 'object', properties: { a: {} } })
    expect(told).toEqual(['changed tools.parameters.$ref'])
  })

  it('says a constant as the only choice, and all of several as one', () => {
    const schema = {
      allOf: [
        { properties: { a: { const: 1 } }, required: ['a'] },
        { properties: { b: true }, required: ['b'] },
      ],
      type: 'object',
    }
    expect(clean(schema).cleaned).toEqual({
      type: 'object',
      properties: { a: { enum: [1] }, b: true },
      required: ['a', 'b'],
    })
  })
})
