/** One JSON value in a file that only its key file opens: AES-256-GCM, written whole or not at all. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { GatewayError } from '../errors.ts'
import { openDataFolder } from './private-folder.ts'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** nonce, tag, ciphertext. `context` must be the same when it is opened. */
export function seal(key: Uint8Array, plaintext: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext])
}

/** Throws when key, context or bytes are not those that were sealed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const nonce = sealed.subarray(0, nonceBytes)
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
}

export interface SealedFile {
  /** For whatever else this key shall seal. */
  readonly key: Uint8Array
  /** undefined = nothing was written yet. */
  read(): unknown
  write(value: unknown): void
}

/** Makes the key on first use; never when there is something that another key has sealed. */
export function openSealedFile(paths: { readonly file: string; readonly keyFile: string }): SealedFile {
  const { file, keyFile } = paths
  openDataFolder(dirname(file))
  const key = readKey(keyFile) ?? makeKey(file, keyFile)
  return {
    key,
    read() {
      const sealed = readIfThere(file)
      if (!sealed) return undefined
      return JSON.parse(unsealFile(key, sealed, file, keyFile)) as unknown
    },
    write: (value) => replaceFile(file, seal(key, Buffer.from(JSON.stringify(value)), fileContext)),
  }
}

const fileContext = 'sluice sealed file 1'

function unsealFile(key: Uint8Array, sealed: Uint8Array, file: string, keyFile: string): string {
  try {
    return unseal(key, sealed, fileContext).toString('utf8')
  } catch (thrown) {
    const way = 'put the right key file back, or start over with --fresh'
    throw new GatewayError('internal', `the key file ${keyFile} does not open ${file}; ${way}`, {}, thrown)
  }
}

function readKey(keyFile: string): Uint8Array | undefined {
  const key = readIfThere(keyFile)
  if (!key) return undefined
  if (key.byteLength === keyBytes) {
    chmodSync(keyFile, 0o600)
    return key
  }
  const found = `it holds ${key.byteLength} bytes instead of ${keyBytes}`
  throw new GatewayError('internal', `the key file ${keyFile} is not one: ${found}; put the right one back`)
}

function makeKey(file: string, keyFile: string): Uint8Array {
  if (readIfThere(file)) {
    const way = 'put it back, or start over with --fresh'
    throw new GatewayError('internal', `the key file ${keyFile}, which alone opens ${file}, is missing; ${way}`)
  }
  const key = randomBytes(keyBytes)
  replaceFile(keyFile, key)
  return key
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}

/** Written aside, brought to the disk, renamed: a crash leaves the old file or the new one. */
function replaceFile(path: string, bytes: Uint8Array): void {
  const aside = `${path}.${process.pid}.new`
  const descriptor = openSync(aside, 'w', 0o600)
  try {
    writeSync(descriptor, bytes)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(aside, path)
}
