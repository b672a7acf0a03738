/** Every range that must not be reached, in every spelling, and the operator's way around. */
import { describe, expect, test } from 'vitest'
import { createGuard, parseUrl, portOf, whyBlocked } from './guard.ts'

const forbidden: readonly (readonly [range: string, addresses: readonly string[]])[] = [
  ['this network', ['0.0.0.0', '0.1.2.3', '0.255.255.255']],
  ['private 10/8', ['10.0.0.0', '10.255.255.255']],
  ['private 172.16/12', ['172.16.0.0', '172.31.255.255']],
  ['private 192.168/16', ['192.168.0.0', '192.168.255.255']],
  ['carrier-grade NAT', ['100.64.0.0', '100.100.100.200', '100.127.255.255']],
  ['loopback', ['127.0.0.1', '127.255.255.255']],
  ['link-local and metadata', ['169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255']],
  ['protocol assignments', ['192.0.0.0', '192.0.0.192', '192.0.0.255']],
  ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.255']],
  ['6to4 relays', ['192.88.99.1']],
  ['benchmarking', ['198.18.0.0', '198.19.255.255']],
  ['multicast', ['224.0.0.1', '239.255.255.255']],
  ['reserved', ['240.0.0.1', '255.255.255.254']],
  ['broadcast', ['255.255.255.255']],
  ['IPv6 unspecified and loopback', ['::', '::1']],
  ['IPv4-mapped', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '0:0:0:0:0:ffff:a00:1']],
  ['IPv4-compatible', ['::127.0.0.1', '::7f00:1', '::8.8.8.8', '::2']],
  ['IPv4-translated', ['::ffff:0:10.0.0.1']],
  ['NAT64', ['64:ff9b::', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1']],
  ['6to4', ['2002::', '2002:7f00:1::', '2002:a9fe:a9fe::1']],
  ['Teredo', ['2001::', '2001:0:ffff::1']],
  ['unique local', ['fc00::1', 'fd00:ec2::254', 'fdff:ffff::1']],
  ['link-local', ['fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['site-local', ['fec0::1']],
  ['IPv6 multicast', ['ff00::', 'ff02::1']],
  ['IPv6 documentation', ['2001:db8::1', '3fff::1', '3fff:fff:ffff::1']],
  ['IPv6 benchmarking', ['2001:2::1']],
  ['discard', ['100::1']],
  ['ORCHID', ['2001:10::1', '2001:20::1']],
  ['segment routing', ['5f00::1']],
  ['unassigned IPv6', ['4000::1', '1::1', 'e000::1']],
  ['no address at all', ['', 'localhost', '1.2.3.4.5', ':::1', '1::2::3']],
]

describe.each(forbidden)('%s', (_, addresses) => {
  test.each(addresses)('%s is blocked', async (address) => {
    expect(whyBlocked(address)).toBeTypeOf('string')
    const guard = createGuard({ resolve: async () => ['93.184.216.34', address] })
    await expect(guard.addresses('example.com', 443)).rejects.toMatchObject({ code: 'url.blocked', retryable: false })
  })
})

test.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
  '2003::1',
])('%s is public', (address) => {
  expect(whyBlocked(address)).toBeUndefined()
})

describe('odd spellings', () => {
  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://user:pass@127.0.0.1/',
    'http://example.com@127.0.0.1/',
    'http://①②⑦.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::127.0.0.1]/',
    'https://169.254.169.254:8443/latest',
    'ws://10.0.0.1/',
    'wss://[fd00::1]/',
    'http://0/',
  ])('%s is refused without resolving', (url) => {
    expect(() => createGuard().check(new URL(url))).toThrow(expect.objectContaining({ code: 'url.blocked' }))
  })

  test.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com:80/',
    'javascript:alert(1)',
    'data:,x',
    'unix:/run/x',
  ])('the scheme of %s is refused', (url) => {
    expect(() => createGuard({ allowHosts: ['*.com'] }).check(new URL(url))).toThrow(/only http, https, ws and wss/)
  })

  test.each(['https://example.com/', 'wss://example.com:8443/x', 'http://8.8.8.8/', 'https://[2606:4700::1111]/'])(
    '%s passes',
    (url) => {
      expect(() => createGuard().check(new URL(url))).not.toThrow()
    },
  )
})

describe('names', () => {
  test('every address counts, and all are handed over', async () => {
    const guard = createGuard({ resolve: async () => ['93.184.216.34', '2606:4700::1111'] })
    expect(await guard.addresses('example.com', 443)).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ])
  })

  test('are asked for in one spelling', async () => {
    const asked: string[] = []
    const guard = createGuard({ resolve: async (host) => (asked.push(host), ['1.1.1.1']) })
    await guard.addresses('EXAMPLE.com.', 443)
    expect(asked).toEqual(['example.com'])
  })

  test('without an address, or that do not resolve, say so', async () => {
    const nothing = createGuard({ resolve: async () => [] })
    await expect(nothing.addresses('a.example', 80)).rejects.toMatchObject({
      code: 'name.unresolved',
      message: /a\.example/,
    })
    const cause = new Error('ENOTFOUND')
    const failing = createGuard({ resolve: () => Promise.reject(cause) })
    await expect(failing.addresses('a.example', 80)).rejects.toMatchObject({ code: 'name.unresolved', cause })
  })

  test('a refusal names host, port, address, range and the way out', async () => {
    const guard = createGuard({ resolve: async () => ['169.254.169.254'] })
    await expect(guard.addresses('meta.example', 80)).rejects.toThrow(
      'meta.example port 80 refused: resolves to 169.254.169.254, which is in a linkLocal range; the operator may allow it by OFFHOOK_ALLOW_HOSTS',
    )
  })

  test('lookup serves one address or all, as the connection asks, and only checked ones', async () => {
    const guard = createGuard({
      resolve: async (host) => (host === 'bad.example' ? ['10.0.0.1'] : ['1.1.1.1', '1.0.0.1']),
    })
    const ask = (host: string, all: boolean) =>
      new Promise((resolve) => guard.lookup(443)(host, { all }, (error, ...answer) => resolve(error ?? answer)))
    expect(await ask('example.com', false)).toEqual(['1.1.1.1', 4])
    expect(await ask('example.com', true)).toEqual([
      [
        { address: '1.1.1.1', family: 4 },
        { address: '1.0.0.1', family: 4 },
      ],
    ])
    expect(await ask('bad.example', true)).toMatchObject({ code: 'url.blocked' })
  })
})

const toPrivate = async () => ['10.0.0.1']

describe('exceptions', () => {
  test.each([
    ['pbx.lan', 'pbx.lan', 443, true],
    ['PBX.lan.', 'pbx.lan', 443, true],
    ['pbx.lan', 'evil-pbx.lan', 443, false],
    ['pbx.lan', 'a.pbx.lan', 443, false],
    ['pbx.lan:8088', 'pbx.lan', 8088, true],
    ['pbx.lan:8088', 'pbx.lan', 443, false],
    ['*.lan', 'pbx.lan', 443, true],
    ['*.lan', 'a.b.lan', 443, true],
    ['*.lan', 'lan', 443, false],
    ['*.lan', 'evillan', 443, false],
    ['*.lan:80', 'pbx.lan', 443, false],
    ['10.0.0.0/8', 'pbx.lan', 443, true],
    ['10.0.0.0/8', '10.9.9.9', 443, true],
    ['10.1.0.0/16', 'pbx.lan', 443, false],
    ['10.0.0.1', 'pbx.lan', 443, true],
    ['10.0.0.2', 'pbx.lan', 443, false],
    ['10.0.0.1:443', 'pbx.lan', 443, true],
    ['10.0.0.1:443', 'pbx.lan', 80, false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', 443, true],
    ['10.0.0.0/8', '64:ff9b::a00:1', 443, false],
    ['64:ff9b::/96', '64:ff9b::808:808', 443, true],
    ['::1', '[::1]', 443, true],
    ['[::1]:8080', '::1', 8080, true],
    ['[::1]:8080', '::1', 80, false],
    ['fd00::/8', 'fd00::1', 443, true],
    ['localhost', 'localhost', 11434, true],
  ])('%s lets %s port %d pass: %s', async (exception, host, port, passes) => {
    const guard = createGuard({ allowHosts: ['other.example', exception], resolve: toPrivate })
    const outcome = await guard.addresses(host, port).then(
      () => true,
      () => false,
    )
    expect(outcome).toBe(passes)
  })

  test('also hold for addresses written in URLs', () => {
    const guard = createGuard({ allowHosts: ['127.0.0.1:8088'] })
    expect(() => guard.check(new URL('http://127.0.0.1:8088/'))).not.toThrow()
    expect(() => guard.check(new URL('http://127.0.0.1:8089/'))).toThrow(/loopback/)
  })

  test.each(['', '*', '*.', 'a b', 'http://x', '10.0.0.0/33', 'x/8', 'host:', 'host:port', 'a:1:2', '[::1', '-x'])(
    'the exception "%s" is refused, naming it',
    (entry) => {
      expect(() => createGuard({ allowHosts: [entry] })).toThrow(expect.objectContaining({ code: 'setting.invalid' }))
    },
  )
})

test('parses URLs, hiding secrets of those it cannot', () => {
  expect(parseUrl('/b', new URL('https://h/a')).href).toBe('https://h/b')
  expect(() => parseUrl('//?token=abc')).toThrow('//?token=[redacted] is not a URL')
})

test('knows the ports schemes mean', () => {
  const urls = ['http://h', 'https://h', 'ws://h', 'wss://h', 'https://h:8443', 'ftp://h:80']
  expect(urls.map((url) => portOf(new URL(url)))).toEqual([80, 443, 80, 443, 8443, undefined])
})
