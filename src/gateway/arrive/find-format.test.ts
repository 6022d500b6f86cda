import { describe, expect, it } from 'vitest'
import { loggedBody } from '../settle/logged-body.ts'
import { findFormat } from './find-format.ts'

const formType = 'multipart/form-data; boundary=x'
const field = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const form = Buffer.from(`${field('model', 'm')}${field('prompt', 'mail a@b.example')}--x--\r\n`)
const json = Buffer.from('{ "model": "m" }')

type Takes = 'json' | 'form' | 'json-or-form' | 'any'

async function format(contentType: string | undefined, takes?: Takes, body: Buffer = form) {
  const headers = contentType === undefined ? {} : { 'content-type': contentType }
  return findFormat({ headers, body }, takes === undefined ? undefined : { takes })
}

describe('the format of a body', () => {
  it.each<[string | undefined, Takes | undefined, Buffer]>([
    [undefined, undefined, json],
    ['application/json; charset=utf-8', 'json', json],
    ['application/merge-patch+json', 'json-or-form', json],
    ['application/json', 'any', json],
    [formType, 'form', form],
    [formType, 'json-or-form', form],
    ['Multipart/Form-Data; boundary=x', 'any', form],
  ])('%s is read where %s is taken', async (type, takes, body) => {
    expect((await format(type, takes, body)).read(body)).toMatchObject({ model: 'm' })
  })

  it.each<[string | undefined, Takes | undefined, RegExp]>([
    [formType, undefined, /got 'multipart\/form-data', this path takes 'application\/json'$/],
    [undefined, 'form', /got '', this path takes 'multipart\/form-data'$/],
    ['text/plain', 'json-or-form', /this path takes 'application\/json' or 'multipart\/form-data'$/],
  ])('%s is refused where %s is taken', async (type, takes, message) => {
    await expect(format(type, takes)).rejects.toThrow(message)
  })

  it('of anything else leaves the bytes alone', async () => {
    const bytes = Buffer.from([1, 2])
    const opaque = await format('audio/wav', 'any', bytes)
    expect([opaque.contentType, opaque.read(bytes), opaque.edit(bytes, { model: 'x' })]).toEqual([
      'audio/wav',
      {},
      bytes,
    ])
    expect((await format('application/json', 'any', Buffer.alloc(0))).read(Buffer.alloc(0))).toEqual({})
  })

  it('of a form has what was rewritten in its fields, the others as they were', async () => {
    const { rewrite, read } = await format(formType, 'form')
    const before = read(form)
    const bytes = rewrite(form, before, { ...before, prompt: 'mail ***' })
    expect(Buffer.from(bytes).toString()).toBe(form.toString().replace('a@b.example', '***'))
    expect(read(rewrite(form, before, { model: 'm' }))).toEqual({ model: 'm' })
  })

  it('of a form keeps its files, whatever a guardrail has made of their descriptions', async () => {
    const file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nsound\r\n'
    const bytes = Buffer.from(`${file}${form}`)
    const { rewrite, read } = await format(formType, 'form', bytes)
    const before = read(bytes)
    const after = { ...JSON.parse(JSON.stringify(before)), prompt: 'x' } as Record<string, unknown>
    expect(Buffer.from(rewrite(bytes, before, after)).toString()).toBe(
      bytes.toString().replace('mail a@b.example', 'x'),
    )
  })
})

describe('what the log keeps of a body', () => {
  const kept = async (body: Buffer, type?: string, length?: number) =>
    Buffer.from(await loggedBody(body, type, length)).toString()

  it('is text as it is, a form by its fields, and a word about anything else', async () => {
    expect(await kept(json, 'application/json')).toBe(json.toString())
    expect(await kept(Buffer.from('a'), 'text/vtt')).toBe('a')
    expect(await kept(form, formType)).toBe('{"model":"m","prompt":"mail a@b.example"}')
    expect(await kept(Buffer.alloc(9), 'audio/mpeg', 1_000)).toBe('{"content_type":"audio/mpeg","byteLength":1000}')
  })

  it('is a word about a form that cannot be read', async () => {
    expect(await kept(form.subarray(0, 30), formType)).toBe(`{"content_type":"${formType}","byteLength":30}`)
  })
})
