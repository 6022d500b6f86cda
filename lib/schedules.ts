/** When the windows function runs. It only keeps books: limits turn by the clock whether it runs or not. */
import { Aws, Duration, TimeZone } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acceptFinding } from './accepted-finding.ts'
import type { NodeFunction } from './node-function.ts'

export interface SchedulesProps {
  readonly windows: NodeFunction
  /** Gets runs that could not be delivered, and runs that failed. */
  readonly deadLetters: IQueue
}

const utc = TimeZone.ETC_UTC

/** A run that is older has been overtaken by the next ones. */
const maxAge = Duration.minutes(10)

/** Every weekly, monthly and N-day window turns at some midnight. */
const timetable = {
  Sweep: {
    schedule: ScheduleExpression.cron({ minute: '2/5', timeZone: utc }),
    description: 'idle holds, keys, open records',
  },
  Midnight: {
    schedule: ScheduleExpression.cron({ hour: '0', minute: '0', timeZone: utc }),
    description: 'windows that turn at a UTC day',
  },
}

export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id)
    const conditions = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } }
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }) })
    acceptFinding(
      role,
      `IAM5[Resource::<${props.windows.logicalId}.Arn>:*]`,
      'versions of one function, which has none',
    )
    // The scheduler is done when Lambda has taken the event; what becomes of the run, only Lambda knows.
    props.windows.keepFailedEvents(props.deadLetters, { maxAge, retries: 2 })
    for (const [name, { schedule, description }] of Object.entries(timetable)) {
      new Schedule(this, name, {
        schedule,
        description: `Sluice: ${description}`,
        target: new LambdaInvoke(props.windows.lambda, {
          input: ScheduleTargetInput.fromObject({ run: name.toLowerCase() }),
          role,
          deadLetterQueue: props.deadLetters,
          maxEventAge: maxAge,
          retryAttempts: 3,
        }),
      })
    }
  }
}
