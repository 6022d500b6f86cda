/** Executes the house rules: who may import whom, the further rules, the bans, the budgets. A breach reads `file:line rule`. */
import { describe, expect, it } from 'vitest'
import { listAiProviders } from '../src/providers/index.ts'
import { findLongFiles, findLongFunctions, findRepetition, functionsOf, quantile } from './architecture/budgets.ts'
import { findCircles } from './architecture/circles.ts'
import { findNewUnclearNames, findUnclearNames } from './architecture/names.ts'
import { findForbiddenImports } from './architecture/rooms.ts'
import {
  findBadNames,
  findBans,
  findKeyStrings,
  findMissingSentence,
  findModelMatches,
  findModelReads,
  findOutsidePatterns,
  findOwnPorts,
  findProviderIds,
  findScanning,
  readsModelPlaces,
} from './architecture/rules.ts'
import { parseSource, readSources, type Source } from './architecture/sources.ts'
import { findLayersKnown, findStepsBack } from './architecture/stages.ts'

const sources = readSources(['src', 'lib', 'functions', 'bin'])
const providerNames = new Set(listAiProviders().flatMap((row) => [row.id as string, ...row.aliases]))

const everyFile: Readonly<Record<string, (source: Source) => readonly string[]>> = {
  'imports only the rooms below it': findForbiddenImports,
  'hands a request on and never back up the line': findStepsBack,
  'knows no layer but its own': findLayersKnown,
  'has full kebab-case names': findBadNames,
  'has no default export, console, any, enum or @ts-ignore': findBans,
  'opens with the sentence that says what it is for': findMissingSentence,
  'names no AI provider outside src/providers': (source) => findProviderIds(source, providerNames),
  'asks the table of models what a model takes': findModelMatches,
  'writes no key string outside src/store/keys.ts': findKeyStrings,
  'declares no port that belongs to its consumer': findOwnPorts,
  'writes its lists out': findScanning,
  'compiles patterns from outside in src/patterns alone': findOutsidePatterns,
  'has at most 400 lines': findLongFiles,
  'has functions of at most 60 lines': findLongFunctions,
}

describe('every source file', () => {
  it.each(Object.entries(everyFile))('%s', (_, rule) => {
    expect(sources.flatMap(rule)).toEqual([])
  })
})

describe('the sources together', () => {
  const lengths = sources.map((source) => source.lines.length)

  it('have a median of at most 100 lines and a ninth decile of at most 250', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(quantile(lengths, 0.5)).toBeLessThanOrEqual(100)
    expect(quantile(lengths, 0.9)).toBeLessThanOrEqual(250)
  })

  it('repeat at most 3 % of their lines', () => {
    const { share, places } = findRepetition(sources)
    expect(share, places.join('\n')).toBeLessThanOrEqual(0.03)
  })
})

describe('names', () => {
  it('are the terms of the field: none is on the list of words that stay out, but for those that stand from before', () => {
    expect(findNewUnclearNames([...sources, ...readSources(['test/support'])])).toEqual([])
  })
})

describe('the files that read where a model is served', () => {
  it.each(Object.entries(readsModelPlaces))('still do: %s, %s', (path) => {
    expect(sources.filter((source) => source.path === path).flatMap(findModelReads)).not.toEqual([])
  })
})

describe('imports', () => {
  it('form no circle, types included', () => {
    expect(findCircles(sources)).toEqual([])
  })
})

describe('the rules', () => {
  const long = (count: number) => Array.from({ length: count }, (_, index) => `  use(${index})`).join('\n')

  it.each<[string, (source: Source) => readonly string[], string, string]>([
    ['imports only the rooms below it', findForbiddenImports, 'src/bytes/a.ts', "import { x } from '../gateway/x.ts'"],
    [
      'a type where only values of lower rooms go',
      findForbiddenImports,
      'src/catalog/a.ts',
      "import { type A, b } from '../limits/b.ts'",
    ],
    ['a re-export', findForbiddenImports, 'src/errors.ts', "export { x } from './catalog/x.ts'"],
    ['a dynamic import', findForbiddenImports, 'src/protocols/a.ts', "await import('../providers/openai.ts')"],
    ['a stage before', findStepsBack, 'src/gateway/answer/a.ts', "import type { A } from '../target/b.ts'"],
    ['a stage in what is carried', findStepsBack, 'src/gateway/line/a.ts', "import type { A } from '../answer/b.ts'"],
    ['the line itself', findStepsBack, 'src/gateway/layers/caching/a.ts', "import('../../serve.ts')"],
    ['raw from a stage', findStepsBack, 'src/gateway/arrive/a.ts', "import { a } from '../raw/b.ts'"],
    ['another layer', findLayersKnown, 'src/gateway/layers/caching/a.ts', "import type { A } from '../guarding/b.ts'"],
    ['an unknown room', findForbiddenImports, 'src/stuff/a.ts', ''],
    ['the AWS SDK', findForbiddenImports, 'src/limits/a.ts', "import { X } from '@aws-sdk/client-s3'"],
    ['a socket', findForbiddenImports, 'src/providers/a.ts', "import { connect } from 'node:net'"],
    [
      'the price data at once',
      findForbiddenImports,
      'src/pricing/a.ts',
      "import { calcPrice } from '@pydantic/genai-prices'",
    ],
    [
      'an import over several lines',
      findForbiddenImports,
      'src/bytes/a.ts',
      "import {\n  a,\n  b,\n} from '../store/keys.ts'",
    ],
    ['a name that says nothing', findBadNames, 'src/limits/hold-utils.ts', ''],
    ['a folder that says nothing', findBadNames, 'src/common/hold.ts', ''],
    ['camel case', findBadNames, 'src/limits/holdAll.ts', ''],
    ['furniture', findUnclearNames, 'src/limits/a.ts', 'export function openDesk() {}'],
    ['a participle', findUnclearNames, 'src/limits/a.ts', 'export interface Given {}'],
    ['a file name nobody can guess', findUnclearNames, 'src/limits/beside-tokens.ts', ''],
    ['a folder name nobody can guess', findUnclearNames, 'src/limits/reshapes/a.ts', ''],
    ['a default export', findBans, 'src/a.ts', '\nexport default 1'],
    ['console', findBans, 'src/a.ts', 'console.log(1)'],
    ['any', findBans, 'src/a.ts', 'const x: any = 1'],
    ['any in a generic', findBans, 'src/a.ts', 'const x = new Map<string, any>()'],
    ['a cast to any', findBans, 'src/a.ts', 'f(x as any)'],
    ['@ts-ignore', findBans, 'src/a.ts', '// @ts-ignore\nconst x = 1'],
    ['no sentence', findMissingSentence, 'src/a.ts', 'const x = 1'],
    [
      'a provider id',
      (source) => findProviderIds(source, providerNames),
      'src/gateway/a.ts',
      "if (id === 'openai') f()",
    ],
    ['a model told by its name', findModelMatches, 'src/protocols/a.ts', "if (request.model.startsWith('gpt')) use()"],
    ['a model matched', findModelMatches, 'src/protocols/a.ts', 'if (/gpt/.test(asked.model)) use()'],
    ['a model matched by a provider', findModelMatches, 'src/providers/a.ts', "if (model.startsWith('gpt')) use()"],
    ['a key', findKeyStrings, 'src/limits/a.ts', "const pk = 'key#1'"],
    ['a port in the store', findOwnPorts, 'src/store/a.ts', 'export interface CounterStore {}'],
    ['a pattern', findOutsidePatterns, 'src/routing/a.ts', 'const x = new RegExp(name)'],
    ['a thread', findForbiddenImports, 'src/routing/a.ts', "import { Worker } from 'node:worker_threads'"],
    ['a scan', findScanning, 'src/admin/a.ts', "readdirSync('.')"],
    ['a computed import', findScanning, 'src/admin/a.ts', 'import(name)'],
    ['a long file', findLongFiles, 'src/a.ts', long(401)],
    ['a long function', findLongFunctions, 'src/a.ts', `function f(a: number): void {\n${long(60)}\n}`],
    ['a long arrow', findLongFunctions, 'src/a.ts', `const f = () => {\n${long(60)}\n}`],
    [
      'a long method',
      findLongFunctions,
      'src/a.ts',
      `const o = {\n  async f(a: number): Promise<void> {\n${long(60)}\n  },\n}`,
    ],
    [
      'a long function with a type in braces',
      findLongFunctions,
      'src/a.ts',
      `function f(a: { b: number }): { c: number } {\n${long(60)}\n}`,
    ],
  ])('catch %s', (_, rule, path, text) => {
    expect(rule(parseSource(path, text))).toEqual([expect.stringMatching(/^src\/.+:\d+ /)])
  })

  it.each<[string, (source: Source) => readonly string[], string, string]>([
    [
      'a term of the field',
      findUnclearNames,
      'src/limits/a.ts',
      'export interface Leader {}\nexport const isGiven = 1',
    ],
    ['a name in the file alone', findUnclearNames, 'src/limits/a.ts', 'const given = 1\ninterface Seen {}'],
    ['a type from a room beside', findForbiddenImports, 'src/catalog/a.ts', "import type { A } from '../limits/b.ts'"],
    ['a stage behind', findStepsBack, 'src/gateway/target/a.ts', "import { a } from '../layers/compose.ts'"],
    ['what is carried', findStepsBack, 'src/gateway/settle/a.ts', "import { a } from '../line/b.ts'"],
    ['the list of layers', findLayersKnown, 'src/gateway/layers/compose.ts', "import { a } from './holding/b.ts'"],
    ['a comment about an import', findForbiddenImports, 'src/bytes/a.ts', "// import { x } from '../gateway/x.ts'"],
    ['address checks', findForbiddenImports, 'src/providers/a.ts', "import { BlockList, isIPv4 } from 'node:net'"],
    ['prices loaded later', findForbiddenImports, 'src/pricing/a.ts', "await import('@pydantic/genai-prices')"],
    [
      'words in a string',
      findBans,
      'src/a.ts',
      "const x = 'console.log: any'; const y = /console.log/; const z = `console.x : any`",
    ],
    ['words in a comment', findBans, 'src/a.ts', '/* export default: any */'],
    ['a key called any', findBans, 'src/a.ts', 'f({ a, any: 1 })'],
    [
      'a protocol id',
      (source) => findProviderIds(source, providerNames),
      'src/gateway/a.ts',
      "const wire = 'openai-chat'",
    ],
    ['a call with a long argument', findLongFunctions, 'src/a.ts', `register([\n${long(60)}\n])`],
    [
      'a stream of 120 lines',
      findLongFunctions,
      'src/protocols/openai-chat/stream.ts',
      `function f() {\n${long(118)}\n}`,
    ],
  ])('let %s pass', (_, rule, path, text) => {
    expect(rule(parseSource(path, text))).toEqual([])
  })

  it('find a circle of types and late imports', () => {
    const circle = findCircles([
      parseSource('src/a/a.ts', "import type { B } from './b.ts'"),
      parseSource('src/a/b.ts', "await import('./c.ts')"),
      parseSource('src/a/c.ts', "import { a } from './a.ts'\nimport { d } from './d.ts'"),
      parseSource('src/a/d.ts', ''),
    ])
    expect(circle).toEqual(['src/a/a.ts src/a/b.ts src/a/c.ts'])
  })

  it('measure a function from its head to its brace', () => {
    const { code } = parseSource('src/a.ts', 'const x = 1\nfunction f() {\n  return `}`\n}\n')
    expect(functionsOf({ code })).toEqual([{ name: 'f', line: 2, lines: 3 }])
  })

  it('find lines that stand in two files', () => {
    const text = long(8)
    const { share, places } = findRepetition([
      parseSource('src/a.ts', text),
      parseSource('src/b.ts', `${text}\nother()`),
    ])
    expect(share).toBeCloseTo(8 / 17)
    expect(places).toEqual(['src/b.ts:1 as src/a.ts:1'])
  })
})
