/** The project's own source files, read once. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { type Lexed, lex, lineAt } from './lexer.ts'

const root = resolve(import.meta.dirname, '../..')

export interface Import {
  /** A path from the project's root, or a package's name. */
  readonly target: string
  readonly isOurs: boolean
  readonly isType: boolean
  readonly isDynamic: boolean
  readonly line: number
  /** What stands between the braces. */
  readonly names: string
}

export interface Source extends Lexed {
  /** From the project's root. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly imports: readonly Import[]
}

/** A breach of a rule, as `file:line rule`. */
export function breach(source: Pick<Source, 'path'>, line: number, rule: string): string {
  return `${source.path}:${line} ${rule}`
}

/** Every .ts file below these folders, without tests. */
export function readSources(folders: readonly string[]): readonly Source[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map(readSource)
}

function readSource(path: string): Source {
  return parseSource(path, readFileSync(join(root, path), 'utf8'))
}

export function parseSource(path: string, text: string): Source {
  const lexed = lex(text)
  return { path, text, ...lexed, lines: text.replace(/\n$/, '').split('\n'), imports: findImports(path, lexed) }
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`. */
const importPattern =
  /\b(import|export)(\s+type\b)?((?:\s|[\w$*{},])*?)\bfrom\s*'([^']+)'|\bimport\s*'([^']+)'|(typeof\s+)?\bimport\(\s*'([^']+)'/g

function findImports(path: string, { uncommented, code }: Lexed): readonly Import[] {
  return [...uncommented.matchAll(importPattern)]
    .filter((match) => /import|export/.test(code.slice(match.index, match.index + match[0].length)))
    .map((match) => {
      const [, , typeWord, names = '', from, bare, typeOf, dynamic] = match
      const specifier = from ?? bare ?? dynamic ?? ''
      const isOurs = specifier.startsWith('.')
      return {
        target: isOurs ? relative(root, resolve(root, dirname(path), specifier)) : specifier,
        isOurs,
        isType: typeWord !== undefined || typeOf !== undefined || hasOnlyTypes(names),
        isDynamic: dynamic !== undefined,
        line: lineAt(uncommented, match.index),
        names,
      }
    })
}

function hasOnlyTypes(names: string): boolean {
  const braced = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1]
  if (braced === undefined) return false
  const each = braced.split(',').filter((name) => name.trim() !== '')
  return each.length > 0 && each.every((name) => name.trim().startsWith('type '))
}

/** `src/limits/hold.ts` → `limits`; `src/errors.ts` → `errors`; `lib/vault.ts` → `lib`. */
export function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? second.replace(/\.ts$/, '') : top
}
