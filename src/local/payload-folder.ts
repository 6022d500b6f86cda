/** Bodies too large for a table item, as files in the data folder, one folder a day; days past their time are removed. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { LargeObjects } from '../store/large-objects.ts'

export interface PayloadFolder extends LargeObjects {
  /** What a bucket's lifecycle does. */
  removeExpired(): Promise<void>
}

const dayMs = 86_400_000

export function createPayloadFolder(options: {
  readonly dataFolder: string
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now' | 'newId'>
}): PayloadFolder {
  const { dataFolder, ttlDays, ambient } = options
  return {
    async put(name, bytes) {
      const path = pathInside(dataFolder, name)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const aside = `${path}.${ambient.newId()}.new`
      await writeFile(aside, bytes, { mode: 0o600 })
      await rename(aside, path)
    },
    read: (name) => unlessMissing(readFile(pathInside(dataFolder, name))),
    async removeExpired() {
      const oldestKept = new Date(ambient.now() - (ttlDays + 1) * dayMs).toISOString().slice(0, 10)
      await removeDays(join(dataFolder, 'payloads'), oldestKept)
      await removeDays(join(dataFolder, 'cache'), new Date(ambient.now()).toISOString().slice(0, 10))
    },
  }
}

/** Folders of days before this one. */
async function removeDays(folder: string, before: string): Promise<void> {
  const days = (await unlessMissing(readdir(folder))) ?? []
  const over = days.filter((day) => /^\d{4}-\d{2}-\d{2}$/.test(day) && day < before)
  await Promise.all(over.map((day) => rm(join(folder, day), { recursive: true, force: true })))
}

/** Names come from ids; one that points outside is a mistake of ours. */
function pathInside(folder: string, name: string): string {
  const path = resolve(folder, name)
  if (path.startsWith(resolve(folder) + sep)) return path
  throw new GatewayError('internal', `the payload name '${name}' leaves its folder`)
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}
