/** Interleaved rounds of direct, Sluice and the peer against one provider: latency, throughput, CPU, memory, correctness. */
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Job, LoadResult } from './load.ts'
import { namedPeers, startNamedPeer } from './peers.ts'
import { ask, loadCore, readResources, type Started, startNode, stop } from './processes.ts'
import type { Recorded } from './recorded.ts'
import { requestBody } from './script.ts'
import { direct, type Features, type Pace, portkey, type Subject, sluice } from './subjects.ts'

export interface GatewayOptions {
  readonly rounds: number
  readonly openMs: number
  readonly closedMs: number
  readonly perSecond: number
  readonly connections: number
  /** The provider's pace in the open loop; in the closed loop it answers at once. */
  readonly pace: Pace
  /** Memory is read after so many requests. */
  readonly memoryRequests: number
}

export interface Sample {
  readonly round: number
  readonly subject: string
  readonly phase: string
  readonly load: LoadResult
  /** How long the gateway went on working after the last answer. */
  readonly settleMs: number
  /** Lines that told its operators of something gone wrong: a record that could not be written. */
  readonly complaints: number
  /** Milliseconds of CPU per request, of the gateway's process and of what it started. */
  readonly cpuMs?: number
  readonly companionCpuMs?: number
  readonly residentMb?: number
  readonly companionResidentMb?: number
}

interface Phase {
  readonly name: string
  readonly isStream: boolean
  readonly pace: Pace
  readonly loop: Job['loop']
  readonly durationMs: number
}

export interface Skipped {
  readonly subject: string
  readonly phase: string
  readonly reason: string
}

/** Every request that was sent, warm-up too, against the records of them. */
export interface Books extends Recorded {
  readonly subject: string
  readonly sent: number
}

/** What a gateway holds after so many requests; fewer than were asked for where it is too slow. */
export interface Memory {
  readonly subject: string
  readonly requests: number
  readonly residentMb: number
  readonly companionResidentMb: number
}

export interface GatewayRun {
  /** Subject → what it does beside forwarding. */
  readonly features: Readonly<Record<string, Features>>
  readonly memory: readonly Memory[]
  readonly books: readonly Books[]
  readonly samples: readonly Sample[]
  readonly skipped: readonly Skipped[]
}

const atOnce: Pace = { delayMs: 0, gapMs: 0 }

function phasesOf(options: GatewayOptions): readonly Phase[] {
  const { pace, perSecond, connections, openMs, closedMs } = options
  const open = { pace, loop: { type: 'open', perSecond }, durationMs: openMs } as const
  const closed = { pace: atOnce, loop: { type: 'closed', connections }, durationMs: closedMs } as const
  return [
    { name: 'json-open', isStream: false, ...open },
    { name: 'sse-open', isStream: true, ...open },
    { name: 'json-closed', isStream: false, ...closed },
    { name: 'sse-closed', isStream: true, ...closed },
  ]
}

export async function runGateways(options: GatewayOptions, report: (line: string) => void): Promise<GatewayRun> {
  const upstream = startNode([fileURLToPath(new URL('./mock-upstream.ts', import.meta.url))], {
    core: loadCore,
    hasChannel: true,
  })
  const { port } = await new Promise<{ port: number }>((resolve) => upstream.child.once('message', resolve))
  const origin = `http://127.0.0.1:${port}`
  const load = startLoad()
  const subjects: Subject[] = [direct(origin)]
  try {
    subjects.push(await sluice(origin, [options.pace, atOnce]))
    subjects.push(await sluice(origin, [options.pace, atOnce], { hasBudget: true }))
    subjects.push(await portkey(origin, await freePort()))
    for (const name of namedPeers()) {
      const place = { upstreamOrigin: origin, paces: [options.pace, atOnce], port: await freePort() }
      subjects.push(await startNamedPeer(name, place))
    }
    return await rounds(options, { load, subjects, report })
  } finally {
    await Promise.all([...subjects.map((subject) => subject.stop()), stop(upstream), stop(load)])
  }
}

const startLoad = (): Started =>
  startNode([fileURLToPath(new URL('./load.ts', import.meta.url))], { core: loadCore, hasChannel: true })

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Rig {
  readonly load: Started
  readonly subjects: readonly Subject[]
  readonly report: (line: string) => void
}

async function rounds(options: GatewayOptions, rig: Rig): Promise<GatewayRun> {
  const samples: Sample[] = []
  const phases = phasesOf(options)
  const { planned, skipped } = await probe(phases, rig)
  for (const { subject, phase } of planned)
    await measure(rig.load, subject, { ...phase, durationMs: phase.durationMs / 2 })
  for (let round = 1; round <= options.rounds; round++) {
    for (const phase of phases) {
      const subjects = planned.filter((one) => one.phase === phase).map((one) => one.subject)
      for (let at = 0; at < subjects.length; at++) {
        const subject = subjects[(at + round) % subjects.length] as Subject
        const sample = { round, ...(await measure(rig.load, subject, phase)) }
        samples.push(sample)
      }
    }
    rig.report(`round ${round} of ${options.rounds} done`)
  }
  const memory = await measureMemory(options, rig, planned)
  const features = Object.fromEntries(
    rig.subjects.flatMap(({ name, features }) => (features === undefined ? [] : [[name, features]])),
  )
  return { features, samples, skipped, memory, books: await readBooks(rig.subjects) }
}

const memoryLimitMs = 120_000

/** Sends whole answers as fast as they come until the subject has served enough. */
async function measureMemory(
  { memoryRequests }: GatewayOptions,
  { load }: Rig,
  planned: readonly { readonly subject: Subject; readonly phase: Phase }[],
): Promise<readonly Memory[]> {
  const memory: Memory[] = []
  for (const { subject, phase } of planned) {
    if (phase.name !== 'json-closed' || subject.pid === undefined) continue
    const endsAtMs = performance.now() + memoryLimitMs
    while ((sentTo.get(subject) ?? 0) < memoryRequests && performance.now() < endsAtMs)
      await measure(load, subject, phase)
    const { own, companions } = usageOf(subject)
    memory.push({
      subject: subject.name,
      requests: sentTo.get(subject) ?? 0,
      residentMb: own.residentMb,
      companionResidentMb: companions.residentMb,
    })
  }
  return memory
}

const sentTo = new Map<Subject, number>()

async function readBooks(subjects: readonly Subject[]): Promise<readonly Books[]> {
  const books: Books[] = []
  for (const subject of subjects) {
    const { name, countRecorded } = subject
    if (countRecorded !== undefined)
      books.push({ subject: name, sent: sentTo.get(subject) ?? 0, ...(await countRecorded()) })
  }
  return books
}

/** One request of each kind through each subject: what does not answer whole is left out, with its reason. */
async function probe(phases: readonly Phase[], { load, subjects }: Rig) {
  const planned: { subject: Subject; phase: Phase }[] = []
  const skipped: Skipped[] = []
  for (const subject of subjects) {
    for (const phase of phases) {
      const { load: result } = await measure(load, subject, {
        ...phase,
        loop: { type: 'closed', connections: 1 },
        durationMs: 1,
      })
      if (result.failed === 0) planned.push({ subject, phase })
      else skipped.push({ subject: subject.name, phase: phase.name, reason: result.firstFlaw ?? 'no answer' })
    }
  }
  return { planned, skipped }
}

/** Work after the last byte (records) belongs to the requests that caused it. */
const quietMs = 200
const settleLimitMs = 15_000

/** Waits until the gateway is idle; gives how long it went on working. */
async function settle(subject: Subject): Promise<number> {
  const startedAtMs = performance.now()
  const busyMs = () => usageOf(subject).own.cpuMs + usageOf(subject).companions.cpuMs
  for (let before = busyMs(); performance.now() - startedAtMs < settleLimitMs; ) {
    await new Promise((resolve) => setTimeout(resolve, quietMs))
    const now = busyMs()
    if (!(now - before > quietMs / 5)) return performance.now() - startedAtMs - quietMs
    before = now
  }
  return settleLimitMs
}

async function measure(load: Started, subject: Subject, phase: Phase): Promise<Omit<Sample, 'round'>> {
  const before = usageOf(subject)
  const complaintsBefore = countComplaints(subject)
  const result = await ask<LoadResult>(load, jobOf(subject, phase), phase.durationMs + 30_000)
  const settleMs = await settle(subject)
  const after = usageOf(subject)
  const sent = result.requests + result.failed
  sentTo.set(subject, (sentTo.get(subject) ?? 0) + sent)
  return {
    subject: subject.name,
    phase: phase.name,
    load: result,
    settleMs,
    complaints: countComplaints(subject) - complaintsBefore,
    ...(subject.pid === undefined
      ? {}
      : {
          cpuMs: (after.own.cpuMs - before.own.cpuMs) / sent,
          companionCpuMs: (after.companions.cpuMs - before.companions.cpuMs) / sent,
          residentMb: after.own.residentMb,
          companionResidentMb: after.companions.residentMb,
        }),
  }
}

function countComplaints({ complaints }: Subject): number {
  return [...(complaints?.values() ?? [])].reduce((sum, count) => sum + count, 0)
}

function jobOf(subject: Subject, { isStream, pace, loop, durationMs }: Phase): Job {
  const body = requestBody(subject.model(pace), isStream)
  return { url: subject.url(pace), headers: subject.headers(pace), body, isStream, loop, durationMs }
}

function usageOf({ pid, companions }: Subject) {
  const all = companions.map(readResources)
  return {
    own: pid === undefined ? { cpuMs: 0, residentMb: 0 } : readResources(pid),
    companions: {
      cpuMs: all.reduce((sum, one) => sum + one.cpuMs, 0),
      residentMb: all.reduce((sum, one) => sum + one.residentMb, 0),
    },
  }
}
