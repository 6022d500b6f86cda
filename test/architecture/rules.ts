/** The further rules and the bans, each from a source to its breaches. */
import { lineAt } from './lexer.ts'
import { breach, type Source } from './sources.ts'

const bannedNames = new Set('utils util helpers helper common shared base manager service data info misc'.split(' '))

/** File and folder names: full kebab-case words, none that means nothing. */
export function findBadNames(source: Source): readonly string[] {
  const parts = source.path.replace(/\.ts$/, '').split('/')
  return parts.flatMap((part) => [
    ...(/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(part) ? [] : [breach(source, 1, `'${part}' is not kebab-case`)]),
    ...part
      .split('-')
      .filter((word) => bannedNames.has(word))
      .map((word) => breach(source, 1, `'${word}' in a name says nothing`)),
  ])
}

const bans: readonly (readonly [RegExp, string])[] = [
  [/^\s*export\s+default\b/gm, 'default export'],
  [/\bconsole\s*\./g, 'console'],
  [/(?::|<|\bas|\||,|=>)\s*any\b(?!\s*[:(])/g, 'any'],
  [/^\s*(?:export\s+)?(?:const\s+)?enum\s/gm, 'enum'],
]

/** Default exports, console, any, enums; @ts-expect-error, which is a comment. */
export function findBans(source: Source): readonly string[] {
  const inCode = bans.flatMap(([pattern, rule]) =>
    [...source.code.matchAll(pattern)].map((match) =>
      breach(source, lineAt(source.code, match.index + match[0].search(/\S/)), rule),
    ),
  )
  const ignores = source.lines.flatMap((line, index) =>
    /@ts-(?:ignore|nocheck|expect-error)/.test(line) ? [breach(source, index + 1, '@ts-ignore')] : [],
  )
  return [...inCode, ...ignores]
}

/** The first thing in a file is a sentence in a doc comment. */
export function findMissingSentence(source: Source): readonly string[] {
  const text = source.text.replace(/^#!.*\n/, '')
  return /^\/\*\*\s*(?:\*\s*)?\S[^*]*[\s\S]*?\*\//.test(text)
    ? []
    : [breach(source, 1, 'no sentence that says what the file is for')]
}

/** AI providers are told apart by properties, not by name. */
export function findProviderIds(source: Source, names: ReadonlySet<string>): readonly string[] {
  if (!source.path.startsWith('src/') || source.path.startsWith('src/providers/')) return []
  const specifiers = new Set(source.imports.map((each) => each.target))
  return source.literals
    .filter(({ value }) => names.has(value) && !specifiers.has(value))
    .map(({ value, line }) => breach(source, line, `AI provider id '${value}' outside src/providers`))
}

const modelMatches: readonly RegExp[] = [
  /\b[mM]odel(?:Name|Id)?\s*\.\s*(?:startsWith|endsWith|includes|match|search|indexOf)\s*\(/g,
  /\.\s*(?:test|exec)\s*\(\s*(?:[\w.]+\.)?[mM]odel(?:Name|Id)?\s*[,)]/g,
]

/** Files that read a model's name to find where it is served, never what it takes. */
export const readsModelPlaces: Readonly<Record<string, string>> = {
  'src/providers/places.ts': 'a table of wires by model name, which providers fill in',
  'src/providers/bedrock.ts': 'an ARN is an address of its own and names no model',
  'src/providers/processing-policy.ts': 'an inference profile before the name is a place to which a request is sent',
  'src/providers/azure-ai.ts': 'Claude and rerankers are served at paths of their own',
  'src/providers/vertex-ai.ts': 'the publisher is a part of the path',
}

/** What a model takes is asked of one table; no wire and no provider looks at a model's name. */
export function findModelMatches(source: Source): readonly string[] {
  return source.path in readsModelPlaces ? [] : findModelReads(source)
}

export function findModelReads(source: Source): readonly string[] {
  if (!/^src\/(?:protocols|providers)\//.test(source.path) || source.path.endsWith('.test.ts')) return []
  return modelMatches.flatMap((pattern) =>
    [...source.code.matchAll(pattern)].map((match) =>
      breach(source, lineAt(source.code, match.index), 'a model is told by its name: ask src/model-traits'),
    ),
  )
}

/** Partition and sort keys (`kind#id`) are made in one file; `#name` alone is a placeholder of an expression. */
export function findKeyStrings(source: Source): readonly string[] {
  if (!source.path.startsWith('src/') || source.path === 'src/store/keys.ts') return []
  return source.literals
    .filter(({ value }) => /^[a-z][\w-]*#/.test(value))
    .map(({ value, line }) => breach(source, line, `key string '${value}' outside src/store/keys.ts`))
}

/** Ports are declared by those who need them, so the store declares none. */
export function findOwnPorts(source: Source): readonly string[] {
  if (!source.path.startsWith('src/store/')) return []
  return [...source.code.matchAll(/export interface (\w+(?:Store|Ports?|Vault))\b(?!\s+extends\b)/g)].map((match) =>
    breach(source, lineAt(source.code, match.index), `the port '${match[1]}' belongs to its consumer`),
  )
}

/** Nothing is found by looking into folders: the bundler and grep both see every list. */
/** Rooms and files whose patterns are made of texts of ours. */
const ownPatterns =
  /^(?:src\/(?:patterns|guardrails\/(?:pii|injection))\/|src\/(?:cache\/question-difference|protocols\/plain-deltas|providers\/auth\/aws-xml)\.ts$|(?:lib|bin|functions)\/)/

/** A pattern that somebody outside wrote may never end: only one room compiles those. */
export function findOutsidePatterns(source: Source): readonly string[] {
  if (ownPatterns.test(source.path)) return []
  return [...source.code.matchAll(/\bRegExp\(/g)].map((match) =>
    breach(source, lineAt(source.code, match.index), 'RegExp(: patterns from outside go through src/patterns'),
  )
}

export function findScanning(source: Source): readonly string[] {
  if (!source.path.startsWith('src/') || source.path.startsWith('src/local/')) return []
  const patterns = [/\breaddir(?:Sync)?\b/g, /\bimport\.meta\.glob\b/g, /\bimport\((?!\s*['])/g, /\brequire\(/g]
  return patterns.flatMap((pattern) =>
    [...source.code.matchAll(pattern)].map((match) =>
      breach(source, lineAt(source.code, match.index), `'${match[0]}': lists are written out`),
    ),
  )
}
