/** Which requests a question is about: tests that all must hold, over the columns of a row. One table of columns serves the list of logs, analytics and exports. */
import { isCacheHit, isSuccess, type Row } from './row.ts'

/** What can be filtered and grouped by. Text columns compare by equality, number columns by range. */
const textColumns = {
  id: (row) => row.id,
  workspace: (row) => row.workspaceSlug ?? row.workspaceId,
  workspace_id: (row) => row.workspaceId,
  api_key: (row) => row.apiKeyId,
  api_key_name: (row) => row.apiKeyName,
  user: (row) => row.user,
  trace_id: (row) => row.traceId,
  span_id: (row) => row.spanId,
  operation: (row) => row.operation,
  path: (row) => row.path,
  client: (row) => row.client,
  provider: (row) => row.provider,
  ai_service: (row) => row.aiProvider,
  ai_org_model: (row) => (row.model === undefined ? undefined : `${row.aiProvider ?? ''}__${row.model}`),
  integration: (row) => row.integrationId,
  config: (row) => row.configId,
  prompt: (row) => row.promptSlug,
  model: (row) => row.model,
  outcome: (row) => row.outcome,
  error_code: (row) => row.errorCode,
  cache_status: (row) => row.cacheStatus,
  guardrail: (row) => row.guardrail,
  status_code: (row) => String(row.status),
  is_success: (row) => String(isSuccess(row)),
  is_stream: (row) => String(row.isStream),
  is_cached: (row) => String(isCacheHit(row)),
  is_estimated: (row) => String(row.isEstimated),
  is_fallback: (row) => String(row.fellBack),
} satisfies Record<string, (row: Row) => string | undefined>

const numberColumns = {
  cost_nanos: (row) => row.costNanos,
  total_tokens: (row) => row.totalTokens,
  input_tokens: (row) => row.inputTokens,
  output_tokens: (row) => row.outputTokens,
  latency_ms: (row) => row.totalMs,
  first_byte_ms: (row) => row.firstByteMs,
  status: (row) => row.status,
  retries: (row) => row.retry,
  attempts: (row) => row.attempts,
  feedback: (row) => weightedFeedback(row),
} satisfies Record<string, (row: Row) => number | undefined>

export type TextColumn = keyof typeof textColumns
export type NumberColumn = keyof typeof numberColumns

export const textColumnNames = Object.keys(textColumns) as readonly TextColumn[]
export const numberColumnNames = Object.keys(numberColumns) as readonly NumberColumn[]

export type Condition =
  | { readonly type: 'in'; readonly column: TextColumn; readonly values: readonly string[]; readonly not?: true }
  | { readonly type: 'range'; readonly column: NumberColumn; readonly min?: number; readonly max?: number }
  | { readonly type: 'metadata'; readonly key: string; readonly values: readonly string[]; readonly not?: true }
  /** Occurs in an id, a name, an error message or a metadata value, in any case of letters. */
  | { readonly type: 'text'; readonly text: string }

/** All must hold; none = every request. */
export type Filter = readonly Condition[]

export function textOf(row: Row, column: TextColumn): string | undefined {
  return textColumns[column](row)
}

/** Weighted mean of what people said of it; undefined = nobody did. */
function weightedFeedback({ feedback }: Row): number | undefined {
  if (feedback.length === 0) return undefined
  return feedback.reduce((sum, { value, weight }) => sum + value * weight, 0) / feedback.length
}

/** One function for a filter, so that a scan reads it once. */
export function predicateOf(filter: Filter): (row: Row) => boolean {
  const tests = filter.map(testOf)
  return (row) => tests.every((holds) => holds(row))
}

function testOf(test: Condition): (row: Row) => boolean {
  switch (test.type) {
    case 'in': {
      const values = new Set(test.values)
      const read: (row: Row) => string | undefined = textColumns[test.column]
      return (row) => values.has(read(row) ?? '') !== (test.not === true)
    }
    case 'range': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = test
      const read: (row: Row) => number | undefined = numberColumns[test.column]
      return (row) => {
        const value = read(row)
        return value !== undefined && value >= min && value <= max
      }
    }
    case 'metadata': {
      const values = new Set(test.values)
      return ({ metadata }) => {
        const value = Object.hasOwn(metadata, test.key) ? metadata[test.key] : undefined
        return (value !== undefined && values.has(value)) !== (test.not === true)
      }
    }
    case 'text': {
      const wanted = test.text.toLowerCase()
      return (row) => searchedTexts(row).some((text) => text?.toLowerCase().includes(wanted))
    }
  }
}

function searchedTexts(row: Row): readonly (string | undefined)[] {
  return [
    row.id,
    row.traceId,
    row.model,
    row.provider,
    row.user,
    row.apiKeyName,
    row.path,
    row.errorCode,
    row.errorMessage,
    ...Object.values(row.metadata),
  ]
}
