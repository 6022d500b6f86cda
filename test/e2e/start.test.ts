import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalProcess, runLocal } from '../support/local-process.ts'

let folder: string
const processes: LocalProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-start-'))
})

afterEach(async () => {
  for (const each of processes.splice(0)) {
    each.child.kill('SIGKILL')
    await each.ended
  }
  rmSync(folder, { recursive: true, force: true })
})

function start(args: readonly string[] = [], variables: Record<string, string> = {}): LocalProcess {
  const started = runLocal(['--port', '0', '--data', folder, ...args], variables)
  processes.push(started)
  return started
}

async function originOf(started: LocalProcess): Promise<string> {
  const [, origin] = await started.says(/listens on (http:\S+)/)
  return origin ?? ''
}

async function ask(origin: string, key: string) {
  const body = JSON.stringify({ model: '@demo/hello', messages: [{ role: 'user', content: 'ping' }] })
  return fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  })
}

/** Process ids, of whatever thread started them. */
function childrenOf(pid: number | undefined): readonly string[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((child) => child !== ''),
  )
}

describe('npm start', () => {
  it('prints keys once, answers with the demo model, and keeps everything over a restart', async () => {
    const first = start()
    const origin = await originOf(first)
    const [, key = ''] = await first.says(/api key {4}(\S+)/)
    expect(first.output()).toMatch(/admin key {2}\S+/)
    expect(first.output()).toContain('curl -N')
    const answer = await ask(origin, key)
    expect(await answer.json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('simulated') } }],
    })
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)

    const second = start()
    expect((await ask(await originOf(second), key)).status).toBe(200)
    expect(second.output()).not.toContain(key)
  })

  it('needs no program but Node: nothing is on the PATH, and no other process is started', async () => {
    const started = start([], { PATH: '', SLUICE_API_KEY: 'a-preset-key-0123456789' })
    const origin = await originOf(started)
    expect((await ask(origin, 'a-preset-key-0123456789')).status).toBe(200)
    if (process.platform === 'linux') expect(childrenOf(started.child.pid)).toEqual([])
    expect(readdirSync(folder)).toContain('tables.sqlite')
  })

  it('lets the request under way finish after Ctrl-C and leaves no engine behind', async () => {
    const started = start([], { SLUICE_API_KEY: 'a-preset-key-0123456789' })
    const origin = await originOf(started)
    const body = JSON.stringify({ model: '@demo/hello', stream: true, messages: [{ role: 'user', content: 'ping' }] })
    const response = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-preset-key-0123456789', 'content-type': 'application/json' },
      body,
    })
    started.child.kill('SIGINT')
    expect(await response.text()).toContain('data: [DONE]')
    expect(await started.ended).toBe(0)
    expect(readdirSync(folder)).not.toContain('lock')
  })

  it('refuses a port in use with one sentence', async () => {
    const first = start()
    const { port } = new URL(await originOf(first))
    const other = mkdtempSync(join(tmpdir(), 'sluice-start-'))
    const second = runLocal(['--port', port, '--data', other])
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/port \d+ is in use/)
    expect(second.output().trim().split('\n')).toHaveLength(1)
    const third = runLocal(['--port', '0', '--data', other])
    processes.push(third)
    // the keys were not shown, so they must not have been made
    await third.says(/admin key\s+\S+/)
    third.child.kill('SIGTERM')
    await third.ended
    rmSync(other, { recursive: true, force: true })
  })

  it.each([
    [{ SLUICE_ADMIN_KEY: 'one-key-for-everything', SLUICE_API_KEY: 'one-key-for-everything' }, /are the same/],
    [{ SLUICE_LOG_TTL_DAYS: 'long' }, /SLUICE_LOG_TTL_DAYS is 'long'/],
    [{ SLUICE_PORT: '' }, /the port must be/],
  ])('refuses %j with one sentence', async (variables, sentence) => {
    const wrong = runLocal(['--data', folder, ...('SLUICE_PORT' in variables ? [] : ['--port', '0'])], variables)
    expect(await wrong.ended).not.toBe(0)
    expect(wrong.output()).toMatch(sentence)
    expect(wrong.output().trim().split('\n')).toHaveLength(1)
  })

  it('refuses a data folder in use and names the process', async () => {
    const first = start()
    await originOf(first)
    const second = start()
    expect(await second.ended).toBe(1)
    expect(second.output()).toContain(String(first.child.pid))
  })

  it('says so when the database is corrupt', async () => {
    writeFileSync(join(folder, 'dynamodb.sqlite'), 'this is no database'.repeat(100))
    const started = start()
    expect(await started.ended).toBe(1)
    expect(started.output()).toMatch(/corrupt/)
  })

  it('says so when the key file is another one', async () => {
    const first = start([], { OPENAI_API_KEY: 'sk-plain-text-secret' })
    await originOf(first)
    first.child.kill('SIGTERM')
    await first.ended
    expect(statSync(join(folder, 'secrets.key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, 'secrets.sealed'), 'latin1')).not.toContain('sk-plain-text-secret')
    writeFileSync(join(folder, 'secrets.key'), Buffer.alloc(32, 7))
    const second = start()
    expect(await second.ended).toBe(1)
    expect(second.output().trim().split('\n')).toHaveLength(1)
  })

  it('starts over with --fresh and touches nothing else in the folder', async () => {
    writeFileSync(join(folder, 'mine.txt'), 'keep')
    const first = start()
    const [, key = ''] = await first.says(/api key {4}(\S+)/)
    first.child.kill('SIGTERM')
    await first.ended
    const second = start(['--fresh'])
    const origin = await originOf(second)
    expect((await ask(origin, key)).status).toBe(401)
    expect(readdirSync(folder)).toContain('mine.txt')
  })

  it('connects the providers whose keys are in the environment', async () => {
    const started = start([], { OPENAI_API_KEY: 'sk-x', GROQ_API_KEY: 'gsk-x' })
    const [, key = ''] = await started.says(/api key {4}(\S+)/)
    const response = await fetch(`${await originOf(started)}/v1/models?limit=1000`, {
      headers: { authorization: `Bearer ${key}` },
    })
    const { data } = (await response.json()) as { data: { id: string }[] }
    const slugs = new Set(data.map(({ id }) => id.split('/')[0]))
    expect([...slugs].sort()).toEqual(['@demo', '@groq', '@openai'])
  })
})

describe('npm start --help', () => {
  it('says all there is', async () => {
    const help = runLocal(['--help'])
    expect(await help.ended).toBe(0)
    for (const word of ['--port', '--host', '--data', '--fresh', 'SLUICE_ADMIN_KEY', 'SLUICE_API_KEY'])
      expect(help.output()).toContain(word)
  })

  it.each([
    [['--prot', '1'], '--prot'],
    [['--port', 'eighty'], 'eighty'],
  ])('%j is refused by name', async (args, word) => {
    const wrong = runLocal(args as string[])
    expect(await wrong.ended).toBe(2)
    expect(wrong.output()).toContain(word)
  })
})
