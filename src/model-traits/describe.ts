/** What is known of a model and from where, in words: for the command that lists it and for the reference page. */
import { anyTraits } from './defaults.ts'
import { changeTraits, families, findModel } from './find-traits.ts'
import type { Family, ModelTraits, TraitChanges, TraitRow } from './traits.ts'

export interface Known {
  readonly model: string
  readonly name: string
  /** Whose rows they are, in the order in which they apply. */
  readonly parts: readonly Part[]
  /** All of them together. */
  readonly traits: ModelTraits
}

interface Part {
  readonly of: string
  readonly traits: TraitChanges
  readonly sources: readonly string[]
}

/** Rows of a provider that fit the model's plain name. */
export interface Deviation {
  readonly models?: RegExp
  readonly traits: TraitChanges
  readonly sources: readonly string[]
}

export function describeModel(
  model: string,
  provider?: { readonly name: string; readonly traits?: readonly Deviation[] },
): Known {
  const { name, family, rows } = findModel(model)
  const own = provider?.traits?.filter(({ models }) => models === undefined || models.test(name)) ?? []
  const parts: readonly Part[] = [
    ...(family === undefined ? [] : [{ of: family.name, traits: family.traits, sources: family.sources }]),
    ...rows.map((row) => ({ of: row.models, traits: row.traits, sources: row.sources })),
    ...own.map((row) => ({ of: `at ${provider?.name}`, traits: row.traits, sources: row.sources })),
  ]
  return { model, name, parts, traits: parts.reduce((before, part) => changeTraits(before, part.traits), anyTraits) }
}

export function writeKnown({ model, name, parts, traits }: Known): string {
  const from = parts.flatMap(({ of, traits: said, sources }) => [
    `  ${of}`,
    ...listTraits(said).map(([key, value]) => `    ${key}: ${value}`),
    ...sources.map((source) => `    source: ${source}`),
  ])
  const unknown = '  no family has such a name: nothing is assumed to be refused'
  const all = listTraits(traits).map(([key, value]) => `  ${key}: ${value}`)
  return [
    `${model}${name === model ? '' : ` (${name})`}`,
    '',
    'Known of it:',
    ...(from.length > 0 ? from : [unknown]),
    '',
    'Together:',
    ...all,
    '',
  ].join('\n')
}

/** The reference page: each family, its generations, what differs, the sources. */
export function writeModelsPage(): string {
  return `${families.map(writeFamily).join('\n\n')}\n`
}

function writeFamily({ name, traits, sources, rows }: Family): string {
  const all: readonly Pick<TraitRow, 'models' | 'traits' | 'sources'>[] = [{ models: 'all', traits, sources }, ...rows]
  const lines = all.map((row) => `| ${row.models} | ${cell(row.traits)} | ${row.sources.map(link).join(', ')} |`)
  return [`## ${name}`, '', '| models | what they take | sources |', '| --- | --- | --- |', ...lines].join('\n')
}

function cell(traits: TraitChanges): string {
  const said = listTraits(traits).map(([key, value]) => `\`${key}\`: ${value.replaceAll('|', '\\|')}`)
  return said.length === 0 ? 'as the family' : said.join('<br>')
}

function link(source: string, at: number): string {
  return `[${at + 1}](${source})`
}

/** `sampling.topP` and the like, with their values in JSON. */
function listTraits(traits: object, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(traits).flatMap(([key, value]: [string, unknown]) => {
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RegExp)
    return isNested ? listTraits(value, `${prefix}${key}.`) : [[`${prefix}${key}`, textOf(value)] as const]
  })
}

function textOf(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return 'unlimited'
  if (value instanceof RegExp) return String(value)
  if (Array.isArray(value)) return value.length === 0 ? '(empty)' : value.map(textOf).join(', ')
  return String(value)
}
