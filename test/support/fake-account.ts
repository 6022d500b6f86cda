/** An AWS account with one stack, behind the SDK's `requestHandler`: what the doctor asks of Lambda, CloudFormation, CloudWatch, Scheduler, SNS, SQS, DynamoDB and Secrets Manager. */
import { Readable } from 'node:stream'
import type { ClientOptions } from '../../bin/doctor/stack-clients.ts'

export interface AccountState {
  /** Logical id of a function → what it answers, or the error it ends with. */
  readonly answers: Record<string, { readonly payload: string; readonly error?: string }>
  mappings: readonly { readonly State: string; readonly LastProcessingResult: string; readonly UUID: string }[]
  scheduleState: string
  alarmState: string
  areAlarmActionsEnabled: boolean
  /** ARN or `PendingConfirmation`, by address. */
  readonly subscriptions: Record<string, string>
  deadLetters: number
  areTablesProtected: boolean
  concurrency: number
  secretNames: readonly string[]
  /** Operations that the account's owner may not call. */
  readonly denied: Set<string>
  /** Items of the counters table. */
  counters: readonly Readonly<Record<string, object>>[]
}

export function healthyAccount(): AccountState {
  const streamed = (statusCode: number) => `{"statusCode":${statusCode},"headers":{}}\0\0\0\0\0\0\0\0{}`
  return {
    answers: {
      GatewayFunctionAA: { payload: streamed(200) },
      AdminFunctionBB: { payload: streamed(401) },
      LedgerFunctionCC: { payload: '{"state":{},"batchItemFailures":[]}' },
      WindowsFunctionDD: { payload: 'null' },
    },
    mappings: [{ State: 'Enabled', LastProcessingResult: 'OK', UUID: 'mapping-1' }],
    scheduleState: 'ENABLED',
    alarmState: 'OK',
    areAlarmActionsEnabled: true,
    subscriptions: { 'ops@example.com': 'arn:aws:sns:us-east-1:1:topic:1' },
    deadLetters: 0,
    areTablesProtected: true,
    concurrency: 1_000,
    secretNames: [],
    denied: new Set(),
    counters: [],
  }
}

interface SdkRequest {
  readonly hostname: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface ServiceAnswer {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | object
}

type Service = (request: SdkRequest, body: string) => ServiceAnswer

const resources: Readonly<Record<string, string>> = {
  GatewayFunctionAA: 'AWS::Lambda::Function',
  AdminFunctionBB: 'AWS::Lambda::Function',
  LedgerFunctionCC: 'AWS::Lambda::Function',
  WindowsFunctionDD: 'AWS::Lambda::Function',
  CatalogTable: 'AWS::DynamoDB::Table',
  CountersTable: 'AWS::DynamoDB::Table',
  LogsTable: 'AWS::DynamoDB::Table',
  SchedulesSweep: 'AWS::Scheduler::Schedule',
  MonitoringLedgerLag: 'AWS::CloudWatch::Alarm',
  NotificationsTopic: 'AWS::SNS::Topic',
  DeadLettersQueue: 'AWS::SQS::Queue',
}

/** The stack is called Sluice. Physical ids are the logical ones, but a queue's, which is its URL. */
export function fakeAccount(state: AccountState): ClientOptions {
  const target = ({ headers }: SdkRequest) => (headers['x-amz-target'] ?? '').split('.').at(-1) ?? ''
  const services: Readonly<Record<string, Service>> = {
    cloudformation: (_, body) => describeStack(body),
    lambda: ({ path }) => answerLambda(state, path),
    scheduler: () => ({
      body: { Name: 'Sweep', State: state.scheduleState, ScheduleExpression: 'cron(2/5 * * * ? *)' },
    }),
    monitoring: () => ({ body: { MetricAlarms: [alarm(state)] } }),
    sns: () => listSubscriptions(state),
    sqs: () => ({ body: { Attributes: { ApproximateNumberOfMessages: String(state.deadLetters) } } }),
    dynamodb: (request) => answerDynamo(state, target(request)),
    secretsmanager: () => ({ body: { SecretList: state.secretNames.map((Name) => ({ Name, CreatedDate: 1 })) } }),
  }
  const handle = async (request: SdkRequest) => {
    const service = request.hostname.split('.')[0] ?? ''
    const sent = request.body
    const body = sent instanceof Uint8Array ? new TextDecoder().decode(sent) : String(sent ?? '')
    const answered: ServiceAnswer | undefined = state.denied.has(service)
      ? { status: 403, body: { __type: 'AccessDeniedException', message: `no right to ask ${service}` } }
      : services[service]?.(request, body)
    if (answered === undefined) throw new Error(`the fake account has no service '${service}'`)
    const text = typeof answered.body === 'string' ? answered.body : JSON.stringify(answered.body)
    const headers = { 'content-type': answered.type ?? 'application/json', ...answered.headers }
    return { response: { statusCode: answered.status ?? 200, headers, body: Readable.from([Buffer.from(text)]) } }
  }
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      destroy() {},
      httpHandlerConfigs: () => ({}),
      updateHttpClientConfig() {},
      handle,
    } as NonNullable<ClientOptions['requestHandler']>,
  }
}

function describeStack(body: string): ServiceAnswer {
  const name = new URLSearchParams(body).get('StackName')
  if (name !== 'Sluice') {
    const error = `<Error><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error>`
    return { status: 400, type: 'text/xml', body: `<ErrorResponse>${error}</ErrorResponse>` }
  }
  const members = Object.entries(resources).map(
    ([id, type]) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${type}</ResourceType><PhysicalResourceId>${type === 'AWS::SQS::Queue' ? 'https://sqs.us-east-1.amazonaws.com/1/' : ''}${id}</PhysicalResourceId></member>`,
  )
  const list = `<StackResources>${members.join('')}</StackResources>`
  return {
    type: 'text/xml',
    body: `<DescribeStackResourcesResponse><DescribeStackResourcesResult>${list}</DescribeStackResourcesResult></DescribeStackResourcesResponse>`,
  }
}

function answerLambda(state: AccountState, path: string): ServiceAnswer {
  if (path.includes('event-source-mappings')) return { body: { EventSourceMappings: state.mappings } }
  if (path.includes('account-settings')) {
    const { concurrency } = state
    return {
      body: { AccountLimit: { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: concurrency } },
    }
  }
  const name = /functions\/([^/]+)\/invocations/.exec(path)?.[1] ?? ''
  const { payload, error } = state.answers[name] ?? { payload: `no function ${name}`, error: 'Unhandled' }
  return { body: payload, ...(error !== undefined && { headers: { 'x-amz-function-error': error } }) }
}

function alarm({ alarmState, areAlarmActionsEnabled }: AccountState): object {
  return {
    AlarmName: 'MonitoringLedgerLag',
    AlarmDescription: 'Sluice: the ledger is behind',
    StateValue: alarmState,
    ActionsEnabled: areAlarmActionsEnabled,
    AlarmActions: ['arn:aws:sns:us-east-1:1:topic'],
  }
}

function listSubscriptions({ subscriptions }: AccountState): ServiceAnswer {
  const members = Object.entries(subscriptions).map(
    ([address, arn]) =>
      `<member><Endpoint>${address}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn><Protocol>email</Protocol></member>`,
  )
  const list = `<Subscriptions>${members.join('')}</Subscriptions>`
  return {
    type: 'text/xml',
    body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult>${list}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  }
}

function answerDynamo(state: AccountState, operation: string): ServiceAnswer {
  const table = { TableName: 'Table', DeletionProtectionEnabled: state.areTablesProtected }
  const answers: Readonly<Record<string, object>> = {
    DescribeTable: { Table: table },
    GetItem: {},
    Query: { Items: [] },
    Scan: { Items: state.counters },
  }
  const body = answers[operation]
  if (body === undefined) throw new Error(`the fake account does not know ${operation} of DynamoDB`)
  return { type: 'application/x-amz-json-1.0', body }
}
