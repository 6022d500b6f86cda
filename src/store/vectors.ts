/** Vectors of questions in Amazon S3 Vectors, one index for each number of dimensions. Implements the cache's VectorIndex; the client is loaded when the first question comes. */
import type { S3VectorsClient } from '@aws-sdk/client-s3vectors'
import type { SimilarQuestion, VectorIndex } from '../cache/vector-index.ts'
import { vectorDimensions, vectorIndexName } from '../tables.ts'

/** The nearest that are asked for. */
const mostNear = 10
/** Vectors per deletion, and per page of a listing. */
const pageSize = 500
/** Of one index a day, 250,000 vectors; the end of a larger one is reached as its beginning expires. */
const mostPages = 500

export interface Vectors extends VectorIndex {
  /** Removes those whose time is over, since the service has no lifetime of its own. Gives their number. */
  removeExpired(nowMs: number): Promise<number>
}

interface Metadata {
  readonly partition: string
  /** Epoch seconds. */
  readonly expires: number
}

export function createVectors(vectorBucketName: string, openClient: () => Promise<S3VectorsClient>): Vectors {
  const open = () => Promise.all([openClient(), import('@aws-sdk/client-s3vectors')])
  const place = (dimension: number) => ({ vectorBucketName, indexName: vectorIndexName(dimension) })
  return {
    dimensions: vectorDimensions,
    async put({ partition, id, vector, expiresAtMs }) {
      const [client, { PutVectorsCommand }] = await open()
      const metadata = { partition, expires: Math.floor(expiresAtMs / 1_000) } satisfies Metadata
      const vectors = [{ key: keyOf(partition, id), data: { float32: [...vector] }, metadata }]
      await client.send(new PutVectorsCommand({ ...place(vector.length), vectors }))
    },
    async nearest({ partition, vector }, nowMs) {
      const [client, { QueryVectorsCommand }] = await open()
      const { vectors = [] } = await client.send(
        new QueryVectorsCommand({
          ...place(vector.length),
          topK: mostNear,
          queryVector: { float32: [...vector] },
          filter: { $and: [{ partition: { $eq: partition } }, { expires: { $gt: Math.floor(nowMs / 1_000) } }] },
          returnDistance: true,
        }),
      )
      return vectors
        .flatMap(({ key, distance }): readonly SimilarQuestion[] =>
          key === undefined || distance === undefined ? [] : [{ id: idOf(key), similarity: 1 - distance }],
        )
        .sort((a, b) => b.similarity - a.similarity)
    },
    async removeExpired(nowMs) {
      let removed = 0
      for (const dimension of vectorDimensions) removed += await removeFrom(place(dimension), open, nowMs)
      return removed
    },
  }
}

type Open = () => Promise<readonly [S3VectorsClient, typeof import('@aws-sdk/client-s3vectors')]>
interface Place {
  readonly vectorBucketName: string
  readonly indexName: string
}

async function removeFrom(place: Place, open: Open, nowMs: number): Promise<number> {
  const [client, { DeleteVectorsCommand, ListVectorsCommand }] = await open()
  let removed = 0
  let pages = 0
  let nextToken: string | undefined
  do {
    const page = await client.send(
      new ListVectorsCommand({ ...place, maxResults: pageSize, returnMetadata: true, nextToken }),
    )
    const keys = (page.vectors ?? []).flatMap(({ key, metadata }) =>
      key !== undefined && isOver(metadata, nowMs) ? [key] : [],
    )
    if (keys.length > 0) await client.send(new DeleteVectorsCommand({ ...place, keys }))
    removed += keys.length
    nextToken = page.nextToken
    pages += 1
  } while (nextToken !== undefined && pages < mostPages)
  return removed
}

function isOver(metadata: unknown, nowMs: number): boolean {
  const { expires } = metadata as Partial<Metadata>
  return expires === undefined || expires * 1_000 <= nowMs
}

/** An answer belongs to one partition only; its own name in the key keeps two of them apart all the same. */
function keyOf(partition: string, id: string): string {
  return `${partition}/${id}`
}

function idOf(key: string): string {
  return key.slice(key.indexOf('/') + 1)
}
