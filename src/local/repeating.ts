/** Runs a piece of scheduled work again and again, never twice at once: what EventBridge Scheduler does on AWS. */
import type { Ambient } from '../ambient.ts'

export interface Repeating {
  /** The first run begins at once. */
  start(): void
  /** Resolves when the run under way is over. */
  stop(): Promise<void>
}

export function createRepeating(options: {
  /** For the log, when a run fails. */
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<unknown>
  readonly ambient: Pick<Ambient, 'schedule' | 'log'>
}): Repeating {
  const { name, everyMs, run, ambient } = options
  let isStopped = false
  let cancel = () => {}
  let running: Promise<void> = Promise.resolve()

  const once = async (): Promise<void> => {
    try {
      await run()
    } catch (thrown) {
      if (!isStopped) ambient.log({ level: 'warn', message: `${name} failed; it comes again`, reason: String(thrown) })
    }
    if (!isStopped) cancel = ambient.schedule(everyMs, start)
  }
  const start = () => {
    running = once()
  }
  return {
    start,
    async stop() {
      isStopped = true
      cancel()
      await running
    },
  }
}
