/** Secrets Manager and KMS inside this process, over one sealed file. */
import { join } from 'node:path'
import type { Ambient } from '../ambient.ts'
import { inProcessHandler, type RequestHandler } from './in-process-handler.ts'
import { kmsOperations } from './kms-operations.ts'
import { openSealedFile } from './sealed-file.ts'
import { secretsOperations } from './secrets-operations.ts'

/** `new SecretsManagerClient({ requestHandler: createVaultHandler(folder, ambient), region, credentials })` */
export function createVaultHandler(dataFolder: string, ambient: Pick<Ambient, 'now'>): RequestHandler {
  const file = openSealedFile({ file: join(dataFolder, 'secrets.sealed'), keyFile: join(dataFolder, 'secrets.key') })
  return inProcessHandler({
    operationOf: ({ headers }) => headers['x-amz-target'] ?? '',
    operations: { ...secretsOperations(file, ambient.now), ...kmsOperations(file.key) },
    contentType: 'application/x-amz-json-1.1',
  })
}
