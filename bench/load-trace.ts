/** Preloaded into a function: tells each file of the bundle as it is loaded. */
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    if (url.endsWith('.mjs') && url.startsWith('file:')) process.stderr.write(`loaded ${url}\n`)
    return nextLoad(url, context)
  },
})
