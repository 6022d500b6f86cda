/** The deployed bundles under AWS's runtime client on this machine: cold starts, the first streamed byte, the files that takes. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { bundleInto, type FunctionName, functionNames } from '../lib/bundle.ts'
import { rootKey, startLambdaPlatform } from '../test/support/lambda-platform.ts'
import { RuntimeInstance, urlEvent } from '../test/support/runtime-api.ts'
import { answerEvents, startUpstream } from '../test/support/upstream.ts'
import { type BundleSize, bundleEmpty, largestInputs, sizesOf } from './bundles.ts'
import { streamFrames } from './script.ts'
import { type Spread, spreadOf } from './statistics.ts'

const traceHook = fileURLToPath(new URL('./load-trace.ts', import.meta.url))

export interface LambdaRun {
  readonly sizes: readonly BundleSize[]
  readonly emptyBytes: number
  readonly gatewayLargest: readonly (readonly [string, number])[]
  /** Process start to the first question for work, in ms, by function; `empty` is the yardstick. */
  readonly initMs: Readonly<Record<string, Spread>>
  /** Process start to the first byte of a first streamed chat answer. */
  readonly coldFirstByteMs: Spread
  /** The same instance's second answer: invocation to first byte. */
  readonly warmFirstByteMs: Spread
  /** What a first chat request had loaded when its record was closed. */
  readonly chatFiles: readonly LoadedFile[]
}

export interface LoadedFile {
  readonly path: string
  readonly bytes: number
  readonly isBeforeFirstByte: boolean
}

export async function runLambda(rounds: number, report: (line: string) => void): Promise<LambdaRun> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-bundle-'))
  const emptyFolder = mkdtempSync(join(tmpdir(), 'sluice-bench-empty-'))
  const metafile = bundleInto(folder)
  const emptyBytes = bundleEmpty(emptyFolder)
  const place = await prepare()
  try {
    const initMs: Record<string, number[]> = Object.fromEntries(['empty', ...functionNames].map((name) => [name, []]))
    const cold: number[] = []
    const warm: number[] = []
    for (let round = 1; round <= rounds; round++) {
      for (const name of ['empty', ...functionNames]) {
        const instance =
          name === 'empty' ? await place.startEmpty(emptyFolder) : await place.start(name as FunctionName)
        initMs[name]?.push(instance.initMs)
        if (name === 'gateway') {
          cold.push(instance.initMs + (await place.chat(instance)))
          warm.push(await place.chat(instance))
        }
        await instance.stop()
      }
    }
    report('cold starts done')
    const chatFiles = await traceChat(place, place.bundleFolder)
    return {
      sizes: sizesOf(metafile),
      emptyBytes,
      gatewayLargest: largestInputs(metafile, 'gateway', 12),
      initMs: Object.fromEntries(Object.entries(initMs).map(([name, values]) => [name, spreadOf(values)])),
      coldFirstByteMs: spreadOf(cold),
      warmFirstByteMs: spreadOf(warm),
      chatFiles,
    }
  } finally {
    await place.stop()
    for (const made of [folder, emptyFolder]) rmSync(made, { recursive: true, force: true })
  }
}

async function traceChat(place: Awaited<ReturnType<typeof prepare>>, folder: string): Promise<readonly LoadedFile[]> {
  const traced = await place.start('gateway', { NODE_OPTIONS: `--import=${traceHook}` })
  const startedAtMs = Date.now()
  const firstByteAtMs = startedAtMs + (await place.chat(traced))
  const loaded = new Map(
    [...traced.log.matchAll(/loaded (\d+) file:\/\/(\S+)/g)].map((match) => [match[2] ?? '', Number(match[1])]),
  )
  await traced.stop()
  return [...loaded]
    .filter(([path]) => path.startsWith(folder))
    .map(([path, atMs]) => ({
      path: path.slice(folder.length + 1),
      bytes: statSync(path).size,
      isBeforeFirstByte: atMs <= firstByteAtMs,
    }))
}

/** The deployed functions and a provider, and a workspace with a key in them. */
async function prepare() {
  const [platform, upstream] = await Promise.all([
    startLambdaPlatform({ allowedHosts: ['127.0.0.1'] }),
    startUpstream(answerEvents(streamFrames())),
  ])
  const admin = await platform.start('admin')
  const apiKey = await provision(admin, `${upstream.origin}/v1`)
  await admin.stop()
  return {
    bundleFolder: platform.bundleFolder,
    start: platform.start,
    async startEmpty(bundleFolder: string): Promise<RuntimeInstance> {
      const like = platform.functions.find(({ name }) => name === 'gateway')
      if (like === undefined) throw new Error('the template has no gateway function')
      return new RuntimeInstance({ ...like, bundleFolder }).start()
    },
    chat: (instance: RuntimeInstance) => chat(instance, apiKey),
    stop: () => Promise.all([platform.stop(), upstream.stop()]),
  }
}

async function provision(admin: RuntimeInstance, customHost: string): Promise<string> {
  const administer = async (method: string, path: string, body: object) => {
    const headers = { 'x-portkey-api-key': rootKey, 'content-type': 'application/json' }
    const answer = await admin.invoke(urlEvent({ method, path: `/v1${path}`, headers, body: JSON.stringify(body) }))
    const told = await text(answer.body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${told}`)
    return JSON.parse(told) as Record<string, unknown>
  }
  const workspace = await administer('POST', '/admin/workspaces', { name: 'Bench' })
  await administer('POST', '/integrations', {
    name: 'Bench',
    slug: 'bench',
    ai_provider_id: 'openai',
    key: 'bench-upstream-key',
    configurations: { custom_host: customHost },
  })
  await administer('PUT', '/integrations/bench/workspaces', {
    workspaces: [{ id: workspace.id, enabled: true }],
    create_default_provider: true,
    default_provider_slug: 'bench',
  })
  const key = await administer('POST', '/api-keys/workspace/service', {
    name: 'bench',
    workspace_id: workspace.id,
    scopes: ['completions.write'],
  })
  return String(key.key)
}

/** Invocation to first byte, in ms. Throws when the answer is not whole. */
async function chat(instance: RuntimeInstance, apiKey: string): Promise<number> {
  const startedAtMs = performance.now()
  const answer = await instance.invoke(
    urlEvent({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: '@bench/gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
    }),
  )
  let firstByteMs: number | undefined
  let body = ''
  for await (const chunk of answer.body) {
    firstByteMs ??= performance.now() - startedAtMs
    body += chunk
  }
  const { errorType } = await answer.ended
  if (!body.includes('[DONE]') || errorType !== undefined || firstByteMs === undefined)
    throw new Error(`the chat failed (${answer.status}, ${errorType}): ${body.slice(0, 300)}\n${instance.log}`)
  return firstByteMs
}
