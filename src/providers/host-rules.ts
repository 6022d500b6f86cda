/** Which hosts a custom host may name: nothing private, nothing local, nothing that only looks public. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { GatewayError } from '../errors.ts'

/** Not reachable from the internet, or reachable only by us. Sources: IANA special-purpose registries; 168.63.129.16 is Azure's host. */
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
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/** fd00:ec2::254, the metadata address of EC2, is inside fc00::/7. */
const forbiddenV6 = ['100::/64', '2001::/23', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8']

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

const blocked = new BlockList()
for (const subnet of forbiddenV4) add(subnet, 'ipv4')
for (const subnet of forbiddenV6) add(subnet, 'ipv6')

function add(subnet: string, family: 'ipv4' | 'ipv6'): void {
  const [address = '', bits = ''] = subnet.split('/')
  blocked.addSubnet(address, Number(bits), family)
}

/** For an address that DNS gave, in any notation. What is no address at all is forbidden too. */
export function isForbiddenAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  if (isIPv4(plain)) return blocked.check(plain, 'ipv4')
  if (!isIPv6(plain)) return true
  const words = wordsOf(plain)
  if (blocked.check(plain, 'ipv6')) return true
  if (embeddingV4.includes(prefixOf(words, 6))) return isForbiddenAddress(dotted(words[6], words[7]))
  return words[0] === 0x2002 && isForbiddenAddress(dotted(words[1], words[2]))
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

/** Why this address may not be called; undefined = it may. Names still have to be checked again after DNS. */
export function findHostFault(url: URL, allowedHosts: readonly string[]): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `the scheme is '${url.protocol}', not http or https`
  if (url.username !== '' || url.password !== '')
    return 'it carries a user name or password; put credentials in the key'
  if (url.hash !== '') return "it has a fragment ('#…'), which is never sent"
  if (isHostAllowed(url, allowedHosts)) return undefined
  const name = hostOf(url)
  if (name.startsWith('[') || isIPv4(name)) {
    const address = name.replace(/^\[|\]$/g, '')
    return isForbiddenAddress(address) ? `${address} is a private, local or reserved address` : portFault(url)
  }
  return nameFault(name) ?? portFault(url)
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

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

/** The one refusal of a custom host. Throws `invalid_request` with the reason and the way out. */
export function checkCustomHost(url: URL, allowedHosts: readonly string[]): void {
  const fault = findHostFault(url, allowedHosts)
  if (fault === undefined) return
  throw new GatewayError(
    'invalid_request',
    `Invalid custom host '${url.host}': ${fault}; an operator can allow it in SLUICE_ALLOWED_HOSTS`,
    { param: 'custom_host' },
  )
}
