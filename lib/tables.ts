/** The four tables, from the same definitions that the local start uses. They outlive the stack, all but the cache; a first deployment that fails leaves none behind. */
import { Annotations, RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, CfnTable, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import type { environmentNames } from '../src/environment.ts'
import { type TableDefinition, tableDefinitions } from '../src/tables.ts'
import { acceptFinding } from './accepted-finding.ts'

type TableName = keyof typeof tableDefinitions

/** The name each table is known by to the program, and its logical id: changing an id would make a new, empty table. */
const identities = {
  catalog: { variable: 'catalogTable', logicalId: 'CatalogTable' },
  counters: { variable: 'countersTable', logicalId: 'CountersTable' },
  logs: { variable: 'logsTable', logicalId: 'LogsTable' },
  cache: { variable: 'cacheTable', logicalId: 'CacheTable' },
} as const satisfies Record<TableName, { variable: keyof typeof environmentNames; logicalId: string }>

export interface TablesProps {
  /** Nobody can delete the tables, not even CloudFormation: a first deployment that fails could not be rolled back. */
  readonly isProtected: boolean
}

export class Tables extends Construct {
  readonly catalog: StoredTable
  readonly counters: StoredTable
  readonly logs: StoredTable
  readonly cache: StoredTable

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id)
    const table = (name: TableName) => new StoredTable(this, name, props)
    this.catalog = table('catalog')
    this.counters = table('counters')
    this.logs = table('logs')
    this.cache = table('cache')
    if (!props.isProtected)
      Annotations.of(this).addInfo(
        'The tables are not protected from deletion. Once the stack exists, deploy with -c deletionProtection=true',
      )
  }
}

const text = (name: string) => ({ name, type: AttributeType.STRING })

/**
 * `Table` and not `TableV2`: the latter cannot take a customer's key in a stack that is not bound to a region, and an
 * operator may want one.
 */
export class StoredTable extends Table {
  readonly variable: keyof typeof environmentNames
  readonly indexArns: string[]

  constructor(scope: Construct, name: TableName, { isProtected }: TablesProps) {
    const definition: TableDefinition = tableDefinitions[name]
    super(scope, name, {
      partitionKey: text(definition.partitionKey),
      sortKey: text(definition.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: definition.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: !definition.isDisposable },
      removalPolicy: definition.isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      deletionProtection: isProtected && !definition.isDisposable,
      ...(definition.isStreamed && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    })
    this.variable = identities[name].variable
    if (definition.isDisposable) acceptFinding(this, 'DDB3', 'what is in it can be had again')
    for (const index of definition.indexes) this.addIndex(index)
    this.indexArns = definition.indexes.map((index) => `${this.tableArn}/index/${index.name}`)
    if (this.node.defaultChild instanceof CfnTable) this.node.defaultChild.overrideLogicalId(identities[name].logicalId)
  }

  /** Throws for a table that is not streamed. */
  get streamArn(): string {
    if (this.tableStreamArn) return this.tableStreamArn
    throw new Error(`the table ${this.node.id} has no stream; set isStreamed in src/tables.ts`)
  }

  private addIndex(index: TableDefinition['indexes'][number]): void {
    this.addGlobalSecondaryIndex({
      indexName: index.name,
      partitionKey: text(index.partitionKey),
      sortKey: text(index.sortKey),
      ...(index.projected
        ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...index.projected] }
        : { projectionType: ProjectionType.ALL }),
    })
  }
}
