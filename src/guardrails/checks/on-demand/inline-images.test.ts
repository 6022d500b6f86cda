import { describe, expect, it } from 'vitest'
import { guardrailPortsOf, runCheck, subjectOf } from '../../../../test/support/guardrail-subject.ts'
import type { WebFile } from '../../guardrail.ts'

const png: WebFile = { status: 200, contentType: 'image/png', bytes: Buffer.from('PNG') }
const inline = 'data:image/png;base64,UE5H'
const chat = (...parts: readonly object[]) => ({ messages: [{ role: 'user', content: parts }] })
const byUrl = (url: string) => ({ type: 'image_url', image_url: { url, detail: 'low' } })

async function run(json: object, parameters: object = {}, file: WebFile | Error = png) {
  const asked: unknown[] = []
  const ports = guardrailPortsOf({
    async fetchFile(request) {
      asked.push(request)
      if (file instanceof Error) throw file
      return file
    },
  })
  const subject = subjectOf('', { json: { ...json }, aiProviderId: 'kind' })
  return { verdict: await runCheck('default.inlineImageUrls', { ...parameters }, subject, ports), asked }
}

describe('inlineImageUrls', () => {
  it('puts images into the request, in every wire, and leaves the rest as it was', async () => {
    const text = { type: 'text', text: 'see https://a.example/cat.png' }
    const { verdict, asked } = await run(
      chat(text, byUrl('https://a.example/cat.png'), byUrl('data:image/gif;base64,AA')),
    )
    expect(verdict.json).toEqual(
      chat(text, { type: 'image_url', image_url: { url: inline, detail: 'low' } }, byUrl('data:image/gif;base64,AA')),
    )
    expect(asked).toEqual([{ url: new URL('https://a.example/cat.png'), maxBytes: 20_971_520, timeoutMs: 30_000 }])
    const responses = await run({
      input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://a.example/x' }] }],
    })
    expect(responses.verdict.json).toMatchObject({ input: [{ content: [{ image_url: inline }] }] })
    const anthropic = await run(chat({ type: 'image', source: { type: 'url', url: 'https://a.example/x' } }))
    expect(anthropic.verdict.json).toEqual(
      chat({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'UE5H' } }),
    )
  })

  it('fetches an image once, however often it is named', async () => {
    const { asked } = await run(chat(byUrl('https://a.example/x'), byUrl('https://a.example/x')))
    expect(asked).toHaveLength(1)
  })

  it('does nothing for other providers, or without images', async () => {
    const other = await run(chat(byUrl('https://a.example/x')), { providers: ['other'] })
    expect(other.verdict).not.toHaveProperty('json')
    expect(other.asked).toEqual([])
    for (const providers of [['@open'], ['kind']])
      expect((await run(chat(byUrl('https://a.example/x')), { providers })).verdict.json).toBeDefined()
    expect((await run(chat({ type: 'text', text: 'hi' }))).verdict).not.toHaveProperty('json')
  })

  it.each([
    [{ ...png, status: 404 }, /a.example was not given: 404/],
    [{ ...png, contentType: 'text/html' }, /no image but 'text\/html'/],
    [new Error('the answer has more than 5 bytes'), /more than 5 bytes/],
  ])('is an error when the image cannot be had: %o', async (file, message) => {
    await expect(run(chat(byUrl('https://a.example/x')), {}, file)).rejects.toThrow(message)
  })

  it('fetches at most 20', async () => {
    const parts = Array.from({ length: 21 }, (_, at) => byUrl(`https://a.example/${at}`))
    await expect(run(chat(...parts))).rejects.toThrow('21 images; at most 20')
  })
})
