/** The line of one admin request: who, what, answer. Every outcome is a JSON object with a trace id. */
import { toGatewayError } from '../errors.ts'
import { type AdminAnswer, corsHeaders, errorAnswer, jsonAnswer, preflightHeaders } from './answer.ts'
import { readBody } from './body.ts'
import { authenticateAdmin } from './caller.ts'
import { openApiPath, withoutVersion } from './paths.ts'
import type { AdminPorts } from './ports.ts'
import type { JsonObject } from './request.ts'
import { resources } from './resources/index.ts'
import { findRoute } from './routes.ts'

export type { AdminAnswer } from './answer.ts'

/** One request as a transport received it. Header names are lower case, the path decoded and without its query. */
export interface AdminCall {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Never throws. */
export async function serveAdmin(call: AdminCall, ports: AdminPorts): Promise<AdminAnswer> {
  const traceId = traceIdOf(call, ports)
  const headers = { 'x-portkey-trace-id': traceId }
  if (call.method === 'OPTIONS')
    return jsonAnswer(200, {}, { ...headers, ...preflightHeaders(call.headers, ports.settings) })
  const allHeaders = { ...headers, ...corsHeaders(call.headers, ports.settings) }
  try {
    if (withoutVersion(call.path) === openApiPath && call.method === 'GET')
      return jsonAnswer(200, await readOpenApi(ports), allHeaders)
    const caller = await authenticateAdmin(call.headers, ports)
    const { verb, params } = findRoute(call.method, call.path)
    const body = readBody(call.body)
    const answer = await verb.handle({
      method: call.method,
      params,
      query: call.query,
      body,
      caller,
      ports,
      nowMs: ports.ambient.now(),
    })
    return jsonAnswer(200, answer, allHeaders)
  } catch (thrown) {
    const error = toGatewayError(thrown)
    if (error.code === 'internal')
      ports.ambient.log({
        level: 'error',
        message: 'admin request failed',
        traceId,
        path: call.path,
        reason: String(error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.cause),
      })
    return errorAnswer(error, allHeaders)
  }
}

let openApi: Promise<JsonObject> | undefined

/** Made when it is first asked for. */
function readOpenApi({ settings: { dataPlane, version } }: AdminPorts): Promise<JsonObject> {
  openApi ??= import('./openapi/document.ts').then(({ openApiDocument }) =>
    openApiDocument({ resources, dataPlane, version }),
  )
  return openApi
}

function traceIdOf(call: AdminCall, ports: AdminPorts): string {
  const given = call.headers['x-portkey-trace-id']
  return given !== undefined && /^[\x21-\x7e]{1,128}$/.test(given) ? given : ports.ambient.newId()
}
