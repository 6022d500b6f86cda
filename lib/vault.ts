/** The key that seals providers' credentials, the name prefix they live under, the root admin key, and who may do what with them. */
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { type IGrantable, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnKey, Key } from 'aws-cdk-lib/aws-kms'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { acceptFinding } from './accepted-finding.ts'
import { viaService } from './key-condition.ts'

export type SecretAccess = keyof typeof secretActions

/** Every folder under the prefix that the program makes secrets in. */
export const secretFolders = { integrations: 'integrations/', guardrails: 'guardrails/', apiKeys: 'api-keys/' } as const

/** Who may write secrets cannot read them back, and who reads cannot write. */
const secretActions = {
  /** Credentials of providers and of guardrail services. The secrets of API keys are for their owners to fetch. */
  read: {
    secrets: ['secretsmanager:GetSecretValue'],
    key: ['kms:Decrypt'],
    folders: [secretFolders.integrations, secretFolders.guardrails],
  },
  write: {
    secrets: ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret'],
    /** Decrypt is what Secrets Manager itself asks of the writer of a new version. */
    key: ['kms:Decrypt', 'kms:GenerateDataKey'],
    folders: [''],
  },
  /** The new secrets of api keys that rotate by themselves, and nothing else. */
  'write-api-keys': {
    secrets: ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue'],
    key: ['kms:Decrypt', 'kms:GenerateDataKey'],
    folders: [secretFolders.apiKeys],
  },
  /** Secrets that no document points at any more. */
  sweep: { secrets: ['secretsmanager:DeleteSecret'], key: [], folders: Object.values(secretFolders) },
}

export class Vault extends Construct {
  readonly key: Key
  /** Every provider credential's secret name starts with this. */
  readonly prefix: string
  /** Outside the prefix, so that the gateway cannot read it. */
  readonly rootKey: Secret

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.prefix = `${Stack.of(this).stackName.toLowerCase()}/`
    this.key = new Key(this, 'Key', {
      description: 'Seals the provider credentials and the notifications of Sluice',
      enableKeyRotation: true,
      // a first deployment that fails leaves nothing behind
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    if (this.key.node.defaultChild instanceof CfnKey) this.key.node.defaultChild.overrideLogicalId('VaultKey')
    this.rootKey = new Secret(this, 'RootKey', {
      description: 'The root admin key of Sluice: makes the first workspaces and keys',
      encryptionKey: this.key,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    })
    acceptFinding(
      this.rootKey,
      'SMG4',
      'rotated by hand (docs/start/aws.md): every administrator has to be told the new one',
    )
  }

  /** Rights on the secrets under the prefix; the key can be used only by way of Secrets Manager. */
  grant(role: IRole & IGrantable, access: SecretAccess): void {
    const { secrets, key, folders } = secretActions[access]
    const names = folders.map((folder) => `${this.prefix}${folder}*`)
    const resources = names.map((each) => this.secretsArn(each))
    role.addToPrincipalPolicy(new PolicyStatement({ actions: secrets, resources }))
    for (const name of names)
      acceptFinding(
        role,
        `IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}]`,
        'secrets are made at run time; the prefix is their fence',
      )
    if (access === 'sweep') this.grantListing(role)
    if (key.length === 0) return
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: key,
        resources: [this.key.keyArn],
        conditions: viaService('secretsmanager'),
      }),
    )
  }

  /** Names and dates of secrets, never their values. IAM knows no narrower resource for it. */
  private grantListing(role: IRole & IGrantable): void {
    role.addToPrincipalPolicy(new PolicyStatement({ actions: ['secretsmanager:ListSecrets'], resources: ['*'] }))
    acceptFinding(role, 'IAM5[Resource::*]', 'secretsmanager:ListSecrets takes no resource; it shows no value')
  }

  private secretsArn(names: string): string {
    return Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: names,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
  }
}
