/** The predicate of policies. */
import { describe, expect, it } from 'vitest'
import { meets, meetsAll } from './condition.ts'
import type { PolicyCondition } from './setting.ts'

const values = {
  api_key: 'k1',
  workspace_id: 'w1',
  provider: 'acme-ai',
  virtual_key: 'main',
  model: 'big/one-2',
  'metadata.team': 'red',
  'metadata.empty': '',
}

describe('a condition', () => {
  it.each<[PolicyCondition, boolean]>([
    [{ key: 'api_key', value: 'k1' }, true],
    [{ key: 'api_key', value: 'k2' }, false],
    [{ key: 'api_key', value: ['k2', 'k1'] }, true],
    [{ key: 'api_key', value: '*' }, true],
    [{ key: 'prompt', value: '*' }, false],
    [{ key: 'metadata.team', value: 'red' }, true],
    [{ key: 'metadata.team', value: 're*' }, false],
    [{ key: 'metadata.empty', value: '*' }, false],
    [{ key: 'workspace', value: 'w1' }, true],
    [{ key: 'api_key', value: 'k1', excludes: false }, true],
    [{ key: 'api_key', value: 'k1', excludes: true }, false],
    [{ key: 'api_key', value: ['k2'], excludes: true }, true],
    [{ key: 'prompt', value: 'p1', excludes: true }, true],
    [{ key: 'metadata.team', value: '*', excludes: 'red' }, false],
    [{ key: 'metadata.team', value: '*', excludes: ['blue', 'green'] }, true],
    [{ key: 'prompt', value: '*', excludes: 'p1' }, false],
    [{ key: 'model', value: 'big/one-2' }, true],
    [{ key: 'model', value: 'big/*' }, true],
    [{ key: 'model', value: 'small/*' }, false],
    [{ key: 'model', value: '@main/*' }, true],
    [{ key: 'model', value: '@acme-ai/*' }, true],
    [{ key: 'model', value: '@other/*' }, false],
    [{ key: 'model', value: '@main/big/one-2' }, true],
    [{ key: 'model', value: '@main/big/one-*' }, true],
    [{ key: 'model', value: '@main/one-2' }, false],
    [{ key: 'model', value: '@main/*', excludes: ['@main/big/*'] }, false],
    [{ key: 'typo', value: '*' }, false],
  ])('%j is met: %s', (condition, expected) => {
    expect(meets(condition, values)).toBe(expected)
  })
  it('understands a model that already names its provider', () => {
    expect(meets({ key: 'model', value: '@main/x' }, { model: '@main/x' })).toBe(true)
    expect(meets({ key: 'model', value: 'x' }, { model: '@main/x' })).toBe(true)
  })
  it('counts together with the others', () => {
    expect(meetsAll([], values)).toBe(true)
    expect(
      meetsAll(
        [
          { key: 'api_key', value: 'k1' },
          { key: 'model', value: 'x' },
        ],
        values,
      ),
    ).toBe(false)
  })
})
