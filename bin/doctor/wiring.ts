/** Checks of what connects the parts of a stack: stream, schedule, alarms and who hears them, dead letters, protection of the tables. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import { GetScheduleCommand } from '@aws-sdk/client-scheduler'
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns'
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { type Check, type Finding, note, ok, problem } from './finding.ts'
import type { StackClients, StackResources } from './stack-clients.ts'

interface WiringOptions {
  readonly stackName: string
  readonly clients: StackClients
  readonly dynamo: DynamoDBClient
  readonly resources: StackResources
}

const redeploy = 'Deploy the stack again; if it stays, look at the resource in the console.'

export function checkWiring(options: WiringOptions): Record<string, Check> {
  return {
    stream: () => checkStream(options),
    schedule: () => checkSchedules(options),
    alarms: () => checkAlarms(options),
    listeners: () => checkListeners(options),
    'dead letters': () => checkDeadLetters(options),
    tables: () => checkTables(options),
  }
}

async function checkStream({ clients, resources }: WiringOptions): Promise<readonly Finding[]> {
  const ledger = resources.one('AWS::Lambda::Function', 'LedgerFunction').physicalId
  const { EventSourceMappings = [] } = await clients.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: ledger }),
  )
  const [mapping] = EventSourceMappings
  if (mapping === undefined)
    return [problem('stream', 'nothing hands the changes of the logs table to the ledger', redeploy)]
  const { State: state, LastProcessingResult: result = 'not known', UUID: id } = mapping
  if (state !== 'Enabled') {
    const remedy = `Enable it: aws lambda update-event-source-mapping --uuid ${id} --enabled`
    return [problem('stream', `the ledger is not given the changes of the logs table: ${state}`, remedy)]
  }
  if (!/PROBLEM|error/i.test(result)) return [ok('stream', `enabled; last result: ${result}`)]
  return [
    problem('stream', `its last batch failed: ${result}`, "Look at 'functions' and at the log of the ledger function."),
  ]
}

async function checkSchedules({ clients, resources }: WiringOptions): Promise<readonly Finding[]> {
  const schedules = resources.ofType('AWS::Scheduler::Schedule')
  if (schedules.length === 0) return [problem('schedule', 'the stack has no schedule', redeploy)]
  return Promise.all(
    schedules.map(async ({ physicalId }) => {
      const Name = physicalId.slice(physicalId.lastIndexOf('/') + 1)
      const { State, ScheduleExpression } = await clients.scheduler.send(new GetScheduleCommand({ Name }))
      if (State === 'ENABLED') return ok('schedule', `${ScheduleExpression} is enabled`)
      return problem(
        'schedule',
        `${Name} (${ScheduleExpression}) is ${State}`,
        'Enable it in the console of EventBridge Scheduler.',
      )
    }),
  )
}

async function checkAlarms({ clients, resources }: WiringOptions): Promise<readonly Finding[]> {
  const AlarmNames = resources.ofType('AWS::CloudWatch::Alarm').map(({ physicalId }) => physicalId)
  const { MetricAlarms = [] } = await clients.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames }))
  const findings = MetricAlarms.flatMap(({ AlarmName, StateValue, AlarmDescription, ActionsEnabled, AlarmActions }) => [
    ...(StateValue === 'ALARM'
      ? [problem('alarms', `${AlarmName} rings: ${AlarmDescription}`, 'docs/operate/alarms.md says what to do.')]
      : []),
    ...(ActionsEnabled === false || (AlarmActions ?? []).length === 0
      ? [
          problem(
            'alarms',
            `${AlarmName} tells nobody: its actions are switched off`,
            `Switch them on: aws cloudwatch enable-alarm-actions --alarm-names ${AlarmName}`,
          ),
        ]
      : []),
  ])
  const missing = AlarmNames.length - MetricAlarms.length
  if (missing > 0) findings.push(problem('alarms', `${missing} alarms of the stack do not exist any more`, redeploy))
  return findings.length > 0 ? findings : [ok('alarms', `${MetricAlarms.length} alarms, none rings`)]
}

async function checkListeners({ stackName, clients, resources }: WiringOptions): Promise<readonly Finding[]> {
  const TopicArn = resources.one('AWS::SNS::Topic', 'Notifications').physicalId
  const { Subscriptions = [] } = await clients.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  const isPending = (arn: string | undefined) => arn === undefined || !arn.startsWith('arn:')
  const waiting = Subscriptions.filter(({ SubscriptionArn }) => isPending(SubscriptionArn))
  if (Subscriptions.length === waiting.length && waiting.length === 0) {
    const remedy = `Deploy with an address: npm run deploy -- -c stackName=${stackName} -c alertEmail=you@example.com (with your other -c options)`
    return [problem('listeners', 'nobody hears alarms and limit alerts: the topic has no subscriber', remedy)]
  }
  const findings = waiting.map(({ Endpoint }) =>
    problem(
      'listeners',
      `${Endpoint} has not confirmed its subscription`,
      'Open the link in the mail that AWS sent, or subscribe again.',
    ),
  )
  const heard = Subscriptions.length - waiting.length
  return heard === 0 ? findings : [...findings, ok('listeners', `${heard} subscribers hear alarms and limit alerts`)]
}

async function checkDeadLetters({ stackName, clients, resources }: WiringOptions): Promise<readonly Finding[]> {
  const QueueUrl = resources.one('AWS::SQS::Queue', 'DeadLetters').physicalId
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  )
  const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? 0)
  if (waiting === 0) return [ok('dead letters', 'none')]
  const remedy = `Read them (aws sqs receive-message --queue-url ${QueueUrl}), mend the cause, set the counters right with 'npm run reconcile -- --stack ${stackName} --repair', then purge the queue.`
  return [problem('dead letters', `${waiting} batches or scheduled runs failed for good`, remedy)]
}

async function checkTables({ stackName, dynamo, resources }: WiringOptions): Promise<readonly Finding[]> {
  const unprotected: string[] = []
  for (const id of ['CatalogTable', 'CountersTable', 'LogsTable']) {
    const TableName = resources.one('AWS::DynamoDB::Table', id).physicalId
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }))
    if (Table?.DeletionProtectionEnabled !== true) unprotected.push(TableName)
  }
  if (unprotected.length === 0) return [ok('tables', 'protected from deletion')]
  const remedy = `Protect them: npm run deploy -- -c stackName=${stackName} -c deletionProtection=true (with your other -c options)`
  return [note('tables', `not protected from deletion: ${unprotected.join(', ')}`, remedy)]
}
