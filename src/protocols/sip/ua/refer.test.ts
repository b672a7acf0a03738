import { describe, expect, test } from 'vitest'
import type { SipHeader } from '../message/message.ts'
import type { Session, SessionEvent } from './contract.ts'
import { parseMessage } from '../message/parse.ts'
import { Pair } from './pair.ts'
import { fragment, statusOf } from './sipfrag.ts'

type Refer = Extract<SessionEvent, { type: 'refer' }>

const end = async (pair: Pair) => {
  pair.alice.sessions[0]?.end()
  await pair.settle()
  expect(pair.alive).toBe(0)
  expect(pair.errors).toEqual([])
}

const asked = (pair: Pair) => pair.alice.events.find((event) => event.type === 'refer') as Refer
const told = (pair: Pair) => pair.bob.events.filter((event) => event.type === 'referred')

/** 481 to a NOTIFY that its receiver never sees. */
function forge(pair: Pair, notify: string): boolean {
  const head = notify.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
  const parsed = parseMessage(Buffer.from(`SIP/2.0 481 Gone\r\n${head.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`))
  if (parsed.ok) pair.scripted('192.0.2.1').sendAsIs(parsed.message)
  return parsed.ok
}

test('a transfer is accepted and reported until its end', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  let notify: (status: number, reason: string) => void = () => {}
  ours.onEvent((event) => {
    if (event.type === 'refer') notify = event.accept().notify
  })
  const status = theirs.refer('tel:+15551230002', { referredBy: 'sip:bob@192.0.2.2' })
  await pair.clock.advanceAsync(20)
  expect(await status).toBe(202)
  expect(asked(pair)).toMatchObject({ to: 'tel:+15551230002', referredBy: 'sip:bob@192.0.2.2' })
  notify(180, 'Ringing')
  await pair.clock.advanceAsync(20)
  notify(200, 'OK')
  notify(200, 'OK')
  await pair.clock.advanceAsync(20)
  expect(told(pair)).toMatchObject([
    { status: 100, reason: 'Trying', final: false },
    { status: 180, reason: 'Ringing', final: false },
    { status: 200, reason: 'OK', final: true },
  ])
  expect(pair.last('NOTIFY')).toContain('Subscription-State: terminated;reason=noresource')
  expect(pair.last('NOTIFY')).toContain('Content-Type: message/sipfrag;version=2.0')
  expect(theirs.state).toBe('established')
  await end(pair)
})

test('reports go one after the other; what is outdated is left out', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  ours.onEvent((event) => {
    if (event.type !== 'refer') return
    const { notify } = event.accept()
    notify(180, 'Ringing')
    notify(183, 'Session Progress')
    notify(486, 'Busy Here')
  })
  const status = theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(50)
  await status
  expect(told(pair)).toMatchObject([{ status: 100 }, { status: 486, final: true }])
  await end(pair)
})

test('an attended transfer names the call it replaces', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  const status = theirs.refer('sip:dave@192.0.2.7', { replaces: 'a@b;to-tag=x;from-tag=y' })
  await pair.clock.advanceAsync(20)
  expect(pair.last('REFER')).toContain('Refer-To: <sip:dave@192.0.2.7?Replaces=a%40b%3Bto-tag%3Dx%3Bfrom-tag%3Dy>')
  expect(asked(pair)).toMatchObject({ to: 'sip:dave@192.0.2.7', replaces: 'a@b;to-tag=x;from-tag=y' })
  asked(pair).refuse(603)
  await pair.clock.advanceAsync(20)
  expect(await status).toBe(603)
  expect(ours.state).toBe('established')
  await end(pair)
})

test('nobody who decides: 603 after a while', async () => {
  const pair = new Pair()
  const { theirs } = await pair.talk()
  const status = theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(25_000)
  expect(await status).toBe(603)
  await end(pair)
})

test('a peer that says nothing to REFER costs the transfer, not the call', async () => {
  const pair = new Pair()
  const { theirs } = await pair.talk()
  pair.passed.swallow = (text) => text.startsWith('REFER')
  const status = theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(33_000)
  expect(await status).toBe(408)
  expect(theirs.state).toBe('established')
  await end(pair)
})

test('reports that never come are given up after a minute', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  ours.onEvent((event) => event.type === 'refer' && void event.accept())
  pair.passed.swallow = (text) => text.startsWith('NOTIFY')
  void theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(61_000)
  expect(told(pair)).toMatchObject([{ status: 408, final: true }])
  await end(pair)
})

describe('by hand', () => {
  const send = (pair: Pair, method: string, cseq: number, headers: readonly SipHeader[], body = '') => {
    const bob = pair.scripted('192.0.2.1')
    const ok = pair.last('200 INVITE') ?? ''
    const line = (name: string) => new RegExp(`\\r\\n${name}: (.*)\\r\\n`).exec(ok)?.[1] ?? ''
    bob.send({
      type: 'request',
      method,
      uri: 'sip:alice@192.0.2.1',
      headers: [
        { name: 'From', value: line('To') },
        { name: 'To', value: line('From') },
        { name: 'Call-ID', value: line('Call-ID') },
        { name: 'CSeq', value: `${cseq} ${method}` },
        ...headers,
      ],
      body: Buffer.from(body),
    })
    return bob
  }
  const named = (name: string, value: string): SipHeader => ({ name, value })

  test.for([
    ['two targets', 'REFER', [named('Refer-To', '<sip:a@h>'), named('Refer-To', '<sip:b@h>')], '400 REFER'],
    ['no target', 'REFER', [], '400 REFER'],
    [
      'a report of no transfer',
      'NOTIFY',
      [named('Event', 'refer'), named('Subscription-State', 'active')],
      '481 NOTIFY',
    ],
    ['another event', 'NOTIFY', [named('Event', 'message-summary')], '489 NOTIFY'],
    ['an info package', 'INFO', [named('Info-Package', 'dtmf')], '469 INFO'],
    ['an INFO that asks whether we live', 'INFO', [], '200 INFO'],
    ['OPTIONS', 'OPTIONS', [], '200 OPTIONS'],
    ['PRACK of nothing', 'PRACK', [named('RAck', '1 1 INVITE')], '481 PRACK'],
    ['MESSAGE', 'MESSAGE', [], '405 MESSAGE'],
    ['SUBSCRIBE', 'SUBSCRIBE', [], '489 SUBSCRIBE'],
    ['nonsense', 'NONSENSE', [], '501 NONSENSE'],
    ['a requirement', 'INFO', [named('Require', 'magic')], '420 INFO'],
  ] as const)('%s', async ([, method, headers, expected]) => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    const bob = send(pair, method, 900, headers)
    await pair.clock.advanceAsync(10)
    expect(bob.ladder).toEqual([expected])
    expect(ours.state).toBe('established')
  })

  test('a report of another transfer than ours is refused', async () => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    pair.passed.swallow = (text) => text.startsWith('REFER')
    void ours.refer('sip:dave@192.0.2.7')
    const headers = [named('Event', 'refer;id=99'), named('Subscription-State', 'active')]
    const bob = send(pair, 'NOTIFY', 900, headers, 'SIP/2.0 200 OK')
    await pair.clock.advanceAsync(10)
    expect(bob.ladder).toEqual(['481 NOTIFY'])
    expect(pair.alice.events.filter(({ type }) => type === 'referred')).toEqual([])
  })

  test('who wants no reports gets none (RFC 4488)', async () => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    ours.onEvent((event) => event.type === 'refer' && event.accept().notify(200, 'OK'))
    const bob = send(pair, 'REFER', 900, [named('Refer-To', '<sip:a@h>'), named('Refer-Sub', 'false')])
    await pair.clock.advanceAsync(1000)
    expect(bob.ladder).toEqual(['200 REFER'])
  })

  test('INFO is told by its type; other types are refused with what we take', async () => {
    const pair = new Pair()
    await pair.talk()
    send(pair, 'INFO', 900, [named('Content-Type', 'Application/DTMF-Relay; x=y')], 'Signal=5\r\n')
    await pair.clock.advanceAsync(10)
    expect(pair.alice.events.at(-1)).toEqual({
      type: 'info',
      contentType: 'application/dtmf-relay',
      body: 'Signal=5\r\n',
    })
    send(pair, 'INFO', 901, [named('Content-Type', 'text/plain')], 'hello')
    await pair.clock.advanceAsync(10)
    expect(pair.last('415 INFO')).toContain('Accept: application/dtmf-relay, application/dtmf')
  })
})

test('digits by INFO go out, and their status comes back', async () => {
  const pair = new Pair()
  const { ours } = await pair.talk()
  const status = ours.info('application/dtmf-relay', 'Signal=1\r\nDuration=160\r\n')
  await pair.clock.advanceAsync(10)
  expect(await status).toBe(200)
  expect(pair.bob.events.at(-1)).toMatchObject({ type: 'info', body: 'Signal=1\r\nDuration=160\r\n' })
  await end(pair)
})

test('a peer that forgot the transfer (481 to NOTIFY) still has the call', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  ours.onEvent((event) => event.type === 'refer' && void event.accept())
  // The answer to the NOTIFY is replaced on its way.
  pair.passed.swallow = (text, from) => from === '192.0.2.1' && text.startsWith('NOTIFY') && forge(pair, text)
  const refer = theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(100)
  expect(await refer).toBe(202)
  expect([ours.state, theirs.state]).toEqual(['established', 'established'])
  await end(pair)
})

test('a transfer that is being reported leaves no timer when the call ends', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  ours.onEvent((event) => event.type === 'refer' && void event.accept())
  void theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(1000)
  theirs.end()
  await pair.clock.advanceAsync(40_000)
  expect(pair.alive).toBe(0)
})

test('before the answer there is nobody to transfer', async () => {
  const pair = new Pair({ answer: (session) => session.progress(180) })
  pair.call()
  await pair.clock.advanceAsync(10)
  expect(await pair.bob.sessions[0]?.refer('sip:dave@192.0.2.7')).toBe(481)
  expect(pair.ladder).not.toContain('< REFER')
  pair.bob.sessions[0]?.refuse(486)
  await pair.settle()
})

test.for([
  ['goes out when the ACK is there', true, 202],
  ['is dropped when it never comes', false, 481],
] as const)('a transfer asked for between the 2xx and its ACK %s', async ([, acknowledged, expected]) => {
  const pair = new Pair()
  const ours = pair.call()
  ours.onEvent((event) => event.type === 'refer' && void event.accept())
  pair.passed.swallow = (text) => text.startsWith('ACK') && !(acknowledged && pair.clock.monotonic() > 1000)
  await pair.clock.advanceAsync(10)
  const status = pair.bob.sessions[0]?.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(20)
  expect(pair.ladder).not.toContain('< REFER')
  await pair.clock.advanceAsync(40_000)
  expect(await status).toBe(expected)
  await end(pair)
})

test('each report gives the next one its minute', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  let notify: (status: number, reason: string) => void = () => {}
  ours.onEvent((event) => {
    if (event.type === 'refer') notify = event.accept().notify
  })
  void theirs.refer('sip:dave@192.0.2.7')
  await pair.clock.advanceAsync(50_000)
  notify(180, 'Ringing')
  await pair.clock.advanceAsync(50_000)
  notify(200, 'OK')
  await pair.clock.advanceAsync(100)
  expect(told(pair).map(({ status }) => status)).toEqual([100, 180, 200])
  await end(pair)
})

test('after the end nothing is sent that could overtake the BYE', async () => {
  const pair = new Pair()
  const { ours } = await pair.talk()
  ours.end()
  expect(await ours.info('application/dtmf', '1')).toBe(481)
  expect(await ours.refer('sip:dave@192.0.2.7')).toBe(481)
  await pair.settle()
  expect(pair.ladder.slice(3)).toEqual(['> BYE', '< 200 BYE'])
  expect(pair.alive).toBe(0)
})

describe('Replaces', () => {
  const call = async (pair: Pair, replaces: string) => {
    const session = pair.call({ headers: [{ name: 'Replaces', value: replaces }] })
    await pair.clock.advanceAsync(100)
    return session
  }

  test('the new call takes the place of the old one, which ends', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    // As the transfer target sees it: its own tag is the to-tag.
    const [callId, ...tags] = (ours as Session & { dialogId: string }).dialogId.split(';')
    const session = await call(pair, `${callId};${tags.join(';')}`)
    expect(pair.bob.sessions[1]).toMatchObject({ replaces: theirs, state: 'established' })
    expect(session.state).toBe('established')
    expect(ours.state).toBe('ended')
    session.end()
    await end(pair)
  })

  test('a call that rings here is not replaced: only who is called in it may be', async () => {
    const pair = new Pair({ answer: (session) => session.progress(180) })
    const ours = pair.call()
    await pair.clock.advanceAsync(10)
    const { dialogId } = pair.bob.sessions[0]!
    await call(pair, (dialogId ?? '').replace(/to-tag=(.*);from-tag=(.*)/, 'to-tag=$2;from-tag=$1'))
    expect(pair.last('481 INVITE')).toBeDefined()
    expect(ours.state).toBe('early')
    pair.bob.sessions[0]?.refuse(486)
    await pair.settle()
  })

  test.for([
    ['a call that is not there', (id: string) => id.replace(/^[^;]+/, 'unknown'), '481'],
    ['only an early one', (id: string) => `${id};early-only`, '486'],
    ['something without tags', () => 'abc', '400'],
  ] as const)('%s is refused', async ([, change, status]) => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    await call(pair, change(ours.dialogId ?? ''))
    expect(pair.last(`${status} INVITE`)).toBeDefined()
    expect(ours.state).toBe('established')
    await end(pair)
  })
})

test('a status line is read out of a fragment, and nothing else is', () => {
  expect(statusOf('SIP/2.0 486 Busy Here\r\nX: y\r\n')).toEqual({ status: 486, reason: 'Busy Here' })
  expect(statusOf('SIP/2.0 200')).toEqual({ status: 200, reason: '' })
  expect(statusOf('INVITE sip:a@b SIP/2.0')).toBeUndefined()
  expect(Buffer.from(fragment(200, 'O\r\nK')).toString()).toBe('SIP/2.0 200 O K\r\n')
})
