/** Where this program itself listens, or what it runs on: addresses that no custom host may lead to, whoever names them. */
import { networkInterfaces } from 'node:os'
import { GatewayError } from '../errors.ts'
import { embeddedV4, portOf } from '../providers/host-rules.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The platform's own services: databases, Lambda's runtime, trace collectors. */
const endpointVariables = [
  'DYNAMODB_ENDPOINT',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_DYNAMODB',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_XRAY_DAEMON_ADDRESS',
  'IDENTITY_ENDPOINT',
]

export class OwnEndpoints {
  /** Of listeners on this machine, at whatever address of it. */
  private readonly ports = new Set<number>()
  /** `name:port` of those elsewhere. */
  private readonly hosts = new Set<string>()

  /** `host:port` or a URL; what is neither names no endpoint. */
  add(address: string | undefined): void {
    if (address === undefined || address === '') return
    const url = URL.parse(address.includes('://') ? address : `http://${address}`)
    if (url === null) return
    if (isThisMachine(bare(url.hostname))) this.ports.add(portOf(url))
    else this.hosts.add(`${bare(url.hostname)}:${portOf(url)}`)
  }

  /** Does the URL name one of them? A name is looked at again when DNS has given its address. */
  check(url: URL): void {
    this.checkAddress(bare(url.hostname), portOf(url))
  }

  /** Throws `invalid_request`. */
  checkAddress(host: string, port: number): void {
    const isOwn = (this.ports.has(port) && isThisMachine(host)) || this.hosts.has(`${host}:${port}`)
    if (!isOwn) return
    throw new GatewayError(
      'invalid_request',
      `Invalid custom host '${host}:${port}': it is one of the gateway's own addresses, which cannot be a provider; name the host of the provider`,
      { param: 'custom_host' },
    )
  }
}

export function ownEndpointsIn(variables: Variables): OwnEndpoints {
  const own = new OwnEndpoints()
  for (const name of endpointVariables) own.add(variables[name])
  return own
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  const address = (host.includes(':') ? embeddedV4(host) : undefined) ?? host
  if (/^(?:127\.|0\.)/.test(address) || ['::1', '::', '0.0.0.1'].includes(host)) return true
  return Object.values(networkInterfaces()).some((each) => each?.some((own) => own.address === address))
}

function bare(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '')
}
