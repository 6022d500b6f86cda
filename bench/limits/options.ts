/** What the load on one limit can be told. */
import { parseArgs } from 'node:util'

export interface LoadOptions {
  /** Gateway processes over one database. */
  readonly processes: number
  /** Requests under way at once, over all processes. */
  readonly connections: number
  readonly requests: number
  readonly limitDollars: number
  /** Kill the processes with SIGKILL in the middle, and start as many anew. */
  readonly isKilling: boolean
  readonly seed: number
}

const helpText = `One budget under load: does it hold, and do the books agree?

  npm run bench:limits -- [options]

  --processes <n>    gateway processes over one database (default 2)
  --connections <n>  requests under way at once (default 64)
  --requests <n>     requests altogether (default 2000)
  --limit <dollars>  the budget they share (default 0.5)
  --kill             SIGKILL every gateway and its ledger in the middle
  --seed <n>         of token counts, latencies and kinds of requests
`

/** undefined = the help was asked for and shown. */
export function readLoadOptions(args: readonly string[]): LoadOptions | undefined {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      processes: text('2'),
      connections: text('64'),
      requests: text('2000'),
      limit: text('0.5'),
      seed: text(String(Date.now() % 1_000_000)),
      kill: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    process.stdout.write(helpText)
    return undefined
  }
  return {
    processes: Number(values.processes),
    connections: Number(values.connections),
    requests: Number(values.requests),
    limitDollars: Number(values.limit.replace('$', '')),
    isKilling: values.kill,
    seed: Number(values.seed),
  }
}
