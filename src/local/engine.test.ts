import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTables } from './create-tables.ts'
import { type Engine, startEngine, visitFolder } from './engine.ts'

const variables = { PATH: process.env.PATH }
const tables = { catalogTable: 'catalog', countersTable: 'counters', logsTable: 'logs' }
const connect = (engine: Engine) => engine.connect(new DynamoDBClient({ ...engine.clientOptions, maxAttempts: 1 }))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-engine-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the embedded engine', () => {
  it('keeps its items over a restart, and creating tables again changes nothing', async () => {
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
    const first = await startEngine({ dataFolder: folder, variables })
    await createTables(connect(first), tables)
    await connect(first).send(new PutItemCommand({ TableName: 'catalog', Item: { ...Key, n: { N: '7' } } }))
    await first.stop()
    const second = await startEngine({ dataFolder: folder, variables })
    await createTables(connect(second), tables)
    const { Item } = await connect(second).send(new GetItemCommand({ TableName: 'catalog', Key }))
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
    writeFileSync(join(folder, 'tables.sqlite'), 'this is no database, and long enough to be read as one'.repeat(100))
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(/is corrupt and cannot be opened/)
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(/is corrupt and cannot be opened/)
  })

  it('refuses a database of a format that it does not know, and says which', async () => {
    await (await startEngine({ dataFolder: folder, variables })).stop()
    const database = new DatabaseSync(join(folder, 'tables.sqlite'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(/has the format 99 and this version/)
  })

  it("refuses another program's database", async () => {
    const database = new DatabaseSync(join(folder, 'tables.sqlite'))
    database.exec('CREATE TABLE notes (text)')
    database.close()
    await expect(startEngine({ dataFolder: folder, variables })).rejects.toThrow(/is a database of another program/)
  })

  it('uses an endpoint named in the environment and opens nothing', async () => {
    const engine = await startEngine({ variables: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' } })
    expect(engine.clientOptions.endpoint).toBe('http://127.0.0.1:1')
    expect(engine.embedded).toBeUndefined()
    await engine.stop()
  })

  it('can be used again right after the program was killed with SIGKILL', async () => {
    const script = `import { startEngine } from ${JSON.stringify(new URL('engine.ts', import.meta.url).href)}
      const engine = await startEngine({ dataFolder: ${JSON.stringify(folder)}, variables: process.env })
      process.stdout.write('ready')
      setInterval(() => {}, 1000)`
    const program = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: variables,
    })
    await once(program.stdout, 'data')
    program.kill('SIGKILL')
    await once(program, 'close')
    const engine = await startEngine({ dataFolder: folder, variables })
    await engine.stop()
  })
})

describe('the tables of a program that runs', () => {
  it('can be read and written by a report in another process, with the key that only the owner can read', async () => {
    const engine = await startEngine({ dataFolder: folder, variables })
    await createTables(connect(engine), tables)
    const visit = await visitFolder(folder, variables)
    expect(visit.isRunning).toBe(true)
    const item = { pk: { S: 'a' }, sk: { S: 'b' }, bytes: { B: new Uint8Array([1, 2, 3]) } }
    const client = visit.connect(new DynamoDBClient({ ...visit.clientOptions, maxAttempts: 1 }))
    await client.send(new PutItemCommand({ TableName: 'catalog', Item: item }))
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
    const { Item } = await connect(engine).send(new GetItemCommand({ TableName: 'catalog', Key }))
    expect([...(Item?.bytes?.B ?? [])]).toEqual([1, 2, 3])
    const { mode } = statSync(join(folder, 'endpoint'))
    expect(mode & 0o077).toBe(0)
    client.destroy()
    await engine.stop()
  })

  it('are refused to whoever does not know the key', async () => {
    const engine = await startEngine({ dataFolder: folder, variables })
    const { endpoint } = JSON.parse(readFileSync(join(folder, 'endpoint'), 'utf8'))
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const stranger = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    const asked = stranger.send(new GetItemCommand({ TableName: 'catalog', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }))
    await expect(asked).rejects.toThrow(/security token/)
    stranger.destroy()
    await engine.stop()
  })
})
