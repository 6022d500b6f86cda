/** Stands between the gateway and a real provider and keeps what the provider answered, as fixtures of its own wire with secrets taken out. */
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Recorder {
  readonly origin: string
  /** What the next answer is kept as: `<folder>/<name>/`; undefined = nothing is kept. */
  keepAs(name: string | undefined): void
  stop(): Promise<void>
}

export interface RecorderSettings {
  /** Of the real provider. */
  readonly target: string
  readonly folder: string
  /** Said in the fixture's meta.json. */
  readonly provider: string
  /** Never to be kept, beside what has the form of one. */
  readonly secrets: readonly string[]
}

/** Hop by hop, or about another connection. */
const ownHeaders = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding'])

export async function startRecorder(settings: RecorderSettings): Promise<Recorder> {
  let name: string | undefined
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', settings.target)
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([header]) => !ownHeaders.has(header)))
    const client = url.protocol === 'https:' ? https : http
    const outgoing = client.request(url, { method: request.method, headers }, (incoming) => {
      const status = incoming.statusCode ?? 502
      const type = incoming.headers['content-type'] ?? ''
      const chunks: Buffer[] = []
      response.writeHead(status, { 'content-type': type })
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        response.write(chunk)
      })
      incoming.on('end', () => {
        if (name !== undefined) keep(settings, name, { status, type, text: Buffer.concat(chunks).toString('utf8') })
        response.end()
      })
    })
    outgoing.on('error', (error) => void response.writeHead(502).end(String(error)))
    request.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keepAs(next) {
      name = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

function keep({ folder, provider, secrets }: RecorderSettings, name: string, { status, type, text }: Answer): void {
  const place = join(folder, name)
  const what = status === 200 ? 'answer' : 'error'
  const ending = type.includes('event-stream') ? 'sse' : type.includes('json') ? 'json' : 'txt'
  const meta = { what: `recorded from ${provider}`, source: new Date().toISOString().slice(0, 10) }
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, `${what}.${ending}`), withoutSecrets(text, secrets))
  writeFileSync(
    join(place, 'meta.json'),
    `${JSON.stringify(status === 200 ? meta : { ...meta, status }, undefined, 2)}\n`,
  )
}

/** Keys, and ids that lead to an account, by their form: organisations, projects, users, mail addresses. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
  return known
    .replaceAll(/\b(?:sk|pk|gsk|xai|AIza)[-_]?[A-Za-z0-9_-]{16,}/g, '***')
    .replaceAll(/\b(org|proj|user|acct)([-_])[A-Za-z0-9]{6,}/g, '$1$2scrubbed')
    .replaceAll(/[\w.+-]+@[\w-]+\.[\w.]{2,}/g, 'someone@example.com')
}
