/** The way out for guardrails that ask somebody: through the upstream client, with every address checked; models through the line of requests. */
import { isExpired, usableProviders } from '../../../catalog/access.ts'
import type { AwsSigning, GuardrailPorts, WebAnswer, WebFile, WebRequest } from '../../../guardrails/guardrail.ts'
import type { Credentials } from '../../../providers/provider.ts'
import { readBytes } from '../../answer/read-whole.ts'
import { storedCredentials } from '../../line/credentials-of.ts'
import type { Line } from '../../line/line.ts'
import { askModel } from '../../line/model-port.ts'
import { patternBudgetOf } from '../../line/pattern-budget.ts'
import type { Task } from '../../line/task.ts'
import type { GatewayPorts, UpstreamResponse } from '../../ports.ts'

const mostBytes = 1024 * 1024

type Way = Pick<GatewayPorts, 'ambient' | 'upstream'>

export function guardrailPorts(task: Task, line: Line): GuardrailPorts {
  const { ports } = line
  const { ambient, upstream, vault } = ports
  return {
    ambient,
    patterns: patternBudgetOf(line),
    resolves: async (host) => (await upstream.resolves?.(host)) ?? false,
    send: (request) => send(request, ports, { isCustomHost: true }),
    sendSigned: (request, signing) => sendSigned(request, signing, task, ports),
    fetchFile: (request) => fetchFile(request, ports),
    askModel: (question) => askModel(task, line, question),
    providersWith: (path) => providersWith(path, task, line),
    readCredentials: async (secretName) => (await vault.read(secretName)).configurations,
  }
}

async function send(request: WebRequest, way: Way, { isCustomHost }: { readonly isCustomHost: boolean }) {
  const { method, url, headers = {}, body, timeoutMs } = request
  const asked = { method, url, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }), isCustomHost }
  return inTime(asked, timeoutMs, way, async ({ status, body: answer }) => {
    const text = (await readBytes(answer, mostBytes)).toString('utf8')
    return { status, text } satisfies WebAnswer
  })
}

async function sendSigned(request: WebRequest, signing: AwsSigning, task: Task, ports: GatewayPorts) {
  const { awsAuth } = await import('../../../providers/auth/aws.ts')
  const { method, url, headers = {}, body } = request
  const draft = { method, url, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) }
  // what signs as `bedrock` answers at `bedrock-runtime.us-east-1.amazonaws.com`
  const service = url.hostname.split(/[-.]/)[0] ?? ''
  const own = signing.provider === undefined ? {} : await credentialsOf(signing.provider, url, task, ports)
  const credentials = { ...own, configurations: { ...own.configurations, ...signing.configurations } }
  const signed = await awsAuth(service)(draft, credentials, ports.credentials)
  return send({ ...request, headers: signed.headers }, ports, { isCustomHost: false })
}

/** Of a provider that is called at this very host's domain: no other one's key may go there. */
async function credentialsOf(
  slug: string,
  { host }: URL,
  { catalog }: Task,
  { aiProviders, vault }: GatewayPorts,
): Promise<Partial<Credentials>> {
  const found = usableProviders(catalog).find(({ provider }) => provider.slug === slug)
  const origin = found === undefined ? undefined : aiProviders.find(found.integration.aiProviderId)?.origin
  const domain = origin?.slice(origin.lastIndexOf('}') + 1)
  if (found === undefined || !origin?.includes('}') || !domain || !host.endsWith(domain))
    throw new Error(`the workspace has no provider '@${slug}' whose credentials are good at ${host}`)
  return storedCredentials(found.integration, vault)
}

function fetchFile({ url, maxBytes, timeoutMs }: Parameters<GuardrailPorts['fetchFile']>[0], way: Way) {
  const asked = { method: 'GET', url, headers: {}, isCustomHost: true }
  return inTime(asked, timeoutMs, way, async ({ status, headers, body }) => {
    const contentType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
    return { status, contentType, bytes: await readBytes(body, maxBytes) } satisfies WebFile
  })
}

type Asked = Omit<Parameters<GatewayPorts['upstream']['send']>[0], 'signal'>

/** The time is for the whole answer, not only its headers. */
async function inTime<T>(
  asked: Asked,
  timeoutMs: number,
  { ambient, upstream }: Way,
  read: (response: UpstreamResponse) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const cancel = ambient.schedule(timeoutMs, () =>
    controller.abort(new Error(`${asked.url.host} did not answer within ${timeoutMs} ms`)),
  )
  try {
    return await read(await upstream.send({ ...asked, signal: controller.signal }))
  } finally {
    cancel()
  }
}

function providersWith(path: string, { catalog }: Task, { models, ports }: Line): readonly string[] {
  const { aiProviders, ambient } = ports
  const wire = models?.wireOf(path)
  if (wire === undefined) return []
  return usableProviders(catalog)
    .filter(({ provider }) => !isExpired(provider, ambient.now()))
    .filter(({ integration }) => aiProviders.find(integration.aiProviderId)?.speaks[wire] !== undefined)
    .map(({ provider }) => provider.slug)
}
