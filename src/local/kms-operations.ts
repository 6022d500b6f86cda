/** The operations of KMS with one key, the local key file's. */
import { randomBytes } from 'node:crypto'
import { type AwsOperation, AwsRefusal, type Fields, requireText } from './aws-operation.ts'
import { seal, unseal } from './sealed-file.ts'

const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/local'

export function kmsOperations(key: Uint8Array): Readonly<Record<string, AwsOperation>> {
  const encrypt = (plaintext: Uint8Array, input: Fields) => seal(key, plaintext, contextOf(input)).toString('base64')
  return {
    'TrentService.GenerateDataKey'(input) {
      const dataKey = randomBytes(32)
      return { KeyId: keyArn, Plaintext: dataKey.toString('base64'), CiphertextBlob: encrypt(dataKey, input) }
    },
    'TrentService.Encrypt': (input) => ({
      KeyId: keyArn,
      CiphertextBlob: encrypt(Buffer.from(requireText(input, 'Plaintext'), 'base64'), input),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }),
    'TrentService.Decrypt': (input) => ({
      KeyId: keyArn,
      Plaintext: decrypt(key, input).toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }),
  }
}

function decrypt(key: Uint8Array, input: Fields): Buffer {
  const sealed = Buffer.from(requireText(input, 'CiphertextBlob'), 'base64')
  try {
    return unseal(key, sealed, contextOf(input))
  } catch {
    throw new AwsRefusal('InvalidCiphertextException', 'the ciphertext or its encryption context is not valid')
  }
}

/** KMS compares encryption contexts without regard to order. */
function contextOf(input: Fields): string {
  return `kms ${JSON.stringify(Object.entries(input.EncryptionContext ?? {}).toSorted())}`
}
