import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTables } from './create-tables.ts'
import { startEngine } from './engine.ts'

const variables = { PATH: process.env.PATH, JAVA_HOME: process.env.JAVA_HOME }
const tables = { catalogTable: 'catalog', countersTable: 'counters', logsTable: 'logs' }
const connect = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-engine-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the embedded engine', () => {
  it('keeps its items over a restart, and creating tables again changes nothing', async () => {
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
    const first = await startEngine({ dataFolder: folder, variables })
    await createTables(connect(first.endpoint), tables)
    await connect(first.endpoint).send(new PutItemCommand({ TableName: 'catalog', Item: { ...Key, n: { N: '7' } } }))
    await first.stop()
    const second = await startEngine({ dataFolder: folder, variables })
    await createTables(connect(second.endpoint), tables)
    const { Item } = await connect(second.endpoint).send(new GetItemCommand({ TableName: 'catalog', Key }))
    await second.stop()
    expect(Item?.n?.N).toBe('7')
  })

  it('refuses a folder that another process uses and names its pid', async () => {
    const engine = await startEngine({ dataFolder: folder, variables })
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(`in use by process ${process.pid}`)
    await engine.stop()
    const again = await startEngine({ dataFolder: folder, variables })
    await again.stop()
  })

  it('takes over the lock of a process that is gone', async () => {
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedTicks: 'another process' }))
    const engine = await startEngine({ dataFolder: folder, variables })
    await engine.stop()
  })

  it('says in one sentence that the database is corrupt, and gives the folder back', async () => {
    writeFileSync(join(folder, 'dynamodb.sqlite'), 'this is no database, and long enough to be read as one'.repeat(100))
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(/is corrupt and cannot be opened/)
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(/is corrupt and cannot be opened/)
  })

  it('uses an endpoint named in the environment and starts nothing', async () => {
    const engine = await startEngine({ variables: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' } })
    expect(engine.endpoint).toBe('http://127.0.0.1:1')
    await engine.stop()
  })

  it('is gone after the program was killed with SIGKILL, and the folder can be used again', async () => {
    const script = `import { startEngine } from ${JSON.stringify(new URL('engine.ts', import.meta.url).href)}
      const engine = await startEngine({ dataFolder: ${JSON.stringify(folder)}, variables: process.env })
      process.stdout.write(engine.endpoint)
      setInterval(() => {}, 1000)`
    const program = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: variables,
    })
    const [endpoint] = (await once(program.stdout, 'data')) as [Buffer]
    program.kill('SIGKILL')
    await once(program, 'close')
    await expect.poll(() => reachable(endpoint.toString()), { timeout: 5_000, interval: 10 }).toBe(false)
    const engine = await startEngine({ dataFolder: folder, variables })
    await engine.stop()
  })
})

function reachable(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { method: 'POST' }).then(
    () => true,
    () => false,
  )
}
