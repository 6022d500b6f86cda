/** A deterministic embedder for tests: hashed words that carry meaning, and their letter groups, so that like spelling is like meaning. It knows no synonyms. */
import { createHash } from 'node:crypto'
import { readWords } from '../../src/cache/words.ts'

const dimensions = 512

/** Of length 1. Words weigh more than the groups of three letters they are made of; the order of words does not count. */
export function embedLocally(text: string): readonly number[] {
  const vector = new Array<number>(dimensions).fill(0)
  const add = (feature: string, weight: number) => {
    const hash = createHash('sha256').update(feature).digest()
    const at = hash.readUInt32BE(0) % dimensions
    vector[at] = (vector[at] ?? 0) + (hash[4]! % 2 === 0 ? weight : -weight)
  }
  const { content, numbers, all } = readWords(text)
  const words = [...content, ...numbers]
  for (const word of words.length === 0 ? all : words) {
    add(`word ${word}`, 1)
    const framed = `^${word}$`
    for (let at = 0; at + 3 <= framed.length; at++) add(`letters ${framed.slice(at, at + 3)}`, 0.5)
  }
  if (vector.every((each) => each === 0)) add(`text ${text}`, 1)
  const length = Math.hypot(...vector)
  return vector.map((each) => each / length)
}

/** 1 for the same direction. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, each, at) => sum + each * (b[at] ?? 0), 0) / (Math.hypot(...a) * Math.hypot(...b))
}
