/** One Lambda function of ours: runtime, bundle, logs, and what it may touch. A right and the name that goes with it are given together. */
import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Architecture, type CfnFunction, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { environmentNames } from '../src/environment.ts'
import { acceptFinding } from './accepted-finding.ts'
import { grantGuardrails } from './aws-guardrails.ts'
import { grantOwnAccess, type OwnAccess } from './aws-models.ts'
import { type FunctionName, handlerOf } from './bundle.ts'
import { viaService } from './key-condition.ts'
import type { PayloadBucket } from './payload-bucket.ts'
import type { StoredTable } from './tables.ts'
import type { SecretAccess, Vault } from './vault.ts'
import type { VectorBucket } from './vector-bucket.ts'

export type TableAccess = keyof typeof tableActions
export type PayloadAccess = keyof typeof payloadActions
export type VectorAccess = keyof typeof vectorActions
type Variable = keyof typeof environmentNames

const reading = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']
const changing = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem']

/** No role may drop a table. */
const tableActions = {
  read: reading,
  /** Reads all of it, for reports. */
  survey: [...reading, 'dynamodb:Scan'],
  /** Adds and closes records; can neither read nor remove one. */
  append: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'],
  /** Gets single items and puts others in their place. */
  replace: ['dynamodb:GetItem', 'dynamodb:PutItem'],
  'read-update': [...reading, ...changing],
  /** Replaces what hangs together: the items that a rotated key is found by come and go. */
  'read-replace': [...reading, ...changing, 'dynamodb:DeleteItem'],
  'read-write': [...reading, ...changing, 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
  /** Looks after every item. */
  maintain: [...reading, ...changing, 'dynamodb:DeleteItem', 'dynamodb:Scan'],
}

const payloadActions = { put: ['s3:PutObject'], read: ['s3:GetObject'] }

const vectorActions = {
  /** GetVectors is what a query with a filter asks for besides. */
  compare: ['s3vectors:QueryVectors', 's3vectors:GetVectors', 's3vectors:PutVectors'],
  /** Removes those whose time is over. */
  clean: ['s3vectors:ListVectors', 's3vectors:GetVectors', 's3vectors:DeleteVectors'],
}

export interface NodeFunctionProps {
  readonly name: FunctionName
  readonly code: Code
  /** What the console shows beside the function. */
  readonly description: string
  readonly memoryMb: number
  readonly timeout: Duration
  /** The most instances at once. Absent = the account's limit. */
  readonly reservedConcurrency?: number
}

export class NodeFunction extends Construct {
  readonly lambda: LambdaFunction
  private readonly role: Role

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(this.role)
    this.lambda = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: handlerOf(props.name),
      code: props.code,
      description: props.description,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      role: this.role,
      ...(props.reservedConcurrency && { reservedConcurrentExecutions: props.reservedConcurrency }),
      logGroup,
      environment: { POWERTOOLS_SERVICE_NAME: Stack.of(this).stackName },
    })
  }

  /** Its name inside the template. */
  get logicalId(): string {
    return String(Stack.of(this).resolve(Stack.of(this).getLogicalId(this.lambda.node.defaultChild as CfnFunction)))
  }

  setVariable(variable: Variable, value: string): this {
    this.lambda.addEnvironment(environmentNames[variable], value)
    return this
  }

  bindTable(table: StoredTable, access: TableAccess): this {
    const indexes = access === 'append' ? [] : table.indexArns
    this.allow(tableActions[access], [table.tableArn, ...indexes])
    return this.setVariable(table.variable, table.tableName)
  }

  bindSecrets(vault: Vault, ...accesses: readonly SecretAccess[]): this {
    for (const access of accesses) vault.grant(this.role, access)
    return this.setVariable('secretsPrefix', vault.prefix).setVariable('secretsKeyId', vault.key.keyArn)
  }

  /** Its paths are handed on over HTTPS, with the caller's own key: no right goes with it. */
  bindAdmin({ url }: { readonly url: string }): this {
    return this.setVariable('adminUrl', url)
  }

  bindRootKey(vault: Vault): this {
    vault.rootKey.grantRead(this.role)
    return this.setVariable('rootKeySecret', vault.rootKey.secretName)
  }

  bindPayloads(bucket: PayloadBucket, access: PayloadAccess): this {
    this.allow(payloadActions[access], [bucket.bucket.arnForObjects('*')])
    // Without it S3 says "denied" where it should say "there is none".
    if (access === 'read') this.allow(['s3:ListBucket'], [bucket.bucket.bucketArn])
    acceptFinding(this.role, 'IAM5[Resource::<PayloadBucket.Arn>/*]', 'bodies are objects made at run time')
    return this.setVariable('payloadBucket', bucket.bucket.bucketName)
  }

  /** Cached answers that no item can hold; bodies of requests lie elsewhere in the bucket. */
  bindLargeAnswers(bucket: PayloadBucket): this {
    this.allow(['s3:GetObject'], [bucket.bucket.arnForObjects('cache/*')])
    acceptFinding(this.role, 'IAM5[Resource::<PayloadBucket.Arn>/cache/*]', 'answers are objects made at run time')
    return this
  }

  /** undefined = there is no place for vectors. */
  bindVectors(vectors: VectorBucket | undefined, access: VectorAccess): this {
    if (vectors === undefined) return this
    this.allow(vectorActions[access], [...vectors.indexArns])
    return this.setVariable('vectorBucket', vectors.bucketName)
  }

  /** For integrations that use this function's own role. */
  bindOwnAccess(access: OwnAccess): this {
    grantOwnAccess(this.role, access)
    return this
  }

  /** For checks that Amazon Bedrock's guardrails of this account make. */
  bindGuardrails(): this {
    grantGuardrails(this.role)
    return this
  }

  bindAlerts(topic: ITopic, bus: IEventBus, key: IKey): this {
    this.allow(['sns:Publish'], [topic.topicArn])
    this.allowByWayOf('sns', ['kms:Decrypt', 'kms:GenerateDataKey'], key)
    bus.grantPutEventsTo(this.role)
    return this.setVariable('alertTopic', topic.topicArn).setVariable('alertBus', bus.eventBusName)
  }

  /** For events that nobody waits for: those that failed `retries` times more, or grew too old, are kept in the queue. */
  keepFailedEvents(
    queue: IQueue,
    { maxAge, retries }: { readonly maxAge: Duration; readonly retries: 0 | 1 | 2 },
  ): this {
    this.lambda.configureAsyncInvoke({
      onFailure: new SqsDestination(queue),
      maxEventAge: maxAge,
      retryAttempts: retries,
    })
    return this
  }

  /** The key can be used only through the service. */
  private allowByWayOf(service: string, actions: string[], key: IKey): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources: [key.keyArn], conditions: viaService(service) }))
  }

  private allow(actions: string[], resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources }))
  }
}
