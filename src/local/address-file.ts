/** The running gateway leaves its address in the data folder, so that the doctor looks where it listens. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const fileName = 'address'

/** For its owner alone. The returned function takes it away again. */
export function writeAddress(dataFolder: string, origin: string): () => void {
  const path = join(dataFolder, fileName)
  rmSync(path, { force: true })
  writeFileSync(path, `${origin}\n`, { mode: 0o600 })
  return () => rmSync(path, { force: true })
}

/** `http://host:port`; undefined where no gateway runs over the folder, or what stands there is no address. */
export function readAddress(dataFolder: string): string | undefined {
  let text: string
  try {
    text = readFileSync(join(dataFolder, fileName), 'utf8').trim()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
  return URL.canParse(text) ? text : undefined
}
