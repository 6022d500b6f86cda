/** Any request on a path that is passed on, and any form, arrives as it was sent; no path leaves the provider's base. */
import { isUtf8 } from 'node:buffer'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, type Received, startUpstream, type Upstream } from '../support/upstream.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const inFlight = 8

let sluice: Sluice
let upstream: Upstream
const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight })

beforeAll(async () => {
  upstream = await startUpstream(answerJson({ text: 'heard', data: [], usage: { input_tokens: 1, output_tokens: 1 } }))
  sluice = await startSluice()
  await sluice.connect('native', 'openai', upstream.origin)
})

afterAll(async () => {
  agent.destroy()
  await sluice?.stop()
  await upstream?.stop()
})

interface Sent {
  readonly method: string
  readonly target: string
  readonly contentType?: string
  readonly body?: Buffer
}

interface Answered {
  readonly status: number
  readonly text: string
  /** What the provider got; undefined = nothing. */
  readonly received: Received | undefined
}

/** As the bytes of the target stand there: `fetch` would tidy them up. */
function send({ method, target, contentType, body }: Sent, caseName: string): Promise<Answered> {
  const headers = {
    authorization: `Bearer ${sluice.apiKey}`,
    'x-portkey-provider': '@native',
    'x-case': caseName,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(body === undefined ? {} : { 'content-length': body.length }),
  }
  const { hostname, port } = new URL(sluice.origin)
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, hostname, port, method, path: target, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          received: upstream.received.findLast(({ headers: { 'x-case': name = caseName } }) => name === caseName),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** All cases, some at a time where their headers are passed on, which tells them apart; the name of each is in what fails. */
async function sendAll<T extends Sent>(
  cases: readonly T[],
  check: (sent: T, answered: Answered, name: string) => void,
  atOnce = inFlight,
): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < cases.length) {
      const at = next++
      const sent = cases[at] as T
      const name = `case ${at} (seed ${seed}): ${sent.method} ${sent.target}`
      check(sent, await send(sent, `${seed}-${sent.target.length}-${at}`), name)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

class Dice {
  private readonly random: () => number

  constructor(start: number) {
    this.random = seededRandom(start)
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  times<T>(most: number, make: () => T): readonly T[] {
    return Array.from({ length: this.below(most + 1) }, make)
  }

  bytes(most: number): Buffer {
    return Buffer.from(this.times(most, () => this.below(256)))
  }
}

/** What RFC 3986 allows, plain and encoded. */
const pathPieces = [...'azAZ09-._~!$&()*+,;=:@', 'thread', '%20', '%2Fz', '%C3%BC', '%E2%82%AC', '%25z', '%3F', '%23']
const queryPieces = [...pathPieces, '/', '?', '[]', '%5B', '=', '&', "'"]
const roots = ['threads', 'assistants', 'vector_stores', 'files', 'x']
const prefixes = ['/v1/', '/v1beta/', '/v1/proxy/']

function anyTarget(dice: Dice): string {
  const text = (pieces: readonly string[], most: number) => dice.times(most, () => dice.pick(pieces)).join('')
  const segments = dice.times(4, () => `s${text(pathPieces, 6)}`)
  const query = dice.below(2) === 0 ? '' : `?q${text(queryPieces, 12)}`
  return `${dice.pick(prefixes)}${[dice.pick(roots), ...segments].join('/')}${query}`
}

const texts = ['', '"', '\\', 'ü', '🌍', 'é', '\r\n', ' ', 'a', '--', '</', '\u2028']

function anyJson(dice: Dice, depth = 0): string {
  const inner = () => anyJson(dice, depth + 1)
  const text = () => JSON.stringify(dice.times(3, () => dice.pick(texts)).join(''))
  const space = () => dice.pick(['', ' ', '\n\t'])
  switch (dice.below(depth > 3 ? 4 : 6)) {
    case 0:
      return dice.pick(['1.00', '-0', '1e5', '12345678901234567890', '0.1'])
    case 1:
      return dice.pick(['null', 'true', 'false'])
    case 2:
    case 3:
      return text()
    case 4:
      return `[${space()}${dice.times(3, inner).join(`${space()},`)}]`
    default:
      return `{${space()}${dice.times(4, () => `"k${dice.below(9)}"${space()}:${space()}${inner()}`).join(',')}${space()}}`
  }
}

function anyPart(dice: Dice, boundary: string, [name, value]: readonly [string, Buffer]): Buffer {
  const file = !isUtf8(value) || dice.below(2) === 0 ? `; filename="${dice.pick(['a.bin', 'ü.mp3', 'a b.wav'])}"` : ''
  const type = dice.below(2) === 0 ? '' : '\r\nContent-Type: application/octet-stream'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${type}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), value, Buffer.from('\r\n')])
}

function formOf(dice: Dice, boundary: string, fields: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = fields.map((field) => anyPart(dice, boundary, field))
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
}

function anyBody(dice: Dice): Pick<Sent, 'body' | 'contentType'> {
  const boundary = `b${dice.below(1e9)}`
  switch (dice.below(5)) {
    case 0:
      return { contentType: 'application/json', body: Buffer.from(anyJson(dice)) }
    case 1:
      return { contentType: 'application/octet-stream', body: dice.bytes(400) }
    case 2:
      return {
        contentType: 'text/plain; charset=utf-8',
        body: Buffer.from(dice.times(9, () => dice.pick(texts)).join('')),
      }
    case 3: {
      const fields = dice.times(4, () => [`f${dice.below(9)}`, dice.bytes(200)] as const)
      return { contentType: `multipart/form-data; boundary=${boundary}`, body: formOf(dice, boundary, fields) }
    }
    default:
      return { contentType: dice.pick(['application/x-ndjson', 'application/xml', 'image/png']), body: dice.bytes(90) }
  }
}

function anyRequest(dice: Dice): Sent {
  const method = dice.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method) || dice.below(5) === 0
  return { method, target: anyTarget(dice), ...(hasBody ? anyBody(dice) : {}) }
}

describe('a path that is passed on', () => {
  it(`arrives byte for byte, whatever its method, path, query and body (seed ${seed})`, async () => {
    const dice = new Dice(seed)
    await sendAll(
      Array.from({ length: 700 }, () => anyRequest(dice)),
      ({ method, target, contentType, body = Buffer.alloc(0) }, { status, text, received }, name) => {
        expect(status, `${name}: ${text}`).toBe(200)
        expect(received?.method, name).toBe(method)
        expect(received?.path, name).toBe(target.replace(/^\/v1(?:beta)?(?:\/proxy)?\//, '/v1/').replaceAll("'", '%27'))
        expect(received?.bytes.equals(body), name).toBe(true)
        expect(received?.headers['content-type'], name).toBe(contentType)
        expect(received?.headers.authorization).toBe('Bearer secret-of-native')
        expect(JSON.stringify(received?.headers)).not.toMatch(/x-portkey|test-api-key/)
      },
    )
  })

  it(`does not leave the provider's base in any disguise (seed ${seed})`, async () => {
    const dice = new Dice(seed)
    const steps = [
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      '.%2e',
      '%252e%252e',
      '..%2f',
      '..%5c',
      '%5c..',
      '%25252e.',
      '..;',
      '%zz',
      '%',
    ]
    const targets = Array.from({ length: 200 }, () => {
      const segments = Array.from({ length: 2 + dice.below(5) }, () => dice.pick([...steps, 'x', 'admin']))
      return `/v1/${dice.pick(['threads/', 'proxy/', ''])}${segments.join('/')}`
    })
    await sendAll(
      targets.map((target) => ({ method: 'GET', target })),
      (_, { status, received }, name) => {
        if (received === undefined) expect(status, name).toBeGreaterThanOrEqual(400)
        else expect(isBelow('/v1/', received.path), `${name} became ${received.path}`).toBe(true)
      },
    )
  })
})

/** However often a server decodes what it got, and whatever it takes for a slash. */
function isBelow(base: string, path: string): boolean {
  let decoded = path.split('?')[0] ?? ''
  for (let round = 0; round < 6; round++) {
    const depths = decoded.split(/[\\/]/).filter((part) => part !== '' && part !== '.')
    if (!decoded.startsWith(base) || depths.some((part) => part.split(';')[0] === '..')) return false
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return true
}

describe('a body of an endpoint that is passed on', () => {
  it(`is changed in its model's name only: forms (seed ${seed})`, async () => {
    const dice = new Dice(seed)
    const cases = Array.from({ length: 100 }, () => {
      const boundary = `b${dice.below(1e9)}`
      const more = dice.times(3, () => [`f${dice.below(9)}`, dice.bytes(200)] as const)
      const before = dice.below(4)
      const write = (model: string) => {
        const own = new Dice(before)
        const fields: (readonly [string, Buffer])[] = [...more, ['note', Buffer.from('ü')]]
        const parts = fields.map((field) => anyPart(own, boundary, field))
        const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n`
        const name = `--${boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n`
        const all = [...parts, Buffer.concat([Buffer.from(file), sound, Buffer.from('\r\n')])]
        all.splice(before, 0, Buffer.from(name))
        return Buffer.concat([...all, Buffer.from(`--${boundary}--\r\n`)])
      }
      const sound = dice.bytes(400)
      return {
        method: 'POST',
        target: '/v1/audio/transcriptions',
        contentType: `multipart/form-data; boundary=${boundary}`,
        body: write('@native/whisper-1'),
        expected: write('whisper-1'),
      }
    })
    await sendAll(
      cases,
      ({ expected, contentType }, { status, text, received }, name) => {
        expect(status, `${name}: ${text}`).toBe(200)
        expect(received?.bytes.toString('latin1'), name).toBe(expected.toString('latin1'))
        expect(received?.headers['content-type']).toBe(contentType)
      },
      1,
    )
  })

  it(`is changed in its model's name only: JSON (seed ${seed})`, async () => {
    const dice = new Dice(seed)
    const cases = Array.from({ length: 100 }, () => {
      // What is said twice goes out once (docs/reference/endpoints.md), so no name repeats here.
      let at = 0
      const more = dice.times(4, () => `"k${at++}":${anyJson(dice)}`)
      const write = (model: string) =>
        Buffer.from(`{${[`"model":"${model}"`, '"input" : ["a"]', ...more].join(' , ')}\n}`)
      const target = '/v1/embeddings'
      const contentType = 'application/json'
      return { method: 'POST', target, contentType, body: write('@native/e-1'), expected: write('e-1') }
    })
    await sendAll(
      cases,
      ({ expected }, { status, text, received }, name) => {
        expect(status, `${name}: ${text}`).toBe(200)
        expect(received?.body, name).toBe(expected.toString())
      },
      1,
    )
  })
})
