/** One request in a list of logs, in the field names of the analytics API; the whole of it is at `GET /logs/{id}`. */
import { isSuccess, type Row } from '../../observe/row.ts'
import type { JsonObject } from '../request.ts'
import { timestamp } from '../schemas.ts'

/** Money is in US cents, and in nano-dollars as `cost_nanos`; durations are milliseconds. */
export function logRowJson(row: Row): JsonObject {
  return {
    id: row.id,
    object: 'log',
    trace_id: row.traceId,
    span_id: row.spanId,
    parent_span_id: row.parentSpanId ?? null,
    created_at: timestamp(row.atMs),
    workspace_slug: row.workspaceSlug ?? null,
    api_key_id: row.apiKeyId ?? null,
    api_key_name: row.apiKeyName ?? null,
    user: row.user ?? null,
    client: row.client ?? null,
    operation: row.operation,
    request_method: row.method,
    request_url: row.path,
    virtual_key: row.provider ?? null,
    ai_org: row.aiProvider ?? null,
    ai_model: row.model ?? null,
    config: row.configId ?? null,
    prompt_slug: row.promptSlug ?? null,
    response_status_code: row.status,
    is_success: isSuccess(row),
    outcome: row.outcome,
    error: row.errorCode === undefined ? null : { code: row.errorCode, message: row.errorMessage ?? null },
    req_units: row.inputTokens ?? null,
    res_units: row.outputTokens ?? null,
    total_units: row.totalTokens ?? null,
    cost: row.costNanos === undefined ? null : row.costNanos / 1e7,
    cost_nanos: row.costNanos ?? null,
    cost_currency: 'USD',
    is_estimated: row.isEstimated,
    response_time: row.totalMs,
    first_byte_time: row.firstByteMs ?? null,
    upstream_response_time: row.upstreamMs,
    gateway_processing_time: row.gatewayMs,
    cache_status: row.cacheStatus,
    stream_mode: row.isStream ? 1 : 0,
    retry_success_count: row.retry,
    attempts: row.attempts,
    is_fallback: row.fellBack,
    guardrail: row.guardrail ?? null,
    metadata: row.metadata,
    feedback: row.feedback,
  }
}
