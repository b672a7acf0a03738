import { describe, expect, it } from 'vitest'
import { request, responseTo } from './build.ts'
import { examine } from './examine.ts'
import { header, headerLines, withHeader } from './headers.ts'
import type { SipRequest } from './message.ts'
import { reasonPhrase } from './reason.ts'
import { serialize } from './serialize.ts'

const invite = request({
  method: 'INVITE',
  uri: 'sip:b@example.com',
  via: ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1', 'SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2'],
  route: ['<sip:proxy.example.com;lr>'],
  from: '<sip:a@example.com>;tag=1',
  to: '<sip:b@example.com>',
  callId: 'c@example.com',
  cseq: { number: 1, method: 'INVITE' },
  contact: '<sip:a@192.0.2.1>',
  headers: [
    { name: 'Record-Route', value: '<sip:proxy.example.com;lr>' },
    { name: 'Timestamp', value: '54' },
    { name: 'Content-Type', value: 'application/sdp' },
  ],
  body: Buffer.from('v=0\r\n'),
})

describe('a request', () => {
  it('has what every request has, and its length', () => {
    expect(Buffer.from(serialize(invite)).toString()).toBe(
      [
        'INVITE sip:b@example.com SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
        'Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2',
        'Max-Forwards: 70',
        'Route: <sip:proxy.example.com;lr>',
        'From: <sip:a@example.com>;tag=1',
        'To: <sip:b@example.com>',
        'Call-ID: c@example.com',
        'CSeq: 1 INVITE',
        'Contact: <sip:a@192.0.2.1>',
        'Record-Route: <sip:proxy.example.com;lr>',
        'Timestamp: 54',
        'Content-Type: application/sdp',
        'Content-Length: 5',
        '',
        'v=0\r\n',
      ].join('\r\n'),
    )
  })

  it('cannot be given lines by a value, nor a length that is not its own', () => {
    const bent = withHeader(withHeader(invite, 'X', 'a\r\nVia: b\n\nc'), 'Content-Length', '500')
    const text = Buffer.from(serialize({ ...bent, headers: [...bent.headers, { name: 'l', value: '9' }] })).toString()
    expect(text).toContain('\r\nX: a Via: b c\r\nContent-Length: 5\r\n\r\nv=0')
  })
})

describe('a response', () => {
  it('copies what RFC 3261 §8.2.6.2 says, and tags To', () => {
    const ringing = responseTo(invite, 180, { toTag: 'mine', headers: [{ name: 'Contact', value: '<sip:us>' }] })
    expect([ringing.type, ringing.status, ringing.reason]).toEqual(['response', 180, 'Ringing'])
    expect(ringing.headers).toEqual([
      ...invite.headers.slice(0, 2),
      { name: 'From', value: '<sip:a@example.com>;tag=1' },
      { name: 'To', value: '<sip:b@example.com>;tag=mine' },
      { name: 'Call-ID', value: 'c@example.com' },
      { name: 'CSeq', value: '1 INVITE' },
      { name: 'Record-Route', value: '<sip:proxy.example.com;lr>' },
      { name: 'Contact', value: '<sip:us>' },
    ])
  })

  it('100 has no tag of ours, no route, and the time that was asked for', () => {
    const trying = responseTo(invite, 100, { toTag: 'mine' })
    expect(header(trying, 'to')).toBe('<sip:b@example.com>')
    expect([header(trying, 'timestamp'), header(trying, 'record-route')]).toEqual(['54', undefined])
  })

  it('keeps a tag that is there, and needs no route once refused', () => {
    const within = withHeader(invite, 'To', '<sip:b@example.com>;tag=theirs')
    const busy = responseTo(within, 486, { toTag: 'mine', reason: 'Not now' })
    expect([header(busy, 'to'), busy.reason]).toEqual(['<sip:b@example.com>;tag=theirs', 'Not now'])
    expect(headerLines(busy, 'record-route')).toEqual([])
  })

  it('is called what the RFC calls it, or its class', () => {
    expect([180, 299, 488, 499, 603, 699, 999].map(reasonPhrase)).toEqual([
      'Ringing',
      'OK',
      'Not Acceptable Here',
      'Bad Request',
      'Decline',
      'Busy Everywhere',
      '',
    ])
  })
})

describe('a request that is examined', () => {
  const abilities = {
    methods: ['INVITE', 'ACK', 'CANCEL', 'OPTIONS'],
    extensions: ['timer'],
    bodies: { INVITE: ['application/sdp'] },
  }

  function examined(changes: Readonly<Record<string, string>>, start: Partial<SipRequest> = {}): unknown {
    const changed = Object.entries(changes).reduce((one, [name, value]) => withHeader(one, name, value), invite)
    const refusal = examine({ ...changed, ...start }, abilities)
    return refusal && [refusal.status, refusal.why, ...refusal.headers.map(({ name, value }) => `${name}: ${value}`)]
  }

  it.each<[string, Readonly<Record<string, string>>, Partial<SipRequest>]>([
    ['is ordinary', {}, {}],
    ['has hops to spare or none', { 'Max-Forwards': '0' }, {}],
    ['is for a number', {}, { uri: 'tel:+15551230001' }],
    ['is secured', {}, { uri: 'sips:b@example.com' }],
    ['requires what we have', { Require: 'Timer' }, {}],
    ['cancels, whatever it requires', { Require: 'x' }, { method: 'CANCEL' }],
    ['acknowledges', { Require: 'x' }, { method: 'ACK' }],
    ['removes its bindings', { Contact: '*' }, { method: 'OPTIONS' }],
    [
      'has a body that may be ignored',
      { 'Content-Type': 'x/y', 'Content-Disposition': 'session; handling=optional' },
      {},
    ],
    ['has a body nobody judges here', { 'Content-Type': 'x/y' }, { method: 'OPTIONS' }],
    ['has a type with parameters', { 'Content-Type': 'Application/SDP;charset=utf-8' }, {}],
    ['is not encoded', { 'Content-Encoding': 'identity' }, {}],
    ['accepts anything', { Accept: 'text/plain, */*;q=0.1' }, {}],
  ])('passes when it %s', (_, changes, start) => {
    expect(examined(changes, start)).toBeUndefined()
  })

  it.each<[Readonly<Record<string, string>>, Partial<SipRequest>, readonly unknown[]]>([
    [{ 'Max-Forwards': 'x' }, {}, [400, 'Max-Forwards "x" is no number']],
    [{ Via: 'SIP/2.0/UDP a;branch=z9hG4bK' }, {}, [400, 'The branch is z9hG4bK and nothing more']],
    [{ Via: 'SIP/2.0/UDP a, SIP/2.0' }, {}, [400, 'Via "SIP/2.0" cannot be read']],
    [{ Contact: 'me' }, {}, [400, 'contact "me" cannot be read']],
    [{ Route: '*' }, {}, [400, 'route "*" cannot be read']],
    [{ 'Refer-To': '<x>' }, {}, [400, 'refer-to "<x>" cannot be read']],
    [{}, { method: 'REGISTER' }, [405, 'REGISTER is not allowed here', 'Allow: INVITE, ACK, CANCEL, OPTIONS']],
    [{}, { method: 'invite' }, [501, 'invite is no method that we know', 'Allow: INVITE, ACK, CANCEL, OPTIONS']],
    [{}, { uri: 'http://x' }, [416, 'The Request-URI\'s scheme "http" is not served here']],
    [{}, { uri: 'sip:a@' }, [400, 'The Request-URI "sip:a@" cannot be read']],
    [{}, { uri: 'sip:a?b=c' }, [400, 'The Request-URI "sip:a?b=c" carries headers']],
    [{ Require: 'timer, x, y' }, {}, [420, 'It requires x, y', 'Unsupported: x, y']],
    [{ 'Content-Type': 'x/y' }, {}, [415, 'Its body is x/y', 'Accept: application/sdp']],
    [{ 'Content-Type': '' }, {}, [415, 'Its body is of no type', 'Accept: application/sdp']],
    [{ 'Content-Encoding': 'gzip' }, {}, [415, 'Its body is encoded as gzip', 'Accept-Encoding: identity']],
    [{ Accept: 'text/plain' }, {}, [406, 'It accepts text/plain, and no session description']],
    [{ Accept: '' }, {}, [406, 'It accepts nothing, and no session description']],
  ])('is refused when it has %j, %j', (changes, start, refusal) => {
    expect(examined(changes, start)).toEqual(refusal)
  })

  it('may be an ACK, whatever else we do', () => {
    expect(examine({ ...invite, method: 'ACK' }, { ...abilities, methods: ['OPTIONS'] })).toBeUndefined()
  })

  it('is refused when what must stand once stands twice', () => {
    const twice = { ...invite, headers: [...invite.headers, { name: 'c', value: 'application/sdp' }] }
    expect(examine(twice, abilities)).toMatchObject({ status: 400, why: 'content-type stands more than once' })
  })
})
