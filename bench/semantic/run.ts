/** Measures the semantic cache's decision on the labelled pairs: with the local embedder, and with a real one where EMBEDDING_URL, EMBEDDING_KEY and EMBEDDING_MODEL name it. */
import { writeFile } from 'node:fs/promises'
import { findDifference } from '../../src/cache/question-difference.ts'
import { cosine, embedLocally } from '../../test/support/local-embedder.ts'
import { type QuestionPair, questionPairs, unseenPairs } from '../../test/support/question-pairs.ts'

const thresholds = [0.99, 0.97, 0.95, 0.93, 0.9, 0.85, 0.8, 0.7]
const { EMBEDDING_URL: url, EMBEDDING_KEY: key, EMBEDDING_MODEL: model = 'text-embedding-3-small' } = process.env

type Vectors = ReadonlyMap<string, readonly number[]>

/** OpenAI's embeddings endpoint, or one of that shape: the base URL ends with `/v1`. */
async function embedWith(texts: readonly string[]): Promise<Vectors> {
  const response = await fetch(`${url}/embeddings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
  const { data } = (await response.json()) as { data: { index: number; embedding: number[] }[] }
  return new Map(data.map(({ index, embedding }) => [texts[index] ?? '', embedding]))
}

function decide(similarityOf: (pair: QuestionPair) => number, isGuarded: boolean) {
  return thresholds.map((threshold) => {
    const hits = questionPairs.filter(
      (pair) => similarityOf(pair) >= threshold && !(isGuarded && findDifference(pair.one, pair.other) !== undefined),
    )
    const right = hits.filter(({ kind }) => kind === 'same').length
    const same = questionPairs.filter(({ kind }) => kind === 'same').length
    const falseHits = hits
      .filter(({ kind }) => kind !== 'same')
      .map(({ kind, one, other }) => `${kind}: ${one} | ${other}`)
    const precision = hits.length === 0 ? null : Number((right / hits.length).toFixed(3))
    return { threshold, hits: hits.length, precision, recall: Number((right / same).toFixed(3)), falseHits }
  })
}

function byKind(from: readonly QuestionPair[]) {
  const kinds = Map.groupBy(from, ({ kind }) => kind)
  return [...kinds].map(([kind, pairs]) => ({
    kind,
    pairs: pairs.length,
    stoppedByWords: pairs.filter(({ one, other }) => findDifference(one, other) !== undefined).length,
    ...(kind === 'same' ? {} : { letThrough: pairs.filter(isLetThrough).map(({ one, other }) => `${one} | ${other}`) }),
  }))
}

const isLetThrough = ({ one, other }: QuestionPair) => findDifference(one, other) === undefined

function report(embedder: string, vectors: Vectors) {
  const similarityOf = ({ one, other }: QuestionPair) => cosine(vectors.get(one) ?? [], vectors.get(other) ?? [])
  return { embedder, withWords: decide(similarityOf, true), vectorsAlone: decide(similarityOf, false) }
}

const texts = [...new Set(questionPairs.flatMap(({ one, other }) => [one, other]))]
const local = report(
  "the tests' own: hashed words and letter groups, no synonyms",
  new Map(texts.map((text) => [text, embedLocally(text)])),
)
const real = url === undefined ? [] : [report(model, await embedWith(texts))]
const results = {
  method: `${questionPairs.length} labelled pairs (test/support/question-pairs.ts); a hit is a cosine of at least the threshold and no difference in the words (src/cache/question-difference.ts); precision = hits that are paraphrases, recall = paraphrases that are hits`,
  command: 'npm run bench:semantic',
  words: byKind(questionPairs),
  unseen: {
    note: 'written after the rules were done; one rule was added because of them (in/out, on/off, up/down), nothing else was changed',
    words: byKind(unseenPairs),
  },
  embedders: [local, ...real],
}
await writeFile(new URL('../results/semantic-cache.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
for (const { embedder, withWords, vectorsAlone } of results.embedders) {
  process.stdout.write(`${embedder}\n`)
  for (const [at, row] of withWords.entries()) {
    const alone = vectorsAlone[at]
    process.stdout.write(
      `  ${row.threshold}: precision ${row.precision ?? '-'}, recall ${row.recall}; vectors alone ${alone?.precision ?? '-'}, ${alone?.recall}\n`,
    )
  }
}
