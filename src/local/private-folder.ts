/** The folder that everything is kept in: made if need be, written to by its owner alone, and read by nobody else. */
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { GatewayError } from '../errors.ts'

/** Everything a data folder may hold; nothing else in it is ever touched. */
const ownFiles =
  /^(tables\.sqlite.*|dynamodb\.sqlite.*|shared-local-instance\.db.*|payloads|cache|secrets\.sealed|secrets\.key|endpoint|address|lock.*)$/

export function isOwnFile(name: string): boolean {
  return ownFiles.test(name)
}

/** Throws GatewayError that says what is wrong with the folder. */
export function openDataFolder(folder: string): void {
  try {
    makeFolder(resolve(folder))
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    if (!statSync(folder).isDirectory()) throw new Error('it is no folder')
  } catch (thrown) {
    throw unusable(folder, thrown)
  }
  closeToOthers(folder)
}

/** Step by step: below `/proc`, Node's own recursive way never returns (Node 24.21). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolder(above)
  mkdirSync(folder, { mode: 0o700 })
}

function unusable(folder: string, thrown: unknown): GatewayError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return new GatewayError(
    'invalid_request',
    `the data folder ${folder} cannot be made or written to (${reason}); choose another with --data, or change its owner or mode`,
  )
}

/** Takes from group and others what they may do with our files, and with the folder where nothing else is in it. */
export function closeToOthers(folder: string): void {
  const names = readdirSync(folder)
  const own = names.filter(isOwnFile)
  const paths = own.map((name) => join(folder, name))
  for (const path of own.length === names.length ? [folder, ...paths] : paths) close(path)
}

function close(path: string): void {
  if (lstatSync(path).isSymbolicLink()) return
  const { mode, uid } = statSync(path)
  if ((mode & 0o077) === 0 || uid !== process.getuid?.()) return
  chmodSync(path, mode & 0o700)
}
