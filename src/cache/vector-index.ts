/** The port of where the vectors of questions are kept. */

/** What one question is known by. */
export interface QuestionVector {
  /** Only questions of the same partition are compared. */
  readonly partition: string
  /** Of the answer in the cache. */
  readonly id: string
  readonly vector: readonly number[]
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

export interface SimilarQuestion {
  readonly id: string
  /** Cosine of the angle between the two, -1 to 1. */
  readonly similarity: number
}

export interface VectorIndex {
  /** Numbers per vector that can be kept. */
  readonly dimensions: readonly number[]
  /** Replaces the one of that id. */
  put(vectored: QuestionVector): Promise<void>
  /** The most similar first; those whose time is over are left out. */
  nearest(asked: Pick<QuestionVector, 'partition' | 'vector'>, nowMs: number): Promise<readonly SimilarQuestion[]>
}

/** False for a vector that has no direction, so that no angle can be told. */
export function isUsableVector(vector: readonly number[]): boolean {
  return vector.every(Number.isFinite) && vector.some((each) => each !== 0)
}
