/** Process start to ready on a laptop: Sluice on an empty folder, on its own folder again, the peer, and bare Node. */
import { rmSync } from 'node:fs'
import { freePort } from './gateways.ts'
import { type NamedPeer, namedPeers, startNamedPeer } from './peers.ts'
import { gatewayCore, startNode, stop, waitForOutput } from './processes.ts'
import { type Spread, spreadOf } from './statistics.ts'
import { startPeer, startSluiceIn, temporaryFolder, waitUntilAnswers } from './subjects.ts'

/** By name: bare Node, Sluice twice, the peers. */
export type LocalStarts = Readonly<Record<string, Spread>>

export async function runLocalStarts(rounds: number): Promise<LocalStarts> {
  const taken = {
    node: [] as number[],
    'sluice-first': [] as number[],
    'sluice-again': [] as number[],
    portkey: [] as number[],
  }
  const named = namedPeers().map((name) => ({ name, taken: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    taken.node.push(await timed(bareNode))
    const folder = temporaryFolder()
    taken['sluice-first'].push(await timed(() => sluiceReady(folder)))
    taken['sluice-again'].push(await timed(() => sluiceReady(folder)))
    rmSync(folder, { recursive: true, force: true })
    taken.portkey.push(await timed(peerReady))
    for (const peer of named) peer.taken.push(await timed(() => namedPeerReady(peer.name)))
  }
  return {
    node: spreadOf(taken.node),
    'sluice-first': spreadOf(taken['sluice-first']),
    'sluice-again': spreadOf(taken['sluice-again']),
    portkey: spreadOf(taken.portkey),
    ...Object.fromEntries(named.map((peer) => [peer.name, spreadOf(peer.taken)])),
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

async function namedPeerReady(name: NamedPeer) {
  const { stop: end } = await startNamedPeer(name, {
    upstreamOrigin: 'http://127.0.0.1:9',
    paces: [{ delayMs: 0, gapMs: 0 }],
    port: await freePort(),
  })
  return end
}

async function peerReady() {
  const port = await freePort()
  const started = startPeer(port)
  await waitUntilAnswers(`http://127.0.0.1:${port}/`, started)
  return () => stop(started)
}
