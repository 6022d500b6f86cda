/** Which hosts a custom host may name: nothing private, nothing local, nothing that only looks public. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { GatewayError } from '../errors.ts'

/**
 * Every block of IANA's registries iana-ipv4-special-registry and iana-ipv6-special-registry (up to RFC 9780), and multicast.
 * 168.63.129.16 is Azure's host. Blocks inside another are not repeated.
 */
const forbiddenV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/** `::/96`, `::ffff:0:0/96`, `64:ff9b::/96` and `2002::/16` hold an IPv4 address, which decides. */
const forbiddenV6 = [
  '64:ff9b:1::/48',
  '100::/64',
  '100:0:0:1::/64',
  '2001::/23',
  '2001:db8::/32',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

/** What an organisation's administrator may open: this machine and private networks (RFC 1918, 4193, 6598). */
const privateV4 = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']
const privateV6 = ['::1/128', 'fc00::/7']

/** Inside those, and never meant: they give credentials to whoever asks (Alibaba; EC2 and EKS; Google). */
const credentialServices = ['100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::254/128']

/** Prefixes of 96 bits whose last 32 are an IPv4 address: compatible, mapped, translated, NAT64. */
const embeddingV4 = ['0:0:0:0:0:0', '0:0:0:0:0:ffff', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0']

const localTopLevels = new Set(
  'local internal localhost localdomain test invalid example home lan corp intranet private onion arpa'.split(' '),
)

/** DNS services that answer with whatever address the name contains. */
const wildcardDns = ['nip.io', 'sslip.io', 'xip.io', 'traefik.me', 'localtest.me', 'lvh.me', 'vcap.me', 'lacolhost.com']

/** Ports of databases, mail, shells and the like; nothing that serves models. */
const forbiddenPorts = new Set([
  1, 7, 9, 19, 20, 21, 22, 23, 25, 53, 69, 110, 111, 119, 135, 137, 139, 143, 161, 389, 445, 465, 514, 587, 636, 873,
  993, 995, 1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 6379, 6667, 9042, 9092, 10250,
  11211, 27017,
])

const forbidden = blockListOf([...forbiddenV4, ...forbiddenV6])
const privateNetworks = blockListOf([...privateV4, ...privateV6])
const neverApproved = blockListOf(credentialServices)

function blockListOf(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [address = '', bits = ''] = subnet.split('/')
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return list
}

/** For an address that DNS gave, in any notation. What is no address at all is forbidden too. */
export function isForbiddenAddress(address: string): boolean {
  const plain = plainAddress(address)
  if (isIPv4(plain)) return forbidden.check(plain, 'ipv4')
  if (!isIPv6(plain)) return true
  if (forbidden.check(plain, 'ipv6')) return true
  const inner = embeddedV4(plain)
  return inner !== undefined && isForbiddenAddress(inner)
}

/** Of this machine or a private network: what an administrator of the organisation may open. */
function isPrivateAddress(address: string): boolean {
  const plain = plainAddress(address)
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6'
  if (family === 'ipv6' && !isIPv6(plain)) return false
  if (neverApproved.check(plain, family)) return false
  if (privateNetworks.check(plain, family)) return true
  const inner = family === 'ipv6' ? embeddedV4(plain) : undefined
  return inner !== undefined && isPrivateAddress(inner)
}

/** Without the zone of a link-local address. */
function plainAddress(address: string): string {
  return address.replace(/%.*$/, '')
}

/** The IPv4 address that an IPv6 address stands for. */
export function embeddedV4(address: string): string | undefined {
  const words = wordsOf(address)
  if (embeddingV4.includes(prefixOf(words, 6))) return dotted(words[6], words[7])
  return words[0] === 0x2002 ? dotted(words[1], words[2]) : undefined
}

/** The eight 16-bit words; `new URL` has already turned a dotted tail into hexadecimal. */
function wordsOf(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map((word) => Number.parseInt(word, 16))
}

function prefixOf(words: readonly number[], count: number): string {
  return words
    .slice(0, count)
    .map((word) => word.toString(16))
    .join(':')
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Has the operator named this host (`name`, `name:port` or `*.suffix`)? Then no other rule applies to it. */
export function isHostAllowed(url: URL, allowedHosts: readonly string[]): boolean {
  const name = hostOf(url)
  const port = portOf(url)
  return allowedHosts.some((entry) => {
    const allowed = entry.trim().toLowerCase()
    if (allowed.startsWith('*.')) return name.endsWith(allowed.slice(1))
    const bare = name.startsWith('[') ? name.slice(1, -1) : name
    return allowed === name || allowed === bare || allowed === `${name}:${port}`
  })
}

export interface HostPolicy {
  /** What the operator named; no other rule applies to it. */
  readonly allowedHosts: readonly string[]
  /** True = an administrator of the organisation chose the host, so it may be of this machine or a private network. */
  readonly isApproved?: boolean
}

/** Why this address may not be called; undefined = it may. Names still have to be checked again after DNS. */
export function findHostFault(url: URL, { allowedHosts, isApproved = false }: HostPolicy): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `the scheme is '${url.protocol}', not http or https`
  if (url.username !== '' || url.password !== '')
    return 'it carries a user name or password; put credentials in the key'
  if (url.hash !== '') return "it has a fragment ('#…'), which is never sent"
  if (isHostAllowed(url, allowedHosts)) return undefined
  const name = hostOf(url)
  if (name.startsWith('[') || isIPv4(name)) {
    const address = name.replace(/^\[|\]$/g, '')
    return isCallable(address, { isApproved }) ? portFault(url) : `${address} is a private, local or reserved address`
  }
  return (isApproved ? undefined : nameFault(name)) ?? portFault(url)
}

/** May a connection be made to this address, which DNS gave or the URL names? */
export function isCallable(address: string, { isApproved = false }: Pick<HostPolicy, 'isApproved'>): boolean {
  return !isForbiddenAddress(address) || (isApproved && isPrivateAddress(address))
}

function nameFault(name: string): string | undefined {
  const labels = name.split('.')
  if (labels.some((label) => label === '')) return 'a part of the host name is empty'
  if (labels.some((label) => label.startsWith('xn--'))) return 'the host name is not plain ASCII'
  if (labels.length > 10) return `the host name has ${labels.length} parts; at most 10 are allowed`
  const top = labels.at(-1) ?? ''
  if (localTopLevels.has(top)) return `names under '.${top}' are local`
  if (labels.length === 1) return `'${name}' has no domain, so it is a local name`
  const wildcard = wildcardDns.find((suffix) => name === suffix || name.endsWith(`.${suffix}`))
  return wildcard === undefined ? undefined : `names under '${wildcard}' may point at any address`
}

function portFault(url: URL): string | undefined {
  const port = portOf(url)
  return forbiddenPorts.has(port) ? `port ${port} belongs to another kind of service` : undefined
}

function hostOf(url: URL): string {
  return url.hostname.toLowerCase().replace(/\.$/, '')
}

/** 443 or 80 where the URL names none. */
export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

/** The one refusal of a custom host. Throws `invalid_request` with the reason and the way out. */
export function checkCustomHost(url: URL, policy: HostPolicy): void {
  const fault = findHostFault(url, policy)
  if (fault !== undefined) throw refusedHost(url.host, fault, policy)
}

export function refusedHost(host: string, fault: string, { isApproved = false }: HostPolicy): GatewayError {
  const way = isApproved
    ? 'an operator can allow it in SLUICE_ALLOWED_HOSTS'
    : 'an organisation administrator can set it as custom_host of an integration, or an operator can allow it in SLUICE_ALLOWED_HOSTS'
  return new GatewayError('invalid_request', `Invalid custom host '${host}': ${fault}; ${way}`, {
    param: 'custom_host',
  })
}
