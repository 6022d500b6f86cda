/** S3 Vectors inside this process, over the embedded engine. */
import { inProcessHandler, type RequestHandler } from './in-process-handler.ts'
import { type CacheTable, vectorOperations } from './vector-operations.ts'

/** `new S3VectorsClient({ requestHandler: createVectorsHandler({ client: () => client, table }), region, credentials })` */
export function createVectorsHandler(cacheTable: CacheTable): RequestHandler {
  return inProcessHandler({
    operationOf: ({ path }) => path.slice(1),
    operations: vectorOperations(cacheTable),
    contentType: 'application/json',
  })
}
