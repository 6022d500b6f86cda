/** What `npm start` can be told, on the command line and by the environment. */
import { parseArgs } from 'node:util'

export interface LocalOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly dataFolder: string
  /** Forget everything first. */
  readonly isFresh: boolean
  /** Preset secrets; absent = made on the first start and shown once. */
  readonly adminKey?: string
  readonly apiKey?: string
}

export type ParsedOptions =
  | { readonly type: 'start'; readonly options: LocalOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly message: string }

export const helpText = `Sluice: an AI gateway whose spending limits hold

  npm start                       start on http://localhost:8787, data in .sluice/
  npm start -- [options]

  --port <n>        port to listen on (SLUICE_PORT, default 8787; 0 = any free port)
  --host <name>     address to listen on (SLUICE_HOST, default 127.0.0.1; 0.0.0.0 = every interface)
  --data <folder>   where everything is kept (SLUICE_DATA, default .sluice)
  --fresh           forget everything in the data folder and start over
  --help            this text

Preset the secrets of a first start (at least 16 characters):
  SLUICE_ADMIN_KEY  administers: integrations, keys, limits
  SLUICE_API_KEY    calls models

Providers found in the environment on a first start become integrations:
  OPENAI_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY GROQ_API_KEY MISTRAL_API_KEY OPENROUTER_API_KEY …
With none, '@demo/hello', a simulated model, answers.

Other settings:
  SLUICE_ALLOWED_HOSTS   hosts of this machine or a private network that any request may name, e.g.
                         10.0.0.5:8000,*.corp.example (default: none; integrations and configs that
                         an organisation key saves may name them without it)
  SLUICE_CORS_ORIGINS    origins that browsers may call from (default *)
  SLUICE_LOG_TTL_DAYS    how long logs are kept (default 90)
  SLUICE_ALERT_WEBHOOK   where limit alerts are posted
  DYNAMODB_ENDPOINT      use this DynamoDB instead of the embedded engine
`

type Variables = Readonly<Record<string, string | undefined>>

/** Command line first, then the environment, then the defaults. */
export function parseOptions(args: readonly string[], variables: Variables): ParsedOptions {
  const parsed = parse(args)
  if (typeof parsed === 'string') return { type: 'wrong', message: parsed }
  if (parsed.help === true) return { type: 'help' }
  const portText = parsed.port ?? variables.SLUICE_PORT ?? '8787'
  const port = Number(portText)
  if (portText === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    return { type: 'wrong', message: `the port must be a whole number from 0 to 65535; got '${String(portText)}'` }
  }
  for (const name of ['SLUICE_ADMIN_KEY', 'SLUICE_API_KEY']) {
    const secret = variables[name]
    if (secret !== undefined && !/^[\x21-\x7e]{16,256}$/.test(secret)) {
      return { type: 'wrong', message: `${name} must be 16 to 256 visible ASCII characters without spaces` }
    }
  }
  const { SLUICE_ADMIN_KEY: adminKey, SLUICE_API_KEY: apiKey } = variables
  if (adminKey !== undefined && adminKey === apiKey) {
    return {
      type: 'wrong',
      message:
        'SLUICE_ADMIN_KEY and SLUICE_API_KEY are the same; give two, for no key may both administer and call models',
    }
  }
  return {
    type: 'start',
    options: {
      host: text(parsed.host) ?? variables.SLUICE_HOST ?? '127.0.0.1',
      port,
      dataFolder: text(parsed.data) ?? variables.SLUICE_DATA ?? '.sluice',
      isFresh: parsed.fresh === true,
      ...(adminKey === undefined ? {} : { adminKey }),
      ...(apiKey === undefined ? {} : { apiKey }),
    },
  }
}

function parse(args: readonly string[]): Readonly<Record<string, unknown>> | string {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        fresh: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}; --help lists what there is`
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
