import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { request } from '../../../protocols/sip/message/build.ts'
import type { SipHeader } from '../../../protocols/sip/message/message.ts'
import type { Seen } from '../../../protocols/sip/transport/contract.ts'
import type { SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import type { LineCall, LineWord } from '../../../spec/listen.ts'
import { advertisedFor, keyWarnings, warningsFor } from './address.ts'
import { Captures } from './captures.ts'
import { Extensions } from './extensions.ts'
import { untilAnswer } from './incoming.ts'
import { Ladder } from './ladder.ts'
import { Load } from './load.ts'
import { doorsOf, processSettings } from './process.ts'
import { settings } from './settings.ts'
import { Transfer } from './transfer.ts'
import { trunkOf } from './trunk.ts'

const trunk = (given: Parameters<typeof settings.parse>[0]) =>
  trunkOf({ id: 'con_1', organization: 'org_1', isDefault: true, settings: settings.parse(given) }, new Set())
const flow = {
  ...({ id: 'udp 1', protocol: 'udp', listener: 'udp:0' } as const),
  ...{ local: { address: '198.51.100.1', port: 5060 }, remote: { address: '203.0.113.9', port: 40_000 } },
}

describe('extensions', () => {
  const office = trunk({ extensions: '101 long-password-1\n102 long-password-2' })
  const clock = new VirtualClock()
  const extensions = new Extensions({ clock, isOurs: (host) => host === '198.51.100.1' })
  const registering = (name: string, ...headers: readonly SipHeader[]) =>
    request({
      ...{ method: 'REGISTER', uri: 'sip:198.51.100.1', callId: 'c', cseq: { number: 1, method: 'REGISTER' } },
      ...{ from: `<sip:${name}@198.51.100.1>;tag=a`, to: `<sip:${name}@198.51.100.1>` },
      headers: [{ name: 'Contact', value: `<sip:${name}@192.168.1.20:5062>` }, ...headers],
    })
  const as = (extension: string) => ({ trunks: [office], trusted: false, extension })

  test('are reached by the way they registered, whatever their Contact says', async () => {
    expect(extensions.find(office, '101')).toBe('away')
    expect(extensions.register(registering('101'), flow, as('101')).status).toBe(200)
    const reachable = { uri: 'sip:101@192.168.1.20:5062', listener: 'udp:0' }
    expect(extensions.find(office, '101')).toEqual(reachable)
    expect(extensions.find(office, 'sip:101@198.51.100.1')).toEqual(reachable)
    expect(await extensions.targets(reachable.uri)).toEqual([{ protocol: 'udp', address: '203.0.113.9', port: 40_000 }])
    expect(extensions.of(office)).toMatchObject([
      { name: '101', registered: true, contacts: [{ address: 'udp 203.0.113.9:40000' }] },
      { name: '102', registered: false, contacts: [] },
    ])
  })

  test('are known by the way they registered together with their name', () => {
    const calls = (name: string) => ({ ...registering(name), method: 'INVITE' })
    expect(extensions.isFrom(calls('101'), flow)).toBe(true)
    expect(extensions.isFrom(calls('102'), flow)).toBe(false)
    expect(extensions.isFrom(calls('01'), flow)).toBe(false)
    expect(extensions.isFrom(calls('101'), { ...flow, id: 'udp 2' })).toBe(false)
  })

  test('are nobody else’s: not by another’s name, nor at another host, nor without a password', () => {
    expect(extensions.register(registering('102'), flow, as('101')).status).toBe(403)
    expect(extensions.register(registering('102'), flow, undefined).status).toBe(403)
    expect(extensions.find(office, 'sip:101@elsewhere.example')).toBeUndefined()
    expect(extensions.find(office, '+14155550100')).toBeUndefined()
  })

  test('are away when their time is over, and gone when they are in the settings no more', () => {
    clock.advance(3_601_000)
    expect(extensions.find(office, '101')).toBe('away')
    extensions.register(registering('101'), flow, as('101'))
    extensions.follow([trunk({ extensions: '102 long-password-2' })])
    expect(extensions.find(office, '101')).toBe('away')
  })
})

describe('what is kept of a call’s messages', () => {
  const seen = (text: string, callId = 'c1'): Seen => ({
    direction: 'in',
    at: 5,
    flow,
    callId,
    bytes: Buffer.from(text),
  })
  const lineNamed = (id: string) => {
    const words: LineWord[] = []
    return { words, line: { id, note: (word) => void words.push(word) } as LineCall } // nothing else of it is used here
  }

  test('begins before the call is known, and stays with that call', () => {
    const clock = new VirtualClock()
    const captures = new Captures(clock)
    const ladder = new Ladder(captures)
    const { words, line } = lineNamed('call_1')
    ladder.seen(seen('INVITE sip:1@h SIP/2.0\r\nAuthorization: Digest response="secret"\r\n\r\n'))
    ladder.seen(seen('INVITE sip:2@h SIP/2.0\r\n\r\n', 'c2'))
    captures.begin('call_1', () => [])
    ladder.bind('c1', line)
    ladder.seen(seen('SIP/2.0 180 Ringing\r\n\r\n'))
    expect(words.map(({ title }) => title)).toEqual([
      'INVITE from udp 203.0.113.9:40000',
      '180 Ringing from udp 203.0.113.9:40000',
    ])
    expect(JSON.stringify(words)).not.toContain('secret')
    captures.end('call_1')
    const file = Buffer.from(captures.of('call_1') ?? [])
    expect([file.includes('180 Ringing'), file.includes('secret')]).toEqual([true, false])
    clock.advance(600_001)
    expect(captures.of('call_1')).toBeUndefined()
  })

  test('is bounded: strangers’ calls push out the oldest', () => {
    const ladder = new Ladder(new Captures(new VirtualClock()))
    for (let at = 0; at < 2001; at++) ladder.seen(seen('INVITE sip:1@h SIP/2.0\r\n\r\n', `c${at}`))
    const [first, last] = [lineNamed('a'), lineNamed('b')]
    ladder.bind('c0', first.line)
    ladder.bind('c2000', last.line)
    expect([first.words.length, last.words.length]).toEqual([0, 1])
  })
})

describe('when a call that comes in is answered', () => {
  const open = (ready: boolean) => {
    const clock = new VirtualClock()
    let tell: (seen: { type: string }) => void = () => undefined
    let left: (event: SessionEvent) => void = () => undefined
    const watch = (listener: typeof tell) => {
      tell = listener
      return { [Symbol.dispose]: () => undefined }
    }
    const line = { ready, watch } as unknown as LineCall // all that is asked of it
    const session = { onEvent: (listener: typeof left) => void (left = listener) } as Parameters<
      typeof untilAnswer
    >[0]['session']
    const at = (times: { ringFor: number; answerBy: number }) => {
      let answer: boolean | undefined
      void untilAnswer({ clock, session, line, since: 0, settings: times }).then((yes) => (answer = yes))
      return async (ms: number) => {
        await clock.advanceAsync(ms)
        return answer
      }
    }
    return {
      at,
      tell: (type: string) => tell({ type }),
      leave: () => left({ type: 'ended', end: { by: 'peer', reason: '' } }),
      clock,
    }
  }

  test('the agent is there: at once, but not before it has rung long enough', async () => {
    expect(await open(true).at({ ringFor: 0, answerBy: 10 })(0)).toBe(true)
    const after = open(true).at({ ringFor: 3, answerBy: 10 })
    expect([await after(2999), await after(1)]).toEqual([undefined, true])
  })

  test('the agent takes its time: when it comes, and at the latest in the end', async () => {
    const waiting = open(false)
    const after = waiting.at({ ringFor: 0, answerBy: 10 })
    expect(await after(4000)).toBeUndefined()
    waiting.tell('agent.connected')
    expect(await after(0)).toBe(true)
    expect(await open(false).at({ ringFor: 0, answerBy: 10 })(10_000)).toBe(true)
  })

  test.each(['caller', 'engine'])('the %s ends it: never, and no timer is left', async (who) => {
    const waiting = open(false)
    const after = waiting.at({ ringFor: 0, answerBy: 10 })
    if (who === 'caller') waiting.leave()
    else waiting.tell('call.ended')
    expect(await after(0)).toBe(false)
    expect(waiting.clock.pending).toBe(0)
  })
})

describe('a transfer', () => {
  const asked = async (status: number) => {
    const clock = new VirtualClock()
    const results: string[] = []
    const session = { refer: async () => status }
    const transfer = new Transfer({ session, clock, ended: (result) => void results.push(result) })
    const outcome = await transfer.ask('sip:2@h').then(
      () => 'taken',
      (error: unknown) => (error as { code: string }).code,
    )
    return { clock, transfer, outcome, results }
  }
  const referred = (status: number, final: boolean) => ({ type: 'referred', status, reason: '', final }) as const

  test.each([
    [200, 'completed'],
    [486, 'busy'],
    [480, 'no-answer'],
    [404, 'failed'],
  ])('that the other party answers with %s is %s, once', async (status, result) => {
    const { transfer, outcome, results, clock } = await asked(202)
    transfer.told(referred(180, false))
    expect([outcome, results]).toEqual(['taken', []])
    transfer.told(referred(status, true))
    transfer.told(referred(200, true))
    expect([results, clock.pending]).toEqual([[result], 0])
  })

  test('is done otherwise where the peer takes none, and has come to nothing where it never says how it went', async () => {
    expect((await asked(405)).outcome).toBe('command.unsupported')
    const silent = await asked(202)
    silent.clock.advance(60_000)
    expect(silent.results).toEqual(['no-answer'])
    const over = await asked(202)
    over.transfer.close()
    expect([over.clock.pending, over.results]).toEqual([0, []])
  })
})

describe('doors', () => {
  test('are read with how peers see them', () => {
    const read = (listen: string) => doorsOf(processSettings.parse({ listen }))
    expect(read('udp://0.0.0.0:5060, tls://[::]:5061?advertise=voice.example.com:443')).toEqual([
      { protocol: 'udp', host: '0.0.0.0', port: 5060 },
      { protocol: 'tls', host: '::', port: 5061, advertised: { host: 'voice.example.com', port: 443 } },
    ])
    expect([read('off'), doorsOf(processSettings.parse({}))]).toEqual([[], undefined])
    for (const wrong of ['udp://5060', 'sip://0.0.0.0:5060', 'udp://pbx.example:5060', 'udp://0.0.0.0:70000'])
      expect(processSettings.safeParse({ listen: wrong }).success).toBe(false)
  })

  test('behind NAT are seen at the public address; on loopback they stay there', () => {
    expect(advertisedFor('192.168.1.5', '203.0.113.7')).toBe('203.0.113.7')
    expect(advertisedFor('0.0.0.0', '203.0.113.7')).toBe('203.0.113.7')
    expect(advertisedFor('127.0.0.1', '203.0.113.7')).toBe('127.0.0.1')
    expect(advertisedFor('2001:db8::5', '203.0.113.7')).toBe('2001:db8::5')
  })

  test('that tell a public trunk a private address are warned of, with what to do', () => {
    const door = { name: 'udp:0', protocol: 'udp', bound: { address: '0.0.0.0', port: 5060 } } as const
    const at = (host: string) => [{ ...door, advertised: { host, port: 5060 } }]
    expect(warningsFor(at('192.168.1.5'), [trunk({ host: '198.51.100.9' })])).toEqual([
      expect.stringMatching(
        /^Trunk con_1 is on the internet, and udp port 5060 tells it our private address 192\.168\.1\.5: set OFFHOOK_SIP_PUBLIC/,
      ),
    ])
    expect(warningsFor(at('203.0.113.7'), [trunk({ host: '198.51.100.9' })])).toEqual([])
    expect(warningsFor(at('192.168.1.5'), [trunk({ host: '192.168.1.9' })])).toEqual([])
  })
})

test('a trunk whose keys of sound everybody can read is warned of', () => {
  expect(keyWarnings([trunk({ srtp: 'required' })])).toEqual([expect.stringContaining('Trunk con_1 requires SRTP')])
  const fine = [{ srtp: 'required', transport: 'tls' } as const, { srtp: 'optional' } as const]
  expect(keyWarnings(fine.map(trunk))).toEqual([])
})

test('a process that is late, or full, takes on no call, and says which', () => {
  const clock = new VirtualClock()
  const load = new Load({ clock, mostLag: 100, mostCalls: 2 })
  expect(load.full).toBeUndefined()
  load.calls = 2
  expect(load.full).toContain('2 SIP calls are open in this process: 2 are allowed (OFFHOOK_SIP_MAX_CALLS)')
  load[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})
