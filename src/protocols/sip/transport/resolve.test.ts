/** Where URIs lead, by RFC 3263 and RFC 2782. */
import { describe, expect, test } from 'vitest'
import type { Protocol } from './contract.ts'
import { byPriority, type NaptrRecord, type SrvRecord } from './records.ts'
import { createResolver, type Lookup } from './resolve.ts'

const { signal } = new AbortController()

const naptr: Readonly<Record<string, readonly NaptrRecord[]>> = {
  'carrier.example': [
    { order: 50, preference: 60, flags: 's', service: 'SIP+D2U', replacement: '_sip._udp.carrier.example' },
    { order: 50, preference: 50, flags: 'S', service: 'SIPS+D2T', replacement: '_sips._tcp.carrier.example' },
    { order: 10, preference: 10, flags: 'u', service: 'E2U+sip', replacement: '' },
    { order: 40, preference: 10, flags: 's', service: 'SIP+D2S', replacement: '_sip._sctp.carrier.example' },
  ],
}

const srv: Readonly<Record<string, readonly SrvRecord[]>> = {
  '_sip._udp.carrier.example': [
    { priority: 20, weight: 0, port: 5080, target: 'b.carrier.example' },
    { priority: 10, weight: 0, port: 5070, target: 'a.carrier.example' },
  ],
  '_sips._tcp.carrier.example': [{ priority: 1, weight: 1, port: 5061, target: 'a.carrier.example' }],
  '_sip._tcp.plain.example': [{ priority: 1, weight: 1, port: 5066, target: 'a.carrier.example' }],
  '_sip._udp.plain.example': [{ priority: 1, weight: 1, port: 0, target: '.' }],
  '_sip._udp.broken.example': [{ priority: 1, weight: 1, port: 5060, target: 'nowhere.example' }],
}

const addresses: Readonly<Record<string, readonly string[]>> = {
  'a.carrier.example': ['198.51.100.1', '2001:db8::1'],
  'b.carrier.example': ['198.51.100.2'],
  'host.example': ['198.51.100.3'],
  'broken.example': ['198.51.100.4'],
}

const lookup: Lookup = {
  naptr: async (domain) => naptr[domain] ?? [],
  srv: async (name) => srv[name] ?? [],
  addresses: async (host) => addresses[host] ?? [],
}

async function leads(uri: string, protocols?: readonly Protocol[]): Promise<readonly string[]> {
  const targets = await createResolver({ lookup, random: () => 0, ...(protocols ? { protocols } : {}) })(uri, signal)
  return targets.map(
    ({ protocol, address, port, serverName }) => `${protocol} ${address} ${port}${serverName ? ` ${serverName}` : ''}`,
  )
}

describe('a URI leads', () => {
  test.each([
    ['sip:1@192.0.2.1', ['udp 192.0.2.1 5060']],
    ['sip:1@192.0.2.1:5090;transport=TCP', ['tcp 192.0.2.1 5090']],
    ['sip:[2001:db8::9]', ['udp 2001:db8::9 5060']],
    ['sips:1@192.0.2.1', ['tls 192.0.2.1 5061 192.0.2.1']],
    ['sips:1@192.0.2.1;transport=tcp', ['tls 192.0.2.1 5061 192.0.2.1']],
    ['sip:1@host.example:5099', ['udp 198.51.100.3 5099']],
    ['sip:1@host.example', ['udp 198.51.100.3 5060']],
    ['sip:1@host.example;transport=tls', ['tls 198.51.100.3 5061 host.example']],
    ['sip:1@anything.example;maddr=192.0.2.7', ['udp 192.0.2.7 5060']],
    [
      'sip:1@carrier.example',
      [
        ...['tls 198.51.100.1 5061 carrier.example', 'tls 2001:db8::1 5061 carrier.example'],
        ...['udp 198.51.100.1 5070', 'udp 2001:db8::1 5070', 'udp 198.51.100.2 5080'],
      ],
    ],
    ['sips:1@carrier.example', ['tls 198.51.100.1 5061 carrier.example', 'tls 2001:db8::1 5061 carrier.example']],
    ['sip:1@carrier.example;transport=udp', ['udp 198.51.100.1 5070', 'udp 2001:db8::1 5070', 'udp 198.51.100.2 5080']],
    ['sip:1@plain.example', ['tcp 198.51.100.1 5066', 'tcp 2001:db8::1 5066']],
    ['sip:1@broken.example', ['udp 198.51.100.4 5060']],
  ])('%s', async (uri, targets) => {
    expect(await leads(uri)).toEqual(targets)
  })

  test('over what is spoken here only', async () => {
    expect(await leads('sip:1@carrier.example', ['udp'])).toEqual(await leads('sip:1@carrier.example;transport=udp'))
    expect(await leads('sip:1@192.0.2.1', ['tcp', 'tls'])).toEqual(['tcp 192.0.2.1 5060'])
  })

  test('never to more places than somebody who waits for a call can try', async () => {
    const many = Array.from({ length: 40 }, (_, at) => `198.51.100.${at}`)
    const resolve = createResolver({ lookup: { ...lookup, addresses: async () => many }, random: () => 0 })
    expect(await resolve('sip:many.example', signal)).toHaveLength(16)
  })
})

describe('a URI that leads nowhere is told with the reason', () => {
  test.each([
    ['tel:+15550100', '"tel:" is no address'],
    ['not a uri: secret', 'is no address'],
    ['sip:1@unknown.example', 'No address was found for unknown.example'],
    ['sips:1@host.example;transport=udp', 'Transport "udp" of a sips URI is not spoken here (tls are)'],
    ['sip:1@host.example;transport=sctp', 'Transport "sctp"'],
  ])('%s', async (uri, sentence) => {
    await expect(leads(uri)).rejects.toThrow(sentence)
  })

  test('sips where nothing secure is spoken', async () => {
    await expect(leads('sips:1@host.example', ['udp'])).rejects.toThrow('needs TLS')
  })

  test('also when whoever is asked fails', async () => {
    const failing = () => Promise.reject(new Error('SERVFAIL'))
    const resolve = createResolver({ lookup: { naptr: failing, srv: failing, addresses: failing }, random: () => 0 })
    await expect(resolve('sip:1@host.example', signal)).rejects.toThrow('No address was found for host.example')
  })

  test('an abort is an abort', async () => {
    const stop = new AbortController()
    const failing = () => {
      stop.abort(new Error('hung up'))
      return Promise.reject(new Error('aborted'))
    }
    const resolve = createResolver({ lookup: { ...lookup, naptr: failing }, random: () => 0 })
    await expect(resolve('sip:1@host.example', stop.signal)).rejects.toThrow('hung up')
  })
})

describe('servers of one priority', () => {
  const record = (target: string, weight: number, priority = 1): SrvRecord => ({ priority, weight, port: 5060, target })
  const order = (drawn: readonly number[], records: readonly SrvRecord[]) => {
    const numbers = [...drawn]
    return byPriority(records, () => numbers.shift() ?? 0).map(({ target }) => target)
  }

  test.each([
    // Running sums: z 0, a 1, b 4. Of five numbers one draws z, one a, three b.
    [[0], ['z', 'a', 'b']],
    [[0.2], ['a', 'z', 'b']],
    [[0.4], ['b', 'z', 'a']],
    [[0.99], ['b', 'z', 'a']],
  ])('are drawn by weight: %s', (drawn, targets) => {
    expect(order(drawn, [record('b', 3), record('a', 1), record('z', 0)])).toEqual(targets)
  })

  test('come after those of a lower one', () => {
    expect(order([0.99, 0.99], [record('later', 100, 2), record('first', 0, 1)])).toEqual(['first', 'later'])
  })
})
