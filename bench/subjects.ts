/** What is compared: the provider itself, Sluice and a peer, each started the way its users start it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { childrenOf, gatewayCore, type Started, startNode, stop, waitForOutput } from './processes.ts'
import { countRecorded, type Recorded } from './recorded.ts'

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
const peerFolder = join(projectFolder, 'node_modules/@portkey-ai/gateway')
const model = 'gpt-4o-mini'

/** Milliseconds that the provider takes to its first byte and between events. */
export interface Pace {
  readonly delayMs: number
  readonly gapMs: number
}

/** In words, for the table: a gateway that keeps records does more than one that does not. */
export interface Features {
  readonly keys: string
  readonly records: string
  readonly budget: string
}

export interface Subject {
  readonly name: string
  /** What it does beside forwarding; absent for the provider itself. */
  readonly features?: Features
  readonly url: (pace: Pace) => string
  readonly headers: (pace: Pace) => Readonly<Record<string, string>>
  readonly model: (pace: Pace) => string
  /** The gateway's own process; absent for the provider itself. */
  readonly pid?: number
  /** The same, with what it wrote. */
  readonly started?: Started
  /** What the gateway has started beside itself (a database). */
  readonly companions: readonly number[]
  /** What it told its operators meanwhile: message → how often. */
  readonly complaints?: ReadonlyMap<string, number>
  /** Absent = it keeps no records. */
  readonly countRecorded?: () => Promise<Recorded>
  stop(): Promise<void>
}

export const upstreamPath = ({ delayMs, gapMs }: Pace) => `/${delayMs}/${gapMs}/v1`
export const slugOf = ({ delayMs, gapMs }: Pace) => `bench-${delayMs}-${gapMs}`

export function direct(upstreamOrigin: string): Subject {
  return {
    name: 'direct',
    url: (pace) => `${upstreamOrigin}${upstreamPath(pace)}/chat/completions`,
    headers: () => ({ authorization: 'Bearer bench-upstream-key' }),
    model: () => model,
    companions: [],
    stop: async () => {},
  }
}

export const apiKey = 'bench-api-key-0123456789'
const adminKey = 'bench-admin-key-0123456789'

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'sluice-bench-'))

/** `node <options> <program>`: the gateway is measured with the options that its users start it with. */
const startScript = (
  JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start

/** Starts `npm start`'s program over this data folder; resolves when it listens. */
export async function startSluiceIn(folder: string, nodeArgs: readonly string[] = []) {
  const [, ...args] = startScript.split(' ').map((arg) => (arg.endsWith('.ts') ? join(projectFolder, arg) : arg))
  const started = startNode([...nodeArgs, ...args, '--port', '0', '--data', folder], {
    core: gatewayCore,
    environment: { SLUICE_ADMIN_KEY: adminKey, SLUICE_API_KEY: apiKey },
    workingFolder: folder,
  })
  const [, origin = ''] = await waitForOutput(started, /listens on (http:\/\/\S+)/)
  return { started, origin: origin.replace('localhost', '127.0.0.1') }
}

export const budgetName = 'sluice, budget'

/** Sluice with keys checked and every request recorded, bodies too: its defaults. `hasBudget`: by a key with a cost limit. */
export async function sluice(
  upstreamOrigin: string,
  paces: readonly Pace[],
  { nodeArgs = [], hasBudget = false }: { readonly nodeArgs?: readonly string[]; readonly hasBudget?: boolean } = {},
): Promise<Subject> {
  const folder = temporaryFolder()
  const { started, origin } = await startSluiceIn(folder, nodeArgs)
  const { data } = (await administer(origin, 'GET', '/admin/workspaces')) as { data: Workspace[] }
  const [workspace] = data
  if (workspace === undefined) throw new Error('a first start made no workspace')
  for (const pace of paces) await connect(origin, slugOf(pace), `${upstreamOrigin}${upstreamPath(pace)}`, workspace)
  const key = hasBudget ? await createLimitedKey(origin, workspace) : apiKey
  return {
    name: hasBudget ? budgetName : 'sluice',
    features: {
      keys: 'yes',
      records: 'all, fsynced, bodies',
      budget: hasBudget ? 'held before the call' : 'no',
    },
    url: () => `${origin}/v1/chat/completions`,
    headers: () => ({ authorization: `Bearer ${key}` }),
    model: (pace) => `@${slugOf(pace)}/${model}`,
    pid: started.pid,
    started,
    companions: childrenOf(started.pid),
    complaints: started.complaints,
    countRecorded: () => countRecorded(folder, workspace.id),
    async stop() {
      await stop(started)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Workspace {
  readonly id: string
  readonly slug: string
}

export async function connect(origin: string, slug: string, customHost: string, workspace: Workspace): Promise<void> {
  await administer(origin, 'POST', '/integrations', {
    name: slug,
    slug,
    ai_provider_id: 'openai',
    key: 'bench-upstream-key',
    configurations: { custom_host: customHost },
  })
  await administer(origin, 'PUT', `/integrations/${slug}/workspaces`, {
    workspaces: [{ id: workspace.slug, enabled: true }],
    create_default_provider: true,
    default_provider_slug: slug,
  })
}

/** A key whose cost limit is far away; gives its secret. */
export async function createLimitedKey(origin: string, workspace: Workspace): Promise<string> {
  const { key } = (await administer(origin, 'POST', '/api-keys/workspace/service', {
    name: 'limited',
    scopes: ['completions.write'],
    workspace_id: workspace.id,
    usage_limits: { credit_limit: 1_000_000 },
  })) as { key: string }
  return key
}

/** Calls the control plane of a gateway started here. */
export async function administer(origin: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${origin}/v1${path}`, {
    method,
    headers: { 'x-portkey-api-key': adminKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

export function startPeer(port: number): Started {
  return startNode([join(peerFolder, 'build/start-server.js'), `--port=${port}`, '--headless'], {
    core: gatewayCore,
    environment: { NODE_ENV: 'production' },
  })
}

/** The peer checks no key and keeps no record: it has neither in this edition. */
export async function portkey(upstreamOrigin: string, port: number): Promise<Subject> {
  const started = startPeer(port)
  await waitUntilAnswers(`http://127.0.0.1:${port}/`, started)
  return {
    name: 'portkey',
    features: { keys: 'no', records: 'no', budget: 'no' },
    url: () => `http://127.0.0.1:${port}/v1/chat/completions`,
    headers: (pace) => ({
      authorization: 'Bearer bench-upstream-key',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${upstreamOrigin}${upstreamPath(pace)}`,
    }),
    model: () => model,
    pid: started.pid,
    companions: [],
    stop: () => stop(started),
  }
}

/** Asks every few milliseconds until there is an HTTP answer, whatever it says. */
export async function waitUntilAnswers(url: string, started: Started): Promise<void> {
  for (let tries = 0; tries < 4_000; tries++) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => undefined,
    )
    if (status !== undefined) return
    if (started.child.exitCode !== null || started.child.pid === undefined) break
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${url} never answered:\n${started.output()}`)
}
