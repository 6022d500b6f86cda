/** All that a running program has on its disk, as one text: table rows with their compressed parts opened, and files. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type AttributeValue, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Sluice } from './sluice.ts'

export async function dumpEverythingStored(sluice: Sluice): Promise<string> {
  const { dynamo } = sluice.running.program.clients
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}))
  const texts: string[] = []
  for (const TableName of TableNames) {
    let from: Record<string, AttributeValue> | undefined
    do {
      const page = await dynamo.send(new ScanCommand({ TableName, ...(from && { ExclusiveStartKey: from }) }))
      texts.push(...(page.Items ?? []).map((item) => JSON.stringify(item, (_, value: unknown) => opened(value))))
      from = page.LastEvaluatedKey
    } while (from !== undefined)
  }
  const files = readdirSync(sluice.dataFolder, { recursive: true, withFileTypes: true })
  for (const file of files) if (file.isFile()) texts.push(textOf(readFileSync(join(file.parentPath, file.name))))
  return texts.join('\n')
}

function opened(value: unknown): unknown {
  return value instanceof Uint8Array ? textOf(value) : value
}

function textOf(bytes: Uint8Array): string {
  for (const open of [brotliDecompressSync, gunzipSync]) {
    try {
      return open(bytes).toString('latin1')
    } catch {
      // it was not packed like this
    }
  }
  return Buffer.from(bytes).toString('latin1')
}
