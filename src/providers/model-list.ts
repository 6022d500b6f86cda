/** Where a provider lists its models, and what its answer says. */
import type { AiProvider, ListedModelName, ModelListing } from './provider.ts'

const chatEnding = /\/chat\/completions$/

/** undefined = it has no list of its own. */
export function modelListing({ modelList, speaks }: AiProvider): ModelListing | undefined {
  if (modelList !== undefined) return modelList ?? undefined
  const chat = speaks['openai-chat']
  if (typeof chat !== 'string' || !chatEnding.test(chat) || chat.includes('{model}')) return undefined
  return { path: chat.replace(chatEnding, '/models') }
}

/** Lists of the field: `data`, `models` or a bare array; a model's `id`, else its `name`. */
export function readModelList(body: unknown): readonly ListedModelName[] | undefined {
  const rows = Array.isArray(body) ? body : (listIn(body, 'data') ?? listIn(body, 'models'))
  return rows?.flatMap((row) => {
    const id = textIn(row, 'id') ?? textIn(row, 'name')
    if (id === undefined) return []
    const name = textIn(row, 'display_name') ?? textIn(row, 'displayName')
    const contextWindow = numberIn(row, ['context_window', 'context_length', 'inputTokenLimit', 'max_model_len'])
    return [
      {
        id: id.replace(/^models\//, ''),
        ...(name === undefined ? {} : { name }),
        ...(contextWindow === undefined ? {} : { contextWindow }),
      },
    ]
  })
}

/** For lists under another key; a path before the name (`publishers/google/models/`) is left out. */
export function namesIn(list: string, key: string): (body: unknown) => readonly ListedModelName[] | undefined {
  return (body) =>
    listIn(body, list)?.flatMap((row) => {
      const name = textIn(row, key)
      return name === undefined ? [] : [{ id: name.replace(/^publishers\/[^/]+\/models\//, '') }]
    })
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function listIn(value: unknown, key: string): readonly unknown[] | undefined {
  const list = member(value, key)
  return Array.isArray(list) ? list : undefined
}

function textIn(value: unknown, key: string): string | undefined {
  const text = member(value, key)
  return typeof text === 'string' && text !== '' ? text : undefined
}

function numberIn(value: unknown, keys: readonly string[]): number | undefined {
  const found = keys.map((key) => member(value, key)).find((each) => typeof each === 'number' && each > 0)
  return typeof found === 'number' ? found : undefined
}
