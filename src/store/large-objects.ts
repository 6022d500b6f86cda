/** Bodies too large for a table item, as an S3 bucket keeps them. The client is loaded when the first one comes. */
import type { S3Client } from '@aws-sdk/client-s3'
import { isNamed } from './table-errors.ts'

/** Where bodies too large for an item go. */
export interface LargeObjects {
  put(name: string, bytes: Uint8Array): Promise<void>
  /** undefined = there is none, or its time was over. */
  read(name: string): Promise<Uint8Array | undefined>
}

/** Old objects go by the bucket's lifecycle. */
export function createPayloadBucket(bucket: string, openClient: () => Promise<S3Client>): LargeObjects {
  return {
    async put(name, bytes) {
      const [client, { PutObjectCommand }] = await Promise.all([openClient(), import('@aws-sdk/client-s3')])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes }))
    },
    async read(name) {
      const [client, { GetObjectCommand }] = await Promise.all([openClient(), import('@aws-sdk/client-s3')])
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }))
        return await Body?.transformToByteArray()
      } catch (thrown) {
        if (isNamed(thrown, 'NoSuchKey')) return undefined
        throw thrown
      }
    },
  }
}
