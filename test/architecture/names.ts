/** The names that stay out of exports and file names: words that a reader who knows HTTP, LLM APIs and DynamoDB cannot guess. */
import { lineAt } from './lexer.ts'
import { breach, type Source } from './sources.ts'

/** As words of a name, wherever they stand in it: `openDesk`, `beside-tokens`. */
const bannedWords = new Set(
  'desk office shelf brought beside lifeline tried reshape reshapes reshaped peek flights loggable hearing fed tear'.split(
    ' ',
  ),
)
/** As the whole name: verbs and adverbs that do not say what the thing is. */
const bannedNames = new Set(
  (
    'Around Asked Found Given Held Kept Lead Moment Outer Own Placed Said Seen Told Wishing ' +
    'hearing itemInTheWay leadingNobody lost notThis noteLost onBoth passingOver PassingOver StepSource tearUp watch'
  ).split(' '),
)
const bannedFiles = new Set('given inner-call kept-body kept-headers lost own-task passed-over'.split(' '))

/**
 * Names that stand from before the rule (2026-11-29): rename them and take the row out. A row that is no longer needed
 * breaks the rule as well, so the list only gets shorter.
 */
const standingNames: ReadonlySet<string> = new Set([
  'src/gateway/line/credentials-of.ts secretsBrought',
  'src/gateway/line/credentials-of.ts portsForBrought',
  'src/gateway/target/own-credentials.ts findBrought',
  'src/local/engine/table.ts Found',
  'src/protocols/anthropic-messages/request.ts peek',
  'src/protocols/anthropic-messages/wire.ts Said',
  'src/protocols/native.ts notThis',
  'src/protocols/native.ts peekSilent',
  'src/protocols/openai-chat/request.ts peek',
  'src/protocols/openai-chat/wire.ts Said',
  'src/protocols/openai-images/peek.ts peekImages',
  'src/protocols/openai-images/peek.ts',
  'src/protocols/openai-responses/request.ts peek',
  'src/protocols/openai-responses/wire.ts Said',
  'src/protocols/openai-transcriptions/index.ts hearing',
  'src/protocols/openai-transcriptions/peek.ts peekTranscription',
  'src/protocols/openai-transcriptions/peek.ts',
  'src/protocols/protocol.ts ReshapedId',
  'src/protocols/protocol.ts Peek',
  'src/protocols/reshape.ts Asked',
  'src/protocols/reshape.ts Reshape',
  'src/protocols/reshape.ts',
  'src/protocols/reshapes/',
  'src/protocols/reshapes/load.ts isReshaped',
  'src/protocols/reshapes/load.ts reshapes',
  'src/protocols/reshapes/load.ts loadReshape',
  'src/protocols/reshapes/load.ts listReshapes',
  'src/routing/retry.ts Tried',
  'src/store/document-items.ts Placed',
  'src/store/table-errors.ts itemInTheWay',
])

const exported = /^export\s+(?:async\s+|abstract\s+)*(?:function\*?|const|let|class|interface|type)\s+(\w+)/gm

/** Banned words in exported names and in the names of files and folders. */
export function findUnclearNames(source: Source): readonly string[] {
  const names = [...source.code.matchAll(exported)].map((match) => ({
    name: match[1] ?? '',
    line: lineAt(source.code, match.index),
  }))
  const parts = source.path.replace(/\.ts$/, '').split('/')
  return [
    ...names.filter(({ name }) => isUnclear(name)).map(({ name, line }) => ({ name: `${source.path} ${name}`, line })),
    ...parts.flatMap((part, at) =>
      bannedFiles.has(part) || part.split('-').some((word) => bannedWords.has(word))
        ? [{ name: `${parts.slice(0, at + 1).join('/')}${at === parts.length - 1 ? '.ts' : '/'}`, line: 1 }]
        : [],
    ),
  ].map(({ name, line }) => breach(source, line, `${name}: a reader cannot guess it; use the field's term`))
}

/** `openDesk` → open, desk. */
function isUnclear(name: string): boolean {
  return bannedNames.has(name) || wordsOf(name).some((word) => bannedWords.has(word))
}

function wordsOf(name: string): readonly string[] {
  return name.split(/(?<=[a-z0-9])(?=[A-Z])|_/).map((word) => word.toLowerCase())
}

/** Breaches that are not in the list, and rows of the list that no name needs. */
export function findNewUnclearNames(sources: readonly Source[]): readonly string[] {
  const breaches = sources.flatMap((source) => findUnclearNames(source))
  const nameOf = (each: string) => each.replace(/^\S+ /, '').replace(/: a reader.*$/, '')
  const standing = new Set(breaches.map(nameOf))
  return [
    ...breaches.filter((each) => !standingNames.has(nameOf(each))),
    ...[...standingNames].filter((name) => !standing.has(name)).map((name) => `${name}: renamed; take the row out`),
  ]
}
