/** The stack's whole life in an emulator of AWS: deployed by the real CDK, used as the guide says, updated, looked at by the doctor, removed. Opt-in: `npm run test:emulator`. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest'
import type { Finding } from '../../bin/doctor/finding.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { bundleIn, type Emulator, emulatorIdentity, projectFolder, startEmulator } from './emulator.ts'
import { type FunctionUrl, startFunctionUrl } from './function-url.ts'
import { until } from './until.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-emulator-'))
const stackName = 'Sluice'
/** S3 Vectors are unknown to the emulator; the provider is on loopback. */
const context = ['-c', 'semanticCache=false', '-c', 'alertEmail=ops@example.com', '-c', 'allowedHosts=127.0.0.1']

let emulator: Emulator
let upstream: Upstream
let formation: CloudFormationClient
let dynamo: DynamoDBClient
const urls: Record<string, FunctionUrl> = {}
const notices: { readonly Subject: string; readonly Message: string }[] = []
let listener: http.Server
let guide: { readonly workspace: string; readonly key: string }
let hasFailed = false

beforeAll(async () => {
  console.log(`logs of this run: ${folder}`)
  emulator = await startEmulator(folder)
  upstream = await startUpstream()
  formation = new CloudFormationClient(emulator.client)
  dynamo = new DynamoDBClient(emulator.client)
})

afterAll(async () => {
  await Promise.all(Object.values(urls).map((url) => url.stop()))
  listener?.close()
  await upstream?.stop()
  await emulator?.stop()
})

/** Each step stands on those before it. */
beforeEach(({ skip }) => {
  if (hasFailed) skip()
  onTestFailed(() => {
    hasFailed = true
  })
})

const cdkOptions = ['--no-notices', '--output', join(folder, 'cdk.out')]
const cdk = (...args: string[]) => emulator.run('cdk', [...args, ...cdkOptions])

/** As a person or a job of CI does. */
const deploy = (...more: string[]) =>
  emulator.run('npm', ['run', 'deploy', '--', '--require-approval', 'never', ...context, ...more, ...cdkOptions])

async function outputs(): Promise<Record<string, string>> {
  const { Stacks } = await formation.send(new DescribeStacksCommand({ StackName: stackName }))
  return Object.fromEntries((Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
}

/** Physical ids by logical id. */
async function resources(): Promise<Record<string, string>> {
  const { StackResources = [] } = await formation.send(new DescribeStackResourcesCommand({ StackName: stackName }))
  return Object.fromEntries(
    StackResources.map(({ LogicalResourceId, PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId]),
  )
}

/** The emulator's own workers cannot stream, so the two functions with an address run beside it, as it has them. */
async function putUrlBefore(logicalId: string): Promise<FunctionUrl> {
  const [, name = ''] = Object.entries(await resources()).find(([id]) => id.startsWith(`${logicalId}Function`)) ?? []
  const config = await new LambdaClient(emulator.client).send(
    new GetFunctionConfigurationCommand({ FunctionName: name }),
  )
  await urls[logicalId]?.stop()
  const output = join(folder, 'cdk.out')
  const url = await startFunctionUrl({
    handler: config.Handler ?? '',
    bundleFolder: bundleIn(output, readdirSync(output)),
    memoryMb: config.MemorySize ?? 0,
    timeoutMs: (config.Timeout ?? 0) * 1_000,
    variables: {
      ...config.Environment?.Variables,
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_ACCESS_KEY_ID: emulatorIdentity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulatorIdentity.secretAccessKey,
    },
  })
  urls[logicalId] = url
  return url
}

/** The shell blocks of a chapter of a page, as written. */
function shellOf(page: string, chapter: string): readonly string[] {
  const [, rest = ''] = readFileSync(join(projectFolder, page), 'utf8').split(`\n## ${chapter}\n`)
  const [inside = ''] = rest.split('\n## ')
  return [...inside.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

/** Leads `curl` from the stack's addresses to the functions beside the emulator. */
async function curlToFunctions(): Promise<string> {
  const { AdminUrl = '', BaseUrl = '' } = await outputs()
  const lead = (url: string, to: FunctionUrl | undefined) => `set -- "\${@//"${new URL(url).origin}"/"${to?.origin}"}"`
  return `curl() { ${lead(AdminUrl, urls.Admin)}; ${lead(BaseUrl, urls.Gateway)}; command curl "$@"; }\n`
}

const frames = (tokens: number) => [
  '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}',
  '{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
  `{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":${tokens},"total_tokens":${11 + tokens}}}`,
  '[DONE]',
]

function answerWith(tokens: number): void {
  upstream.script((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(
      frames(tokens)
        .map((frame) => `data: ${frame}\n\n`)
        .join(''),
    )
  })
}

async function chat(key: string): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(`${urls.Gateway?.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"model":"@openai/gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hello"}]}',
  })
  return { status: answer.status, body: await answer.text() }
}

/** Notices are sent to an address on loopback that confirms its subscription by being asked. */
async function hearTopic(): Promise<void> {
  listener = http.createServer(async (request, response) => {
    const message = JSON.parse(await text(request)) as { Type: string; Subject: string; Message: string }
    if (message.Type === 'Notification') notices.push(message)
    else await fetch((message as unknown as { SubscribeURL: string }).SubscribeURL).catch(() => {})
    response.end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const TopicArn = Object.entries(await resources()).find(([id]) => id.startsWith('NotificationsTopic'))?.[1]
  const Endpoint = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
  await new SNSClient(emulator.client).send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }))
}

describe('a stack in an emulated account', () => {
  it('is bootstrapped', async () => {
    await cdk('bootstrap')
  })

  it('leaves nothing behind where its first deployment fails', async () => {
    await expect(deploy('-c', 'stackName=Trial')).rejects.toThrow('metric math')
    const { StackResources = [] } = await formation.send(new DescribeStackResourcesCommand({ StackName: 'Trial' }))
    const left = StackResources.filter(
      ({ ResourceStatus }) => !/DELETE_COMPLETE|CREATE_FAILED/.test(ResourceStatus ?? ''),
    )
    expect(left.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual([])
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}))
    expect(TableNames).toEqual([])
  })

  it('is deployed, and tells its addresses and the root key', async () => {
    await deploy()
    expect(Object.keys(await outputs()).sort()).toEqual(
      ['AdminFunctionName', 'AdminUrl', 'BaseUrl', 'GatewayFunctionName', 'RootKeySecretName'].sort(),
    )
    await Promise.all([putUrlBefore('Gateway'), putUrlBefore('Admin'), hearTopic()])
  })

  it('gives its first key by the steps of the guide, and streams the first answer', async () => {
    answerWith(2)
    const steps = shellOf('docs/start/aws.md', 'First key')
    expect(steps).toHaveLength(3)
    const [make = '', tryIt = ''] = steps
    // the guide's provider is OpenAI itself; here it answers on loopback
    const here = make.replace('"key": "', `"configurations": {"custom_host": "${upstream.origin}/v1"}, "key": "`)
    const script = `set -euo pipefail\nexport OPENAI_API_KEY=provider-secret\n${await curlToFunctions()}${here}\n${tryIt}\necho; echo "workspace=$WORKSPACE key=$KEY"`
    const said = await emulator.run('bash', ['-s'], { input: script })
    expect(said).toContain('"content":"Hello"')
    expect(said).toContain('data: [DONE]')
    const [, workspace = '', key = ''] = /workspace=(\S+) key=(\S+)/.exec(said) ?? []
    guide = { workspace, key }
    expect(upstream.received.at(-1)?.headers.authorization).toBe('Bearer provider-secret')
  })

  it('changes its root key by the steps of the guide', async () => {
    const [make = '', , change = ''] = shellOf('docs/start/aws.md', 'First key')
    const functions = make.slice(0, make.indexOf('ADMIN='))
    const secret =
      'aws secretsmanager get-secret-value --secret-id "$(output RootKeySecretName)" --query SecretString --output text'
    const script = `set -euo pipefail\n${functions}${secret}\n{\n${change}} > /dev/null\n${secret}\n`
    const [before = '', after = ''] = (await emulator.run('bash', ['-s'], { input: script })).trim().split('\n')
    // Lambda starts new instances after a change of the configuration
    const admin = await putUrlBefore('Admin')
    const statusOf = async (key: string) =>
      (await fetch(`${admin.origin}/v1/admin/workspaces`, { headers: { 'x-portkey-api-key': key } })).status
    expect([await statusOf(before), await statusOf(after)]).toEqual([401, 200])
  })

  it("takes the key's budget to its end: the ledger settles by the table's stream, and the topic is told", async () => {
    // $0.60 a million: $6 of the $10 each
    answerWith(10_000_000)
    expect((await chat(guide.key)).status).toBe(200)
    expect((await chat(guide.key)).status).toBe(200)
    const last = await until('the budget is at its end', 120_000, async () => {
      const answer = await chat(guide.key)
      return answer.status === 412 ? answer : undefined
    })
    expect(last.body).toContain('cost limit')
    const notice = await until('the topic is told', 60_000, async () => notices.at(0))
    expect(notice.Subject).toContain('Sluice')
    expect(notice.Message).toMatch(/^[^{]* of \$10\.00 used/)
  })

  it('keeps its books by its schedule', async () => {
    const { LogsTable } = await resources()
    await until('the windows job has written its marks', 400_000, async () => {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: LogsTable }))
      return Items.some((item) => item.sk?.S === 'heartbeat')
    })
  })

  it('is updated without losing a table, a record or a key', async () => {
    const before = await resources()
    await deploy('-c', 'deletionProtection=true', '-c', 'gatewayMemoryMb=1024')
    const after = await resources()
    for (const id of ['CatalogTable', 'CountersTable', 'LogsTable', 'PayloadBucket', 'VaultKey'])
      expect(after[id], id).toBe(before[id])
    await putUrlBefore('Gateway')
    expect((await chat(guide.key)).status).toBe(412)
  })

  it('is looked at by the doctor, who finds what the emulator lacks and nothing else', async () => {
    const said = await emulator.run('node', ['bin/doctor.ts', '--stack', stackName, '--json'], { codes: [0, 1] })
    const { findings } = JSON.parse(said) as { readonly findings: readonly Finding[] }
    expect(findings.filter(({ level }) => level === 'unknown')).toEqual([])
    // its workers cannot stream, so the two functions with an address fail there
    const problems = findings.filter(({ level }) => level === 'problem')
    expect(problems.map(({ check }) => check)).toEqual(['functions', 'functions'])
    expect(problems.map(({ message }) => message).join()).toMatch(/GatewayFunction.*AdminFunction/)
    for (const check of ['stream', 'schedule', 'alarms', 'listeners', 'dead letters', 'tables', 'holds', 'records'])
      expect(findings).toContainEqual(expect.objectContaining({ check, level: 'ok' }))
  })

  it('is removed, and leaves what is stored', async () => {
    const { CatalogTable, CacheTable } = await resources()
    await cdk('destroy', '--force', ...context)
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}))
    expect(TableNames).toContain(CatalogTable)
    expect(TableNames).not.toContain(CacheTable)
  })
})
