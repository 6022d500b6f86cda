/** GetRecords without the SDK's reading of every attribute, which is a tenth of a busy program's work: the engine's JSON is what we need. */
import { Agent, request } from 'node:http'
import type {
  DynamoDBStreamsClient,
  GetRecordsCommandInput,
  GetRecordsCommandOutput,
} from '@aws-sdk/client-dynamodb-streams'
import { uncheckedHeaders } from './unchecked-signer.ts'

/** In what is read then, bytes are base64 and times are numbers. Only for an engine that checks no signature. */
export function readRecordsPlainly(client: DynamoDBStreamsClient, endpoint: string): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  client.middlewareStack.add(
    (next, context) => async (given) => {
      if (context.commandName !== 'GetRecordsCommand') return next(given)
      const output = await getRecords(endpoint, agent, given.input as GetRecordsCommandInput)
      return { output, response: undefined }
    },
    { step: 'initialize' },
  )
}

function getRecords(endpoint: string, agent: Agent, input: GetRecordsCommandInput): Promise<GetRecordsCommandOutput> {
  const headers = {
    ...uncheckedHeaders,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDBStreams_20120810.GetRecords',
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(endpoint, { method: 'POST', headers, agent, timeout: 10_000 }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (answer.statusCode === 200) resolve(JSON.parse(text) as GetRecordsCommandOutput)
        else reject(new Error(`the engine answered ${answer.statusCode} to GetRecords: ${text.slice(0, 200)}`))
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('the engine did not answer GetRecords within 10 seconds')))
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(input))
  })
}
