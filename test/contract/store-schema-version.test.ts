import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkSchemaVersion } from '../../src/store/schema-version.ts'
import { startTestEngine, type TestEngine } from '../support/engine.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const key = { pk: { S: 'schema' }, sk: { S: 'version' } }
const check = () => checkSchemaVersion({ client: engine.client, table: engine.environment.logsTable })

describe('the schema version of the tables', () => {
  it('is written by the first that uses them, however many begin at once', async () => {
    await Promise.all([check(), check(), check()])
    const { Item } = await engine.client.send(new GetItemCommand({ TableName: engine.environment.logsTable, Key: key }))
    expect(Item?.version).toEqual({ N: '2' })
    await check()
  })

  it('is refused when a later version of the program wrote it, with what to do', async () => {
    const Item = { ...key, version: { N: '3' } }
    await engine.client.send(new PutItemCommand({ TableName: engine.environment.logsTable, Item }))
    await expect(check()).rejects.toThrow(
      'the tables have the schema version 3, and this version of Sluice knows up to 2; run the version that wrote them',
    )
  })
})
