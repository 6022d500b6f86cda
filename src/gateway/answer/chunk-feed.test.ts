import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../../test/support/manual-ambient.ts'
import { ChunkFeed } from './chunk-feed.ts'

async function* chunksOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

describe('chunk feed', () => {
  it('gives chunks, then the end', async () => {
    const feed = new ChunkFeed({ body: chunksOf('a', 'b') }, manualAmbient())
    expect(await feed.next(1_000)).toEqual({ type: 'chunk', bytes: Buffer.from('a') })
    expect(await feed.next(1_000)).toEqual({ type: 'chunk', bytes: Buffer.from('b') })
    expect(await feed.next(1_000)).toEqual({ type: 'end' })
  })

  it('notices silence and loses nothing that comes after it', async () => {
    const ambient = manualAmbient()
    let release = (_: Uint8Array) => {}
    const held = new Promise<Uint8Array>((resolve) => {
      release = resolve
    })
    async function* slow() {
      yield await held
    }
    const feed = new ChunkFeed({ body: slow() }, ambient)
    const first = feed.next(15_000)
    ambient.advance(15_000)
    expect(await first).toEqual({ type: 'silence' })
    const second = feed.next(15_000)
    release(Buffer.from('late'))
    expect(await second).toEqual({ type: 'chunk', bytes: Buffer.from('late') })
  })

  it('tells a broken connection', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x')
      throw new Error('reset')
    }
    const feed = new ChunkFeed({ body: broken() }, manualAmbient())
    await feed.next(1)
    expect(await feed.next(1)).toMatchObject({ type: 'broken' })
  })
})
