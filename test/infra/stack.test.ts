/** What the stack promises: who may do what, what outlives it, what streams, what is watched. */
import type { Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { secretFolders } from '../../lib/vault.ts'
import { brokenAnswersMetric, environmentNames, metricNamespace } from '../../src/environment.ts'
import { metricNames } from '../../src/records/metrics.ts'
import { counterKeys, logKeys } from '../../src/store/keys.ts'
import { vectorDimensions, vectorIndexName } from '../../src/tables.ts'
import { readSources } from '../architecture/sources.ts'
import { type FunctionId, resource, resources, rights, synthesise } from './template.ts'

const { template } = synthesise()
const functionIds: readonly FunctionId[] = ['Gateway', 'Admin', 'Ledger', 'Windows']
const writes = /dynamodb:(PutItem|UpdateItem|DeleteItem|BatchWriteItem)/

describe('the gateway function', () => {
  const allowed = rights(template, 'Gateway')

  it('cannot write the catalog', () => {
    expect(allowed.filter((right) => writes.test(right) && right.includes('CatalogTable'))).toEqual([])
    expect(allowed).toContain('dynamodb:Query on CatalogTable')
  })

  it('reads the credentials of integrations and guardrails and can neither write them nor read the root key or the secrets of api keys', () => {
    const secrets = allowed.filter((right) => right.startsWith('secretsmanager:'))
    expect(secrets).toEqual([
      'secretsmanager:GetSecretValue on :secret:sluice/integrations/*',
      'secretsmanager:GetSecretValue on :secret:sluice/guardrails/*',
    ])
  })

  it('has a right for every folder of secrets that the program names, or is kept out of it on purpose', () => {
    const named = readSources(['src']).flatMap(({ path, lines }) =>
      path.endsWith('.test.ts')
        ? []
        : [...lines.join('\n').matchAll(/ecretsPrefix\}([a-z-]+\/)/g)].map((match) => match[1]),
    )
    expect(new Set(named)).toEqual(new Set(Object.values(secretFolders)))
  })

  it('adds and closes records without reading or removing them', () => {
    const onLogs = allowed.filter((right) => right.includes('LogsTable'))
    expect(new Set(onLogs)).toEqual(
      new Set([
        'dynamodb:PutItem on LogsTable',
        'dynamodb:UpdateItem on LogsTable',
        'dynamodb:ConditionCheckItem on LogsTable',
      ]),
    )
  })

  it('puts bodies and cannot read them, only large answers of the cache', () => {
    expect(allowed.filter((right) => right.startsWith('s3:'))).toEqual([
      's3:PutObject on PayloadBucket/*',
      's3:GetObject on PayloadBucket/cache/*',
    ])
  })

  it('compares and keeps vectors, and cannot remove them', () => {
    const actions = allowed.filter((right) => right.startsWith('s3vectors:')).map((right) => right.split(' on ')[0])
    expect(new Set(actions)).toEqual(
      new Set(['s3vectors:QueryVectors', 's3vectors:GetVectors', 's3vectors:PutVectors']),
    )
  })

  it('gets and puts cached answers one at a time, and no other function touches them', () => {
    const onCache = (id: FunctionId) => rights(template, id).filter((right) => right.includes('CacheTable'))
    expect(onCache('Gateway')).toEqual(['dynamodb:GetItem on CacheTable', 'dynamodb:PutItem on CacheTable'])
    for (const id of ['Admin', 'Ledger', 'Windows'] as const) expect(onCache(id)).toEqual([])
    const { Variables } = resource(template, 'AWS::Lambda::Function', 'Gateway').Properties.Environment as {
      Variables: Record<string, unknown>
    }
    expect(Variables[environmentNames.cacheTable]).toEqual({ Ref: 'CacheTable' })
  })

  it("may let the account's own Amazon Bedrock guardrails judge, and nobody else's; no other function may", () => {
    const bedrock = (id: FunctionId) => rights(template, id).filter((right) => right.startsWith('bedrock:'))
    expect(bedrock('Gateway')).toEqual([expect.stringMatching(/^bedrock:ApplyGuardrail on .*:guardrail\/\*$/)])
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'))
    expect(policies).toContain('":bedrock:*:",{"Ref":"AWS::AccountId"},":guardrail/*"')
    for (const id of ['Admin', 'Ledger', 'Windows'] as const) expect(bedrock(id)).toEqual([])
  })

  it('may call models and take on roles only where the operator named them', () => {
    const role = 'arn:aws:iam::123456789012:role/caller'
    const opened = synthesise({ bedrockModels: ['anthropic.*'], assumableRoles: [role] })
    const more = rights(opened.template, 'Gateway').filter((right) => !allowed.includes(right))
    expect(more).toEqual([
      'bedrock:InvokeModel on :bedrock:*::foundation-model/anthropic.*',
      'bedrock:InvokeModel on :bedrock:*:*:inference-profile/*anthropic.*',
      'bedrock:InvokeModelWithResponseStream on :bedrock:*::foundation-model/anthropic.*',
      'bedrock:InvokeModelWithResponseStream on :bedrock:*:*:inference-profile/*anthropic.*',
      'bedrock:CountTokens on :bedrock:*::foundation-model/anthropic.*',
      'bedrock:CountTokens on :bedrock:*:*:inference-profile/*anthropic.*',
      'bedrock:ListFoundationModels on *',
      'bedrock:ListInferenceProfiles on *',
      `sts:AssumeRole on ${role}`,
    ])
    for (const id of ['Admin', 'Ledger', 'Windows'] as const)
      expect(rights(opened.template, id)).toEqual(rights(template, id))
  })

  it('may prove who it is to those that the operator named', () => {
    const opened = synthesise({ tokenAudiences: ['api://AzureADTokenExchange'] })
    expect(rights(opened.template, 'Gateway').filter((right) => !allowed.includes(right))).toEqual([
      'sts:GetWebIdentityToken on *',
    ])
    expect(JSON.stringify(opened.template.toJSON())).toContain(
      '{"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":["api://AzureADTokenExchange"]}}',
    )
  })

  it('touches nothing else', () => {
    const known =
      /^(dynamodb:|bedrock:ApplyGuardrail on :guardrail|secretsmanager:GetSecretValue|kms:Decrypt on VaultKey|s3:(?:PutObject|GetObject on PayloadBucket.cache.)|s3vectors:|logs:)/
    expect(allowed.filter((right) => !known.test(right))).toEqual([])
  })
})

describe('rights', () => {
  it('to write secrets belong to the admin function, and for new secrets of api keys to the windows function; neither can read one', () => {
    for (const id of functionIds) {
      const onSecrets = rights(template, id).filter((right) => /secretsmanager:|:secret:/.test(right))
      const writing = onSecrets.filter((right) => /secretsmanager:(Create|Put|Update|Delete)/.test(right))
      expect(writing.length > 0, id).toBe(id === 'Admin' || id === 'Windows')
      if (id === 'Windows')
        expect(onSecrets).toEqual([
          'secretsmanager:CreateSecret on :secret:sluice/api-keys/*',
          'secretsmanager:PutSecretValue on :secret:sluice/api-keys/*',
          // what no document points at is removed
          'secretsmanager:DeleteSecret on :secret:sluice/integrations/*',
          'secretsmanager:DeleteSecret on :secret:sluice/guardrails/*',
          'secretsmanager:DeleteSecret on :secret:sluice/api-keys/*',
          'secretsmanager:ListSecrets on *',
        ])
    }
    expect(rights(template, 'Admin').filter((right) => right.startsWith('secretsmanager:GetSecretValue'))).toEqual([
      expect.stringMatching(/^secretsmanager:GetSecretValue on VaultRootKey/),
    ])
  })

  it('to remove from the catalog belong to the admin function and, for the items of rotated keys, to the windows function', () => {
    for (const id of functionIds) {
      const removing = rights(template, id).includes('dynamodb:DeleteItem on CatalogTable')
      expect(removing, id).toBe(id === 'Admin' || id === 'Windows')
    }
    const windows = rights(template, 'Windows')
    for (const part of ['PutItem', 'UpdateItem', 'ConditionCheckItem'])
      expect(windows).toContain(`dynamodb:${part} on CatalogTable`)
  })

  it('to scan are for counters alone, and not for the gateway; to drop a table belong to nobody', () => {
    for (const id of functionIds) {
      const allowed = rights(template, id)
      const scans = allowed.filter((right) => right.startsWith('dynamodb:Scan'))
      expect(scans, id).toEqual(id === 'Admin' || id === 'Windows' ? ['dynamodb:Scan on CountersTable'] : [])
      expect(allowed.filter((right) => /dynamodb:(DeleteTable|\*)/.test(right))).toEqual([])
    }
  })

  it('to use the key for secrets hold only by way of Secrets Manager', () => {
    const policy = JSON.stringify(resource(template, 'AWS::IAM::Policy', 'GatewayRole'))
    expect(policy).toContain('"Action":"kms:Decrypt","Condition":{"StringEquals":{"kms:ViaService"')
  })

  it('come from no managed policy', () => {
    for (const role of Object.values(resources(template, 'AWS::IAM::Role')))
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns')
  })
})

describe('the functions', () => {
  it('run on Node 24 and arm64, all from one asset, each from its own file', () => {
    const all = Object.values(resources(template, 'AWS::Lambda::Function')).map((each) => each.Properties)
    expect(all.map((properties) => properties.Handler).sort()).toEqual(
      ['admin', 'gateway', 'ledger', 'windows'].map((name) => `${name}/index.handler`),
    )
    expect(new Set(all.map((properties) => JSON.stringify(properties.Code))).size).toBe(1)
    for (const properties of all) expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
  })

  it('are told every name that the program requires', () => {
    for (const id of functionIds) {
      const { Variables } = resource(template, 'AWS::Lambda::Function', id).Properties.Environment as {
        Variables: Record<string, unknown>
      }
      for (const name of ['catalogTable', 'countersTable', 'logsTable'] as const)
        expect(Variables, id).toHaveProperty(environmentNames[name])
    }
  })

  it('that clients and administrators reach stream their answers', () => {
    const modes = Object.values(resources(template, 'AWS::Lambda::Url')).map((url) => [
      JSON.stringify(url.Properties.TargetFunctionArn).includes('Gateway') ? 'gateway' : 'admin',
      url.Properties.AuthType,
      url.Properties.InvokeMode,
    ])
    expect(modes.sort()).toEqual([
      ['admin', 'NONE', 'RESPONSE_STREAM'],
      ['gateway', 'NONE', 'RESPONSE_STREAM'],
    ])
  })

  it('leave CORS to the program', () => {
    for (const url of Object.values(resources(template, 'AWS::Lambda::Url')))
      expect(url.Properties).not.toHaveProperty('Cors')
  })

  it('take nothing of the concurrency of an account for themselves unless the operator says how much', () => {
    const reserved = (settings: object) =>
      functionIds.map(
        (id) =>
          resource(synthesise(settings).template, 'AWS::Lambda::Function', id).Properties.ReservedConcurrentExecutions,
      )
    expect(reserved({})).toEqual([undefined, undefined, undefined, undefined])
    expect(reserved({ gatewayConcurrency: 800, backgroundConcurrency: 10 })).toEqual([800, undefined, 10, 10])
  })

  it('of the gateway may run for 15 minutes', () => {
    expect(resource(template, 'AWS::Lambda::Function', 'Gateway').Properties.Timeout).toBe(900)
  })
})

describe('what is stored', () => {
  const stateful = {
    CatalogTable: 'AWS::DynamoDB::Table',
    CountersTable: 'AWS::DynamoDB::Table',
    LogsTable: 'AWS::DynamoDB::Table',
    PayloadBucket: 'AWS::S3::Bucket',
    VaultKey: 'AWS::KMS::Key',
  }

  it.each(Object.entries(stateful))('keeps its logical id and outlives the stack: %s', (id, type) => {
    const found = resources(template, type)[id]
    // a first deployment that fails is rolled back whole; updates and removals keep what is stored
    expect(found).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' })
  })

  it('can be taken back to any second of the last weeks, is paid by use and forgets by itself', () => {
    const { CacheTable, ...tables } = resources(template, 'AWS::DynamoDB::Table')
    expect(Object.keys(tables).sort()).toEqual(['CatalogTable', 'CountersTable', 'LogsTable'])
    for (const table of Object.values(tables))
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      })
  })

  it('is protected from deletion where the operator says so, which a first deployment cannot, and else it is told', () => {
    const tablesOf = (settings: object) =>
      Object.entries(resources(synthesise(settings).template, 'AWS::DynamoDB::Table'))
    for (const [id, table] of tablesOf({ deletionProtection: true }))
      expect([id, table.Properties.DeletionProtectionEnabled ?? false]).toEqual([id, id !== 'CacheTable'])
    for (const [, table] of tablesOf({})) expect(table.Properties.DeletionProtectionEnabled ?? false).toBe(false)
    const told = (settings: object) => {
      const { app } = synthesise(settings)
      return Annotations.fromStack(app.node.findChild('Sluice') as Stack).findInfo(
        '*',
        Match.stringLikeRegexp('deletionProtection'),
      )
    }
    expect(told({})).toHaveLength(1)
    expect(told({ deletionProtection: true })).toHaveLength(0)
  })

  it('in the cache is paid by use, forgets by itself and goes with the stack', () => {
    expect(resources(template, 'AWS::DynamoDB::Table').CacheTable).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
    })
  })

  it('in vectors are one index for each number of dimensions, which go with the stack', () => {
    const indexes = Object.values(resources(template, 'AWS::S3Vectors::Index'))
    expect(indexes.map(({ Properties }) => Properties.Dimension)).toEqual([...vectorDimensions])
    for (const { DeletionPolicy, Properties } of indexes)
      expect({ DeletionPolicy, ...Properties }).toMatchObject({
        DeletionPolicy: 'Delete',
        DataType: 'float32',
        DistanceMetric: 'cosine',
        IndexName: vectorIndexName(Number(Properties.Dimension)),
        VectorBucketArn: { 'Fn::GetAtt': ['VectorBucket', 'VectorBucketArn'] },
      })
    expect(resource(template, 'AWS::S3Vectors::VectorBucket', 'VectorBucket').DeletionPolicy).toBe('Delete')
  })

  it('in vectors are not asked for where the region has no place for them', () => {
    const without = synthesise({ semanticCache: false }).template
    without.resourceCountIs('AWS::S3Vectors::VectorBucket', 0)
    without.resourceCountIs('AWS::S3Vectors::Index', 0)
    for (const id of functionIds)
      expect(rights(without, id).filter((right) => right.startsWith('s3vectors:'))).toEqual([])
  })

  it('streams changes of the logs table only, old and new', () => {
    const streamed = Object.entries(resources(template, 'AWS::DynamoDB::Table')).filter(
      ([, table]) => 'StreamSpecification' in table.Properties,
    )
    expect(streamed.map(([id]) => id)).toEqual(['LogsTable'])
    expect(streamed[0]![1].Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' })
  })

  it('is sealed with a key that rotates', () => {
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true })
  })

  it('expires bodies together with their records, and cached answers with the longest that any is kept', () => {
    const { template: week } = synthesise({ logTtlDays: 7 })
    week.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ ExpirationInDays: 7, Status: 'Enabled' }),
          Match.objectLike({ ExpirationInDays: 91, Prefix: 'cache/' }),
        ],
      },
    })
    week.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ [environmentNames.logTtlDays]: '7' }) },
    })
  })
})

describe('the ledger', () => {
  it('reads the stream in order, halves batches that fail and keeps what fails for good', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': ['LogsTable', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 1,
      TumblingWindowInSeconds: 900,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } },
      },
    })
  })
})

describe('the filter of the stream', () => {
  it('lets records and heartbeats through, and neither openings, places in lists, bodies nor expiry', () => {
    const mapping = resource(template, 'AWS::Lambda::EventSourceMapping', 'LedgerStream')
    const { Filters } = mapping.Properties.FilterCriteria as { Filters: { Pattern: string }[] }
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      {
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { Keys: { sk: { S: [logKeys.record('any').sk, counterKeys.heartbeat(0).sk] } } },
      },
    ])
  })
})

describe('the schedule', () => {
  it('runs the windows function every five minutes and at midnight UTC', () => {
    const all = Object.values(resources(template, 'AWS::Scheduler::Schedule')).map((each) => each.Properties)
    expect(all.map((each) => each.ScheduleExpression).sort()).toEqual(['cron(0 0 * * ? *)', 'cron(2/5 * * * ? *)'])
    for (const each of all) {
      expect(each.ScheduleExpressionTimezone).toBe('Etc/UTC')
      expect(JSON.stringify(each.Target)).toContain('Windows')
      expect(each.Target).toHaveProperty('DeadLetterConfig')
    }
  })
})

describe('alarms', () => {
  it('all tell the topic', () => {
    const alarms = Object.values(resources(template, 'AWS::CloudWatch::Alarm'))
    expect(alarms.length).toBeGreaterThan(5)
    for (const alarm of alarms) expect(alarm.Properties.AlarmActions).toHaveLength(1)
  })

  it('ring for dead letters and a ledger that lags well below the grace of a hold', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
    })
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'IteratorAge', Threshold: 120_000 })
  })

  it('ring for invocations of the gateway that failed, but for none whose provider broke its answer off', () => {
    const alarm = resource(template, 'AWS::CloudWatch::Alarm', 'MonitoringGatewayFailures')
    expect(alarm.Properties).toMatchObject({
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      Metrics: [
        { Expression: 'failures - FILL(broken, 0)' },
        { Id: 'failures', MetricStat: { Metric: { MetricName: 'Errors', Namespace: 'AWS/Lambda' }, Stat: 'Sum' } },
        {
          Id: 'broken',
          MetricStat: {
            Metric: {
              MetricName: brokenAnswersMetric,
              Namespace: metricNamespace,
              Dimensions: [{ Name: 'service', Value: 'Sluice' }],
            },
            Stat: 'Sum',
          },
        },
      ],
    })
  })

  it('reach an address when one is given, and nobody otherwise', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0)
    synthesise({ alertEmail: 'ops@example.com' }).template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    })
  })
})

describe('the dashboard', () => {
  it('shows every metric that records make', () => {
    const dashboard = JSON.stringify(resources(template, 'AWS::CloudWatch::Dashboard'))
    for (const name of metricNames)
      expect(dashboard).toMatch(new RegExp(`"Sluice\\\\",\\\\"${name}|MetricName=[\\\\"]+${name}`))
  })
})

describe('the stack', () => {
  it('has no custom resources', () => {
    const types = Object.values((template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources)
    expect(
      types.filter(({ Type }) => Type.startsWith('Custom::') || Type === 'AWS::CloudFormation::CustomResource'),
    ).toEqual([])
  })

  it('tells the base URL for clients, the admin URL and where the root key is', () => {
    for (const name of ['BaseUrl', 'AdminUrl', 'RootKeySecretName']) template.hasOutput(name, {})
    template.hasOutput('BaseUrl', { Value: { 'Fn::Join': ['', [Match.anyValue(), 'v1']] } })
  })
})
