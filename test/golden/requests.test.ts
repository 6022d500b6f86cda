/** Every recorded request as every provider gets it. A change here is a change for users: read the difference. */
import { describe, expect, it } from 'vitest'
import { toGatewayError } from '../../src/errors.ts'
import { findClientProtocol, findProtocol } from '../../src/protocols/index.ts'
import type { ClientProtocol, JsonObject, Protocol } from '../../src/protocols/protocol.ts'
import { neutralRequests } from '../contract/neutral-requests.ts'
import { casesWith, clientProtocolIds, protocolIds } from './fixtures.ts'

const cells = clientProtocolIds.flatMap((from) => protocolIds.map((to) => [from, to] as const))

function translate(body: JsonObject, from: ClientProtocol, to: Protocol): string {
  try {
    const written = to.upstream.writeRequest(from.client.readRequest(body))
    const warnings = written.warnings.map(({ type, field, reason }) => `# ${type} ${field}: ${reason}\n`)
    return `${JSON.stringify(written.body, null, 2)}\n${warnings.join('')}`
  } catch (thrown) {
    const error = toGatewayError(thrown)
    return `# refused, ${error.status} ${error.code}: ${error.message}\n`
  }
}

/** The body as a client would send it, or why this wire cannot say it. */
function asWritten(write: () => JsonObject): JsonObject | string {
  try {
    return JSON.parse(JSON.stringify(write())) as JsonObject
  } catch (thrown) {
    return `# a client cannot say this: ${toGatewayError(thrown).message}\n`
  }
}

describe.each(cells)('a request of %s for a provider of %s', (fromId, toId) => {
  it('is written for every thing the neutral form models as recorded here', async () => {
    const from = findClientProtocol(fromId)
    const to = findProtocol(toId)
    const sections = Object.entries(neutralRequests).map(([name, request]) => {
      const body = asWritten(() => from.upstream.writeRequest(request).body)
      return `## ${name}\n${typeof body === 'string' ? body : translate(body, from, to)}`
    })
    await expect(sections.join('\n')).toMatchFileSnapshot(`./requests/neutral.${fromId}.${toId}.txt`)
  })

  it.each(casesWith(fromId, 'request.json').map((recorded) => [recorded.name, recorded] as const))(
    'is written for %s as recorded here',
    async (name, recorded) => {
      const text = translate(recorded.json('request.json'), findClientProtocol(fromId), findProtocol(toId))
      await expect(text).toMatchFileSnapshot(`./requests/${fromId}/${name}.${toId}.txt`)
    },
  )
})
