/** Vectors of questions through the S3 Vectors client, over what answers it locally; and over S3 Vectors itself where VECTOR_BUCKET names one. */
import { randomUUID } from 'node:crypto'
import { S3VectorsClient } from '@aws-sdk/client-s3vectors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorsHandler } from '../../src/local/vectors-handler.ts'
import { createVectors, type Vectors } from '../../src/store/vectors.ts'
import { engineCredentials, startTestEngine, type TestEngine } from '../support/engine.ts'

const bucket = process.env.VECTOR_BUCKET
let engine: TestEngine
let client: S3VectorsClient
let vectors: Vectors

beforeAll(async () => {
  engine = await startTestEngine()
  const table = engine.environment.cacheTable ?? ''
  const requestHandler = createVectorsHandler({ client: () => engine.client, table })
  client = bucket === undefined ? new S3VectorsClient({ ...engineCredentials, requestHandler }) : new S3VectorsClient()
  vectors = createVectors(bucket ?? 'vectors', async () => client)
})
afterAll(async () => {
  client?.destroy()
  await engine?.stop()
})

const nowMs = Date.UTC(2026, 10, 21)
const expiresAtMs = nowMs + 60_000

/** 256 numbers, of which the first few are told. */
const vector = (...first: readonly number[]) => Array.from({ length: 256 }, (_, at) => first[at] ?? 0)
const newPartition = () => randomUUID().replaceAll('-', '')

describe('the nearest of a partition', () => {
  it('come with their cosine, the most similar first', async () => {
    const partition = newPartition()
    await vectors.put({ partition, id: 'far', vector: vector(0, 3), expiresAtMs })
    await vectors.put({ partition, id: 'near', vector: vector(2, 2), expiresAtMs })
    await vectors.put({ partition, id: 'same', vector: vector(5), expiresAtMs })
    const found = await vectors.nearest({ partition, vector: vector(1) }, nowMs)
    expect(found.map(({ id }) => id)).toEqual(['same', 'near', 'far'])
    const [same, near, far] = found
    expect(same?.similarity).toBeCloseTo(1, 5)
    expect(near?.similarity).toBeCloseTo(Math.SQRT1_2, 5)
    expect(far?.similarity).toBeCloseTo(0, 5)
  })

  it('are none of another partition, nor of another number of dimensions', async () => {
    const partition = newPartition()
    await vectors.put({ partition, id: 'a', vector: vector(1), expiresAtMs })
    expect(await vectors.nearest({ partition: newPartition(), vector: vector(1) }, nowMs)).toEqual([])
    expect(await vectors.nearest({ partition, vector: [...vector(1), ...vector(0)] }, nowMs)).toEqual([])
  })

  it('are none whose time is over', async () => {
    const partition = newPartition()
    await vectors.put({ partition, id: 'a', vector: vector(1), expiresAtMs })
    expect(await vectors.nearest({ partition, vector: vector(1) }, expiresAtMs)).toEqual([])
  })

  it('is the later one where an id is put again', async () => {
    const partition = newPartition()
    await vectors.put({ partition, id: 'a', vector: vector(1), expiresAtMs })
    await vectors.put({ partition, id: 'a', vector: vector(0, 1), expiresAtMs })
    const found = await vectors.nearest({ partition, vector: vector(0, 1) }, nowMs)
    expect(found).toMatchObject([{ id: 'a', similarity: expect.closeTo(1, 5) }])
  })
})

describe('what cannot be compared', () => {
  it('is refused: a vector without a direction, or of a size that has no index', async () => {
    const partition = newPartition()
    await expect(vectors.put({ partition, id: 'a', vector: vector(0), expiresAtMs })).rejects.toThrow()
    await expect(vectors.put({ partition, id: 'a', vector: [1, 2, 3], expiresAtMs })).rejects.toThrow()
  })
})

describe('what is over', () => {
  it('is removed, and the rest stays', async () => {
    const partition = newPartition()
    await vectors.put({ partition, id: 'over', vector: vector(1), expiresAtMs: nowMs - 1_000 })
    await vectors.put({ partition, id: 'live', vector: vector(1), expiresAtMs })
    expect(await vectors.removeExpired(nowMs)).toBeGreaterThanOrEqual(1)
    const found = await vectors.nearest({ partition, vector: vector(1) }, nowMs - 60_000)
    expect(found.map(({ id }) => id)).toEqual(['live'])
  })
})
