/** What is told about an api key: that it was rotated, that it will be, that its former secret ends. Never a secret. */
import type { ApiKey, KeyNoticeType } from './caller.ts'
import { retryKeyWrite, type VersionedKey, type VersionedKeyStore, writeKey } from './key-writes.ts'
import { dayMs, isInTransition, nextRotationAtMs, rotationClaimMs } from './rotation.ts'

export interface KeyNotice {
  readonly type: KeyNoticeType
  readonly atMs: number
  /** The instant that it happened or will happen; with the type, what makes the notice the same one. */
  readonly aboutMs: number
  /** Its owner is the user, else the workspace, else the organisation. */
  readonly apiKey: Pick<ApiKey, 'id' | 'name' | 'type' | 'masked' | 'organisationId' | 'workspaceId' | 'userId'>
  readonly alertEmails: readonly string[]
  /** Where the current secret is kept, if a scheduled rotation made it. */
  readonly secretName?: string
  readonly formerSecretEndsAtMs?: number
  readonly nextRotationAtMs?: number
  /** Only of a rotation. */
  readonly rotationMode?: 'auto'
  readonly formerMasked?: string
}

/** Where notices go: audit, topic, event bus, console. Throws when none of them took it. */
export interface KeyNoticeSink {
  send(notice: KeyNotice): Promise<void>
}

/** Those that nobody has told and nobody is telling. */
export function dueNotices(key: ApiKey, nowMs: number): readonly KeyNotice[] {
  return instants(key, nowMs)
    .filter(({ type, aboutMs }) => {
      const known = key.upkeep?.notices?.[type]
      if (known?.aboutMs !== aboutMs) return true
      return known.tellingSinceMs !== undefined && nowMs >= known.tellingSinceMs + rotationClaimMs
    })
    .map(({ type, aboutMs }) => noticeOf(key, type, aboutMs, nowMs))
}

function instants(key: ApiKey, nowMs: number): { readonly type: KeyNoticeType; readonly aboutMs: number }[] {
  const rotatedMs = key.upkeep?.notices?.rotated?.aboutMs
  const endsMs = isInTransition(key, nowMs) ? key.previous?.expiresAtMs : undefined
  const plannedMs = key.status === 'expired' ? undefined : nextRotationAtMs(key.rotationPolicy)
  const isSoon = (atMs: number | undefined): atMs is number =>
    atMs !== undefined && atMs > nowMs && atMs - nowMs <= dayMs
  return [
    ...(rotatedMs === undefined ? [] : [{ type: 'rotated' as const, aboutMs: rotatedMs }]),
    ...(isSoon(endsMs) ? [{ type: 'former-secret-ends' as const, aboutMs: endsMs }] : []),
    ...(isSoon(plannedMs) ? [{ type: 'rotation-due' as const, aboutMs: plannedMs }] : []),
  ]
}

function noticeOf(key: ApiKey, type: KeyNoticeType, aboutMs: number, nowMs: number): KeyNotice {
  const { id, name, masked, organisationId, workspaceId, userId, upkeep, previous } = key
  const plannedMs = nextRotationAtMs(key.rotationPolicy)
  const formerMasked = upkeep?.notices?.rotated?.formerMasked
  return {
    type,
    atMs: nowMs,
    aboutMs,
    apiKey: {
      id,
      name,
      type: key.type,
      masked,
      organisationId,
      ...(workspaceId !== undefined && { workspaceId }),
      ...(userId !== undefined && { userId }),
    },
    alertEmails: key.alertEmails,
    ...(upkeep?.secretName !== undefined && { secretName: upkeep.secretName }),
    ...(previous !== undefined && { formerSecretEndsAtMs: previous.expiresAtMs }),
    ...(plannedMs !== undefined && { nextRotationAtMs: plannedMs }),
    ...(type === 'rotated' && { rotationMode: 'auto', ...(formerMasked !== undefined && { formerMasked }) }),
  }
}

interface TellPorts {
  readonly notices: KeyNoticeSink
  readonly keys: Pick<VersionedKeyStore, 'read' | 'replace'>
}

/** Taken on by a conditional write, so that two runs tell once; what fails is told again, what dies in between a while later. */
export async function sendNoticeOnce(
  stored: VersionedKey,
  notice: KeyNotice,
  { notices, keys }: TellPorts,
): Promise<VersionedKey> {
  const taken = await writeKey(stored, noted(stored.document, notice, notice.atMs), keys)
  const isOurs = (key: ApiKey) => {
    const note = key.upkeep?.notices?.[notice.type]
    return note?.aboutMs === notice.aboutMs && note.tellingSinceMs === notice.atMs
  }
  const note = (sinceMs?: number) =>
    retryKeyWrite(taken, { isOurs, change: (key) => noted(key, notice, sinceMs) }, keys)
  try {
    await notices.send(notice)
  } catch (thrown) {
    await note(0)
    throw thrown
  }
  return (await note()) ?? taken
}

function noted(key: ApiKey, { type, aboutMs, formerMasked }: KeyNotice, tellingSinceMs?: number): ApiKey {
  const note = {
    aboutMs,
    ...(tellingSinceMs !== undefined && { tellingSinceMs }),
    ...(formerMasked !== undefined && tellingSinceMs !== undefined && { formerMasked }),
  }
  return { ...key, upkeep: { ...key.upkeep, notices: { ...key.upkeep?.notices, [type]: note } } }
}
