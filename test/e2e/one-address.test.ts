/** One base URL for both planes: curl, the SDKs and Terraform's recorded requests against the address that clients are given. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import OpenAI from 'openai'
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forwardTo } from '../../src/transport/forward.ts'
import { createHttpsUpstream } from '../../src/transport/https-upstream.ts'
import { startHttpServer } from '../../src/transport/node-http.ts'
import { writeWholeAnswer } from '../../src/transport/whole-answer.ts'
import { checkAnswer } from '../support/described-answers.ts'
import { manualAmbient } from '../support/manual-ambient.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice
let baseUrl: string
beforeAll(async () => {
  sluice = await startSluice()
  baseUrl = `${sluice.origin}/v1`
})
afterAll(() => sluice.stop())

describe('one address', () => {
  it('answers models and administration alike to curl', async () => {
    const curl = async (path: string, key: string) =>
      JSON.parse(
        (await promisify(execFile)('curl', ['-s', `${baseUrl}${path}`, '-H', `authorization: Bearer ${key}`])).stdout,
      )
    expect(await curl('/models', sluice.apiKey)).toMatchObject({ object: 'list' })
    expect(await curl('/admin/workspaces', sluice.adminKey)).toMatchObject({ object: 'list', total: 1 })
    expect(await curl('/admin/workspaces', sluice.apiKey)).toMatchObject({ success: false, errorCode: 'AB03' })
  })

  it('serves the client of models and the one of administration', async () => {
    const models = await new OpenAI({ apiKey: sluice.apiKey, baseURL: baseUrl }).models.list()
    expect(models.object).toBe('list')
    const portkey = new Portkey({ apiKey: sluice.adminKey, baseURL: baseUrl })
    const workspaces = await portkey.admin.workspaces.list({})
    expect(workspaces).toMatchObject({ object: 'list', total: 1 })
  })

  it('answers the preflight of a browser on either plane', async () => {
    const headers = {
      origin: 'https://console.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-portkey-api-key',
    }
    for (const path of ['/chat/completions', '/configs/x']) {
      const response = await fetch(`${baseUrl}${path}`, { method: 'OPTIONS', headers })
      expect(response.status, path).toBeLessThan(300)
      expect(response.headers.get('access-control-allow-headers')).toContain('x-portkey-api-key')
    }
  })
})

interface Recorded {
  readonly method: string
  readonly path: string
  readonly body: Record<string, unknown> | null
  readonly status: number
}

const recorded = readFileSync(new URL('../fixtures/terraform/requests.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4?[0-9a-f]{3,4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Names that were made in the recording → those of this run. Slugs are known by their name, ids by the name that is written to them or their order. */
class Names {
  readonly #made: {
    readonly collection: string
    readonly id: string
    readonly slug?: string
    readonly name: string
  }[] = []
  readonly #known = new Map<string, string>()

  made(path: string, body: Recorded['body'], answer: Record<string, unknown>): void {
    const slug = typeof answer.slug === 'string' ? { slug: answer.slug } : {}
    this.#made.push({ collection: collectionOf(path), id: String(answer.id), name: String(body?.name), ...slug })
  }

  replay(text: string): string {
    const withIds = text.replace(uuid, (id) => this.#idFor(id))
    return withIds.replace(/[a-z][a-z-]+-[0-9a-f]{6}(?=[/?"]|$)/g, (slug) => this.#slugFor(slug))
  }

  #slugFor(slug: string): string {
    const stem = (text: string) => text.replace(/-[0-9a-f]{6}$/, '')
    return this.#made.find((each) => each.slug !== undefined && stem(each.slug) === stem(slug))?.slug ?? slug
  }

  #idFor(id: string): string {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    // slugs end like the id that they were made from
    const slug = recorded
      .flatMap(({ path }) => /[a-z][a-z-]+-[0-9a-f]{6}(?=[/?]|$)/.exec(path) ?? [])
      .find((each) => each.endsWith(id.slice(-6)))
    if (slug !== undefined) return this.#made.find((each) => each.slug === this.#slugFor(slug))?.id ?? id
    const collection = recorded.map(({ path }) => path).find((path) => path.split('?')[0]?.endsWith(`/${id}`))
    const taken = new Set(this.#known.values())
    const free = this.#made.filter(
      (each) => each.collection === collectionOf(collection ?? '/v1/configs/x') && !taken.has(each.id),
    )
    const written = recorded.flatMap(({ path, body }) =>
      path.includes(id) && typeof body?.name === 'string' ? [body.name] : [],
    )
    const named = free.find(({ name }) => written.some((each) => each === name || each === `${name} 2`))
    const meant = named ?? free[0]
    if (meant === undefined) return id
    this.#known.set(id, meant.id)
    return meant.id
  }
}

function collectionOf(path: string): string {
  return /^\/v1\/(admin\/workspaces|policies\/[a-z-]+|[a-z-]+)/.exec(path)?.[1] ?? ''
}

describe('the description of both planes', () => {
  it('is served to anybody at the same address', async () => {
    const response = await fetch(`${baseUrl}/openapi.json`)
    const document = (await response.json()) as { openapi: string; paths: object }
    expect([response.status, document.openapi]).toEqual([200, '3.1.0'])
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/v1/chat/completions', '/v1/api-keys/{id}']))
  })
})

describe("Terraform's recorded requests", () => {
  it('are answered with the statuses that the provider takes for success, deletions at once included', async () => {
    const names = new Names()
    const clashed = new Set(recorded.filter(({ status }) => status === 409).map(({ path }) => path))
    const done = new Set<string>()
    for (const { method, path, body } of recorded) {
      const response = await fetch(`${sluice.origin}${names.replay(path)}`, {
        method,
        headers: { 'x-portkey-api-key': sluice.adminKey, 'content-type': 'application/json' },
        ...(body === null ? {} : { body: names.replay(JSON.stringify(body)) }),
      })
      const answer = (await response.json()) as Record<string, unknown>
      checkAnswer(method, path.split('?')[0] ?? '', response.status, answer)
      // what clashed when it was recorded is done at once, and gone when it is tried again
      const isRepeated = clashed.has(path) && done.has(path)
      expect([method, path, response.status], JSON.stringify(answer)).toEqual([method, path, isRepeated ? 404 : 200])
      if (method === 'DELETE') done.add(path)
      if (method === 'POST') names.made(path, body, answer)
    }
  })
})

describe('the control plane at another address', () => {
  it('is handed calls and hands back answers as they are; one that is away is told in its own words', async () => {
    const upstream = createHttpsUpstream({ allowedHosts: [] })
    const target = new URL(sluice.origin)
    const start = (origin: string) =>
      startHttpServer('127.0.0.1', 0, {
        ambient: manualAmbient(),
        serve: forwardTo({
          origin,
          upstream,
          timeoutMs: 5_000,
          refuse: (error, sink) => writeWholeAnswer({ status: error.status, headers: {}, body: error.message }, sink),
        }),
        refuse: async () => {},
      })
    const [server, broken] = await Promise.all([start(target.origin), start('http://127.0.0.1:9')])
    const headers = { 'x-portkey-api-key': sluice.adminKey, 'content-type': 'application/json' }
    const at = (port: number, path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers, ...init })
    const body = JSON.stringify({ name: 'über 100 %', config: { retry: { attempts: 2 } } })
    const made = (await (await at(server.port, '/v1/configs', { method: 'POST', body })).json()) as { id: string }
    const direct = await (await fetch(`${sluice.origin}/v1/configs/${made.id}`, { headers })).text()
    const forwarded = await at(server.port, `/v1/configs/${made.id}?x=%2F`)
    expect(await forwarded.text()).toBe(direct)
    expect(forwarded.headers.get('x-portkey-trace-id')).toMatch(/\S/)
    expect((await at(server.port, '/v1/configs/none')).status).toBe(404)
    expect((await at(server.port, '//127.0.0.1:9/v1/configs')).status).toBe(404)
    const away = await at(broken.port, '/v1/configs')
    expect([away.status, await away.text()]).toEqual([502, expect.stringContaining('admin API did not answer')])
    await Promise.all([server.stop(0), broken.stop(0)])
    upstream.close()
  })
})
