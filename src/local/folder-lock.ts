/** Keeps two processes out of one data folder: a lock file that names its owner, taken over when the owner is gone. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../errors.ts'
import { openDataFolder } from './private-folder.ts'

interface Owner {
  readonly pid: number
  /** When that process began, as the system tells it; tells a reused pid from the owner. Absent where it cannot be read. */
  readonly startedTicks?: string
}

/** Takes the folder for this process, making it first if need be. The returned function gives it back. */
export function lockFolder(folder: string): () => void {
  openDataFolder(folder)
  const path = join(folder, 'lock')
  const mine = describeOwner(process.pid)
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (linkNew(draft, path)) return () => giveBack(path, mine)
      const owner = readOwner(path)
      if (owner && isAlive(owner)) throw inUse(folder, owner.pid)
      removeStale(path, owner)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw new GatewayError(
    'internal',
    `the data folder ${folder} cannot be locked; several processes start in it at once`,
  )
}

function inUse(folder: string, pid: number): GatewayError {
  const way = 'stop that process or choose another data folder'
  return new GatewayError('internal', `the data folder ${folder} is in use by process ${pid}; ${way}`)
}

/** A hard link appears whole or not at all, so no reader ever sees half an owner. */
function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (thrown) {
    if (isErrno(thrown, 'EEXIST')) return false
    throw thrown
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const isOwner = typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number'
    return isOwner ? (value as Owner) : undefined
  } catch {
    return undefined
  }
}

/** Renamed before it is removed, and put back when another process had replaced it meanwhile. */
function removeStale(path: string, seen: Owner | undefined): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return
    throw thrown
  }
  if (!isSame(readOwner(aside), seen)) linkNew(aside, path)
  rmSync(aside, { force: true })
}

function giveBack(path: string, mine: Owner): void {
  if (isSame(readOwner(path), mine)) rmSync(path, { force: true })
}

function isSame(left: Owner | undefined, right: Owner | undefined): boolean {
  return left?.pid === right?.pid && left?.startedTicks === right?.startedTicks
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (thrown) {
    return isErrno(thrown, 'EPERM')
  }
  const now = startedTicks(owner.pid)
  return owner.startedTicks === undefined || now === undefined || now === owner.startedTicks
}

function describeOwner(pid: number): Owner {
  const ticks = startedTicks(pid)
  return ticks === undefined ? { pid } : { pid, startedTicks: ticks }
}

/** Field 22 of Linux's /proc/<pid>/stat; the command's name before it may hold spaces and brackets. */
function startedTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isErrno(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
