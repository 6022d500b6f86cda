/** `npm start` as a person runs it: a process, its output, its signals. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export interface LocalProcess {
  readonly child: ChildProcess
  /** Standard output and error so far. */
  output(): string
  /** Resolves when the output matches; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<number | null>
}

const root = join(import.meta.dirname, '..', '..')

export function runLocal(args: readonly string[], variables: Record<string, string> = {}): LocalProcess {
  const child = spawn(process.execPath, [join(root, 'bin', 'local.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  let look = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      look()
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    child,
    ended,
    output: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(text)
          if (match !== null) resolve(match)
        }
        void ended.then((code) => reject(new Error(`ended with ${code} before it said ${pattern}:\n${text}`)))
        look()
      }),
  }
}
