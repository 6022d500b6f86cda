/** Everything Sluice asks of AWS, part by part. The details are in the parts. */
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { EventBus } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'
import { functionsCode } from './bundle.ts'
import { DeadLetters } from './dead-letters.ts'
import { FunctionAddress } from './function-address.ts'
import { LedgerStream } from './ledger-stream.ts'
import { Monitoring, Notifications } from './monitoring.ts'
import { NodeFunction } from './node-function.ts'
import { PayloadBucket } from './payload-bucket.ts'
import { Schedules } from './schedules.ts'
import type { SluiceSettings } from './settings.ts'
import { Tables } from './tables.ts'
import { Vault } from './vault.ts'
import { VectorBucket } from './vector-bucket.ts'

export interface SluiceStackProps extends StackProps {
  readonly settings: SluiceSettings
}

export class SluiceStack extends Stack {
  constructor(scope: Construct, id: string, props: SluiceStackProps) {
    super(scope, id, { description: 'Sluice, an AI gateway whose spending limits hold', ...props })
    const { settings } = props

    const tables = new Tables(this, 'Tables', { isProtected: settings.deletionProtection })
    const payloads = new PayloadBucket(this, 'Payloads', { expireAfterDays: settings.logTtlDays })
    const vault = new Vault(this, 'Vault')
    const vectors = settings.semanticCache ? new VectorBucket(this, 'Vectors') : undefined
    const deadLetters = new DeadLetters(this, 'DeadLetters')
    const { topic } = new Notifications(this, 'Notifications', {
      key: vault.key,
      ...(settings.alertEmail && { email: settings.alertEmail }),
    })
    const bus = EventBus.fromEventBusName(this, 'Bus', 'default')
    const functions = this.functions(settings)

    functions.gateway
      .bindTable(tables.catalog, 'read')
      .bindTable(tables.counters, 'read-update')
      .bindTable(tables.logs, 'append')
      .bindTable(tables.cache, 'replace')
      .bindPayloads(payloads, 'put')
      .bindLargeAnswers(payloads)
      .bindVectors(vectors, 'compare')
      .bindSecrets(vault, 'read')
      .bindOwnAccess(settings)
      .bindGuardrails()

    functions.admin
      .bindTable(tables.catalog, 'read-write')
      .bindTable(tables.counters, 'survey')
      .bindTable(tables.logs, 'read')
      .bindPayloads(payloads, 'read')
      .bindSecrets(vault, 'write')
      .bindRootKey(vault)

    functions.ledger
      .bindTable(tables.catalog, 'read')
      .bindTable(tables.counters, 'read-update')
      .bindTable(tables.logs, 'read')
      .bindAlerts(topic, bus, vault.key)

    functions.windows
      .bindTable(tables.catalog, 'read-replace')
      .bindTable(tables.counters, 'maintain')
      .bindTable(tables.logs, 'read-update')
      .bindSecrets(vault, 'write-api-keys', 'sweep')
      .bindVectors(vectors, 'clean')
      .bindAlerts(topic, bus, vault.key)

    new LedgerStream(this, 'LedgerStream', {
      ledger: functions.ledger,
      logs: tables.logs,
      deadLetters: deadLetters.queue,
    })
    new Schedules(this, 'Schedules', { windows: functions.windows, deadLetters: deadLetters.queue })
    new Monitoring(this, 'Monitoring', { topic, deadLetters: deadLetters.queue, functions })

    this.addresses(functions, vault)
  }

  private addresses(functions: ReturnType<SluiceStack['functions']>, vault: Vault): void {
    const gatewayAddress = new FunctionAddress(this, 'GatewayAddress', { target: functions.gateway })
    const adminAddress = new FunctionAddress(this, 'AdminAddress', { target: functions.admin })
    functions.gateway.bindAdmin(adminAddress)
    this.output(
      'BaseUrl',
      gatewayAddress.baseUrl,
      'Paste this into a client as its base URL; it serves the admin API too',
    )
    this.output('AdminUrl', adminAddress.baseUrl, 'Base URL of the admin function alone')
    this.output('GatewayFunctionName', functions.gateway.lambda.functionName, 'The function that answers clients')
    this.output('AdminFunctionName', functions.admin.lambda.functionName, 'The function that answers administrators')
    this.output('RootKeySecretName', vault.rootKey.secretName, 'The secret that holds the root admin key')
  }

  private functions(settings: SluiceSettings) {
    const code = functionsCode()
    const background = {
      code,
      memoryMb: settings.backgroundMemoryMb,
      timeout: Duration.minutes(5),
      ...(settings.backgroundConcurrency && { reservedConcurrency: settings.backgroundConcurrency }),
    }
    const functions = {
      gateway: new NodeFunction(this, 'Gateway', {
        name: 'gateway',
        description: 'Sluice: models, for clients',
        code,
        memoryMb: settings.gatewayMemoryMb,
        timeout: Duration.minutes(15),
        ...(settings.gatewayConcurrency && { reservedConcurrency: settings.gatewayConcurrency }),
      }),
      admin: new NodeFunction(this, 'Admin', {
        name: 'admin',
        description: 'Sluice: workspaces, keys, integrations, logs, for administrators',
        code,
        memoryMb: settings.adminMemoryMb,
        timeout: Duration.seconds(30),
      }),
      ledger: new NodeFunction(this, 'Ledger', {
        name: 'ledger',
        description: 'Sluice: closed records become settled counters',
        ...background,
      }),
      windows: new NodeFunction(this, 'Windows', {
        name: 'windows',
        description: 'Sluice: the books of limit windows, expiry and rotation of keys',
        ...background,
      }),
    }
    // What reads the records knows a new form of them before it is written.
    functions.gateway.lambda.node.addDependency(functions.ledger.lambda, functions.windows.lambda)
    for (const each of Object.values(functions)) {
      each
        .setVariable('allowedHosts', settings.allowedHosts.join(','))
        .setVariable('corsOrigins', settings.corsOrigins.join(','))
        .setVariable('corsHeaders', settings.corsHeaders.join(','))
        .setVariable('logTtlDays', String(settings.logTtlDays))
    }
    return functions
  }

  private output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description })
  }
}
