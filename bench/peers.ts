/** Peers that are no npm package: measured where the environment names their programs. Nothing is downloaded. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf, gatewayCore, type StartOptions, startProgram, stop } from './processes.ts'
import {
  type Features,
  type Pace,
  type Subject,
  slugOf,
  temporaryFolder,
  upstreamPath,
  waitUntilAnswers,
} from './subjects.ts'

export const peerVariables = { bifrost: 'BENCH_BIFROST', litellm: 'BENCH_LITELLM' } as const
export type NamedPeer = keyof typeof peerVariables

export const namedPeers = (): readonly NamedPeer[] =>
  (Object.keys(peerVariables) as NamedPeer[]).filter((name) => programOf(name) !== undefined)

function programOf(name: NamedPeer): string | undefined {
  const program = process.env[peerVariables[name]]
  if (program === undefined || program === '') return undefined
  if (!existsSync(program)) throw new Error(`${peerVariables[name]} names '${program}', and there is no such file`)
  return program
}

interface Place {
  readonly upstreamOrigin: string
  readonly paces: readonly Pace[]
  readonly port: number
}

/** Starts it with a folder of its own, which goes when it stops. Resolves when it answers; rejects with its output when it ends before. */
export function startNamedPeer(name: NamedPeer, place: Place): Promise<Subject> {
  return name === 'bifrost' ? bifrost(place) : litellm(place)
}

const model = 'gpt-4o-mini'
const upstreamKey = 'bench-upstream-key'
/** LiteLLM takes no key that begins otherwise. */
const masterKey = 'sk-bench-master-key-0123456789'

/** Its logs in SQLite, with bodies; no virtual keys and no budgets, since its configuration is a file. */
async function bifrost({ upstreamOrigin, paces, port }: Place): Promise<Subject> {
  const folder = temporaryFolder()
  const providers = paces.map((pace) => [
    slugOf(pace),
    {
      keys: [{ name: 'bench', value: upstreamKey, models: ['*'], weight: 1 }],
      // it adds /v1 by itself
      network_config: { base_url: `${upstreamOrigin}${upstreamPath(pace).replace(/\/v1$/, '')}` },
      custom_provider_config: { base_provider_type: 'openai' },
    },
  ])
  const config = {
    client: { enable_logging: true, drop_excess_requests: false },
    providers: Object.fromEntries(providers),
    config_store: { enabled: false },
    logs_store: { enabled: true, type: 'sqlite', config: { path: './logs.db' } },
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  return startPeerProgram('bifrost', folder, {
    args: ['-host', '127.0.0.1', '-port', String(port), '-app-dir', folder, '-log-level', 'warn'],
    port,
    headers: {},
    model: (pace) => `${slugOf(pace)}/${model}`,
    features: { keys: 'no', records: 'SQLite, bodies', budget: 'no' },
  })
}

/** A master key and no database: it keeps no records then, and no budgets. */
async function litellm({ upstreamOrigin, paces, port }: Place): Promise<Subject> {
  const folder = temporaryFolder()
  const file = join(folder, 'config.yaml')
  const config = {
    model_list: paces.map((pace) => ({
      model_name: slugOf(pace),
      litellm_params: {
        model: `openai/${model}`,
        api_base: `${upstreamOrigin}${upstreamPath(pace)}`,
        api_key: upstreamKey,
      },
    })),
    litellm_settings: { telemetry: false },
    general_settings: { master_key: masterKey },
  }
  // JSON is YAML
  writeFileSync(file, JSON.stringify(config))
  return startPeerProgram('litellm', folder, {
    args: ['--config', file, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'],
    environment: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    port,
    headers: { authorization: `Bearer ${masterKey}` },
    model: slugOf,
    features: { keys: 'master key', records: 'no', budget: 'no' },
  })
}

interface Program extends Pick<StartOptions, 'environment'>, Pick<Subject, 'model'> {
  readonly features: Features
  readonly args: readonly string[]
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
}

async function startPeerProgram(name: NamedPeer, folder: string, program: Program): Promise<Subject> {
  const { args, environment = {}, port, headers, model, features } = program
  const started = startProgram(programOf(name) ?? name, args, { core: gatewayCore, environment, workingFolder: folder })
  const end = async () => {
    await stop(started)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await waitUntilAnswers(`http://127.0.0.1:${port}/`, started)
  } catch (thrown) {
    await end()
    throw thrown
  }
  return {
    name,
    features,
    url: () => `http://127.0.0.1:${port}/v1/chat/completions`,
    headers: () => headers,
    model,
    pid: started.pid,
    companions: childrenOf(started.pid),
    stop: end,
  }
}
