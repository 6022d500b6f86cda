/** How large the deployed files are: what each function loads at its start, and what it may load later. */
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync, type Metafile } from 'esbuild'
import { functionNames } from '../lib/bundle.ts'

export interface BundleSize {
  readonly name: string
  readonly entryBytes: number
  /** Entry and every chunk it imports statically, directly or through another. */
  readonly startBytes: number
  readonly startFiles: number
  /** Chunks behind a dynamic import, not in the start. */
  readonly laterBytes: number
  readonly laterFiles: number
}

export function sizesOf(metafile: Metafile): readonly BundleSize[] {
  const folder = commonFolder(metafile)
  return functionNames.map((name) => {
    const entry = normalize(join(folder, name, 'index.mjs'))
    const start = reach(metafile, [entry], false)
    const all = reach(metafile, [entry], true)
    const later = [...all].filter((path) => !start.has(path))
    return {
      name,
      entryBytes: metafile.outputs[entry]?.bytes ?? 0,
      startBytes: bytesOf(metafile, [...start]),
      startFiles: start.size,
      laterBytes: bytesOf(metafile, later),
      laterFiles: later.length,
    }
  })
}

function commonFolder({ outputs }: Metafile): string {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/gateway/index.mjs'))
  if (entry === undefined) throw new Error(`the bundle has no gateway/index.mjs: ${Object.keys(outputs).join(', ')}`)
  return dirname(dirname(entry))
}

function reach(metafile: Metafile, from: readonly string[], isDynamicToo: boolean): ReadonlySet<string> {
  const seen = new Set<string>()
  const todo = [...from]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const { path: imported, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (!external && (kind === 'import-statement' || isDynamicToo)) todo.push(imported)
    }
  }
  return seen
}

function bytesOf({ outputs }: Metafile, paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0)
}

/** The largest sources in a function's start, as bytes of output. */
export function largestInputs(metafile: Metafile, name: string, count: number): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>()
  const entry = normalize(join(commonFolder(metafile), name, 'index.mjs'))
  for (const path of reach(metafile, [entry], false)) {
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path]?.inputs ?? {})) {
      const key = input.match(/node_modules\/(@[^/]+\/[^/]+|[^/]+)/)?.[1] ?? input.split('/').slice(0, 3).join('/')
      sums.set(key, (sums.get(key) ?? 0) + bytesInOutput)
    }
  }
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, count)
}

/** The yardstick: a handler that only makes a DynamoDB client, bundled the way ours are. */
export function bundleEmpty(outputFolder: string): number {
  const contents = `import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
const client = new DynamoDBClient({})
export const handler = async () => String(client.config.apiVersion)`
  const { metafile } = buildSync({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)), sourcefile: 'index.ts' },
    outdir: join(outputFolder, 'gateway'),
    entryNames: 'index',
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.mjs' },
    legalComments: 'none',
    banner: {
      js: "import{createRequire as emptyRequire}from'node:module';const require=emptyRequire(import.meta.url);",
    },
  })
  const entry = Object.keys(metafile.outputs).find((path) => path.endsWith('gateway/index.mjs')) ?? ''
  return bytesOf(metafile, [...reach(metafile, [entry], false)])
}
