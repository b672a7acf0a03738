import { describe, expect, test } from 'vitest'
import type { ResponseParts } from '../message/build.ts'
import { header, headerLines } from '../message/headers.ts'
import type { SipRequest } from '../message/message.ts'
import { cseqOf } from '../message/read.ts'
import type { InviteOptions } from './contract.ts'
import { answer, offer, Pair } from './pair.ts'

const named = (name: string, value: string) => ({ name, value })

/** Alice calls a peer that does as it is told. */
class Trunk {
  readonly pair = new Pair()
  readonly peer = this.pair.scripted('192.0.2.1')

  call(options: Partial<InviteOptions> = {}) {
    return this.pair.call({ uri: 'sip:bob@192.0.2.9', to: 'sip:bob@192.0.2.9', ...options })
  }

  /** The n-th INVITE that arrived, from the end. */
  get invite(): SipRequest {
    return this.peer.last('INVITE') as SipRequest
  }

  respond(status: number, tag: string, parts: ResponseParts = {}): Promise<void> {
    const contact = { name: 'Contact', value: `<sip:bob@192.0.2.9:5060;branch=${tag}>` }
    this.peer.respond(this.invite, status, { ...parts, toTag: tag, headers: [contact, ...(parts.headers ?? [])] })
    return this.pair.clock.advanceAsync(10)
  }

  sdp(body: string, headers: ResponseParts['headers'] = []): ResponseParts {
    return { headers: [...headers, { name: 'Content-Type', value: 'application/sdp' }], body: Buffer.from(body) }
  }

  async start(options: Partial<InviteOptions> = {}) {
    const session = this.call(options)
    await this.pair.clock.advanceAsync(10)
    return session
  }

  get events() {
    return this.pair.alice.events
  }

  /** What the agent sent to the peer, INVITEs left out. */
  get sent() {
    return this.peer.ladder.filter((line) => line !== 'INVITE')
  }

  async over(): Promise<void> {
    // Whoever is asked agrees, so that nothing waits.
    this.peer.answer = (request) => {
      if (request.method !== 'INVITE' && request.method !== 'ACK') this.peer.respond(request, 200)
    }
    await this.pair.settle()
    expect(this.pair.alive).toBe(0)
  }
}

test('the INVITE says who calls, where to answer, what we can do and how long the session lasts', async () => {
  const trunk = new Trunk()
  await trunk.start({ proxy: 'sip:192.0.2.9', headers: [{ name: 'X-Ref', value: '7' }], sessionExpires: 600 })
  const { invite } = trunk
  expect(invite.uri).toBe('sip:bob@192.0.2.9')
  expect(header(invite, 'from')).toMatch(/^Alice <sip:alice@192\.0\.2\.1>;tag=\w{16}$/)
  expect(header(invite, 'route')).toBe('<sip:192.0.2.9;lr>')
  expect(header(invite, 'contact')).toBe('<sip:alice@192.0.2.1:5060>')
  expect(header(invite, 'allow')).toContain('UPDATE')
  expect(header(invite, 'supported')).toContain('100rel')
  expect(header(invite, 'session-expires')).toBe('600')
  expect(header(invite, 'min-se')).toBe('90')
  expect(header(invite, 'user-agent')).toBe('Offhook test')
  expect(header(invite, 'x-ref')).toBe('7')
  expect(Buffer.from(invite.body).toString()).toBe(offer)
})

describe('answers', () => {
  test('180, 183 with early media and 200 are told in order; the ACK follows at once', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(180, 'a')
    expect(session.state).toBe('early')
    await trunk.respond(183, 'a', trunk.sdp(answer))
    await trunk.respond(200, 'a', trunk.sdp(answer))
    expect(trunk.events).toMatchObject([
      { type: 'progress', status: 180, tag: 'a' },
      { type: 'progress', status: 183, tag: 'a', sdp: answer },
      { type: 'established', tag: 'a', sdp: answer },
    ])
    expect(trunk.sent).toEqual(['ACK'])
    expect((trunk.peer.last('ACK') as SipRequest).uri).toBe('sip:bob@192.0.2.9:5060;branch=a')
    session.end()
    await trunk.over()
  })

  test('a repeated 200 is acknowledged again, also when its transaction is long over', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(200, 'a', trunk.sdp(answer))
    await trunk.respond(200, 'a', trunk.sdp(answer))
    await trunk.pair.clock.advanceAsync(40_000)
    await trunk.respond(200, 'a', trunk.sdp(answer))
    expect(trunk.sent).toEqual(['ACK', 'ACK', 'ACK'])
    expect(trunk.events).toHaveLength(1)
    session.end()
    await trunk.over()
  })

  test.for([
    [
      'busy with a cause',
      486,
      [{ name: 'Reason', value: 'Q.850;cause=17;text="User busy"' }],
      { q850: 17, reason: 'The peer answered 486 Busy Here: User busy' },
    ],
    [
      'overloaded',
      500,
      [{ name: 'Retry-After', value: '18 (a while);duration=5' }],
      { retryAfter: 18, reason: 'The peer answered 500 Server Internal Error' },
    ],
    ['moved', 302, [], { reason: 'The peer answered 302 Moved Temporarily' }],
    ['declined', 603, [], { reason: 'The peer answered 603 Decline' }],
  ] as const)('%s: the end says so', async ([, status, headers, expected]) => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(status, 'a', { headers })
    expect(trunk.events).toMatchObject([{ type: 'ended', end: { by: 'peer', status, ...expected } }])
    expect(session.state).toBe('ended')
    expect(trunk.sent).toEqual(['ACK'])
    await trunk.over()
  })

  test('nobody answers: 408 after 64 T1', async () => {
    const trunk = new Trunk()
    await trunk.start()
    await trunk.pair.clock.advanceAsync(33_000)
    expect(trunk.events).toMatchObject([
      {
        type: 'ended',
        end: { by: 'timeout', status: 408, reason: expect.stringMatching(/^192\.0\.2\.9 gave no answer: /) },
      },
    ])
    await trunk.over()
  })

  test('a peer that rings may ring for as long as we like', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(180, 'a')
    await trunk.pair.clock.advanceAsync(600_000)
    expect(session.state).toBe('early')
    session.end()
    await trunk.pair.clock.advanceAsync(100)
    await trunk.respond(487, 'a')
    await trunk.over()
  })

  test('a name that leads nowhere ends the call with the sentence', async () => {
    const pair = new Pair({ alice: { resolve: () => Promise.reject(new Error('no such domain')) } })
    pair.call({ uri: 'sip:bob@nowhere.example' })
    await pair.settle()
    expect(pair.alice.events).toMatchObject([
      {
        type: 'ended',
        end: { by: 'transport', status: 503, reason: 'nowhere.example leads nowhere: no such domain' },
      },
    ])
  })

  test('a 200 without a description is acknowledged and hung up', async () => {
    const trunk = new Trunk()
    await trunk.start()
    await trunk.respond(200, 'a')
    expect(trunk.sent).toEqual(['ACK', 'BYE'])
    expect(trunk.events).toMatchObject([
      { type: 'ended', end: { by: 'us', reason: 'The peer answered the call without a session description' } },
    ])
    await trunk.over()
  })
})

describe('forks', () => {
  test('each branch tells its progress; the first that answers wins, another one is acknowledged and hung up', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(180, 'a')
    await trunk.respond(183, 'b', trunk.sdp(answer))
    await trunk.respond(200, 'b', trunk.sdp(answer))
    await trunk.respond(200, 'c', trunk.sdp(answer))
    await trunk.respond(200, 'c', trunk.sdp(answer))
    expect(trunk.events).toMatchObject([
      { type: 'progress', tag: 'a' },
      { type: 'progress', tag: 'b' },
      { type: 'established', tag: 'b' },
    ])
    expect(trunk.sent).toEqual(['ACK', 'ACK', 'BYE', 'ACK'])
    const bye = trunk.peer.last('BYE') as SipRequest
    expect(header(bye, 'to')).toContain('tag=c')
    expect(header(bye, 'reason')).toBe('SIP;cause=200;text="Call completed elsewhere"')
    expect(session.state).toBe('established')
    session.end()
    await trunk.over()
  })

  test('every branch counts its reliable responses for itself', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    const reliable = (rseq: number) => ({
      headers: [
        { name: 'Require', value: '100rel' },
        { name: 'RSeq', value: String(rseq) },
      ],
    })
    await trunk.respond(180, 'a', reliable(10))
    await trunk.respond(180, 'b', reliable(500))
    await trunk.respond(180, 'a', reliable(10))
    await trunk.respond(180, 'a', reliable(12))
    await trunk.respond(180, 'a', reliable(11))
    const pracks = trunk.peer.heard.filter((one) => one.type === 'request' && one.method === 'PRACK')
    const invite = cseqOf(trunk.invite).number
    const first = new Set(pracks.map((one) => header(one, 'rack')))
    expect([...first]).toEqual([`10 ${invite} INVITE`, `500 ${invite} INVITE`, `11 ${invite} INVITE`])
    session.end()
    await trunk.pair.clock.advanceAsync(50)
    await trunk.respond(487, 'a')
    await trunk.over()
  })
})

describe('challenges', () => {
  const challenge = (nonce: string, more = '') => ({
    headers: [
      {
        name: 'Proxy-Authenticate',
        value: `Digest realm="trunk", nonce="${nonce}", qop="auth", algorithm=SHA-256${more}`,
      },
    ],
  })
  const credentials = { username: 'alice', password: 'secret' }

  test('407 is answered with a higher CSeq, the same Call-ID and From; the ACK of the 2xx carries the credentials too', async () => {
    const trunk = new Trunk()
    const session = await trunk.start({ credentials })
    const first = trunk.invite
    await trunk.respond(407, 'x', challenge('n1'))
    const second = trunk.invite
    expect(cseqOf(second).number).toBe(cseqOf(first).number + 1)
    for (const name of ['call-id', 'from', 'to']) expect(header(second, name)).toBe(header(first, name))
    expect(header(second, 'proxy-authorization')).toContain('nc=00000001')
    await trunk.respond(200, 'a', trunk.sdp(answer))
    const ack = trunk.peer.last('ACK') as SipRequest
    expect(header(ack, 'proxy-authorization')).toBe(header(second, 'proxy-authorization'))
    expect(cseqOf(ack).number).toBe(cseqOf(second).number)
    session.end()
    await trunk.pair.clock.advanceAsync(10)
    expect(header(trunk.peer.last('BYE') as SipRequest, 'proxy-authorization')).toContain('nc=00000002')
    expect(JSON.stringify(trunk.events)).not.toContain('secret')
    await trunk.over()
  })

  test('a stale nonce is replaced; the same challenge again ends the call', async () => {
    const trunk = new Trunk()
    await trunk.start({ credentials })
    await trunk.respond(407, 'x', challenge('n1'))
    await trunk.respond(407, 'y', challenge('n2', ', stale=true'))
    await trunk.respond(407, 'z', challenge('n3'))
    expect(trunk.peer.ladder.filter((line) => line === 'INVITE')).toHaveLength(3)
    expect(trunk.events).toMatchObject([
      {
        type: 'ended',
        end: { status: 407, reason: expect.stringContaining('does not accept the user name and password') },
      },
    ])
    await trunk.over()
  })

  test('without credentials the end says what is missing', async () => {
    const trunk = new Trunk()
    await trunk.start()
    await trunk.respond(407, 'x', challenge('n1'))
    expect(trunk.events).toMatchObject([
      { type: 'ended', end: { status: 407, reason: expect.stringContaining('none are set') } },
    ])
    await trunk.over()
  })
})

test('a peer that hangs up before its 2xx reached us ends the call, and the INVITE', async () => {
  const trunk = new Trunk()
  await trunk.start()
  await trunk.respond(180, 'a')
  const { invite } = trunk
  const within = invite.headers.filter(({ name }) => name === 'Call-ID')
  trunk.peer.send({
    ...{ type: 'request', method: 'BYE', uri: 'sip:alice@192.0.2.1', body: Buffer.from('') },
    headers: [
      ...within,
      named('From', `${header(invite, 'to') ?? ''};tag=a`),
      named('To', header(invite, 'from') ?? ''),
      named('CSeq', '1 BYE'),
    ],
  })
  await trunk.pair.clock.advanceAsync(10)
  expect(trunk.sent).toEqual(['200 BYE', 'CANCEL'])
  expect(trunk.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'peer' } })
  await trunk.respond(487, 'a')
  await trunk.over()
})

test('422 raises the interval, once per new minimum', async () => {
  const trunk = new Trunk()
  await trunk.start({ sessionExpires: 100 })
  await trunk.respond(422, 'x', { headers: [{ name: 'Min-SE', value: '720' }] })
  expect(header(trunk.invite, 'session-expires')).toBe('720')
  expect(header(trunk.invite, 'min-se')).toBe('720')
  await trunk.respond(422, 'y', { headers: [{ name: 'Min-SE', value: '720' }] })
  expect(trunk.events).toMatchObject([{ type: 'ended', end: { status: 422 } }])
  await trunk.over()
})

describe('giving up', () => {
  test('before a provisional response the CANCEL waits for one; 487 ends the call', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    session.end({ q850: 16, reason: 'Changed my mind' })
    expect(session.state).toBe('ending')
    await trunk.pair.clock.advanceAsync(10)
    expect(trunk.sent).toEqual([])
    await trunk.respond(100, '')
    expect(trunk.sent).toEqual(['CANCEL'])
    const cancel = trunk.peer.last('CANCEL') as SipRequest
    expect(headerLines(cancel, 'via')).toEqual(headerLines(trunk.invite, 'via'))
    expect(header(cancel, 'reason')).toBe('Q.850;cause=16;text="Changed my mind"')
    trunk.peer.respond(cancel, 200)
    await trunk.respond(487, 'a')
    expect(trunk.events).toMatchObject([
      { type: 'ended', end: { by: 'us', status: 487, q850: 16, reason: 'Changed my mind' } },
    ])
    expect(trunk.sent).toEqual(['CANCEL', 'ACK'])
    await trunk.over()
  })

  test('a 200 that crosses the CANCEL is acknowledged and hung up', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(180, 'a')
    session.end()
    await trunk.respond(200, 'a', trunk.sdp(answer))
    await trunk.pair.clock.advanceAsync(10)
    expect(trunk.sent.toSorted()).toEqual(['ACK', 'BYE', 'CANCEL'])
    expect(trunk.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'us' } })
    expect(trunk.events.filter(({ type }) => type === 'established')).toEqual([])
    await trunk.over()
  })

  test('such a BYE counts on from the PRACK before it', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(183, 'a', trunk.sdp(answer, [named('Require', '100rel'), named('RSeq', '1')]))
    session.end()
    await trunk.respond(200, 'a', trunk.sdp(answer))
    await trunk.pair.clock.advanceAsync(10)
    const [prack, bye] = ['PRACK', 'BYE'].map((method) => cseqOf(trunk.peer.last(method)!).number)
    expect(bye).toBe((prack ?? 0) + 1)
    await trunk.over()
  })

  test('what still rings then is not told', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    session.end()
    await trunk.respond(180, 'a')
    expect(session.state).toBe('ending')
    expect(trunk.events).toEqual([])
    await trunk.respond(487, 'a')
    await trunk.over()
  })

  test('a peer that never answers the CANCEL is let go after 64 T1', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(180, 'a')
    session.end()
    await trunk.pair.clock.advanceAsync(70_000)
    expect(trunk.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'us' } })
    await trunk.over()
  })

  test('before anything was sent, nothing is', async () => {
    const trunk = new Trunk()
    trunk.call().end()
    await trunk.over()
    expect(trunk.peer.heard).toEqual([])
    expect(trunk.events).toMatchObject([{ type: 'ended', end: { by: 'us' } }])
  })

  test('twice is once', async () => {
    const trunk = new Trunk()
    const session = await trunk.start()
    await trunk.respond(200, 'a', trunk.sdp(answer))
    session.end()
    session.end()
    await trunk.pair.clock.advanceAsync(10)
    expect(trunk.events.filter(({ type }) => type === 'ended')).toHaveLength(1)
    await trunk.over()
  })
})

describe('late offer', () => {
  const ours = offer
  const theirs = answer

  test('the 200 offers, our answer goes into the ACK', async () => {
    const trunk = new Trunk()
    const session = trunk.pair.call({ uri: 'sip:bob@192.0.2.9', to: 'sip:bob@192.0.2.9', offer: undefined })
    session.onEvent((event) => event.type === 'offered' && event.respond(ours))
    await trunk.pair.clock.advanceAsync(10)
    expect(trunk.invite.body).toHaveLength(0)
    await trunk.respond(200, 'a', trunk.sdp(theirs))
    expect(trunk.events).toMatchObject([{ type: 'offered', sdp: theirs }, { type: 'established' }])
    expect(Buffer.from((trunk.peer.last('ACK') as SipRequest).body).toString()).toBe(ours)
    session.end()
    await trunk.over()
  })

  test('hanging up while the offer is thought about acknowledges the 200 first', async () => {
    const trunk = new Trunk()
    const session = await trunk.start({ offer: undefined })
    await trunk.respond(200, 'a', trunk.sdp(theirs))
    session.end()
    await trunk.pair.clock.advanceAsync(10)
    expect(trunk.sent).toEqual(['ACK', 'BYE'])
    await trunk.over()
  })

  test('an offer we cannot take is acknowledged and hung up', async () => {
    const trunk = new Trunk()
    const session = trunk.pair.call({ uri: 'sip:bob@192.0.2.9', to: 'sip:bob@192.0.2.9', offer: undefined })
    session.onEvent((event) => event.type === 'offered' && event.respond({ status: 488 }))
    await trunk.pair.clock.advanceAsync(10)
    await trunk.respond(200, 'a', trunk.sdp(theirs))
    expect(trunk.sent).toEqual(['ACK', 'BYE'])
    await trunk.over()
  })

  test('a reliable 183 offers, our answer goes into the PRACK, and the 200 needs none', async () => {
    const trunk = new Trunk()
    const session = trunk.pair.call({ uri: 'sip:bob@192.0.2.9', to: 'sip:bob@192.0.2.9', offer: undefined })
    session.onEvent((event) => event.type === 'offered' && event.respond(ours))
    await trunk.pair.clock.advanceAsync(10)
    await trunk.respond(
      183,
      'a',
      trunk.sdp(theirs, [
        { name: 'Require', value: '100rel' },
        { name: 'RSeq', value: '1' },
      ]),
    )
    expect(Buffer.from((trunk.peer.last('PRACK') as SipRequest).body).toString()).toBe(ours)
    await trunk.respond(200, 'a')
    expect(trunk.events).toMatchObject([
      { type: 'offered' },
      { type: 'progress', status: 183 },
      { type: 'established' },
    ])
    session.end()
    await trunk.over()
  })
})

test('the answer in a reliable 183 counts; what the 200 says is ignored', async () => {
  const trunk = new Trunk()
  const session = await trunk.start()
  await trunk.respond(
    183,
    'a',
    trunk.sdp(answer, [
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: '1' },
    ]),
  )
  await trunk.respond(200, 'a', trunk.sdp('v=0\r\ns=another\r\n'))
  expect(trunk.events.at(-1)).toMatchObject({ type: 'established', sdp: answer })
  session.end()
  await trunk.over()
})

test('an address that is none is refused before anything is sent', () => {
  const pair = new Pair()
  expect(() => pair.call({ from: 'nobody' })).toThrow('"nobody" cannot stand in From')
})
