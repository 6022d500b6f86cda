import { describe, expect, it } from 'vitest'
import { Backlog } from './backlog.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

function stage(most: number, unfinished: number) {
  const backlog = new Backlog(most)
  const works = Array.from({ length: unfinished }, () => ({ end: backlog.enter() }))
  let admitted = 0
  const enter = () => void Promise.resolve(backlog.room()).then(() => (admitted += 1))
  return { works, enter, admitted: () => admitted }
}

describe('a backlog', () => {
  it('lets everybody in while there is little of it', async () => {
    const { enter, admitted } = stage(4, 4)
    for (let n = 0; n < 10; n++) enter()
    await turn()
    expect(admitted()).toBe(10)
  })

  it('keeps those who come while there is too much waiting until half is done', async () => {
    const { works, enter, admitted } = stage(4, 5)
    enter()
    works[0]?.end()
    works[1]?.end()
    await turn()
    enter()
    await turn()
    expect(admitted()).toBe(0)
    works[2]?.end()
    await turn()
    expect(admitted()).toBe(2)
  })
})
