/** Every recorded request as every provider gets it. A change here is a change for users: read the difference. */
import { describe, expect, it } from 'vitest'
import { toGatewayError } from '../../src/errors.ts'
import { findProtocol } from '../../src/protocols/index.ts'
import type { JsonObject, Protocol } from '../../src/protocols/protocol.ts'
import { casesWith, protocolIds } from './fixtures.ts'

const cells = protocolIds.flatMap((from) => protocolIds.map((to) => [from, to] as const))

function translate(body: JsonObject, from: Protocol, to: Protocol): string {
  try {
    const written = to.upstream.writeRequest(from.client.readRequest(body))
    const warnings = written.warnings.map(({ type, field, reason }) => `# ${type} ${field}: ${reason}\n`)
    return `${JSON.stringify(written.body, null, 2)}\n${warnings.join('')}`
  } catch (thrown) {
    const error = toGatewayError(thrown)
    return `# refused, ${error.status} ${error.code}: ${error.message}\n`
  }
}

describe.each(cells)('a request of %s for a provider of %s', (fromId, toId) => {
  it.each(casesWith(fromId, 'request.json').map((recorded) => [recorded.name, recorded] as const))(
    'is written for %s as recorded here',
    async (name, recorded) => {
      const text = translate(recorded.json('request.json'), findProtocol(fromId), findProtocol(toId))
      await expect(text).toMatchFileSnapshot(`./requests/${fromId}/${name}.${toId}.txt`)
    },
  )
})
