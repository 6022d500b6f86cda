/** Preloaded into a function: tells each file of the bundle and when it is loaded. */
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    if (url.endsWith('.mjs') && url.startsWith('file:')) process.stderr.write(`loaded ${Date.now()} ${url}\n`)
    return nextLoad(url, context)
  },
})
