/** Feeds the logs table's stream to the ledger function, in order, without ever losing or skipping a change. */
import { Duration } from 'aws-cdk-lib'
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acceptFinding } from './accepted-finding.ts'
import type { NodeFunction } from './node-function.ts'
import type { StoredTable } from './tables.ts'

export interface LedgerStreamProps {
  readonly ledger: NodeFunction
  readonly logs: StoredTable
  /** Gets the position of changes that fail again and again. */
  readonly deadLetters: IQueue
}

export class LedgerStream extends Construct {
  constructor(scope: Construct, id: string, props: LedgerStreamProps) {
    super(scope, id)
    const { ledger, logs } = props
    logs.grantStreamRead(ledger.lambda)
    acceptFinding(ledger, 'IAM5[Resource::*]', 'ListStreams knows no resource')
    new EventSourceMapping(this, 'Mapping', {
      target: ledger.lambda,
      eventSourceArn: logs.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(1),
      // One batch of a shard at a time: counters remember how far in the stream they are settled.
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(23),
      onFailure: new SqsDlq(props.deadLetters),
      // With a window Lambda names the shard, which is what those positions are kept by. Nothing is gathered in it.
      tumblingWindow: Duration.minutes(15),
      reportBatchItemFailures: true,
      // Records that only grew old (removed by their time to live) settle nothing, and neither do openings, places in lists and bodies.
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { Keys: { sk: { S: FilterRule.or('record', 'heartbeat') } } },
        }),
      ],
    })
  }
}
