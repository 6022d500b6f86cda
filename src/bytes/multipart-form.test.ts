import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { GatewayError } from '../errors.ts'
import { editForm, FormFile, type FormPart, readFields, readParts, writeForm } from './multipart-form.ts'

const contentType = 'multipart/form-data; boundary=cut'
const form = (...lines: string[]) => Buffer.from(lines.join('\r\n'))
const field = (name: string, value: string) => ['--cut', `Content-Disposition: form-data; name="${name}"`, '', value]
const simple = form(...field('model', 'whisper-1'), ...field('prompt', 'hi'), '--cut--', '')

function problem(act: () => unknown): string {
  try {
    act()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(GatewayError)
    return (thrown as GatewayError).message
  }
  return 'nothing was thrown'
}

describe('reading a form', () => {
  it('gives texts by their names, and lists where a name repeats or ends in brackets', () => {
    const body = form(
      ...field('model', 'gpt-image-1'),
      ...field('tag', 'a'),
      ...field('tag', 'b'),
      ...field('tag', 'c'),
      ...field('include[]', 'logprobs'),
      '--cut--',
      '',
    )
    expect(readFields(body, contentType)).toEqual({ model: 'gpt-image-1', tag: ['a', 'b', 'c'], include: ['logprobs'] })
  })

  it('describes a file and keeps its bytes out of JSON', () => {
    const head =
      '--cut\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\" %22c.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 99, 117, 120, 13, 10, 1])
    const { file } = readFields(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--cut--')]), contentType)
    expect(JSON.parse(JSON.stringify(file))).toEqual({
      filename: 'a "b" "c.wav',
      contentType: 'audio/wav',
      byteLength: bytes.length,
    })
    expect(Buffer.from((file as FormFile).bytes)).toEqual(bytes)
  })

  it('takes a preamble, padding behind delimiters, a quoted boundary, and a boundary within a line', () => {
    const body = form(
      'preamble',
      '--c t ',
      'content-disposition: form-data; name=a',
      '',
      'x --c t',
      '--c t--  ',
      'epilogue',
    )
    expect(readFields(body, 'multipart/form-data; boundary="c t"; charset=utf-8')).toEqual({ a: 'x --c t' })
  })

  it('finds the name of a part whatever its other parameters say', () => {
    const body = form(
      '--cut',
      'X: y',
      'content-disposition: form-data ; filename="; name=model"; Name=file ;',
      '',
      'x',
      '--cut',
      "Content-Disposition: form-data; name=b; filename*=UTF-8''b.wav",
      '',
      'y',
      '--cut--',
    )
    expect(readFields(body, contentType)).toMatchObject({
      file: { filename: '; name=model' },
      b: { filename: "UTF-8''b.wav" },
    })
  })

  it('reads an empty form and an empty value', () => {
    expect(readFields(form('--cut--', ''), contentType)).toEqual({})
    expect(readFields(form(...field('a', ''), '--cut--'), contentType)).toEqual({ a: '' })
  })

  it.each([
    ['no boundary', 'multipart/form-data', simple, /names no boundary/],
    ['an endless boundary', `multipart/form-data; boundary=${'x'.repeat(201)}`, simple, /has 201 characters; 200 are/],
    ['another boundary', 'multipart/form-data; boundary=other', simple, /does not hold its boundary 'other'/],
    ['a cut body', contentType, simple.subarray(0, -12), /the form is cut: part 2 has no end/],
    ['a part without headers', contentType, form('--cut', '', 'x', '--cut--'), /part 1 of the form has no headers/],
    ['a part without a name', contentType, form('--cut', 'A: b', '', 'x', '--cut--'), /part 1 of the form has no name/],
    [
      'a text that is no text',
      contentType,
      Buffer.concat([form(...field('a', '')), Buffer.from([0xff]), form('', '--cut--')]),
      /'a' is neither UTF-8 text nor a file/,
    ],
    [
      'a boundary inside',
      contentType,
      form(...field('a', '--cutx'), '--cut--'),
      /its boundary at byte \d+ where no part/,
    ],
    [
      'a part that only others see',
      contentType,
      form(...field('a', 'x\n--cut\nContent-Disposition: form-data; name="n"\n\n9'), '--cut--'),
      /its boundary at byte \d+ where no part begins; lines end in CR LF/,
    ],
    [
      'two names',
      contentType,
      form('--cut', 'Content-Disposition: form-data; name="a"; name="b"', '', 'x', '--cut--'),
      /part 1 of the form says 'name' twice/,
    ],
    [
      'two dispositions',
      contentType,
      form('--cut', ...Array(2).fill('Content-Disposition: form-data; name="a"'), '', 'x', '--cut--'),
      /part 1 of the form has no name/,
    ],
    [
      'an open quote',
      contentType,
      form('--cut', 'Content-Disposition: form-data; name="a', '', 'x', '--cut--'),
      /part 1 of the form has a header that cannot be read at '"a'/,
    ],
    ['two boundaries', `${contentType}; boundary=other`, simple, /the content-type of the form says 'boundary' twice/],
    ['too many parts', contentType, form(...Array(257).fill(field('a', '1')).flat(), '--cut--'), /more than 256 parts/],
  ])('says what is wrong with %s', (_, type, body, message) => {
    expect(problem(() => readFields(body, type))).toMatch(message)
  })

  it('finds every cut of a body', () => {
    for (let length = 0; length < simple.length - 4; length++)
      expect(problem(() => readFields(simple.subarray(0, length), contentType))).toMatch(/does not hold|is cut/)
  })
})

describe('editing a form', () => {
  it('gives the same bytes when nothing changes', () => {
    expect(editForm(simple, contentType, { model: 'whisper-1', temperature: undefined })).toBe(simple)
  })

  it('sets, adds and removes', () => {
    const body = editForm(simple, contentType, {
      model: 'other',
      prompt: undefined,
      temperature: 0.5,
      include: ['a', 'b'],
      chunking: { type: 'auto' },
    })
    expect(readParts(body, contentType)).toEqual([
      { name: 'model', value: 'other' },
      { name: 'temperature', value: '0.5' },
      { name: 'include[]', value: 'a' },
      { name: 'include[]', value: 'b' },
      { name: 'chunking', value: '{"type":"auto"}' },
    ])
  })

  it('makes one of a field that came twice', () => {
    const twice = form(...field('n', '1'), ...field('m', 'x'), ...field('n', '2'), '--cut--', '')
    expect(editForm(twice, contentType, { n: '3' }).toString()).toBe(
      form(...field('n', '3'), ...field('m', 'x'), '--cut--', '').toString(),
    )
  })

  it('does not let a value break out of its part', () => {
    expect(problem(() => editForm(simple, contentType, { prompt: 'x\r\n--cut\r\n' }))).toMatch(/holds the boundary/)
    const body = editForm(simple, contentType, { 'a"\r\nX: y': '1' })
    expect(readFields(body, contentType)).toMatchObject({ 'a"\r\nX: y': '1' })
  })
})

describe('any form', () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const scraps = ['\r\n', '--', 'form-part', '-1', 'a', '"', '\\', '\0', 'ü', ' ', '\r\n--form-part', '--\r\n']
  const text = () => Array.from({ length: Math.floor(random() * 6) }, () => pick(scraps)).join('')
  const noise = () => Buffer.from(Array.from({ length: Math.floor(random() * 20) }, () => Math.floor(random() * 256)))
  const part = (): FormPart => ({
    name: pick(['a', 'b', 'c[]', 'quo"te']),
    value:
      random() < 0.5
        ? text()
        : new FormFile(
            pick(['x.wav', 'ü"\r\n.png']),
            pick(['audio/wav', 'image/png']),
            Buffer.concat([Buffer.from(text()), noise()]),
          ),
  })
  const seen = (parts: readonly FormPart[]) =>
    parts.map(({ name, value }) => [
      name,
      typeof value === 'string' ? value : [value.filename, value.contentType, Buffer.from(value.bytes).toString('hex')],
    ])

  it(`is read as it was written, and an edit keeps the other parts byte for byte (seed ${seed})`, () => {
    for (let round = 0; round < 500; round++) {
      const parts = Array.from({ length: Math.floor(random() * 5) }, part)
      const written = writeForm(parts)
      expect(seen(readParts(written.bytes, written.contentType))).toEqual(seen(parts))
      const edited = editForm(written.bytes, written.contentType, { a: 'set' })
      const first = parts.findIndex(({ name }) => name === 'a')
      const rest = parts.filter(({ name }, at) => name !== 'a' || at === first)
      const wanted = rest.map((each): FormPart => (each.name === 'a' ? { name: 'a', value: 'set' } : each))
      expect(seen(readParts(edited, written.contentType))).toEqual(
        seen(first === -1 ? [...wanted, { name: 'a', value: 'set' }] : wanted),
      )
    }
  })
})
