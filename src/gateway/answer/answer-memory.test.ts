import { describe, expect, it } from 'vitest'
import { AnswerMemory } from './answer-memory.ts'

const mb = 1024 * 1024

describe('the memory for answers', () => {
  const memory = () => new AnswerMemory({ perAnswer: 2 * mb, perProcess: 3 * mb })

  it('refuses an answer by what it announces, and by what comes', () => {
    const { signal } = new AbortController()
    expect(() => memory().open(2 * mb + 1, signal)).toThrow("the provider's answer is larger than 2 MB")
    const share = memory().open(0, signal)
    share.add(2 * mb)
    expect(() => share.add(1)).toThrow("the provider's answer is larger than 2 MB")
  })

  it('refuses what is too much for the process, until another request is over', () => {
    const process = memory()
    const first = new AbortController()
    process.open(0, first.signal).add(2 * mb)
    const second = process.open(0, new AbortController().signal)
    second.add(mb)
    expect(() => second.add(1)).toThrow('this gateway is reading 3 MB of answers already')
    first.abort()
    second.add(mb)
  })

  it('keeps nothing for a request that is over already', () => {
    const process = memory()
    for (let round = 0; round < 10; round++) process.open(0, AbortSignal.abort()).add(2 * mb)
    process.open(0, new AbortController().signal).add(2 * mb)
  })
})
