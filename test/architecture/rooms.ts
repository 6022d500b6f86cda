/** Who may import whom: the table of docs/internals/architecture.md as data. */
import { breach, type Import, roomOf, type Source } from './sources.ts'

/** Imported by everyone; these import nothing of ours. */
const roots = ['environment', 'ambient', 'awaitable', 'errors', 'tables', 'nearest']
const domain = ['identity', 'catalog', 'routing', 'cache', 'guardrails', 'limits', 'pricing', 'records']
const everyRoom = [
  ...roots,
  'bytes',
  'patterns',
  'inference',
  'model-traits',
  'protocols',
  'providers',
  ...domain,
  'observe',
  'gateway',
  'admin',
  'store',
  'local',
  'transport',
]

interface Room {
  readonly values: readonly string[]
  /** Beside those of `values`. */
  readonly types?: readonly string[]
}

const everyday = ['errors', 'ambient', 'awaitable', 'nearest', 'inference', 'patterns']

const rooms: Readonly<Record<string, Room>> = {
  ...Object.fromEntries(roots.map((name) => [name, { values: [] }])),
  bytes: { values: ['errors'] },
  patterns: { values: ['errors'] },
  inference: { values: [], types: ['errors'] },
  'model-traits': { values: ['errors'] },
  protocols: { values: ['awaitable', 'bytes', 'inference', 'model-traits', 'errors', 'nearest'] },
  providers: { values: ['errors'], types: ['protocols', 'inference', 'model-traits'] },
  ...Object.fromEntries(domain.map((name) => [name, { values: everyday, types: [...domain, 'protocols'] }])),
  observe: { values: [...everyday], types: [...domain] },
  gateway: { values: [...everyday, 'bytes', 'model-traits', 'protocols', 'providers', ...domain] },
  admin: { values: [...everyday, 'bytes', 'model-traits', ...domain, 'observe'] },
  store: {
    values: ['errors', 'ambient', 'awaitable', 'tables', 'environment', 'inference', 'observe', ...domain],
    types: ['gateway', 'admin', 'providers'],
  },
  transport: { values: ['errors', 'ambient', 'awaitable', 'bytes', 'providers'], types: ['gateway', 'admin'] },
  local: { values: everyRoom },
  functions: { values: everyRoom },
  bin: { values: [...everyRoom, 'lib'] },
  lib: { values: ['environment', 'tables'] },
}

export function findForbiddenImports(source: Source): readonly string[] {
  const from = roomOf(source.path)
  const room = rooms[from]
  if (room === undefined) return [breach(source, 1, `the room '${from}' is not in the table of rooms`)]
  return source.imports.flatMap((each) => {
    if (!each.isOurs) return findForbiddenPackage(source, each)
    if (each.target.endsWith('.json')) return []
    const to = roomOf(each.target)
    const isKnown = to === from || room.values.includes(to) || (each.isType && (room.types ?? []).includes(to))
    const only = (room.types ?? []).includes(to) ? ' other than by type' : ''
    return isKnown ? [] : [breach(source, each.line, `'${from}' may not import '${to}'${only}`)]
  })
}

interface PackageRule {
  readonly packages: RegExp
  readonly rooms: readonly string[]
  readonly may?: (each: Import) => boolean
  readonly because: string
}

/** `node:net` has no socket in it when only addresses are looked at. */
const isAboutAddresses = ({ target, names }: Import) =>
  target === 'node:net' && /^\s*\{(?:\s*(?:BlockList|isIP|isIPv4|isIPv6)\s*,?)+\}\s*$/.test(names)

const packageRules: readonly PackageRule[] = [
  {
    packages: /^@(?:aws-sdk\/|smithy\/(?!signature-v4$))/,
    rooms: ['store', 'local', 'functions', 'bin'],
    because: 'only the store knows AWS',
  },
  { packages: /^@smithy\/signature-v4$/, rooms: ['providers'], because: 'only providers sign requests' },
  { packages: /^(?:@middy\/|aws-lambda$)/, rooms: ['functions', 'transport'], because: 'src does not know Lambda' },
  { packages: /^(?:aws-cdk-lib|constructs|cdk-nag)/, rooms: ['lib', 'bin'], because: 'CDK belongs to lib' },
  {
    packages: /^node:(?:https?|http2|net|tls|dgram|dns)(?:\/|$)/,
    rooms: ['transport', 'local', 'bin'],
    may: isAboutAddresses,
    because: 'only the transport knows sockets',
  },
  {
    packages: /^(?:re2js|node:vm)$/,
    rooms: ['patterns'],
    because: 'only patterns run what others wrote',
  },
  {
    packages: /^node:worker_threads$/,
    rooms: ['patterns', 'local'],
    because: 'only patterns run what others wrote, and only the local engine writes to a disk',
  },
  { packages: /^zod/, rooms: ['admin', 'routing'], because: 'the request path reads by hand' },
  {
    packages: /^@pydantic\/genai-prices/,
    rooms: [],
    may: ({ isDynamic, isType }) => isDynamic || isType,
    because: 'its data is loaded when first asked for',
  },
]

function findForbiddenPackage(source: Source, each: Import): readonly string[] {
  const room = roomOf(source.path)
  return packageRules
    .filter((rule) => rule.packages.test(each.target) && !rule.rooms.includes(room) && !rule.may?.(each))
    .map((rule) => breach(source, each.line, `'${room}' may not import '${each.target}': ${rule.because}`))
}
