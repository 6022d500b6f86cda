/** The operations of Secrets Manager that the program uses, over one sealed file. */
import { createHash, randomUUID } from 'node:crypto'
import { type AwsOperation, AwsRefusal, type Fields, requireText } from './aws-operation.ts'
import type { SealedFile } from './sealed-file.ts'

interface Secret {
  readonly name: string
  readonly value: string
  readonly versionId: string
  readonly changedAtMs: number
}

type Secrets = Readonly<Record<string, Secret>>

export function secretsOperations(file: SealedFile, nowMs: () => number): Readonly<Record<string, AwsOperation>> {
  const secrets = new Map(Object.entries((file.read() ?? {}) as Secrets))
  const save = () => file.write(Object.fromEntries(secrets))
  const find = (input: Fields): Secret => {
    const secret = secrets.get(nameOf(requireText(input, 'SecretId')))
    if (secret) return secret
    throw new AwsRefusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  }
  const put = (name: string, input: Fields): Fields => {
    const value = requireText(input, 'SecretString')
    const secret = { name, value, versionId: randomUUID(), changedAtMs: nowMs() }
    secrets.set(name, secret)
    save()
    return described(secret)
  }
  return {
    'secretsmanager.CreateSecret'(input) {
      const name = requireText(input, 'Name')
      if (!secrets.has(name)) return put(name, input)
      throw new AwsRefusal('ResourceExistsException', 'A resource with the ID you requested already exists.')
    },
    'secretsmanager.PutSecretValue': (input) => put(find(input).name, input),
    'secretsmanager.GetSecretValue'(input) {
      const secret = find(input)
      return { ...described(secret), SecretString: secret.value, CreatedDate: secret.changedAtMs / 1000 }
    },
    /** In one page, by the beginning of the name. */
    'secretsmanager.ListSecrets'({ Filters: filters }) {
      const [filter] = Array.isArray(filters) ? (filters as { readonly Values?: readonly string[] }[]) : []
      const [prefix = ''] = filter?.Values ?? []
      const found = [...secrets.values()].filter(({ name }) => name.startsWith(prefix))
      return { SecretList: found.map((each) => ({ ...described(each), CreatedDate: each.changedAtMs / 1000 })) }
    },
    'secretsmanager.DeleteSecret'(input) {
      const secret = find(input)
      secrets.delete(secret.name)
      save()
      return { ...described(secret), DeletionDate: nowMs() / 1000 }
    },
  }
}

function described(secret: Secret): Fields {
  return { ARN: arnOf(secret.name), Name: secret.name, VersionId: secret.versionId, VersionStages: ['AWSCURRENT'] }
}

function arnOf(name: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-${suffix}`
}

/** Secrets Manager takes a name or an ARN. */
function nameOf(id: string): string {
  return id.startsWith('arn:') ? id.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '') : id
}
