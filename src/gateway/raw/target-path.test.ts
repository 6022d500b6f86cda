import { describe, expect, it } from 'vitest'
import { editQuery, modelOfPath, rawTargetOf, withPathModel } from './target-path.ts'

describe('the address that is passed on', () => {
  it.each([
    ['/v1/files/a%2Fb?x=1&x=2', { path: '/files/a%2Fb', plainPath: '/files/a/b', query: 'x=1&x=2' }],
    ['/v1/v1/files', { path: '/files', query: '' }],
    ['/v1/proxy/files/', { path: '/files', query: '', isExplicit: true }],
    ['/v1beta/models/m:verb?alt=sse', { path: '/models/m:verb', query: 'alt=sse', isExplicit: false }],
    ['/v1/files?a=b?c', { path: '/files', query: 'a=b?c' }],
  ])('of %s begins below the version', (rawTarget, expected) => {
    const path = decodeURIComponent(rawTarget.split('?')[0] ?? '')
    expect(rawTargetOf({ path, rawTarget })).toMatchObject(expected)
  })

  it.each(['/v2/files', '/elsewhere', '/v1%2Ffiles', '/v1'])('is none for %s', (rawTarget) => {
    expect(rawTargetOf({ path: decodeURIComponent(rawTarget), rawTarget })).toBeUndefined()
  })

  it('is rebuilt where only the decoded path is known', () => {
    expect(rawTargetOf({ path: '/v1/files/a b' })).toMatchObject({ path: '/files/a%20b' })
  })
})

describe('the query', () => {
  it('stays byte for byte, but for secrets and the model', () => {
    expect(editQuery('include[]=a&include[]=b&q=%20+', ['secret-key'], undefined)).toBe(
      'include[]=a&include[]=b&q=%20+',
    )
    expect(editQuery('a=1&key=secret-key&b=xsecret-keyx', ['secret-key'], undefined)).toBe('a=1')
    expect(editQuery('model=%40slug%2Fm%201&a=1', [], 'm 1')).toBe('model=m%201&a=1')
    expect(editQuery('model=m&a', [], 'm')).toBe('model=m&a')
    expect(editQuery('', [], 'm')).toBe('')
  })
})

describe('a model in the path', () => {
  it.each([
    ['/models/gemini-2.5:countTokens', 'gemini-2.5'],
    ['/models/@gem/gemini-2.5:countTokens', '@gem/gemini-2.5'],
    ['/models/google/gemini-2.5:countTokens', 'google/gemini-2.5'],
    ['/models/%40gem%2Fgemini-2.5:countTokens', '@gem/gemini-2.5'],
    ['/publishers/google/models/imagen-4:predict', 'imagen-4'],
    ['/model/arn%3Aaws%3Abedrock%2Fx/invoke', 'arn:aws:bedrock/x'],
    ['/openai/deployments/gpt/images', 'gpt'],
    ['/models', undefined],
    ['/files/models', undefined],
  ])('of %s is %s', (path, model) => {
    expect(modelOfPath(path)).toBe(model)
  })

  it('is replaced in its place, and left alone where it is the same', () => {
    expect(withPathModel('/models/@gem/g:countTokens', 'g')).toBe('/models/g:countTokens')
    expect(withPathModel('/models/a%2Db:run', 'a-b')).toBe('/models/a%2Db:run')
    expect(withPathModel('/models/x:run', '$1/y')).toBe('/models/%241%2Fy:run')
  })
})
