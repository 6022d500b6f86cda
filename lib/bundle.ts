/** Builds the functions' code: one asset for all, ES modules, split so that each function loads only its own chunks. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { type BuildOptions, buildSync, type Metafile } from 'esbuild'
import { priceLibrary, slimPriceModule } from './slim-prices.ts'

/** Each is a folder of `functions/` with an `index.ts` that exports `handler`. */
export const functionNames = ['gateway', 'admin', 'ledger', 'windows'] as const
export type FunctionName = (typeof functionNames)[number]

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
const sourceFolder = `${projectFolder}functions`

/** What Lambda is told to call; `path/index.handler` inside the asset. */
export const handlerOf = (name: FunctionName) => `${name}/index.handler`

const { version: projectVersion } = JSON.parse(readFileSync(`${projectFolder}package.json`, 'utf8')) as {
  version: string
}

/** Dependencies that are CommonJS call `require`, which ES modules lack. */
const requireBanner =
  "import{createRequire as sluiceRequire}from'node:module';const require=sluiceRequire(import.meta.url);"

function bundleOptions(outputFolder: string, priceModule: string) {
  return {
    absWorkingDir: projectFolder,
    entryPoints: functionNames.map((name) => `functions/${name}/index.ts`),
    outbase: 'functions',
    outdir: outputFolder,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: requireBanner },
    alias: { [priceLibrary]: priceModule },
    define: { bundledVersion: JSON.stringify(projectVersion) },
  } as const satisfies BuildOptions
}

/** Writes the very files that are deployed. The answer tells which inputs and chunks each output has. */
export function bundleInto(outputFolder: string): Metafile {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bundle-'))
  try {
    const priceModule = join(folder, 'genai-prices.mjs')
    writeFileSync(priceModule, slimPriceModule())
    return buildSync(bundleOptions(outputFolder, priceModule)).metafile
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The asset that all functions share. Built in this process; no container is ever started. */
export function functionsCode(): Code {
  return Code.fromAsset(sourceFolder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-used'),
      local: {
        tryBundle(outputFolder) {
          bundleInto(outputFolder)
          return true
        },
      },
    },
  })
}
