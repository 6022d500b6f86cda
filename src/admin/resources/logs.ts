/** `GET /logs/{id}`: one request's record and bodies. `GET` and `POST /logs/search`: the list, by any filter; ours, because the API family has no public one. */
import * as z from 'zod/mini'
import { GatewayError } from '../../errors.ts'
import { totalInput, totalTokens } from '../../inference/usage.ts'
import { readWholeNumber } from '../../observe/read-query.ts'
import { searchLogs } from '../../observe/search-logs.ts'
import type { ClosedLog, OpenLog, Payload } from '../../records/log.ts'
import { requireAny } from '../caller.ts'
import { logAnswer, logPageAnswer } from '../document-answers.ts'
import { type AdminRequest, type JsonObject, param } from '../request.ts'
import type { Resource } from '../resource.ts'
import { timestamp } from '../schemas.ts'
import { questionOf } from './analytics.ts'
import { logRowJson } from './log-rows.ts'

const readers = ['logs.view', 'logs.list', 'logs.write', 'completions.write']

const dayMs = 86_400_000

/** Beside these, every filter of `/analytics`. */
const searchParameters = {
  time_of_generation_min: 'from this instant on; absent = of the last day',
  time_of_generation_max: 'before this instant',
  workspace_id: 'id or slug of the workspace',
  limit: 'rows of a page, at most 1000',
  cursor: 'next_cursor of the page before',
}
const searchFields = z.looseObject(
  Object.fromEntries(Object.keys(searchParameters).map((name) => [name, z.optional(z.unknown())])),
)

export const logs: Resource = {
  object: 'log',
  path: '/logs',
  verbs: [
    {
      method: 'GET',
      path: '/logs/{id}',
      handle: readLog,
      shape: { summary: 'Read one request with its bodies', answer: logAnswer },
    },
    {
      method: 'GET',
      path: '/logs/search',
      handle: (request) => search(request, request.query),
      shape: { summary: 'Search requests', query: searchParameters, answer: logPageAnswer },
    },
    {
      method: 'POST',
      path: '/logs/search',
      handle: (request) => search(request, request.body),
      shape: { summary: 'Search requests, with the filters in the body', body: searchFields, answer: logPageAnswer },
    },
  ],
}

/** Without a range, the last day. */
async function search(request: AdminRequest, fields: JsonObject): Promise<JsonObject> {
  requireAny(request.caller, ['logs.view', 'logs.list'])
  const range = {
    time_of_generation_min: timestamp(request.nowMs - dayMs),
    time_of_generation_max: timestamp(request.nowMs + 1),
  }
  const asked = { ...range, ...fields }
  const { cursor } = fields
  const page = await searchLogs(
    {
      ...(await questionOf(request, asked)),
      limit: readWholeNumber(asked, ['limit', 'page_size'], { usual: 50, most: 1_000 }),
      ...(typeof cursor === 'string' && cursor !== '' ? { cursor } : {}),
    },
    request.ports.rows,
  )
  return { object: 'list', data: page.rows.map(logRowJson), next_cursor: page.nextCursor ?? null }
}

async function readLog(request: AdminRequest): Promise<JsonObject> {
  requireAny(request.caller, readers)
  const id = param(request, 'id')
  const found = await request.ports.logs.read(id)
  if (found === undefined)
    throw new GatewayError(
      'not_found',
      `there is no log '${id.slice(0, 80)}'; it may have expired, or not be written yet`,
    )
  const { workspaceId } = request.caller
  if (workspaceId !== undefined && found.log.workspaceId !== workspaceId)
    throw new GatewayError('permission_denied', 'this log does not belong to the workspace of the api key')
  const payload = await request.ports.payloads.read(id)
  return logJson(found.log, payload, found.isClosed ? 'closed' : 'open')
}

function logJson(log: OpenLog | ClosedLog, payload: Payload | undefined, status: 'open' | 'closed'): JsonObject {
  const closed: Partial<ClosedLog> = log
  const upstream = payload?.upstreamRequest
  return {
    _id: log.id,
    id: log.id,
    trace_id: log.traceId,
    status,
    organisation_id: log.organisationId ?? null,
    workspace_id: log.workspaceId ?? null,
    created_at: timestamp(log.startedAtMs),
    request: {
      url: log.path,
      method: log.method,
      headers: payload?.request.headers ?? {},
      body: payload === undefined ? null : readable(payload.request.body),
      portkeyHeaders: {},
    },
    response: {
      status: closed.status ?? null,
      headers: payload?.response.headers ?? {},
      body: payload === undefined ? null : readable(payload.response.body),
      isCut: payload?.response.isCut ?? false,
      responseTime: closed.totalMs ?? null,
      lastUsedOptionJsonPath: closed.attempts?.at(-1)?.targetPath ?? null,
    },
    transformedRequest: upstream === undefined ? null : { body: readable(upstream) },
    metrics: metricsJson(log, closed),
    attempts: closed.attempts ?? [],
    warnings: closed.warnings ?? [],
    guardrails: closed.guardrails ?? [],
    holds: log.holds,
    error: closed.errorCode === undefined ? null : { code: closed.errorCode, message: closed.errorMessage ?? null },
    metadata: log.metadata,
    log_format: 'v1',
    object: 'log',
  }
}

function metricsJson(log: OpenLog, closed: Partial<ClosedLog>): JsonObject {
  const { usage, status } = closed
  const metadata = Object.entries(log.metadata)
  return {
    id: log.id,
    organisation_id: log.organisationId ?? null,
    workspace_slug: log.workspaceSlug ?? null,
    api_key_id: log.apiKeyId ?? null,
    api_key_name: log.apiKeyName ?? null,
    config_id: log.configId ?? null,
    created_at: timestamp(log.startedAtMs),
    is_success: status === undefined ? null : status < 400,
    outcome: closed.outcome ?? null,
    ai_org: log.aiProviderId ?? null,
    ai_model: log.model ?? null,
    model_asked: log.modelAsked ?? null,
    model_reported: closed.modelReported ?? null,
    req_units: (usage && totalInput(usage)) ?? null,
    res_units: usage?.output ?? null,
    total_units: (usage && totalTokens(usage)) ?? null,
    usage: usage ?? null,
    // US cents, as the analytics of this API family count
    cost: closed.costNanos === undefined ? null : closed.costNanos / 1e7,
    cost_nanos: closed.costNanos ?? null,
    cost_currency: 'USD',
    is_priced: closed.isPriced ?? null,
    is_estimated: closed.isEstimated ?? null,
    input_basis: closed.inputBasis ?? null,
    output_basis: closed.outputBasis ?? null,
    request_url: log.path,
    request_method: log.method,
    response_status_code: status ?? null,
    response_time: closed.totalMs ?? null,
    first_byte_time: closed.firstByteMs ?? null,
    upstream_response_time: closed.upstreamMs ?? null,
    gateway_processing_time: closed.gatewayMs ?? null,
    cache_status: closed.cacheStatus ?? null,
    cache_saved_ms: closed.cacheSavedMs ?? null,
    stream_mode: log.isStream ? 1 : 0,
    client_wire: log.clientWire,
    upstream_wire: closed.upstreamWire ?? null,
    operation: log.operation,
    finish_reason: closed.finishReason ?? null,
    data_policy: closed.dataPolicy ?? null,
    retry_success_count: closed.attempts?.at(-1)?.retry ?? 0,
    trace_id: log.traceId,
    span_id: log.spanId,
    span_name: log.spanName,
    parent_span_id: log.parentSpanId ?? null,
    virtual_key: log.providerSlug ?? null,
    user: log.user ?? null,
    'metadata.key': metadata.map(([key]) => key),
    'metadata.value': metadata.map(([, value]) => value),
  }
}

/** JSON where it is JSON, text otherwise. */
function readable(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
