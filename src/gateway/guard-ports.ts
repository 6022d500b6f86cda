/** The way out for guardrails that ask somebody: through the upstream client, with every address checked. */
import type { GuardrailPorts, WebAnswer, WebRequest } from '../guardrails/guardrail.ts'
import type { GatewayPorts } from './ports.ts'

const mostBytes = 1024 * 1024

export function guardrailPorts({ ambient, upstream }: GatewayPorts): GuardrailPorts {
  return {
    ambient,
    resolves: async (host) => (await upstream.resolves?.(host)) ?? false,
    send: (request) => send(request, { ambient, upstream }),
  }
}

async function send(request: WebRequest, { ambient, upstream }: Pick<GatewayPorts, 'ambient' | 'upstream'>) {
  const { method, url, headers = {}, body, timeoutMs } = request
  const controller = new AbortController()
  const cancel = ambient.schedule(timeoutMs, () =>
    controller.abort(new Error(`${url.host} did not answer within ${timeoutMs} ms`)),
  )
  try {
    const response = await upstream.send({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      signal: controller.signal,
      isCustomHost: true,
    })
    return { status: response.status, text: await readText(response.body) } satisfies WebAnswer
  } finally {
    cancel()
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`)
  }
  return Buffer.concat(chunks).toString('utf8')
}
