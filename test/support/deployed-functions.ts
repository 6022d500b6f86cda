/** The functions of the synthesised stack as data: handler, variables, timeout, memory and what sends them events. Nothing here is written by hand. */
import { defaultSettings, type SluiceSettings } from '../../lib/settings.ts'
import type { Environment } from '../../src/environment.ts'
import { type Resource, resources, synthesise } from '../infra/template.ts'
import { evaluateTemplateValue, localAccount, localRegion, type TemplateStandIn } from './template-values.ts'

export interface DeployedFunction {
  readonly logicalId: string
  /** The folder of the bundle, such as `gateway`. */
  readonly name: string
  readonly handler: string
  readonly memoryMb: number
  readonly timeoutMs: number
  readonly variables: Readonly<Record<string, string>>
  readonly invokedBy: {
    /** BUFFERED or RESPONSE_STREAM; absent = the function has no address. */
    readonly url?: string
    /** Of the table whose stream it reads. */
    readonly stream?: { readonly tableName: string; readonly batchSize: number; readonly filters: readonly Pattern[] }
    /** The payloads that schedules send. */
    readonly schedules: readonly unknown[]
  }
}

/** An event filter: at each leaf the allowed values. */
export interface Pattern {
  readonly [key: string]: Pattern | readonly unknown[]
}

export interface DeployedFunctionOptions {
  /** Gives the physical names of the tables. */
  readonly environment: Pick<Environment, 'catalogTable' | 'countersTable' | 'logsTable' | 'cacheTable'>
  readonly settings?: Partial<SluiceSettings>
}

const arn = (service: string, resource: string) => `arn:aws:${service}:${localRegion}:${localAccount}:${resource}`

/** The name of the root key's secret among the stand-ins. */
export const rootKeySecretName = 'RootKey-standin'

export function readDeployedFunctions({
  environment,
  settings = {},
}: DeployedFunctionOptions): readonly DeployedFunction[] {
  const { template } = synthesise({ ...defaultSettings, ...settings })
  const all = (template.toJSON() as { Resources: Record<string, Resource> }).Resources
  const standIn = standInsFor(all, environment)
  const evaluate = <T>(value: unknown) => evaluateTemplateValue(value, standIn) as T
  const ofType = (type: string) => Object.values(resources(template, type)).map((each) => each.Properties)
  return Object.entries(resources(template, 'AWS::Lambda::Function')).map(([logicalId, { Properties }]) => {
    const isTarget = (property: unknown) => JSON.stringify(property).includes(`"${logicalId}"`)
    const handler = String(Properties.Handler)
    const url = ofType('AWS::Lambda::Url').find((each) => isTarget(each.TargetFunctionArn))
    const mapping = ofType('AWS::Lambda::EventSourceMapping').find((each) => isTarget(each.FunctionName))
    const schedules = ofType('AWS::Scheduler::Schedule').filter((each) => isTarget((each.Target as Target).Arn))
    return {
      logicalId,
      name: handler.slice(0, handler.indexOf('/')),
      handler,
      memoryMb: Number(Properties.MemorySize),
      timeoutMs: Number(Properties.Timeout) * 1000,
      variables: evaluate((Properties.Environment as { Variables: unknown }).Variables),
      invokedBy: {
        ...(url && { url: String(url.InvokeMode) }),
        ...(mapping && { stream: readMapping(mapping, evaluate) }),
        schedules: schedules.map((each) => JSON.parse(evaluate<string>((each.Target as Target).Input)) as unknown),
      },
    }
  })
}

interface Target {
  readonly Arn: unknown
  readonly Input: unknown
}

function readMapping(mapping: Resource['Properties'], evaluate: <T>(value: unknown) => T) {
  const { Filters } = mapping.FilterCriteria as { Filters: readonly { readonly Pattern: string }[] }
  return {
    tableName: /table\/([^/]+)/.exec(evaluate<string>(mapping.EventSourceArn))?.[1] ?? '',
    batchSize: Number(mapping.BatchSize),
    filters: Filters.map(({ Pattern: text }) => JSON.parse(text) as Pattern),
  }
}

/** Names and ARNs shaped as CloudFormation gives them. Throws for a resource that the template does not have. */
function standInsFor(
  all: Readonly<Record<string, Resource>>,
  environment: DeployedFunctionOptions['environment'],
): TemplateStandIn {
  const tables: Readonly<Record<string, string | undefined>> = {
    CatalogTable: environment.catalogTable,
    CountersTable: environment.countersTable,
    LogsTable: environment.logsTable,
    CacheTable: environment.cacheTable,
  }
  const byType: Readonly<Record<string, TemplateStandIn>> = {
    'AWS::DynamoDB::Table': (id, attribute) => {
      const name = tables[id] ?? id
      if (attribute === undefined) return name
      return arn('dynamodb', `table/${name}${attribute === 'StreamArn' ? '/stream/2026-01-01T00:00:00.000' : ''}`)
    },
    'AWS::SecretsManager::Secret': () => arn('secretsmanager', `secret:${rootKeySecretName}-AbCdEf`),
    'AWS::Lambda::Url': (id) => `https://${id.toLowerCase()}.lambda-url.${localRegion}.on.aws/`,
    'AWS::SNS::Topic': (id) => arn('sns', id),
    'AWS::S3::Bucket': (id, attribute) => (attribute ? `arn:aws:s3:::${id.toLowerCase()}` : id.toLowerCase()),
    'AWS::S3Vectors::VectorBucket': (id) => arn('s3vectors', `bucket/${id.toLowerCase()}`),
  }
  return (logicalId, attribute) => {
    const type = all[logicalId]?.Type
    if (type === undefined) throw new Error(`the template refers to ${logicalId}, which it does not have`)
    return byType[type]?.(logicalId, attribute) ?? (attribute ? arn('any', logicalId) : logicalId)
  }
}
