/** The scheduled upkeep of api keys: marks what expired, rotates what is due, drops former secrets, tells in time. It may run twice at once, late, or never. */
import type { Ambient } from '../ambient.ts'
import type { ApiKey, KeyUpkeep } from './caller.ts'
import { dueNotices, type KeyNoticeSink, sendNoticeOnce } from './key-notices.ts'
import { isWriteConflict, retryKeyWrite, type VersionedKey, type VersionedKeyStore, writeKey } from './key-writes.ts'
import {
  isBeingRotated,
  isInTransition,
  minTransitionMs,
  type NewSecret,
  nextRotationAtMs,
  plannedPolicy,
  rotateKey,
  transitionMsOf,
} from './rotation.ts'
import { hashSecret, makeSecret, maskSecret } from './secret.ts'

export interface KeyUpkeepPorts {
  readonly ambient: Pick<Ambient, 'now' | 'log'>
  readonly keys: VersionedKeyStore
  /** Where new secrets are kept for whoever uses the key. Creates or replaces. */
  readonly secrets: { write(secretName: string, value: string): Promise<void> }
  readonly notices: KeyNoticeSink
  readonly secretsPrefix: string
}

export interface KeyUpkeepReport {
  readonly keys: number
  readonly expired: number
  readonly rotated: number
  readonly told: number
  /** Somebody else wrote at once; the next run looks again. */
  readonly overtaken: number
  readonly failed: number
}

type Done = Pick<KeyUpkeepReport, 'expired' | 'rotated' | 'told'>

export async function maintainKeys(ports: KeyUpkeepPorts): Promise<KeyUpkeepReport> {
  const report = { keys: 0, expired: 0, rotated: 0, told: 0, overtaken: 0, failed: 0 }
  for await (const stored of ports.keys.all()) {
    report.keys++
    try {
      const done = await keepKey(stored, ports)
      report.expired += done.expired
      report.rotated += done.rotated
      report.told += done.told
    } catch (thrown) {
      if (isWriteConflict(thrown)) {
        report.overtaken++
        continue
      }
      report.failed++
      const { id } = stored.document
      const reason = String(thrown)
      ports.ambient.log({ level: 'error', message: 'an api key was not looked after', apiKeyId: id, reason })
    }
  }
  return report
}

async function keepKey(stored: VersionedKey, ports: KeyUpkeepPorts): Promise<Done> {
  const nowMs = ports.ambient.now()
  const tidied = tidy(stored.document, nowMs)
  const expired = tidied.status === stored.document.status ? 0 : 1
  let kept = tidied === stored.document ? stored : await writeKey(stored, tidied, ports.keys)
  const isDue = isRotationDue(kept.document, nowMs)
  if (isDue) {
    const rotated = await rotate(kept, ports)
    if (rotated === undefined) return { expired, rotated: 0, told: 0 }
    kept = rotated
  }
  let told = 0
  for (const notice of dueNotices(kept.document, nowMs)) {
    kept = await sendNoticeOnce(kept, notice, ports)
    told++
  }
  return { expired, rotated: isDue ? 1 : 0, told }
}

/** What follows from the clock alone. The same object = there is nothing to do. */
function tidy(key: ApiKey, nowMs: number): ApiKey {
  let tidied = key
  if (key.status !== 'expired' && key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs)
    tidied = { ...tidied, status: 'expired' }
  if (key.previous !== undefined && !isInTransition(key, nowMs)) {
    const { previous: _, ...rest } = tidied
    tidied = rest
  }
  const { rotationPolicy: policy, updatedAtMs } = key
  if (policy !== undefined && nextRotationAtMs(policy) === undefined) {
    // Whoever gave the policy wrote the key, so its first turn is the first one after that.
    const planned = plannedPolicy(policy, updatedAtMs, updatedAtMs)
    if (planned !== undefined) tidied = { ...tidied, rotationPolicy: planned }
  }
  return tidied
}

function isRotationDue(key: ApiKey, nowMs: number): boolean {
  if (key.status === 'expired' || isInTransition(key, nowMs) || isBeingRotated(key, nowMs)) return false
  const plannedMs = nextRotationAtMs(key.rotationPolicy)
  return plannedMs !== undefined && plannedMs <= nowMs
}

/**
 * Takes the rotation on, keeps the new secret, and only then lets it in: a run that dies in between leaves the old
 * secret as it was, and two runs never keep two secrets. undefined = somebody else rotated it meanwhile.
 */
async function rotate(stored: VersionedKey, ports: KeyUpkeepPorts): Promise<VersionedKey | undefined> {
  const secret = makeSecret()
  const hash = hashSecret(secret)
  const secretName = secretNameOf(stored.document, ports.secretsPrefix)
  const pending = { hash, masked: maskSecret(secret), sinceMs: ports.ambient.now() }
  const taken = await writeKey(stored, withUpkeep(stored.document, { pending }), ports.keys)
  await ports.secrets.write(secretName, JSON.stringify({ key: secret }))
  const settled = await retryKeyWrite(
    taken,
    {
      isOurs: (key) => key.upkeep?.pending?.hash === hash,
      change: (key) => letIn(key, pending, secretName, ports.ambient.now()),
    },
    ports.keys,
  )
  if (settled === undefined)
    ports.ambient.log({
      level: 'warn',
      message: 'a rotation was overtaken; the secret that was kept for it is good for nothing',
      apiKeyId: stored.document.id,
      secretName,
    })
  return settled
}

function letIn(key: ApiKey, secret: NewSecret, secretName: string, nowMs: number): ApiKey {
  const transitionMs = transitionMsOf(key.rotationPolicy) ?? minTransitionMs
  const { rotationPolicy, ...rotated } = rotateKey(key, secret, nowMs, transitionMs)
  const next = rotationPolicy && nextPolicy(rotationPolicy, nowMs)
  const notice = { aboutMs: nowMs, tellingSinceMs: 0, formerMasked: key.masked }
  return withUpkeep(
    { ...rotated, ...(next && { rotationPolicy: next }) },
    { secretName, notices: { ...rotated.upkeep?.notices, rotated: notice } },
  )
}

/** From the instant that was planned, so that a late run does not shift those after it. One that was taken out meanwhile stays. */
function nextPolicy(policy: NonNullable<ApiKey['rotationPolicy']>, nowMs: number) {
  const plannedMs = nextRotationAtMs(policy)
  if (plannedMs !== undefined && plannedMs > nowMs) return policy
  return plannedPolicy(policy, plannedMs ?? nowMs, nowMs)
}

function secretNameOf(key: Pick<ApiKey, 'id'>, secretsPrefix: string): string {
  return `${secretsPrefix}api-keys/${key.id}`
}

function withUpkeep(key: ApiKey, more: KeyUpkeep): ApiKey {
  return { ...key, upkeep: { ...key.upkeep, ...more } }
}
