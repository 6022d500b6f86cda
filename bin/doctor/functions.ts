/** Calls every function of the stack once, with an event that changes nothing but the usual upkeep. */
import { GetAccountSettingsCommand, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { type Finding, note, ok, problem } from './finding.ts'
import type { StackResources } from './stack-clients.ts'

interface Probe {
  readonly event: object
  /** Of the answer as text. */
  readonly isHealthy: (answer: string) => boolean
  readonly does: string
}

/** By the beginning of the function's logical id. */
const probes: Readonly<Record<string, Probe>> = {
  Gateway: { event: requestFor('/v1/health'), isHealthy: hasStatus(200), does: 'answers GET /v1/health' },
  // no key is sent, so being refused is what a healthy one does
  Admin: {
    event: requestFor('/v1/admin/workspaces'),
    isHealthy: hasStatus(401),
    does: 'refuses a request without a key',
  },
  Ledger: {
    event: { Records: [], shardId: 'doctor', state: {} },
    isHealthy: (answer) => answer.includes('batchItemFailures'),
    does: 'takes an empty batch',
  },
  Windows: { event: { run: 'sweep' }, isHealthy: () => true, does: 'keeps the books' },
}

export async function checkFunctions(client: LambdaClient, resources: StackResources): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [id, probe] of Object.entries(probes)) {
    const name = resources.one('AWS::Lambda::Function', `${id}Function`).physicalId
    findings.push(await probeFunction(client, name, probe))
  }
  return findings
}

async function probeFunction(client: LambdaClient, name: string, { event, isHealthy, does }: Probe): Promise<Finding> {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) }),
  )
  const text = Buffer.from(answer.Payload ?? []).toString()
  if (answer.FunctionError === undefined && isHealthy(text)) return ok('functions', `${name} ${does}`)
  const remedy = `Read its log: aws logs tail --since 10m "$(aws lambda get-function-configuration --function-name ${name} --query LoggingConfig.LogGroup --output text)"`
  return problem('functions', `${name} failed: ${text.slice(0, 300)}`, remedy)
}

/** An account is given 1,000 of its own accord, a new one 10. */
const fewAtOnce = 100

export async function checkQuotas(client: LambdaClient): Promise<readonly Finding[]> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}))
  const most = AccountLimit?.ConcurrentExecutions ?? 0
  const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0
  const message = `Lambda runs at most ${most} instances at once in this account and region, ${free} of them unreserved`
  if (most >= fewAtOnce) return [ok('quotas', message)]
  const remedy =
    'Each request takes an instance for as long as its answer lasts. Ask for more: Service Quotas, AWS Lambda, Concurrent executions.'
  return [note('quotas', message, remedy)]
}

/** A function URL's event, as much of it as the functions read. */
function requestFor(path: string): object {
  const http = { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'sluice-doctor' }
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: { http },
    isBase64Encoded: false,
  }
}

/** Of the prelude before the streamed body. */
function hasStatus(status: number): (answer: string) => boolean {
  return (answer) => new RegExp(`"statusCode":${status}\\b`).test(answer)
}
