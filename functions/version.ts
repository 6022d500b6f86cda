/** What this gateway says it is. A bundle has it as a word, without the rest of the package's description. */
import { createRequire } from 'node:module'

declare const bundledVersion: string | undefined

export const version: string =
  typeof bundledVersion === 'string'
    ? bundledVersion
    : String(createRequire(import.meta.url)('../package.json').version)
