import { describe, expect, test } from 'vitest'
import { headerTokens } from '../message/headers.ts'
import { parseMessage } from '../message/parse.ts'
import type { Session } from './contract.ts'
import { glarePause, retryAfter } from './glare.ts'
import { mayOffer, turnOf } from './exchange.ts'
import { answer, offer, Pair } from './pair.ts'

const hold = offer.replace('o=a 1 1', 'o=a 1 2')
const held = answer.replace('o=b 2 1', 'o=b 2 2')

/** Answers whatever is offered. */
const agree = (session: Session, sdp = held) =>
  session.onEvent((event) => event.type === 'offered' && event.respond(sdp))

const end = async (pair: Pair) => {
  pair.alice.sessions[0]?.end()
  await pair.settle()
  expect(pair.alive).toBe(0)
  expect(pair.errors).toEqual([])
}

/** Messages after the call was established. */
const later = (pair: Pair) => pair.ladder.slice(3)

describe('a new offer', () => {
  test.for([
    ['invite', ['> INVITE', '< 200 INVITE', '> ACK']],
    ['update', ['> UPDATE', '< 200 UPDATE']],
  ] as const)('by %s is answered, and the session goes on', async ([how, ladder]) => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    agree(theirs)
    const answered = ours.reoffer(hold, how)
    await pair.clock.advanceAsync(10)
    expect(await answered).toBe(held)
    expect(pair.bob.events.at(-1)).toMatchObject({ type: 'offered', sdp: hold })
    expect(later(pair)).toEqual(ladder)
    await end(pair)
  })

  test('of the callee works alike', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    agree(ours, offer)
    const answered = theirs.reoffer(held)
    await pair.clock.advanceAsync(10)
    expect(await answered).toBe(offer)
    await end(pair)
  })

  test('that is refused leaves the session as it was', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    theirs.onEvent((event) => event.type === 'offered' && event.respond({ status: 488 }))
    const refused = ours.reoffer(hold)
    const caught = expect(refused).rejects.toMatchObject({ code: 'command.refused', details: { status: 488 } })
    await pair.clock.advanceAsync(10)
    await caught
    expect([ours.state, theirs.state]).toEqual(['established', 'established'])
    await end(pair)
  })

  test('waits for the one before', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    agree(theirs)
    const both = Promise.all([ours.reoffer(hold), ours.reoffer(offer)])
    await pair.clock.advanceAsync(20)
    expect(await both).toEqual([held, held])
    expect(later(pair).filter((line) => line === '> INVITE')).toHaveLength(2)
    expect(pair.ladder).not.toContain('< 500 INVITE')
    await end(pair)
  })

  test('that nobody answers ends the session after 64 T1', async () => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    pair.passed.swallow = (_text, from) => from === '192.0.2.2'
    const caught = expect(ours.reoffer(hold)).rejects.toMatchObject({ code: 'command.refused' })
    await pair.clock.advanceAsync(33_000)
    await caught
    expect(pair.alice.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'timeout', status: 408 } })
  })

  test('to a peer that lost the call ends it', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    pair.passed.swallow = (text) => text.startsWith('BYE')
    theirs.end()
    await pair.clock.advanceAsync(100)
    const caught = expect(ours.reoffer(hold)).rejects.toMatchObject({ details: { status: 481 } })
    await pair.clock.advanceAsync(100)
    await caught
    expect(pair.alice.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'peer', status: 481 } })
  })
})

test('an INVITE without an offer asks for ours; the ACK answers it', async () => {
  const pair = new Pair()
  const { ours } = await pair.talk()
  ours.onEvent((event) => event.type === 'offer-wanted' && event.respond(hold))
  const bob = pair.scripted('192.0.2.1')
  const peer = await intrude(pair, bob)
  peer.send('INVITE', 900)
  await pair.clock.advanceAsync(10)
  const ok = bob.last('200 INVITE')
  expect(Buffer.from(ok?.body ?? []).toString()).toBe(hold)
  peer.send('ACK', 900, held)
  await pair.clock.advanceAsync(10)
  expect(pair.alice.events.slice(-2)).toMatchObject([{ type: 'offer-wanted' }, { type: 'answered', sdp: held }])
})

/** Somebody who speaks as bob within the call, from another address. */
async function intrude(pair: Pair, bob: ReturnType<Pair['scripted']>) {
  const ok = pair.last('200 INVITE') ?? ''
  const line = (name: string) => new RegExp(`\\r\\n${name}: (.*)\\r\\n`).exec(ok)?.[1] ?? ''
  const send = (method: string, cseq: number, sdp?: string, callId = line('Call-ID')) =>
    bob.send({
      type: 'request',
      method,
      uri: 'sip:alice@192.0.2.1',
      headers: [
        { name: 'From', value: line('To') },
        { name: 'To', value: line('From') },
        { name: 'Call-ID', value: callId },
        { name: 'CSeq', value: `${cseq} ${method}` },
        { name: 'Contact', value: '<sip:bob@192.0.2.9>' },
        { name: 'Max-Forwards', value: '70' },
        ...(sdp === undefined ? [] : [{ name: 'Content-Type', value: 'application/sdp' }]),
      ],
      body: Buffer.from(sdp ?? ''),
    })
  return { send }
}

describe('what comes at the wrong time', () => {
  test('an INVITE of ours waits until the one of the peer is acknowledged', async () => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    agree(ours, offer)
    const bob = pair.scripted('192.0.2.1')
    const peer = await intrude(pair, bob)
    peer.send('INVITE', 900, held)
    await pair.clock.advanceAsync(5)
    void ours.reoffer(hold).catch(() => {})
    await pair.clock.advanceAsync(5)
    expect(bob.ladder).toEqual(['200 INVITE'])
    peer.send('ACK', 900)
    await pair.clock.advanceAsync(5)
    expect(bob.ladder).toEqual(['200 INVITE', 'INVITE'])
  })

  test('offers that cross are refused with 491 on both sides, and go again after their pauses', async () => {
    const pair = new Pair()
    const { ours, theirs } = await pair.talk()
    agree(theirs)
    agree(ours, offer)
    const both = Promise.all([ours.reoffer(hold), theirs.reoffer(held)])
    await pair.clock.advanceAsync(5000)
    expect(await both).toEqual([held, offer])
    expect(pair.ladder.filter((line) => line.includes('491'))).toEqual(['< 491 INVITE', '> 491 INVITE'])
    await end(pair)
  })

  test('a second INVITE before the first is answered gets 500 with Retry-After', async () => {
    const pair = new Pair()
    await pair.talk()
    const bob = pair.scripted('192.0.2.1')
    const peer = await intrude(pair, bob)
    peer.send('INVITE', 900, held)
    await pair.clock.advanceAsync(5)
    peer.send('INVITE', 901, held)
    await pair.clock.advanceAsync(10)
    const refusal = bob.last('500 INVITE')
    expect(Number(headerTokens(refusal!, 'retry-after')[0])).toBeLessThanOrEqual(10)
  })

  test('a request with a CSeq from before gets 500', async () => {
    const pair = new Pair()
    await pair.talk()
    const bob = pair.scripted('192.0.2.1')
    const peer = await intrude(pair, bob)
    peer.send('INFO', 50)
    await pair.clock.advanceAsync(5)
    peer.send('INFO', 49)
    await pair.clock.advanceAsync(5)
    expect(bob.ladder).toEqual(['200 INFO', '500 INFO'])
  })

  test('a BYE while an offer of the peer is thought about answers that with 487', async () => {
    const pair = new Pair()
    await pair.talk()
    const bob = pair.scripted('192.0.2.1')
    const peer = await intrude(pair, bob)
    peer.send('INVITE', 900, held)
    await pair.clock.advanceAsync(5)
    peer.send('BYE', 901)
    await pair.clock.advanceAsync(5)
    expect(bob.ladder.toSorted()).toEqual(['200 BYE', '487 INVITE'])
    expect(pair.alice.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'peer' } })
  })

  test('an INVITE within the call that is taken back gets 487', async () => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    const bob = pair.scripted('192.0.2.1')
    const peer = await intrude(pair, bob)
    peer.send('INVITE', 900, held)
    await pair.clock.advanceAsync(5)
    const sent = pair.passed.sent.findLast(({ text }) => text.startsWith('INVITE'))?.text ?? ''
    const invite = parseMessage(
      Buffer.from(
        sent
          .replaceAll('INVITE', 'CANCEL')
          .replace(held, '')
          .replace(/Content-Length: \d+/, 'Content-Length: 0'),
      ),
    )
    if (invite.ok) bob.sendAsIs(invite.message)
    await pair.clock.advanceAsync(5)
    expect(bob.ladder.toSorted()).toEqual(['200 CANCEL', '487 INVITE'])
    expect(ours.state).toBe('established')
  })

  test('an INVITE that knows the Call-ID but not the tags reaches no call', async () => {
    const pair = new Pair()
    const { ours } = await pair.talk()
    const bob = pair.scripted('192.0.2.1')
    const line = /\r\nCall-ID: (.*)\r\n/.exec(pair.last('200 INVITE') ?? '')?.[1] ?? ''
    for (const method of ['INVITE', 'BYE']) {
      bob.send({
        type: 'request',
        method,
        uri: 'sip:alice@192.0.2.1',
        headers: [
          { name: 'From', value: '<sip:eve@192.0.2.9>;tag=eve' },
          { name: 'To', value: '<sip:alice@192.0.2.1>;tag=guess' },
          { name: 'Call-ID', value: line },
          { name: 'CSeq', value: `9000 ${method}` },
        ],
        body: Buffer.from(''),
      })
    }
    await pair.clock.advanceAsync(10)
    expect(bob.ladder).toEqual(['481 INVITE', '481 BYE'])
    expect(ours.state).toBe('established')
  })
})

describe('whose turn it is', () => {
  const random = (bytes: number) => '80'.repeat(bytes)

  test.for([
    ['INVITE', true, 'stable', undefined, true],
    ['INVITE', true, 'stable', 'theirs', 500],
    ['INVITE', false, 'stable', 'ours', 491],
    ['INVITE', true, 'sent', undefined, 491],
    ['INVITE', true, 'received', undefined, 500],
    ['UPDATE', true, 'stable', 'theirs', true],
    ['UPDATE', true, 'sent', undefined, 491],
    ['UPDATE', true, 'received', undefined, 500],
    ['UPDATE', false, 'sent', 'ours', true],
    ['UPDATE', false, 'received', 'theirs', true],
  ] as const)(
    '%s, with an offer: %s, exchange %s, INVITE pending %s: %s',
    ([method, offers, exchange, invite, expected]) => {
      const turn = turnOf(method, offers, { exchange, invite }, random)
      expect(turn.take || turn.status).toBe(expected)
    },
  )

  test('an UPDATE may go beside an INVITE, an INVITE may not', () => {
    expect(mayOffer('UPDATE', { exchange: 'stable', invite: 'ours' })).toBe(true)
    expect(mayOffer('INVITE', { exchange: 'stable', invite: 'theirs' })).toBe(false)
    expect(mayOffer('UPDATE', { exchange: 'sent', invite: undefined })).toBe(false)
  })

  test.for([
    ['00000000', 2100, 0, 0],
    ['80000000', 3050, 1000, 5],
    ['ffffffff', 4000, 2000, 10],
  ] as const)(
    'drawn %s: the owner waits %i ms, the other %i ms, Retry-After is %i s',
    ([drawn, owner, other, later]) => {
      expect(glarePause(true, () => drawn)).toBe(owner)
      expect(glarePause(false, () => drawn)).toBe(other)
      expect(retryAfter(() => drawn)).toBe(later)
    },
  )
})
