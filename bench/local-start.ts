/** Process start to ready on a laptop: Sluice on an empty folder, on its own folder again, the peer, and bare Node. */
import { rmSync } from 'node:fs'
import { freePort } from './gateways.ts'
import { gatewayCore, startNode, stop, waitForOutput } from './processes.ts'
import { type Spread, spreadOf } from './statistics.ts'
import { startPeer, startSluiceIn, temporaryFolder, waitUntilAnswers } from './subjects.ts'

export type LocalStarts = Readonly<Record<'node' | 'sluice-first' | 'sluice-again' | 'portkey', Spread>>

export async function runLocalStarts(rounds: number): Promise<LocalStarts> {
  const taken = {
    node: [] as number[],
    'sluice-first': [] as number[],
    'sluice-again': [] as number[],
    portkey: [] as number[],
  }
  for (let round = 0; round < rounds; round++) {
    taken.node.push(await timed(bareNode))
    const folder = temporaryFolder()
    taken['sluice-first'].push(await timed(() => sluiceReady(folder)))
    taken['sluice-again'].push(await timed(() => sluiceReady(folder)))
    rmSync(folder, { recursive: true, force: true })
    taken.portkey.push(await timed(peerReady))
  }
  return {
    node: spreadOf(taken.node),
    'sluice-first': spreadOf(taken['sluice-first']),
    'sluice-again': spreadOf(taken['sluice-again']),
    portkey: spreadOf(taken.portkey),
  }
}

/** `start` resolves when ready, with what ends it again; the ending is not timed. */
async function timed(start: () => Promise<() => Promise<void>>): Promise<number> {
  const startedAtMs = performance.now()
  const end = await start()
  const tookMs = performance.now() - startedAtMs
  await end()
  return tookMs
}

async function bareNode() {
  const started = startNode(['-e', 'console.log("ready")'], { core: gatewayCore })
  await waitForOutput(started, /ready/)
  return () => started.exited
}

async function sluiceReady(folder: string) {
  const { started } = await startSluiceIn(folder)
  return () => stop(started)
}

async function peerReady() {
  const port = await freePort()
  const started = startPeer(port)
  await waitUntilAnswers(`http://127.0.0.1:${port}/`, started)
  return () => stop(started)
}
