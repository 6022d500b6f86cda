/** Loaded into a gateway with `--import`: counts the promises that the process makes, and tells the count on SIGUSR2. */
import { createHook } from 'node:async_hooks'
import { writeSync } from 'node:fs'

let made = 0
createHook({
  init(_, type) {
    if (type === 'PROMISE') made += 1
  },
}).enable()

let told = 0
process.on('SIGUSR2', () => {
  told += 1
  writeSync(1, `promises ${told}: ${made}\n`)
})
