import { describe, expect, it } from 'vitest'
import { answeringPorts, runCheck } from '../../../test/support/guardrail-subject.ts'

describe('validUrls', () => {
  it('passes when every address answers', async () => {
    const { ports, sent } = answeringPorts(({ url }) => ({ status: url.pathname === '/gone' ? 404 : 200 }))
    expect(
      (await runCheck('default.validUrls', {}, 'see https://a.example/x, and (https://b.example).', ports)).isPassed,
    ).toBe(true)
    expect(sent.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      'HEAD https://a.example/x',
      'HEAD https://b.example/',
    ])
    expect(await runCheck('default.validUrls', {}, 'https://a.example/gone', ports)).toMatchObject({
      isPassed: false,
      data: { invalidUrls: ['https://a.example/gone'] },
    })
  })

  it('is content with a name that resolves when told so', async () => {
    const { ports, sent } = answeringPorts(() => ({}))
    expect((await runCheck('default.validUrls', { onlyDNS: true }, 'https://good.example/x', ports)).isPassed).toBe(
      true,
    )
    expect((await runCheck('default.validUrls', { onlyDNS: true }, 'https://bad.example', ports)).isPassed).toBe(false)
    expect(sent).toEqual([])
  })

  it('takes time in proportion to the text, however its addresses end', async () => {
    const { ports } = answeringPorts(() => ({ status: 404 }))
    const text = `https://a.example/${'!'.repeat(200_000)}x`
    expect((await runCheck('default.validUrls', {}, text, ports)).isPassed).toBe(false)
  })

  it('fails without any address, and does not ask for very many', async () => {
    const { ports } = answeringPorts(() => ({}))
    expect((await runCheck('default.validUrls', {}, 'none', ports)).isPassed).toBe(false)
    const many = Array.from({ length: 40 }, (_, at) => `https://a.example/${at}`).join(' ')
    await expect(runCheck('default.validUrls', {}, many, ports)).rejects.toThrow(/40 URLs/)
  })
})
