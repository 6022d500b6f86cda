import { describe, expect, it } from 'vitest'
import type { SavedGuardrail } from './guardrail.ts'
import { checkActions, readGuardrailRef, resolveGuardrails } from './read.ts'

const read = (value: unknown) => readGuardrailRef(value, 'input', 'input_guardrails', () => '12345678-9')

const saved: SavedGuardrail = {
  id: 'id-1',
  slug: 'pg-rule-1',
  name: 'rule',
  organisationId: 'o',
  status: 'active',
  checks: [
    { id: 'default.contains', parameters: { words: ['x'] } },
    { id: 'default.wordCount', parameters: {}, is_enabled: false },
  ],
  actions: { deny: true, async: true },
  versionId: 'v-1',
  createdAtMs: 0,
  updatedAtMs: 0,
}
const resolve = (refs: readonly (string | Record<string, unknown>)[], list = [saved]) =>
  resolveGuardrails({ refs, hook: 'input', saved: list, newId: () => '12345678-9' })

describe('a guardrail that is written out', () => {
  it('takes every key but the reserved ones as a check', () => {
    expect(read({ 'default.contains': { words: ['a'] }, wordCount: {}, deny: true })).toMatchObject({
      guardrail: {
        id: 'input_guardrail_12345678',
        deny: true,
        isAsync: false,
        checks: [{ id: 'default.contains' }, { id: 'default.wordCount' }],
      },
    })
  })

  it('takes the raw form of a hook', () => {
    const raw = {
      id: 'pii-in',
      type: 'guardrail',
      sequential: true,
      checks: [{ id: 'default.regexMatch', parameters: { rule: 'a' }, is_enabled: true }],
      onFail: { feedback: { value: -5, weight: 2, metadata: { a: 1 } } },
    }
    expect(read(raw)).toMatchObject({
      guardrail: { id: 'pii-in', isSequential: true, onFail: { value: -5, weight: 2, metadata: { a: 1 } } },
    })
  })

  it.each([
    [{ deny: true }, /has no check/],
    [{ contain: {} }, /did you mean 'default.contains'/],
    [{ 'pillar.scanPrompt': {} }, /cannot be connected here/],
    [{ contains: { words: ['a'] }, deny: 'yes' }, /deny is 'yes'; it must be true or false/],
    [{ contains: { words: ['a'] }, type: 'mutator', async: true }, /cannot be async/],
    [{ contains: 'a' }, /parameters must be an object/],
    [7, /must be the id or slug/],
  ])('is refused when it cannot be meant: %j', (value, message) => {
    expect(() => read(value)).toThrow(message)
  })
})

describe('a saved guardrail', () => {
  it.each(['id-1', 'pg-rule-1', { id: 'pg-rule-1' }])('is found by %j, without the checks that are off', (ref) => {
    expect(resolve([ref])).toMatchObject([
      { id: 'pg-rule-1', versionId: 'v-1', deny: true, isAsync: true, checks: [{ id: 'default.contains' }] },
    ])
  })

  it('takes the actions that stand beside its id', () => {
    expect(resolve([{ id: 'pg-rule-1', async: false }])).toMatchObject([{ deny: true, isAsync: false }])
  })

  it('runs once however often it is named', () => {
    expect(resolve(['pg-rule-1', 'id-1'])).toHaveLength(1)
  })

  it('is not taken out by one that only bears its name', () => {
    const weaker = [
      { id: 'pg-rule-1', deny: false },
      { id: 'pg-rule-1', wordCount: {}, deny: false },
    ]
    expect(resolve([...weaker, 'pg-rule-1']).filter(({ deny }) => deny)).toHaveLength(1)
  })

  it('is prepared once as long as it is the same', () => {
    expect(resolve(['id-1'])[0]).toBe(resolve(['pg-rule-1'])[0])
    expect(resolve(['id-1'], [{ ...saved }])[0]).not.toBe(resolve(['id-1'])[0])
  })

  it('is refused when it is not known or archived', () => {
    expect(() => resolve(['pg-other'])).toThrow(/there is no guardrail 'pg-other'/)
    expect(() => resolve(['id-1'], [{ ...saved, status: 'archived' }])).toThrow(/there is no guardrail/)
  })
})

describe('actions that are saved', () => {
  it.each([
    ['denny', 'deny'],
    ['stream_windw', 'stream_window'],
    ['systemPrompt', 'system_prompt'],
  ])('with %s are refused: %s was meant', (key, nearest) => {
    expect(() => checkActions({ [key]: true }, 'actions')).toThrow(
      `actions.${key} is no action; did you mean '${nearest}'?`,
    )
  })

  it('may have keys of others', () => {
    expect(() =>
      checkActions({ deny: true, on_fail: {}, message: 'x', owner_email_address: 'y' }, 'actions'),
    ).not.toThrow()
  })
})
