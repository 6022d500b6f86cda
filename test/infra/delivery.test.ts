/** What is sent without anybody waiting for it arrives, or is kept where an alarm rings: alarms, scheduled runs, changes of a table (issue 9). */
import { describe, expect, it } from 'vitest'
import { type Resource, resource, resources, rights, synthesise } from './template.ts'

const { template } = synthesise({ alertEmail: 'ops@example.com' })
const all = (template.toJSON() as { Resources: Record<string, Resource> }).Resources

interface Statement {
  readonly Effect: string
  readonly Principal?: { readonly Service?: string }
  readonly Action: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const ofType = (type: string) => Object.entries(resources(template, type))
/** The logical id that an attribute such as an ARN belongs to. */
const ownerOf = (attribute: unknown) => String((attribute as { 'Fn::GetAtt'?: readonly string[] })?.['Fn::GetAtt']?.[0])
const actionsOf = (statements: readonly Statement[]) => statements.flatMap(({ Action }) => [Action].flat())

/** What the policy document lets a service of AWS do. */
function lets(document: unknown, service: string): readonly Statement[] {
  const { Statement: statements } = document as { readonly Statement: readonly Statement[] }
  return statements.filter(({ Effect, Principal }) => Effect === 'Allow' && Principal?.Service === service)
}

function expectOwnAccountOnly(statements: readonly Statement[]): void {
  for (const { Condition } of statements)
    expect(Condition?.StringEquals).toMatchObject({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } })
}

describe('every alarm', () => {
  const cloudWatch = 'cloudwatch.amazonaws.com'

  it.each(ofType('AWS::CloudWatch::Alarm'))('reaches those who hear the topic: %s', (_, alarm) => {
    for (const kind of ['AlarmActions', 'OKActions']) {
      const [action, ...others] = alarm.Properties[kind] as { readonly Ref: string }[]
      expect(others).toEqual([])
      const topicId = action?.Ref ?? ''
      const topic = all[topicId]
      expect(topic?.Type).toBe('AWS::SNS::Topic')

      const policy = ofType('AWS::SNS::TopicPolicy').find(([, { Properties }]) =>
        JSON.stringify(Properties.Topics).includes(topicId),
      )
      const onTopic = lets(policy?.[1].Properties.PolicyDocument, cloudWatch)
      expect(actionsOf(onTopic)).toEqual(['sns:Publish'])
      expectOwnAccountOnly(onTopic)
      expect(JSON.stringify(onTopic)).toContain(':alarm:*')

      const onKey = lets(all[ownerOf(topic?.Properties.KmsMasterKeyId)]?.Properties.KeyPolicy, cloudWatch)
      expect(actionsOf(onKey)).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*'])
      expectOwnAccountOnly(onKey)

      const heard = ofType('AWS::SNS::Subscription').filter(([, { Properties }]) =>
        JSON.stringify(Properties.TopicArn).includes(topicId),
      )
      expect(heard).toHaveLength(1)
    }
  })
})

describe('the functions that tell of limits', () => {
  it.each(['Ledger', 'Windows'] as const)('may publish to the sealed topic by way of SNS alone: %s', (id) => {
    expect(rights(template, id)).toContainEqual(expect.stringMatching(/^sns:Publish on /))
    const { PolicyDocument } = resource(template, 'AWS::IAM::Policy', `${id}Role`).Properties
    const { Statement: statements } = PolicyDocument as { readonly Statement: readonly Statement[] }
    const onKeys = statements.filter((statement) => actionsOf([statement]).some((action) => action.startsWith('kms:')))
    expect(onKeys.length).toBeGreaterThan(0)
    for (const { Condition } of onKeys)
      expect(JSON.stringify(Condition)).toMatch(/kms:ViaService":\[.*(?:sns|secretsmanager)\./)
  })
})

/** An alarm watches the queue that it goes to. */
function expectWatched(arn: unknown): void {
  const queueId = ownerOf(arn)
  expect(all[queueId]?.Type).toBe('AWS::SQS::Queue')
  const alarms = ofType('AWS::CloudWatch::Alarm').filter(
    ([, { Properties }]) =>
      Properties.MetricName === 'ApproximateNumberOfMessagesVisible' &&
      JSON.stringify(Properties.Dimensions).includes(queueId),
  )
  expect(alarms).toHaveLength(1)
}

describe('every asynchronous path', () => {
  it('is one of those that are looked at here', () => {
    const senders = Object.values(all)
      .map(({ Type }) => Type)
      .filter((type) => /Rule$|Schedule$|EventSourceMapping$|Subscription$|Pipe$|EventBus$/.test(type))
    expect(new Set(senders)).toEqual(
      new Set(['AWS::Scheduler::Schedule', 'AWS::Lambda::EventSourceMapping', 'AWS::SNS::Subscription']),
    )
    for (const [, { Properties }] of ofType('AWS::SNS::Subscription')) expect(Properties.Protocol).toBe('email')
    for (const [, { Properties }] of ofType('AWS::S3::Bucket'))
      expect(Properties).not.toHaveProperty('NotificationConfiguration')
  })

  it.each(ofType('AWS::Scheduler::Schedule'))(
    'of the schedule keeps what is not delivered and what fails: %s',
    (_, schedule) => {
      const target = schedule.Properties.Target as {
        readonly Arn: unknown
        readonly DeadLetterConfig: { readonly Arn: unknown }
      }
      expectWatched(target.DeadLetterConfig.Arn)

      const config = ofType('AWS::Lambda::EventInvokeConfig').find(([, { Properties }]) =>
        JSON.stringify(Properties.FunctionName).includes(ownerOf(target.Arn)),
      )
      const { OnFailure } = (config?.[1].Properties.DestinationConfig ?? {}) as { OnFailure?: { Destination: unknown } }
      expectWatched(OnFailure?.Destination)
      expect(rights(template, 'Windows')).toContainEqual(expect.stringMatching(/^sqs:SendMessage on DeadLetters/))
    },
  )

  it.each(ofType('AWS::Lambda::EventSourceMapping'))('of a stream keeps what fails: %s', (_, mapping) => {
    const { OnFailure } = mapping.Properties.DestinationConfig as { OnFailure: { Destination: unknown } }
    expectWatched(OnFailure.Destination)
    expect(rights(template, 'Ledger')).toContainEqual(expect.stringMatching(/^sqs:SendMessage on DeadLetters/))
  })
})

describe('services of AWS', () => {
  it('take on our roles only for this account, where they can be asked by others', () => {
    for (const [name, { Properties }] of ofType('AWS::IAM::Role')) {
      const scheduler = lets(Properties.AssumeRolePolicyDocument, 'scheduler.amazonaws.com')
      if (name.startsWith('Schedules')) expect(scheduler).toHaveLength(1)
      expectOwnAccountOnly(scheduler)
    }
  })
})

describe('the template', () => {
  it.each([
    ['as it is', {}],
    ['with models of Bedrock', { bedrockModels: ['*'] }],
  ])('works in every partition: %s', (_, settings) => {
    const text = JSON.stringify(synthesise(settings).template.toJSON())
    expect(text.match(/"arn:aws[:-][^"]*"/g) ?? []).toEqual([])
  })
})
