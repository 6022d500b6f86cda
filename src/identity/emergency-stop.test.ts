import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../test/support/manual-ambient.ts'
import { cachedStops, type EmergencyStop } from './emergency-stop.ts'

const stop: EmergencyStop = {
  id: 'api_key_k1',
  type: 'api_key',
  subjectId: 'k1',
  label: "'batch' (ab***xyz)",
  reason: 'leaked',
  stoppedBy: { id: 'root', label: 'root' },
  stoppedAtMs: 0,
}

function stage() {
  const ambient = manualAmbient()
  const state = { stops: [] as readonly EmergencyStop[], reads: 0, error: undefined as Error | undefined }
  const stops = cachedStops(
    {
      async list() {
        state.reads += 1
        if (state.error) throw state.error
        return state.stops
      },
    },
    ambient,
  )
  const isStopped = async () => (await stops.current()).find([{ type: 'api_key', id: 'k1' }]) !== undefined
  return { ambient, state, stops, isStopped }
}

describe('cached emergency stops', () => {
  it('are known 2 seconds later at the latest, set or lifted', async () => {
    const { ambient, state, isStopped } = stage()
    expect(await isStopped()).toBe(false)
    state.stops = [stop]
    ambient.advance(2_000)
    expect(await isStopped()).toBe(true)
    state.stops = []
    ambient.advance(2_000)
    expect(await isStopped()).toBe(false)
  })

  it('are read again in the background after a second and a half, so that a busy instance does not wait', async () => {
    const { ambient, state, stops, isStopped } = stage()
    await isStopped()
    state.stops = [stop]
    ambient.advance(1_500)
    expect(stops.current()).not.toBeInstanceOf(Promise)
    await Promise.resolve()
    expect(await isStopped()).toBe(true)
    expect(state.reads).toBe(2)
  })

  it('are read once for all who ask at the same time', async () => {
    const { state, stops, isStopped } = stage()
    stops.prepare()
    await Promise.all([isStopped(), isStopped(), isStopped()])
    expect(state.reads).toBe(1)
  })

  it('apply as last known for 30 seconds while the database does not answer; then nothing is sent', async () => {
    const { ambient, state, isStopped } = stage()
    state.stops = [stop]
    await isStopped()
    state.error = new Error('no database')
    ambient.advance(29_000)
    expect(await isStopped()).toBe(true)
    ambient.advance(1_000)
    await expect(isStopped()).rejects.toMatchObject({ code: 'database_unavailable' })
  })
})
