import { describe, expect, it } from 'vitest'
import { predibase } from './predibase.ts'

describe('a model of Predibase', () => {
  it.each([
    ['solar:support/2', 'support/2', 'solar'],
    ['solar', '', 'solar'],
    ['a/b:c', 'c', 'a%2Fb'],
  ])('%s is the adapter %j of %s', (model, name, deployment) => {
    expect(predibase.placeModel?.(model, {})).toMatchObject({
      name,
      paths: { 'openai-chat': `/{predibase_tenant_id}/deployments/v2/llms/${deployment}/v1/chat/completions` },
    })
  })
})
