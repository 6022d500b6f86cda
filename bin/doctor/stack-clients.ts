/** The AWS clients that look at a stack, and the stack's resources by type and logical id. */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { GatewayError } from '../../src/errors.ts'

/** What all clients share: region, credentials, request handler. */
export type ClientOptions = Pick<
  DynamoDBClientConfig,
  'region' | 'endpoint' | 'credentials' | 'requestHandler' | 'maxAttempts'
>

export interface StackResource {
  readonly logicalId: string
  readonly type: string
  /** The name or ARN that the service knows it by. */
  readonly physicalId: string
}

export interface StackClients {
  readonly formation: CloudFormationClient
  readonly lambda: LambdaClient
  readonly scheduler: SchedulerClient
  readonly cloudWatch: CloudWatchClient
  readonly sns: SNSClient
  readonly sqs: SQSClient
  destroy(): void
}

export function openStackClients(options: ClientOptions): StackClients {
  const clients = {
    formation: new CloudFormationClient(options),
    lambda: new LambdaClient(options),
    scheduler: new SchedulerClient(options),
    cloudWatch: new CloudWatchClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient(options),
  }
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}

export class StackResources {
  private readonly all: readonly StackResource[]

  constructor(all: readonly StackResource[]) {
    this.all = all
  }

  ofType(type: string): readonly StackResource[] {
    return this.all.filter((each) => each.type === type)
  }

  /** The only one of its type whose logical id begins so. Throws GatewayError `not_found`. */
  one(type: string, prefix: string): StackResource {
    const found = this.ofType(type).find(({ logicalId }) => logicalId.startsWith(prefix))
    if (found) return found
    throw new GatewayError('not_found', `the stack has no ${type} that begins with ${prefix}; deploy it again`)
  }
}

/** Throws GatewayError `not_found` where there is no such stack. */
export async function readStackResources(client: CloudFormationClient, stackName: string): Promise<StackResources> {
  const { StackResources: found = [] } = await client
    .send(new DescribeStackResourcesCommand({ StackName: stackName }))
    .catch((thrown: unknown) => {
      if (!/does not exist/.test(String(thrown))) throw thrown
      throw new GatewayError(
        'not_found',
        `there is no stack '${stackName}'; check its name, your account and the region`,
      )
    })
  return new StackResources(
    found.flatMap(({ LogicalResourceId: logicalId, ResourceType: type, PhysicalResourceId: physicalId }) =>
      logicalId && type && physicalId ? [{ logicalId, type, physicalId }] : [],
    ),
  )
}
