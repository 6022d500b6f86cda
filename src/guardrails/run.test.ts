import { describe, expect, it } from 'vitest'
import { guardrailPortsOf, subjectOf } from '../../test/support/guardrail-subject.ts'
import { manualAmbient } from '../../test/support/manual-ambient.ts'
import type { CheckedContent, CheckedText, Guardrail, GuardrailPorts, Hook, RunCheck } from './guardrail.ts'
import { noteOf } from './result.ts'
import { runGuardrails } from './run.ts'

const slot = (text: string, role = 'user', isLast = true): CheckedText => ({ text, role, isLast })

function contentOf(slots: readonly CheckedText[], json: object = {}): CheckedContent {
  return {
    slots,
    json: { ...json },
    withTexts: (texts) =>
      contentOf(
        slots.map((each, at) => ({ ...each, text: texts.get(at) ?? each.text })),
        json,
      ),
    withJson: (other) => contentOf(slots, other),
  }
}

interface Rule {
  readonly run: RunCheck
  readonly mayChange?: boolean
  readonly failsOnError?: boolean
  readonly hooks?: readonly Hook[]
}

function guardrail(id: string, rules: readonly Rule[], more: Partial<Guardrail> = {}): Guardrail {
  return {
    id,
    type: 'guardrail',
    deny: false,
    isAsync: false,
    isSequential: false,
    isSoftDeny: false,
    messages: 'last',
    isSystemInScope: false,
    checks: rules.map(({ run, mayChange = false, failsOnError = false, hooks = ['input', 'output'] }, at) => ({
      id: `${id}.${at}`,
      hooks,
      mayChange,
      failsOnError,
      run,
    })),
    ...more,
  }
}

const passes: RunCheck = () => ({ isPassed: true })
const fails: RunCheck = () => ({ isPassed: false, data: { explanation: 'no' } })
const breaks: RunCheck = () => {
  throw new TypeError('broken')
}
const replace =
  (from: string, to: string): RunCheck =>
  ({ texts }) => ({ isPassed: true, texts: texts.map((text) => text.replaceAll(from, to)) })

const run = (
  guardrails: readonly Guardrail[],
  content = contentOf([slot('abc')]),
  ports: GuardrailPorts = guardrailPortsOf(),
) => runGuardrails({ guardrails, content, circumstances: subjectOf(''), ports })
const textsOf = (content: CheckedContent) => content.slots.map(({ text }) => text)

describe('guardrails', () => {
  it('deny when one that may deny fails, and only note when it may not', async () => {
    expect((await run([guardrail('a', [{ run: fails }], { deny: true })])).deniedBy?.id).toBe('a')
    const noted = await run([guardrail('a', [{ run: fails }]), guardrail('b', [{ run: passes }], { deny: true })])
    expect(noted).toMatchObject({
      hasFailed: true,
      hasChanged: false,
      results: [
        { id: 'a', verdict: false },
        { id: 'b', verdict: true },
      ],
    })
    expect(noted.deniedBy).toBeUndefined()
  })

  it('pass when a check breaks, unless it is told to fail; the error shows either way', async () => {
    const { results } = await run([
      guardrail('a', [{ run: breaks }]),
      guardrail('b', [{ run: breaks, failsOnError: true }]),
    ])
    expect(results).toMatchObject([
      { verdict: true, checks: [{ verdict: true, error: { name: 'TypeError', message: 'broken' } }] },
      { verdict: false, checks: [{ verdict: false, error: { message: 'broken' } }] },
    ])
  })

  it('give up on a check that never answers', async () => {
    const ambient = manualAmbient()
    let start = () => {}
    const started = new Promise<void>((resolve) => {
      start = resolve
    })
    const hangs: RunCheck = () => {
      start()
      return new Promise(() => {})
    }
    const rules = [{ run: hangs, failsOnError: true }]
    const ending = run([guardrail('a', rules)], undefined, guardrailPortsOf({ ambient }))
    await started
    ambient.advance(30_000)
    expect((await ending).results[0]?.checks[0]?.error?.message).toContain('did not answer')
  })

  it('leave out a check that does not apply to this side', async () => {
    const { results } = await run([guardrail('a', [{ run: fails, hooks: ['output'] }])])
    expect(results).toMatchObject([{ verdict: true, checks: [{ skipped: true }] }])
  })

  it('keep the changes of all checks, side by side as well as in sequence', async () => {
    const rules = [
      { run: replace('a', '1'), mayChange: true },
      { run: replace('b', '2'), mayChange: true },
    ]
    for (const isSequential of [false, true]) {
      const outcome = await run([guardrail('x', rules, { isSequential })])
      expect(textsOf(outcome.content)).toEqual(['12c'])
      expect(outcome.results[0]).toMatchObject({
        transformed: true,
        checks: [{ transformed: true }, { transformed: true }],
      })
    }
  })

  it('judge the first text side by side, and the text so far in sequence', async () => {
    const rules: readonly Rule[] = [
      { run: replace('a', '1'), mayChange: true },
      { run: ({ text }) => ({ isPassed: text === 'abc' }) },
    ]
    expect((await run([guardrail('x', rules)])).hasFailed).toBe(false)
    expect((await run([guardrail('x', rules, { isSequential: true })])).hasFailed).toBe(true)
  })

  it('keep the changes of one another', async () => {
    const change = (from: string, to: string) => guardrail(from, [{ run: replace(from, to), mayChange: true }])
    expect(textsOf((await run([change('a', '1'), change('c', '3')])).content)).toEqual(['1b3'])
  })

  it('see what mutators made, wherever these stand in the list', async () => {
    const seen: string[] = []
    const looks: RunCheck = ({ text }) => {
      seen.push(text)
      return { isPassed: true }
    }
    const mutator = guardrail('m', [{ run: replace('abc', 'xyz'), mayChange: true }], { type: 'mutator' })
    const { results } = await run([guardrail('g', [{ run: looks }]), mutator])
    expect(seen).toEqual(['xyz'])
    expect(results.map(({ id }) => id)).toEqual(['g', 'm'])
  })

  it('see and change only what is in their scope', async () => {
    const slots = [slot('be brief a', 'system', false), slot('a first', 'user', false), slot('a last')]
    const rule = [{ run: replace('a', '-'), mayChange: true }]
    const changed = async (more: Partial<Guardrail>) =>
      textsOf((await run([guardrail('x', rule, more)], contentOf(slots))).content)
    expect(await changed({})).toEqual(['be brief a', 'a first', '- l-st'])
    expect(await changed({ messages: 'all' })).toEqual(['be brief a', '- first', '- l-st'])
    expect(await changed({ isSystemInScope: true })).toEqual(['be brief -', 'a first', '- l-st'])
  })

  it('say nothing has changed when a check gives back the same text', async () => {
    const outcome = await run([guardrail('x', [{ run: replace('q', 'z'), mayChange: true }])])
    expect(outcome).toMatchObject({ hasChanged: false, results: [{ transformed: false }] })
  })

  it('may replace the whole body', async () => {
    const outcome = await run([guardrail('x', [{ run: () => ({ isPassed: true, json: { a: 2 } }), mayChange: true }])])
    expect(outcome.content.json).toEqual({ a: 2 })
  })

  it('give feedback with the names of their checks', async () => {
    const onFail = { value: -5, weight: 1, metadata: { team: 'x' } }
    const [result] = (await run([guardrail('g', [{ run: fails }, { run: passes }], { onFail })])).results
    expect(result?.feedback).toEqual({
      value: -5,
      weight: 1,
      metadata: { team: 'x', successfulChecks: 'g.1', failedChecks: 'g.0', erroredChecks: '' },
    })
  })

  it('are noted without what they quote of the text', async () => {
    const { results } = await run([
      guardrail('g', [{ run: () => ({ isPassed: false, data: { textExcerpt: 'my secret' } }) }]),
    ])
    const [result] = results
    if (result === undefined) throw new Error('no result')
    expect(JSON.stringify(noteOf(result, 'input', 1))).not.toContain('secret')
  })
})
