import { describe, expect, it } from 'vitest'
import { checkCustomHost, findHostFault, isCallable, isForbiddenAddress, isHostAllowed } from './host-rules.ts'

const faultOf = (url: string, allowed: readonly string[] = []) => findHostFault(new URL(url), { allowedHosts: allowed })

describe('a custom host', () => {
  it.each([
    'https://api.example.com/v1',
    'http://models.acme.io:8000/v1',
    'https://8.8.8.8/v1',
    'https://[2606:4700::1111]/v1',
    'https://a.b.c.d.e.f.g.h.i.j',
    'https://notlocal.dev',
    'https://nip.io.acme.com',
  ])('%s may be called', (url) => {
    expect(faultOf(url)).toBeUndefined()
  })

  it.each([
    ['ftp://api.example.com', 'not http or https'],
    ['https://user:secret@api.example.com', 'user name or password'],
    ['https://api.example.com/v1#x', 'fragment'],
    ['http://localhost:11434', '.localhost'],
    ['http://LOCALHOST.', '.localhost'],
    ['http://foo.localhost', '.localhost'],
    ['http://127.0.0.1', '127.0.0.1'],
    ['http://127.1', '127.0.0.1'],
    ['http://2130706433', '127.0.0.1'],
    ['http://0x7f000001', '127.0.0.1'],
    ['http://0x7f.1', '127.0.0.1'],
    ['http://0177.0.0.1', '127.0.0.1'],
    ['http://0', '0.0.0.0'],
    ['http://10.1.2.3', '10.1.2.3'],
    ['http://172.16.0.1', '172.16.0.1'],
    ['http://172.31.255.255', '172.31.255.255'],
    ['http://192.168.1.1', '192.168.1.1'],
    ['http://100.64.0.1', '100.64.0.1'],
    ['http://100.100.100.200', '100.100.100.200'],
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254'],
    ['http://168.63.129.16', '168.63.129.16'],
    ['http://[::1]', '::1'],
    ['http://[::]', '::'],
    ['http://[::ffff:127.0.0.1]', 'private'],
    ['http://[::ffff:a9fe:a9fe]', 'private'],
    ['http://[::127.0.0.1]', 'private'],
    ['http://[64:ff9b::10.0.0.1]', 'private'],
    ['http://[2002:7f00:1::]', 'private'],
    ['http://[fd00:ec2::254]', 'private'],
    ['http://[fe80::1]', 'private'],
    ['http://１２７.0.0.1', '127.0.0.1'],
    ['http://printer.local', '.local'],
    ['http://metadata.google.internal', '.internal'],
    ['http://a.test', '.test'],
    ['http://a.invalid', '.invalid'],
    ['http://vllm:8000', 'no domain'],
    ['http://127.0.0.1.nip.io', 'nip.io'],
    ['http://a.sslip.io', 'sslip.io'],
    ['http://localtest.me', 'localtest.me'],
    ['https://аpi.example.com', 'ASCII'],
    ['https://a.b.c.d.e.f.g.h.i.j.k', '11 parts'],
    ['https://a..example.com', 'empty'],
    ['http://api.example.com:6379', 'port 6379'],
    ['http://8.8.8.8:22', 'port 22'],
  ])('%s is refused because of %s', (url, reason) => {
    expect(faultOf(url)).toContain(reason)
  })

  it.each([
    ['http://localhost:11434', ['localhost']],
    ['http://localhost:11434', ['localhost:11434']],
    ['http://127.0.0.1:8000', ['127.0.0.1']],
    ['http://[::1]:8000', ['[::1]']],
    ['http://[::1]:8000', ['::1']],
    ['http://a.b.internal', ['other', '*.internal']],
    ['https://vllm', ['VLLM:443']],
  ])('%s is allowed by the operator with %j', (url, allowed) => {
    expect(faultOf(url, allowed)).toBeUndefined()
  })

  it.each([
    ['http://localhost:11435', ['localhost:11434']],
    ['http://evil-internal', ['*.internal']],
    ['http://xlocalhost', ['localhost']],
    ['http://internal', ['*.internal']],
  ])('%s is not allowed by %j', (url, allowed) => {
    expect(isHostAllowed(new URL(url), allowed)).toBe(false)
    expect(faultOf(url, allowed)).toBeDefined()
  })

  it('is refused with the reason and the way out', () => {
    expect(() => checkCustomHost(new URL('http://10.0.0.1/v1'), { allowedHosts: [] })).toThrow(
      "Invalid custom host '10.0.0.1': 10.0.0.1 is a private, local or reserved address; an organisation administrator can set it as custom_host of an integration, or an operator can allow it in SLUICE_ALLOWED_HOSTS",
    )
    expect(() => checkCustomHost(new URL('http://10.0.0.1/v1'), { allowedHosts: ['10.0.0.1'] })).not.toThrow()
  })

  it('keeps credentials out of the refusal', () => {
    expect(() => checkCustomHost(new URL('https://me:hunter2@api.example.com'), { allowedHosts: [] })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })
})

describe('an address that DNS gave', () => {
  it.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fe80::1%eth0', 'nonsense', ''])(
    '%j is forbidden',
    (address) => {
      expect(isForbiddenAddress(address)).toBe(true)
    },
  )

  it.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::',
  ])('%j is not', (address) => {
    expect(isForbiddenAddress(address)).toBe(false)
  })
})

/** The blocks of iana-ipv4-special-registry and iana-ipv6-special-registry, one address of each. */
describe('every special-purpose address of IANA', () => {
  it.each([
    '0.1.2.3',
    '10.9.8.7',
    '100.127.255.255',
    '127.255.0.1',
    '169.254.1.1',
    '172.20.0.1',
    '192.0.0.1',
    '192.0.0.8',
    '192.0.0.9',
    '192.0.0.170',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.168.255.1',
    '192.175.48.1',
    '198.19.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '239.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:192.168.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '64:ff9b:1:ffff::808:808',
    '100::1',
    '100:0:0:1::1',
    '2001::1',
    '2001:1::1',
    '2001:1::2',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:20::1',
    '2001:30::1',
    '2001:db8::1',
    '2002:a00:1::',
    '2620:4f:8000::1',
    '3fff:fff::1',
    '5f00::1',
    'fd12::1',
    'febf::1',
  ])('%s is forbidden', (address) => {
    expect(isForbiddenAddress(address)).toBe(true)
  })

  it.each(['64:ff9b:2::1', '100:0:0:2::1', '2001:200::1', '3ffe::1', '5eff::1', '192.31.197.1', '192.175.49.1'])(
    '%s, beside one, is not',
    (address) => {
      expect(isForbiddenAddress(address)).toBe(false)
    },
  )
})

describe('a host that an administrator of the organisation chose', () => {
  const approved = { allowedHosts: [], isApproved: true }

  it.each([
    'http://localhost:11434/v1',
    'http://127.0.0.1:8000',
    'http://[::1]:8000',
    'http://10.0.0.5:8000',
    'http://192.168.1.4',
    'http://[fd12::5]:8000',
    'http://[::ffff:10.0.0.5]:8000',
    'http://vllm:8000',
    'http://models.corp',
  ])('%s may be of a private network', (url) => {
    expect(findHostFault(new URL(url), approved)).toBeUndefined()
  })

  it.each([
    'http://169.254.169.254/latest',
    'http://169.254.170.2',
    'http://[fd00:ec2::254]',
    'http://[fd20:ce::254]',
    'http://100.100.100.200',
    'http://168.63.129.16',
    'http://0.0.0.0:8000',
    'http://[fe80::1]',
    'http://[::ffff:169.254.169.254]',
    'http://192.0.2.1',
    'http://localhost:6379',
  ])('%s still is none', (url) => {
    expect(findHostFault(new URL(url), approved)).toBeDefined()
  })

  it('is checked again at the address that DNS gave', () => {
    expect(isCallable('10.0.0.1', approved)).toBe(true)
    expect(isCallable('169.254.169.254', approved)).toBe(false)
    expect(isCallable('10.0.0.1', { isApproved: false })).toBe(false)
    expect(isCallable('nonsense', approved)).toBe(false)
  })
})
