/** How well the semantic cache tells questions with one answer from those that only look so, on a labelled set. What the words show must be caught whatever an embedding says. */
import { afterAll, describe, expect, it } from 'vitest'
import { findDifference } from '../../src/cache/question-difference.ts'
import { cosine, embedLocally } from '../support/local-embedder.ts'
import { type QuestionPair, questionPairs } from '../support/question-pairs.ts'

/** Told by their words alone. What `other aspect` asks is for the vectors. */
const visible = questionPairs.filter(({ kind }) => kind !== 'same' && kind !== 'other aspect')
const same = questionPairs.filter(({ kind }) => kind === 'same')

/** As a lookup decides. `similarity` says how alike the vectors are. */
function isHit({ one, other }: QuestionPair, similarity: number, threshold: number): boolean {
  return similarity >= threshold && findDifference(one, other) === undefined
}

interface Quality {
  readonly hits: number
  readonly falseHits: number
  readonly precision: number
  readonly recall: number
}

function measure(similarityOf: (pair: QuestionPair) => number, threshold: number): Quality {
  const hits = questionPairs.filter((pair) => isHit(pair, similarityOf(pair), threshold))
  const falseHits = hits.filter(({ kind }) => kind !== 'same').length
  const right = hits.length - falseHits
  return { hits: hits.length, falseHits, precision: right / Math.max(1, hits.length), recall: right / same.length }
}

const local = ({ one, other }: QuestionPair) => cosine(embedLocally(one), embedLocally(other))

afterAll(() => {
  const rows = [
    ['an embedding that takes everything for the same', measure(() => 1, 0.95)],
    ...[0.95, 0.9, 0.8].map((threshold) => [`the local embedder at ${threshold}`, measure(local, threshold)] as const),
  ] as const
  for (const [name, { precision, recall, falseHits }] of rows)
    process.stdout.write(
      `semantic cache, ${questionPairs.length} pairs, ${name}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, false hits ${falseHits}\n`,
    )
})

describe('the words of a question', () => {
  it.each(visible.map((pair) => [pair.kind, pair.one, pair.other]))('show another %s: %s, %s', (_, one, other) => {
    expect(findDifference(one, other)).toBeDefined()
    expect(findDifference(other, one)).toBeDefined()
  })

  it('leave at least half of the paraphrases to the vectors', () => {
    const left = same.filter(({ one, other }) => findDifference(one, other) === undefined)
    expect(left.length / same.length).toBeGreaterThanOrEqual(0.5)
  })

  it('show no difference in a question to itself', () => {
    for (const { one, other } of questionPairs)
      for (const text of [one, other]) expect([text, findDifference(text, text)]).toEqual([text, undefined])
  })
})

describe('the whole decision', () => {
  it.each([0.95, 0.9, 0.8])('with the local embedder has no false hit at a threshold of %f', (threshold) => {
    const { falseHits, hits } = measure(local, threshold)
    expect(falseHits).toBe(0)
    expect(hits).toBeGreaterThan(0)
  })

  it('is needed: without the words, the local embedder takes near misses for hits', () => {
    expect(visible.filter((pair) => local(pair) >= 0.8).length).toBeGreaterThan(10)
  })
})
