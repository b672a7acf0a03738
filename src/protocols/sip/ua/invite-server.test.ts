import { describe, expect, test } from 'vitest'
import { header, headerLines } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { request, type RequestParts } from '../message/build.ts'
import type { Scripted } from './fakes.ts'
import { answer, offer, Pair, type PairOptions } from './pair.ts'
import type { IncomingSession } from './contract.ts'

/** A scripted caller, and bob who is called. */
class Called {
  readonly pair: Pair
  readonly peer: Scripted

  constructor(take: (session: IncomingSession) => void, options: PairOptions = {}) {
    this.pair = new Pair({ ...options, answer: take })
    this.peer = this.pair.scripted('192.0.2.2')
    this.peer.answer = (one) => {
      if (one.method !== 'ACK') this.peer.respond(one, 200)
    }
  }

  async invite(headers: readonly SipHeader[] = [], body: string | undefined = offer): Promise<void> {
    this.peer.send(
      this.message('INVITE', 1, {
        headers: [...headers, ...(body ? [sdpType] : [])],
        ...(body ? { body: Buffer.from(body) } : {}),
      }),
    )
    await this.pair.clock.advanceAsync(10)
  }

  message(method: string, cseq: number, parts: Partial<RequestParts> = {}): SipRequest {
    return request({
      method,
      uri: 'sip:bob@192.0.2.2',
      from: '<sip:carol@192.0.2.9>;tag=carol',
      to: '<sip:bob@192.0.2.2>',
      callId: 'called',
      cseq: { number: cseq, method },
      contact: '<sip:carol@192.0.2.9>',
      ...parts,
    })
  }

  /** Within the dialog that the last response opened. */
  async within(method: string, cseq: number, parts: Partial<RequestParts> = {}): Promise<void> {
    const to =
      header(
        this.peer.heard.findLast((one) => one.type === 'response' && one.status > 100)!,
        'to',
      ) ?? ''
    this.peer.send(this.message(method, cseq, { ...parts, to }))
    await this.pair.clock.advanceAsync(10)
  }

  get session(): IncomingSession {
    return this.pair.bob.sessions[0]!
  }

  get events() {
    return this.pair.bob.events
  }

  async over(): Promise<void> {
    await this.pair.settle()
    expect(this.pair.alive).toBe(0)
  }
}

const sdpType = { name: 'Content-Type', value: 'application/sdp' }
const reliable = [{ name: 'Supported', value: '100rel' }]
const text = (message: { readonly body: Uint8Array } | undefined) => Buffer.from(message?.body ?? []).toString()

test('the session knows the call: request, flow, offer', async () => {
  const called = new Called(() => {})
  await called.invite([{ name: 'X-Ref', value: '7' }])
  expect(called.session).toMatchObject({ direction: 'incoming', state: 'early', callId: 'called', offer })
  expect(called.session.flow.remote.address).toBe('192.0.2.9')
  expect(header(called.session.request, 'x-ref')).toBe('7')
  called.session.refuse(486)
  await called.over()
})

describe('ringing', () => {
  test('180 and 183 go out with one tag and a Contact, and again every minute', async () => {
    const called = new Called((session) => session.progress(180))
    await called.invite()
    called.session.progress(183, answer, [{ name: 'P-Early-Media', value: 'sendrecv' }])
    await called.pair.clock.advanceAsync(121_000)
    expect(called.peer.ladder).toEqual(['180 INVITE', '183 INVITE', '183 INVITE', '183 INVITE'])
    expect(new Set(called.peer.heard.map((one) => header(one, 'to'))).size).toBe(1)
    expect(header(called.peer.heard[0]!, 'contact')).toBe('<sip:bob@192.0.2.2:5060>')
    expect(header(called.peer.heard[1]!, 'p-early-media')).toBe('sendrecv')
    expect(text(called.peer.heard[1])).toBe(answer)
    called.session.refuse(480)
    await called.over()
  })

  test('a caller that gives up gets 200 and 487, and we hear why', async () => {
    const called = new Called((session) => session.progress(180))
    await called.invite()
    const invite = called.pair.passed.sent.find(({ text }) => text.startsWith('INVITE'))
    const via = /Via: (.*)\r\n/.exec(invite?.text ?? '')?.[1] ?? ''
    const reason = { name: 'Reason', value: 'SIP;cause=200;text="Call completed elsewhere"' }
    const cancel = called.message('CANCEL', 1, { via: [via], headers: [reason] })
    called.peer.sendAsIs(cancel)
    await called.pair.clock.advanceAsync(10)
    expect(called.peer.ladder).toEqual(['180 INVITE', '200 CANCEL', '487 INVITE'])
    expect(called.events).toMatchObject([
      { type: 'ended', end: { by: 'peer', status: 487, reason: 'The caller gave up: Call completed elsewhere' } },
    ])
    called.session.accept(answer)
    called.session.progress(180)
    await called.over()
    expect(called.peer.ladder.filter((line) => line === '200 INVITE')).toEqual([])
  })

  test('a caller that set a limit (Expires) gets 487 then', async () => {
    const called = new Called((session) => session.progress(180))
    await called.invite([{ name: 'Expires', value: '20' }])
    await called.pair.clock.advanceAsync(20_000)
    expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'timeout', status: 487 } }])
    await called.over()
  })

  test('a message that found no dialog yet does not cost the call', async () => {
    const called = new Called((session) => session.progress(180))
    called.peer.answer = (one) => called.peer.respond(one, 481)
    await called.invite()
    const status = called.session.info('application/dtmf', '1')
    await called.pair.clock.advanceAsync(10)
    expect(await status).toBe(481)
    expect(called.session.state).toBe('early')
    called.session.refuse(486)
    await called.over()
  })

  test('a listener that throws while events are told harms nobody', async () => {
    const called = new Called((session) => {
      session.onEvent(() => {
        throw new Error('deaf')
      })
      session.accept(answer)
    })
    await called.invite()
    await called.within('ACK', 1)
    expect(called.pair.errors).toMatchObject([{ message: 'deaf' }])
    expect(called.session.state).toBe('established')
    called.session.end()
    await called.over()
  })

  test('a caller that sends BYE instead of CANCEL gets 200 and 487', async () => {
    const called = new Called((session) => session.progress(180))
    await called.invite()
    await called.within('BYE', 2)
    expect(called.peer.ladder).toEqual(['180 INVITE', '200 BYE', '487 INVITE'])
    expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'peer' } }])
    await called.over()
  })
})

test('a refusal carries reason, cause and headers, once', async () => {
  const called = new Called((session) =>
    session.refuse(503, { reason: 'Full', q850: 42, headers: [{ name: 'Retry-After', value: '5' }] }),
  )
  await called.invite()
  const refusal = called.peer.last('503 INVITE')!
  expect(refusal).toMatchObject({ reason: 'Full' })
  expect(header(refusal, 'reason')).toBe('Q.850;cause=42')
  expect(header(refusal, 'retry-after')).toBe('5')
  called.session.refuse(486)
  called.session.end()
  expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'us', status: 503, q850: 42, reason: 'Full' } }])
  await called.over()
})

test('a listener that throws is told of, and the call is refused', async () => {
  const called = new Called(() => {
    throw new Error('broken')
  })
  await called.invite()
  expect(called.peer.ladder).toEqual(['500 INVITE'])
  expect(called.pair.errors).toMatchObject([{ message: 'broken' }])
  await called.over()
})

describe('the 2xx', () => {
  test('is repeated until its ACK; then the session is established', async () => {
    const called = new Called((session) => session.accept(answer, [{ name: 'X-Call', value: '1' }]))
    await called.invite()
    expect(called.session.state).toBe('answering')
    await called.pair.clock.advanceAsync(4000)
    expect(called.peer.ladder).toEqual(['200 INVITE', '200 INVITE', '200 INVITE', '200 INVITE'])
    expect(header(called.peer.heard[0]!, 'x-call')).toBe('1')
    expect(text(called.peer.heard[0])).toBe(answer)
    await called.within('ACK', 1)
    expect(called.session.state).toBe('established')
    await called.pair.clock.advanceAsync(40_000)
    expect(called.peer.ladder).toHaveLength(4)
    expect(called.events).toMatchObject([{ type: 'established', tag: 'carol' }])
    called.session.end({ q850: 16 })
    await called.over()
    expect(header(called.peer.last('BYE')!, 'reason')).toBe('Q.850;cause=16')
  })

  test('without an ACK for 64 T1, not 5 s, the session ends with a BYE', async () => {
    const called = new Called((session) => session.accept(answer))
    await called.invite()
    await called.pair.clock.advanceAsync(31_000)
    expect(called.session.state).toBe('answering')
    await called.pair.clock.advanceAsync(2000)
    expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'timeout' } }])
    await called.over()
    expect(called.peer.ladder.filter((line) => line === '200 INVITE')).toHaveLength(11)
    expect(called.peer.ladder.at(-1)).toBe('BYE')
  })

  test('hanging up before the ACK waits for it', async () => {
    const called = new Called((session) => session.accept(answer))
    await called.invite()
    called.session.end({ reason: 'No time' })
    expect(called.session.state).toBe('ending')
    expect(called.peer.ladder).not.toContain('BYE')
    await called.within('ACK', 1)
    await called.pair.clock.advanceAsync(10)
    expect(called.peer.ladder).toContain('BYE')
    expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'us', reason: 'No time' } }])
    await called.over()
  })

  test('once sent, the limit of the caller (Expires) means nothing any more', async () => {
    const called = new Called((session) => session.accept(answer))
    await called.invite([{ name: 'Expires', value: '20' }])
    await called.within('ACK', 1)
    await called.pair.clock.advanceAsync(30_000)
    expect(called.session.state).toBe('established')
    called.session.end()
    await called.over()
  })

  test('a BYE that overtakes the ACK ends the session', async () => {
    const called = new Called((session) => session.accept(answer))
    await called.invite()
    await called.within('BYE', 2)
    expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'peer' } }])
    await called.over()
    expect(called.peer.ladder.filter((line) => line === '200 INVITE')).toHaveLength(1)
  })

  test('an INVITE without an offer gets ours, and its ACK brings the answer', async () => {
    const called = new Called((session) => session.accept(offer))
    await called.invite([], '')
    expect(called.session.offer).toBeUndefined()
    await called.within('ACK', 1, { headers: [sdpType], body: Buffer.from(answer) })
    expect(called.events).toMatchObject([{ type: 'established', sdp: answer }])
    called.session.end()
    await called.over()
  })

  test('an ACK that does not answer our offer ends the session', async () => {
    const called = new Called((session) => session.accept(offer))
    await called.invite([], '')
    await called.within('ACK', 1)
    expect(called.events).toMatchObject([
      { type: 'ended', end: { by: 'us', reason: expect.stringContaining('without answering') } },
    ])
    await called.over()
  })

  test('the description is found in a multipart body', async () => {
    const called = new Called((session) => session.accept(answer))
    const parts = `--x\r\nContent-Type: application/isup;version=itu-t92+\r\n\r\n\u0001\u0002\r\n--x\r\nContent-Type: application/sdp\r\n\r\n${offer}\r\n--x--\r\n`
    called.peer.send(
      called.message('INVITE', 1, {
        headers: [{ name: 'Content-Type', value: 'multipart/mixed; boundary=x' }],
        body: Buffer.from(parts),
      }),
    )
    await called.pair.clock.advanceAsync(10)
    expect(called.session.offer?.trim()).toBe(offer.trim())
    await called.within('ACK', 1)
    called.session.end()
    await called.over()
  })
})

describe('reliable provisional responses', () => {
  const prack = (called: Called, cseq: number, rseq: string | undefined, body?: string) =>
    called.within('PRACK', cseq, {
      headers: [{ name: 'RAck', value: `${rseq} 1 INVITE` }, ...(body ? [sdpType] : [])],
      ...(body ? { body: Buffer.from(body) } : {}),
    })

  test('are repeated until PRACK, and the next one waits for it', async () => {
    const called = new Called((session) => {
      session.progress(180)
      session.progress(183, answer)
    })
    await called.invite(reliable)
    await called.pair.clock.advanceAsync(2000)
    expect(called.peer.ladder).toEqual(['180 INVITE', '180 INVITE', '180 INVITE'])
    const [first] = called.peer.heard
    expect(headerLines(first!, 'require')).toEqual(['100rel'])
    const rseq = Number(header(first!, 'rseq'))
    await prack(called, 2, String(rseq))
    expect(called.peer.ladder.slice(3)).toEqual(['183 INVITE', '200 PRACK'])
    expect(Number(header(called.peer.last('183 INVITE')!, 'rseq'))).toBe(rseq + 1)
    called.session.refuse(480)
    await called.over()
  })

  test('with a description hold the 2xx back, which then has none', async () => {
    const called = new Called((session) => {
      session.progress(183, answer)
      session.accept(answer)
    })
    await called.invite(reliable)
    expect(called.peer.ladder).toEqual(['183 INVITE'])
    await prack(called, 2, header(called.peer.heard[0]!, 'rseq'))
    expect(called.peer.ladder).toEqual(['183 INVITE', '200 PRACK', '200 INVITE'])
    expect(text(called.peer.last('200 INVITE'))).toBe('')
    await called.within('ACK', 1)
    expect(called.session.state).toBe('established')
    called.session.end()
    await called.over()
  })

  test('that are never acknowledged end the call with 504', async () => {
    const called = new Called((session) => session.progress(183, answer))
    await called.invite(reliable)
    await called.pair.clock.advanceAsync(33_000)
    expect(called.peer.ladder).toContain('504 INVITE')
    expect(called.events).toMatchObject([{ type: 'ended', end: { by: 'timeout', status: 504 } }])
    await called.over()
  })

  test('are not repeated once the call was refused', async () => {
    const called = new Called((session) => session.progress(183, answer))
    await called.invite(reliable)
    called.session.refuse(486)
    await called.pair.clock.advanceAsync(40_000)
    expect(called.peer.ladder.filter((line) => line === '183 INVITE')).toHaveLength(1)
    expect(called.peer.ladder).not.toContain('504 INVITE')
    await called.over()
  })

  test('describe the session once', async () => {
    const called = new Called((session) => session.progress(183, answer))
    await called.invite(reliable)
    await prack(called, 2, header(called.peer.heard[0]!, 'rseq'))
    called.session.progress(183, answer)
    await called.pair.clock.advanceAsync(10)
    const described = called.peer.heard.filter((one) => one.body.length > 0)
    expect(called.peer.ladder.filter((line) => line === '183 INVITE')).toHaveLength(2)
    expect(described).toHaveLength(1)
    called.session.refuse(480)
    await called.over()
  })

  test('a PRACK of another INVITE gets 481', async () => {
    const called = new Called((session) => session.progress(180))
    await called.invite(reliable)
    const rack = { name: 'RAck', value: `${header(called.peer.heard[0]!, 'rseq')} 2 INVITE` }
    await called.within('PRACK', 2, { headers: [rack] })
    expect(called.peer.ladder).toContain('481 PRACK')
    called.session.refuse(480)
    await called.over()
  })

  test('a PRACK that matches none gets 481', async () => {
    const called = new Called((session) => session.progress(183, answer))
    await called.invite(reliable)
    const rseq = Number(header(called.peer.heard[0]!, 'rseq'))
    await prack(called, 2, String(rseq + 1))
    await prack(called, 3, '1x')
    expect(called.peer.ladder.filter((line) => line === '481 PRACK' || line === '400 PRACK')).toHaveLength(2)
    called.session.refuse(480)
    await called.over()
  })

  test('may offer where the INVITE did not; the PRACK answers', async () => {
    const called = new Called((session) => session.progress(183, offer))
    await called.invite(reliable, '')
    expect(text(called.peer.last('183 INVITE'))).toBe(offer)
    await prack(called, 2, header(called.peer.heard[0]!, 'rseq'), answer)
    expect(called.events).toMatchObject([{ type: 'answered', sdp: answer }])
    called.session.accept(offer)
    expect(text(called.peer.last('200 INVITE'))).toBe('')
    await called.within('ACK', 1)
    expect(called.session.state).toBe('established')
    called.session.end()
    await called.over()
  })

  test('a PRACK may offer anew: its 200 answers', async () => {
    const called = new Called((session) => session.progress(183, answer))
    await called.invite(reliable)
    called.session.onEvent((event) => event.type === 'offered' && event.respond('v=0\r\ns=anew\r\n'))
    await prack(called, 2, header(called.peer.heard[0]!, 'rseq'), offer)
    expect(text(called.peer.last('200 PRACK'))).toBe('v=0\r\ns=anew\r\n')
    called.session.refuse(480)
    await called.over()
  })

  test('are not made where the caller does not know them, or we are told not to', async () => {
    const plain = new Called((session) => session.progress(183, answer))
    await plain.invite()
    expect(header(plain.peer.heard[0]!, 'rseq')).toBeUndefined()
    plain.session.refuse(480)
    await plain.over()
    const off = new Called((session) => session.progress(183, answer), { bob: { prack: 'off' } })
    await off.invite(reliable)
    expect(header(off.peer.heard[0]!, 'rseq')).toBeUndefined()
    off.session.refuse(480)
    await off.over()
    const required = new Called(() => {}, { bob: { prack: 'off' } })
    await required.invite([{ name: 'Require', value: '100rel' }])
    expect(required.peer.ladder).toEqual(['420 INVITE'])
    await required.over()
  })
})

test('two agents: early media with PRACK, then the answer', async () => {
  const pair = new Pair({
    answer: (session) => {
      session.progress(183, answer)
      session.accept(answer)
    },
  })
  const { ours } = await pair.talk()
  expect(pair.alice.events).toMatchObject([
    { type: 'progress', status: 183, sdp: answer },
    { type: 'established', sdp: answer },
  ])
  ours.end()
  await pair.settle()
  expect(pair.ladder).toEqual([
    '> INVITE',
    '< 183 INVITE',
    '> PRACK',
    '< 200 PRACK',
    '< 200 INVITE',
    '> ACK',
    '> BYE',
    '< 200 BYE',
  ])
  expect(pair.alive).toBe(0)
})

test('two agents: once the early description is acknowledged, UPDATE changes it before the answer', async () => {
  const pair = new Pair({ answer: (session) => session.progress(183, answer) })
  const ours = pair.call()
  ours.onEvent((event) => event.type === 'offered' && event.respond(offer))
  await pair.clock.advanceAsync(50)
  const [theirs] = pair.bob.sessions
  const changed = theirs?.reoffer(answer)
  await pair.clock.advanceAsync(50)
  expect(await changed).toBe(offer)
  expect(pair.ladder.slice(-2)).toEqual(['< UPDATE', '> 200 UPDATE'])
  theirs?.accept(answer)
  await pair.clock.advanceAsync(50)
  expect(ours.state).toBe('established')
  ours.end()
  await pair.settle()
  expect(pair.alive).toBe(0)
})
