import { describe, expect, it } from 'vitest'
import { sampleCatalog, sampleDirectory } from '../../test/support/sample-catalog.ts'
import { GatewayError } from '../errors.ts'
import { resolveTarget } from './resolve.ts'
import { suggestModels } from './suggest.ts'

const known = new Map([
  ['i-oai', [{ id: 'gpt-5' }, { id: 'gpt-5-mini' }]],
  ['i-goog', [{ id: 'gemini-2.5-pro' }]],
])

function messageFor(model: string): string {
  try {
    resolveTarget(sampleCatalog(), sampleDirectory, { model }, 0)
  } catch (error) {
    if (error instanceof GatewayError) return suggestModels(error, sampleCatalog(), known).message
  }
  throw new Error('it was not refused')
}

describe('the refusal of a bare model', () => {
  it.each([
    ['gpt-5', "write it as '@oai/gpt-5', '@oai/gpt-5-mini'"],
    ['gpt5', "write it as '@oai/gpt-5'"],
    ['gemini-2.5', "write it as '@goog/gemini-2.5-pro'"],
  ])('of %s names what the workspace has', (model, expected) => {
    expect(messageFor(model)).toBe(`no provider was named for the model '${model}': ${expected}`)
  })

  it('stays as it was when nothing is close', () => {
    expect(messageFor('zzz')).toContain("no provider was named for the model 'zzz'")
  })

  it('leaves other errors alone', () => {
    const error = new GatewayError('not_found', 'x')
    expect(suggestModels(error, sampleCatalog(), known)).toBe(error)
  })
})
