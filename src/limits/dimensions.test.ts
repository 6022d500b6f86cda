/** What limits can count by, and which of it a fallback changes. */
import { describe, expect, it } from 'vitest'
import { dimensionValue, isOfTarget } from './dimensions.ts'

const values = {
  api_key: 'k1',
  organisation_id: 'o1',
  workspace_id: 'w1',
  config: 'c1',
  prompt: 'p1',
  endpoint_type: 'chat',
  virtual_key: 'main',
  provider: 'acme-ai',
  model: 'one-2',
  'metadata.team': 'red',
  'metadata.empty': '',
}

describe('a dimension', () => {
  it.each([
    ['api_key', 'k1', false],
    ['organisation_id', 'o1', false],
    ['workspace_id', 'w1', false],
    ['workspace', 'w1', false],
    ['config', 'c1', false],
    ['prompt', 'p1', false],
    ['endpoint_type', 'chat', false],
    ['virtual_key', 'main', true],
    ['provider', 'acme-ai', true],
    ['model', 'one-2', true],
    ['metadata.team', 'red', false],
    ['metadata.empty', undefined, false],
    ['metadata.absent', undefined, false],
  ])('%s is %s; of the target: %s', (key, value, ofTarget) => {
    expect(dimensionValue(values, key)).toBe(value)
    expect(isOfTarget(key)).toBe(ofTarget)
  })
  it('workspace_id is known by its other name too', () => {
    expect(dimensionValue({ workspace: 'w2' }, 'workspace_id')).toBe('w2')
  })
})
