/** The notification topic, the alarms and the dashboard. Request metrics come from the ledger, which sees each closed record once. */
import { ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { brokenAnswersMetric, metricNamespace } from '../src/environment.ts'
import type { NodeFunction } from './node-function.ts'

export interface NotificationsProps {
  readonly key: IKey
  /** Absent = nobody is subscribed. */
  readonly email?: string
}

/** The topic that alarms and limit alerts go to. */
export class Notifications extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { displayName: 'Sluice', masterKey: props.key, enforceSSL: true })
    this.admitAlarms(props.key)
    if (props.email) this.topic.addSubscription(new EmailSubscription(props.email))
  }

  /**
   * Alarms are published by CloudWatch itself, which needs the topic's leave and the key's. A topic that has a policy
   * of its own has lost the default one, which let the account in.
   */
  private admitAlarms(key: IKey): void {
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')]
    const ofAccount = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } }
    const alarms = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        principals,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ...ofAccount, ArnLike: { 'aws:SourceArn': alarms } },
      }),
    )
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        principals,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: ofAccount,
      }),
    )
  }
}

export interface MonitoringProps {
  readonly topic: Topic
  readonly deadLetters: Queue
  readonly functions: Readonly<Record<'gateway' | 'admin' | 'ledger' | 'windows', NodeFunction>>
}

interface AlarmRow {
  readonly description: string
  readonly metric: IMetric
  readonly threshold: number
  /** Consecutive periods over the threshold. */
  readonly periods: number
}

const oneMinute = Duration.minutes(1)
const fiveMinutes = Duration.minutes(5)

export class Monitoring extends Construct {
  private readonly service: string

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id)
    this.service = Stack.of(this).stackName
    this.raiseAlarms(props)
    this.drawDashboard(props)
  }

  private raiseAlarms({ topic, deadLetters, functions }: MonitoringProps): void {
    const action = new SnsAction(topic)
    for (const [name, row] of Object.entries(this.alarms(deadLetters, functions))) {
      const alarm = new Alarm(this, name, {
        alarmDescription: `Sluice: ${row.description}`,
        metric: row.metric,
        threshold: row.threshold,
        evaluationPeriods: row.periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      })
      alarm.addAlarmAction(action)
      alarm.addOkAction(action)
    }
  }

  private alarms(deadLetters: Queue, functions: MonitoringProps['functions']): Record<string, AlarmRow> {
    const failures = (name: keyof MonitoringProps['functions']) =>
      functions[name].lambda.metricErrors({ period: fiveMinutes })
    return {
      DeadLetters: {
        description: 'settlements or scheduled runs failed for good; see docs/operate/alarms.md',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: oneMinute }),
        threshold: 1,
        periods: 1,
      },
      LedgerLag: {
        description: 'the ledger is two minutes behind the log; limits stay safe but refuse too early',
        metric: functions.ledger.lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: oneMinute }),
        threshold: 120_000,
        periods: 3,
      },
      LedgerFailures: {
        description: 'the ledger function fails',
        metric: failures('ledger'),
        threshold: 3,
        periods: 1,
      },
      WindowsFailures: {
        description: 'the windows function fails',
        metric: failures('windows'),
        threshold: 1,
        periods: 3,
      },
      GatewayFailures: {
        description: 'the gateway function ended without an answer of its own',
        // an answer that its provider broke off can be broken off to its client only by failing
        metric: new MathExpression({
          expression: 'failures - FILL(broken, 0)',
          usingMetrics: { failures: failures('gateway'), broken: this.metric(brokenAnswersMetric) },
          label: 'failures of the gateway itself',
          period: fiveMinutes,
        }),
        threshold: 1,
        periods: 1,
      },
      GatewayThrottles: {
        description: 'Lambda turned requests away: the concurrency limit is reached',
        metric: functions.gateway.lambda.metricThrottles({ period: oneMinute }),
        threshold: 1,
        periods: 3,
      },
      AdminFailures: {
        description: 'the admin function fails',
        metric: failures('admin'),
        threshold: 3,
        periods: 1,
      },
      ...this.recordAlarms(),
    }
  }

  /** From what the ledger counts of closed records. */
  private recordAlarms(): Record<string, AlarmRow> {
    return {
      InternalErrors: {
        description: 'requests ended with an error of our own making',
        metric: this.metric('Errors', Stats.SUM, { kind: 'internal' }),
        threshold: 5,
        periods: 1,
      },
      UnderHeld: {
        description: 'a call cost more than was held for it, so a strict limit may have been passed by that much',
        metric: this.metric('Errors', Stats.SUM, { kind: 'under_held' }),
        threshold: 1,
        periods: 1,
      },
    }
  }

  private drawDashboard({ deadLetters, functions }: MonitoringProps): void {
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 8, height: 6 })
    const spread = (name: string) => [Stats.p(50), Stats.p(90), Stats.p(99)].map((stat) => this.metric(name, stat))
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: this.service })
    dashboard.addWidgets(
      graph('Requests', [this.metric('Requests')]),
      graph('Errors by kind', [this.search('Errors', ['kind'])]),
      graph('Cost, US dollars', [this.metric('Cost')]),
      graph('Time to first byte, ms', spread('FirstByteTime')),
      graph('Time spent in the gateway, ms', spread('GatewayTime')),
      graph('Tokens', [this.metric('InputTokens'), this.metric('OutputTokens')]),
      graph('Requests by provider and model', [this.search('Requests', ['provider', 'model'])]),
      graph('Cost by provider and model, US dollars', [this.search('Cost', ['provider', 'model'])]),
      graph('Tokens out by provider and model', [this.search('OutputTokens', ['provider', 'model'])]),
      graph(
        'Instances',
        Object.values(functions).map(({ lambda }) =>
          lambda.metric('ConcurrentExecutions', { statistic: Stats.MAXIMUM }),
        ),
      ),
      graph('Ledger lag, ms', [functions.ledger.lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM })]),
      graph('Dead letters', [deadLetters.metricApproximateNumberOfMessagesVisible()]),
    )
  }

  private metric(metricName: string, statistic: string = Stats.SUM, dimensions: Record<string, string> = {}): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName,
      statistic,
      period: fiveMinutes,
      dimensionsMap: { service: this.service, ...dimensions },
    })
  }

  /** One line per combination of the dimensions' values, whichever there are. */
  private search(metricName: string, dimensions: readonly string[]): IMetric {
    const schema = [metricNamespace, 'service', ...dimensions].join(',')
    return new MathExpression({
      expression: `SEARCH('{${schema}} MetricName="${metricName}" service="${this.service}"', 'Sum', 300)`,
      usingMetrics: {},
      label: '',
      period: fiveMinutes,
    })
  }
}
