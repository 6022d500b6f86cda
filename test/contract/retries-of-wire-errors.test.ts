/** `retry.on_status_codes` over errors as each wire reads them, not as a test would make them up. */
import { describe, expect, it } from 'vitest'
import { loadProtocol } from '../../src/protocols/load.ts'
import type { ProtocolId } from '../../src/protocols/protocol.ts'
import { decideRetry } from '../../src/routing/retry.ts'

const wires: readonly ProtocolId[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'google-gemini',
  'bedrock-converse',
]
const bodies = [
  '{"error":{"message":"no","type":"invalid_request_error","code":"invalid_value"}}',
  '{"type":"error","error":{"type":"invalid_request_error","message":"no"}}',
  '{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}',
  '{"message":"no","__type":"ValidationException"}',
  '<html>no</html>',
  '',
]

async function decisionOf(wire: ProtocolId, status: number, body: string, onStatusCodes?: readonly number[]) {
  const { upstream } = await loadProtocol(wire)
  const error = upstream.readError(status, body)
  const setting = { attempts: 1, usesRetryAfter: false, ...(onStatusCodes === undefined ? {} : { onStatusCodes }) }
  return decideRetry({ error, setting, retries: 0, waitedMs: 0, leftMs: 60_000, chance: 0 }).type
}

describe.each(wires)('retries of errors that %s reads (issue 11)', (wire) => {
  it.each([400, 401, 403, 404, 409, 413, 422, 429, 500, 503])('are made for %i when it is listed', async (status) => {
    for (const body of bodies) expect(await decisionOf(wire, status, body, [status])).toBe('retry')
  })

  it.each([400, 401, 403, 404, 422])('are not made for %i when it is not listed', async (status) => {
    for (const body of bodies) {
      expect(await decisionOf(wire, status, body)).toBe('stop')
      expect(await decisionOf(wire, status, body, [429, 500])).toBe('stop')
    }
  })
})
