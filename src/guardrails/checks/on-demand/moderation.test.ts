import { describe, expect, it } from 'vitest'
import { guardrailPortsOf, runCheck, subjectOf } from '../../../../test/support/guardrail-subject.ts'
import type { ModelAnswer, ModelQuestion } from '../../guardrail.ts'

const result = (...flagged: readonly string[]) => ({
  categories: Object.fromEntries(['hate', 'violence', 'sexual'].map((name) => [name, flagged.includes(name)])),
})

function asking(answer: Partial<ModelAnswer>, providers: readonly string[] = ['open']) {
  const asked: ModelQuestion[] = []
  const ports = guardrailPortsOf({
    providersWith: (path) => (path === '/v1/moderations' ? providers : []),
    async askModel(question) {
      asked.push(question)
      return { status: 200, json: {}, ...answer }
    },
  })
  return { ports, asked }
}

describe('moderation by a model', () => {
  it("asks the workspace's only provider that moderates, all texts in one call", async () => {
    const { ports, asked } = asking({ json: { results: [result(), result('violence')] } })
    const subject = subjectOf('', { texts: ['one', 'two'] })
    const verdict = await runCheck('portkey.moderateContent', {}, subject, ports)
    expect(verdict).toMatchObject({ isPassed: false, data: { flaggedCategories: ['violence'] } })
    expect(asked).toMatchObject([
      {
        path: '/v1/moderations',
        body: { model: '@open/omni-moderation-latest', input: ['one', 'two'] },
        name: 'guardrail portkey.moderateContent',
      },
    ])
  })

  it('looks at the categories that were named, and can be turned round', async () => {
    const { ports } = asking({ json: { results: [result('violence')] } })
    const run = async (parameters: object) =>
      (await runCheck('portkey.moderateContent', { ...parameters }, 'x', ports)).isPassed
    expect(await run({ categories: ['hate'] })).toBe(true)
    expect(await run({ categories: ['violence'] })).toBe(false)
    expect(await run({ categories: ['violence'], not: true })).toBe(true)
  })

  it('asks the model that was named', async () => {
    const { ports, asked } = asking({ json: { results: [result()] } }, ['a', 'b'])
    await runCheck('mistral.moderateContent', { model: '@b/their-model' }, 'x', ports)
    expect(asked[0]?.body).toMatchObject({ model: '@b/their-model' })
  })

  it('does not ask about nothing', async () => {
    const { ports, asked } = asking({})
    expect(await runCheck('portkey.moderateContent', {}, '', ports)).toMatchObject({ isPassed: true })
    expect(asked).toEqual([])
  })

  it.each([
    [[], {}, {}, /no provider with a moderation endpoint/],
    [['a', 'b'], {}, {}, /several providers .*@a, @b.*'@a\/omni-moderation-latest'/],
    [['a'], {}, { status: 412, json: { error: { message: 'the limit is used up' } } }, /answered 412: the limit/],
    [['a'], {}, { json: { results: [] } }, /no result with categories/],
    [
      ['a'],
      { categories: ['weather'] },
      { json: { results: [result()] } },
      /knows no category 'weather'; it knows hate/,
    ],
  ])('is an error with providers %j, %j and the answer %j', async (providers, parameters, answer, message) => {
    const { ports } = asking(answer, providers)
    await expect(runCheck('portkey.moderateContent', parameters, 'x', ports)).rejects.toThrow(message)
  })
})
