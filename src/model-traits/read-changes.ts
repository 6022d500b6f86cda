/** Reads an administrator's correction of what a model takes: known names and values of their kinds, nothing else. */
import { GatewayError } from '../errors.ts'
import type { TraitChanges } from './traits.ts'

type Kind = 'flag' | 'count' | 'words' | readonly string[] | { readonly [member: string]: Kind }

const dialect = ['any', 'plain', 'strict-openai', 'strict-claude', 'claude', 'nova', 'generate-content'] as const

const kinds: { readonly [trait: string]: Kind } = {
  chat: ['all', 'tools-without-effort', 'tools-with-effort-none', 'none'],
  sampling: {
    temperature: ['any', 'default'],
    maxTemperature: 'count',
    topP: 'flag',
    topK: 'flag',
    isOneOnly: 'flag',
    penalties: 'flag',
    logprobs: 'flag',
    logitBias: 'flag',
    onlyWithoutEffort: ['no', 'said', 'default'],
  },
  maxStops: 'count',
  allowsBlankStops: 'flag',
  outputCap: ['max_tokens', 'max_completion_tokens', 'either'],
  maxOutputTokens: 'count',
  efforts: 'words',
  thinking: ['none', 'budget', 'budget-or-adaptive', 'adaptive', 'always-adaptive', 'level', 'effort'],
  structuredOutput: ['native', 'tool', 'none'],
  formatDialect: dialect,
  toolDialect: dialect,
  strictToolDialect: dialect,
  toolChoices: 'words',
  hasParallelSwitch: 'flag',
  toolName: { maxLength: 'count' },
  callId: { maxLength: 'count' },
  userFirst: 'flag',
  prefill: 'flag',
  allowsBlankText: 'flag',
  documentTypes: 'words',
  cacheMarks: ['none', 'content', 'content-and-tools'],
  takesReasoning: 'flag',
  takesReasoningDetails: 'flag',
  signsCalls: 'flag',
  formatWithTools: 'flag',
  betas: 'words',
  user: { maxLength: 'count', refusesPersonal: 'flag' },
  images: { refused: 'words' },
}

/** Throws GatewayError `invalid_request` that names the place, what was got and what is allowed. */
export function readTraitChanges(value: Readonly<Record<string, unknown>>, path: string): TraitChanges {
  checkMembers(value, kinds, path)
  return value as TraitChanges
}

function checkMembers(
  value: Readonly<Record<string, unknown>>,
  known: { readonly [name: string]: Kind },
  path: string,
) {
  for (const [name, said] of Object.entries(value)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined
    if (kind === undefined) throw wrong(`${path}.${name}`, 'is not known', `one of ${Object.keys(known).join(', ')}`)
    checkKind(said, kind, `${path}.${name}`)
  }
}

function checkKind(said: unknown, kind: Kind, path: string): void {
  if (kind === 'flag') {
    if (typeof said !== 'boolean') throw wrong(path, describe(said), 'true or false')
  } else if (kind === 'count') {
    if (typeof said !== 'number' || !(said >= 0)) throw wrong(path, describe(said), 'a number, 0 or more')
  } else if (kind === 'words') {
    const isWords = Array.isArray(said) && said.every((word) => typeof word === 'string')
    if (!isWords) throw wrong(path, describe(said), 'a list of words')
  } else if (isList(kind)) {
    if (typeof said !== 'string' || !kind.includes(said)) throw wrong(path, describe(said), `one of ${kind.join(', ')}`)
  } else if (typeof said === 'object' && said !== null && !Array.isArray(said)) {
    checkMembers(said as Readonly<Record<string, unknown>>, kind, path)
  } else throw wrong(path, describe(said), 'an object')
}

function isList(kind: Kind): kind is readonly string[] {
  return Array.isArray(kind)
}

function describe(said: unknown): string {
  return `is ${JSON.stringify(said)?.slice(0, 60) ?? 'missing'}`
}

function wrong(path: string, got: string, allowed: string): GatewayError {
  return new GatewayError('invalid_request', `${path} ${got}; it must be ${allowed}`, { param: path })
}
