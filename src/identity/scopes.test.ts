import { describe, expect, it } from 'vitest'
import { hasScope, inferenceScopes, scopesOf } from './scopes.ts'

describe('scopes', () => {
  it('number as documented for each type of key, and 139 in all', () => {
    const types = ['organisation-service', 'workspace-service', 'workspace-user'] as const
    expect(types.map((type) => scopesOf(type).length)).toEqual([133, 91, 79])
    expect(new Set(types.flatMap(scopesOf)).size).toBe(139)
  })

  it('let organisation keys never call models and user keys never make keys', () => {
    expect(scopesOf('organisation-service')).not.toContain('completions.write')
    expect(scopesOf('workspace-user').filter((scope) => scope.includes('api_keys'))).toEqual([])
  })

  it('of an application are all within a workspace key', () => {
    expect(scopesOf('workspace-service')).toEqual(expect.arrayContaining([...inferenceScopes]))
  })

  it('accept the older name of a scope, both ways', () => {
    expect(hasScope(['logs.view'], 'logs.read')).toBe(true)
    expect(hasScope(['logs.read'], 'logs.view')).toBe(true)
    expect(hasScope(['logs.list'], 'logs.view')).toBe(false)
  })
})
