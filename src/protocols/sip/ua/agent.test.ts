import { describe, expect, test } from 'vitest'
import { request } from '../message/build.ts'
import { header, headerTokens } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import type { Flow } from '../transport/contract.ts'
import type { IncomingSession, UserAgentOptions } from './contract.ts'
import { answer, Pair } from './pair.ts'

const named = (name: string, value: string): SipHeader => ({ name, value })

test('a call is made, answered and hung up', async () => {
  const pair = new Pair()
  const { ours, theirs } = await pair.talk()
  expect(pair.alice.events).toMatchObject([{ type: 'established', sdp: answer }])
  expect(pair.bob.events).toMatchObject([{ type: 'established' }])
  expect(pair.ladder).toEqual(['> INVITE', '< 200 INVITE', '> ACK'])
  ours.end()
  await pair.settle()
  expect(pair.ladder.slice(3)).toEqual(['> BYE', '< 200 BYE'])
  expect(theirs.state).toBe('ended')
  expect(pair.bob.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'peer' } })
  expect(pair.alive).toBe(0)
  expect(pair.clock.pending).toBe(0)
})

test('over TCP, what the callee asks goes back over the connection of the caller', async () => {
  const pair = new Pair({ protocol: 'tcp' })
  const { theirs } = await pair.talk()
  expect(pair.last('INVITE')).toContain('Contact: <sip:alice@192.0.2.1:5060;transport=tcp>')
  theirs.end()
  await pair.clock.advanceAsync(1000)
  expect(pair.bob.agent.alive.streams).toBe(1)
  expect(pair.alice.events.at(-1)).toMatchObject({ type: 'ended', end: { by: 'peer' } })
})

test('a phone behind NAT, whose Contact is private, is reached where it was heard', async () => {
  const pair = new Pair({ bob: { resolve: () => Promise.resolve([]) } })
  const phone = pair.scripted('192.0.2.2')
  const invite = request({
    ...{ method: 'INVITE', uri: 'sip:bob@192.0.2.2', from: '<sip:p@x>;tag=p', to: '<sip:bob@x>', callId: 'nat' },
    ...{ cseq: { number: 1, method: 'INVITE' }, contact: '<sip:p@10.0.0.4:5062>' },
    headers: [named('Content-Type', 'application/sdp')],
    body: Buffer.from(answer),
  })
  phone.send(invite)
  await pair.clock.advanceAsync(5)
  const to = header(phone.last('200 INVITE')!, 'to') ?? ''
  phone.send({ ...invite, method: 'ACK', headers: invite.headers.map((one) => ack(one, to)) })
  await pair.clock.advanceAsync(5)
  pair.bob.sessions[0]?.end()
  await pair.clock.advanceAsync(5)
  expect(phone.ladder.at(-1)).toBe('BYE')
})

function ack(one: SipHeader, to: string): SipHeader {
  if (one.name === 'To') return { ...one, value: to }
  return one.name === 'CSeq' ? { ...one, value: '1 ACK' } : one
}

describe('outside a dialog', () => {
  const ask = async (
    method: string,
    headers: readonly SipHeader[] = [],
    options: Partial<UserAgentOptions> = {},
    uri?: string,
  ) => {
    const pair = new Pair({ bob: options, answer: () => {} })
    const peer = pair.scripted('192.0.2.2')
    const parts = {
      from: '<sip:eve@192.0.2.9>;tag=e',
      to: '<sip:bob@192.0.2.2>',
      callId: 'c',
      cseq: { number: 1, method },
    }
    peer.send(request({ method, uri: uri ?? 'sip:bob@192.0.2.2', ...parts, headers }))
    await pair.clock.advanceAsync(10)
    return { pair, peer, response: peer.heard[0] }
  }
  const statusOf = async (...args: Parameters<typeof ask>) => {
    const { response } = await ask(...args)
    return response?.type === 'response' ? response.status : undefined
  }

  test('OPTIONS is answered with what we can do', async () => {
    const { response } = await ask('OPTIONS')
    expect(response).toMatchObject({ status: 200 })
    expect(headerTokens(response!, 'allow')).toEqual(
      'invite ack cancel bye options update info refer notify prack'.split(' '),
    )
    expect(headerTokens(response!, 'supported')).toEqual(['timer', 'replaces', 'norefersub', '100rel'])
    expect(header(response!, 'accept')).toBe('application/sdp')
    expect(header(response!, 'server')).toBe('Offhook test')
  })

  test.for([
    ['REGISTER', [], 405],
    ['MESSAGE', [], 405],
    ['SUBSCRIBE', [named('Event', 'presence')], 489],
    ['NONSENSE', [], 501],
    ['BYE', [], 481],
    ['UPDATE', [], 481],
    ['INFO', [], 481],
    ['NOTIFY', [named('Event', 'refer')], 481],
    ['REFER', [named('Refer-To', '<sip:a@h>')], 481],
    ['INVITE', [named('Require', 'magic, 100rel')], 420],
    ['INVITE', [named('Supported', 'timer'), named('Session-Expires', '60')], 422],
    ['INVITE', [named('Replaces', 'a;to-tag=b;from-tag=c')], 481],
    ['OPTIONS', [named('Require', 'magic')], 420],
  ] as const)('%s %j: %i', async ([method, headers, status]) => {
    expect(await statusOf(method, headers)).toBe(status)
  })

  test('a scheme that we do not serve is 416, a body that we cannot read 415', async () => {
    expect(await statusOf('INVITE', [], {}, 'http://example.com/')).toBe(416)
    const pair = new Pair({ answer: () => {} })
    const peer = pair.scripted('192.0.2.2')
    const parts = { from: '<sip:e@h>;tag=e', to: '<sip:b@h>', callId: 'c', cseq: { number: 1, method: 'INVITE' } }
    peer.send(
      request({
        method: 'INVITE',
        uri: 'sip:b@h',
        ...parts,
        headers: [named('Content-Type', 'text/plain')],
        body: Buffer.from('x'),
      }),
    )
    await pair.clock.advanceAsync(10)
    expect(peer.ladder).toEqual(['415 INVITE'])
    expect(pair.bob.sessions).toEqual([])
  })

  test('what our user answers is answered so, and stands in Allow', async () => {
    const options = {
      allow: ['REGISTER'],
      onRequest: () => Promise.resolve({ status: 401, headers: [named('X-Test', '1')] }),
    }
    const { response } = await ask('REGISTER', [], options)
    expect(response).toMatchObject({ status: 401 })
    expect(header(response!, 'x-test')).toBe('1')
    const { response: able } = await ask('OPTIONS', [], { allow: ['REGISTER'], onRequest: () => undefined })
    expect(able).toMatchObject({ status: 200 })
    expect(headerTokens(able!, 'allow')).toContain('register')
  })

  test('a user that throws costs its answer: 500', async () => {
    const { pair, response } = await ask('OPTIONS', [], { onRequest: () => Promise.reject(new Error('broken')) })
    expect(response).toMatchObject({ status: 500 })
    expect(pair.errors).toMatchObject([{ message: 'broken' }])
  })

  test.for([
    ['drop', []],
    ['answer', ['403 OPTIONS']],
  ] as const)('who is not admitted (%s) never reaches us', async ([type, ladder]) => {
    const asked: string[] = []
    const admission = type === 'drop' ? { type } : { type, status: 403 }
    const { peer } = await ask('OPTIONS', [], {
      admit: () => admission,
      onRequest: ({ method }) => void asked.push(method),
    })
    expect(peer.ladder).toEqual(ladder)
    expect(asked).toEqual([])
  })

  test('what belongs to a dialog was admitted with it', async () => {
    let open = true
    const pair = new Pair({ bob: { admit: () => (open ? { type: 'pass' } : { type: 'drop' }) } })
    const { ours } = await pair.talk()
    open = false
    ours.end()
    await pair.clock.advanceAsync(10)
    expect(pair.ladder.at(-1)).toBe('< 200 BYE')
  })
})

describe('a request of ours', () => {
  test('resolves with its final response, authenticated where asked', async () => {
    const pair = new Pair()
    const peer = pair.scripted('192.0.2.1')
    peer.answer = (one) => {
      const challenge = [named('WWW-Authenticate', 'Digest realm="r", nonce="n", qop="auth"')]
      if (header(one, 'authorization')) peer.respond(one, 200, { toTag: 't' })
      else peer.respond(one, 401, { toTag: 't', headers: challenge })
    }
    const credentials = { username: 'alice', password: 'secret' }
    const parts = { method: 'REGISTER', uri: 'sip:192.0.2.9', from: 'sip:alice@192.0.2.9', to: 'sip:alice@192.0.2.9' }
    let over: string | undefined
    const contact = { user: 'alice', params: ';expires=60' }
    const response = pair.alice.agent.request({
      ...parts,
      credentials,
      contact,
      cseq: 7,
      callId: 'reg',
      onFlow: (flow) => (over = flow.id),
    })
    await pair.clock.advanceAsync(20)
    expect(await response).toMatchObject({ status: 200 })
    expect(header(await response, 'cseq')).toBe('8 REGISTER')
    expect(header(peer.heard[1]!, 'contact')).toBe('<sip:alice@192.0.2.1:5060>;expires=60')
    expect(header(peer.heard[1]!, 'call-id')).toBe('reg')
    expect(over).toContain('192.0.2.9')
    await pair.settle()
    expect(pair.alive).toBe(0)
  })

  test('rejects where nobody answers', async () => {
    const pair = new Pair()
    const parts = { method: 'OPTIONS', uri: 'sip:192.0.2.50', from: 'sip:a@h', to: 'sip:b@h' }
    const caught = expect(pair.alice.agent.request(parts)).rejects.toMatchObject({ code: 'carrier.timeout' })
    await pair.clock.advanceAsync(33_000)
    await caught
  })
})

test('an agent that is disposed of leaves nothing behind, and nobody waiting', async () => {
  const pair = new Pair({ answer: (session) => session.progress(180) })
  pair.call()
  const parts = { method: 'OPTIONS', uri: 'sip:192.0.2.50', from: 'sip:a@h', to: 'sip:b@h' }
  const caught = expect(pair.alice.agent.request(parts)).rejects.toThrow(
    '192.0.2.50 gave no answer: the user agent closed',
  )
  await pair.clock.advanceAsync(1000)
  pair.alice.agent[Symbol.dispose]()
  pair.bob.agent[Symbol.dispose]()
  await caught
  for (const { events } of [pair.alice, pair.bob]) expect(events.filter(({ type }) => type === 'ended')).toHaveLength(1)
  expect(pair.alive).toBe(0)
  expect(pair.clock.pending).toBe(0)
})

describe('what is agreed on with one caller', () => {
  const ringing = (session: IncomingSession) => {
    session.progress(180)
    session.accept(answer)
  }

  test('may be another interval, and no reliable responses', async () => {
    const seen: string[] = []
    const terms = (request: SipRequest, flow: Flow) => {
      seen.push(`${request.method} ${flow.remote.address}`)
      return { sessionExpires: 300, prack: 'off' } as const
    }
    const pair = new Pair({ bob: { terms }, answer: ringing })
    const { ours } = await pair.talk()
    expect(seen).toEqual(['INVITE 192.0.2.1'])
    expect(pair.ladder).toEqual(['> INVITE', '< 180 INVITE', '< 200 INVITE', '> ACK'])
    expect(pair.last('200 INVITE')).toContain('Session-Expires: 300;refresher=uas')
    ours.end()
    await pair.settle()
  })

  test('may be asked for by the caller too', async () => {
    const pair = new Pair({ answer: ringing })
    const { ours } = await pair.talk({ prack: 'off', sessionExpires: 0 })
    expect(pair.last('INVITE')).not.toMatch(/100rel|PRACK|Session-Expires/)
    expect(pair.ladder).toEqual(['> INVITE', '< 180 INVITE', '< 200 INVITE', '> ACK'])
    ours.end()
    await pair.settle()
  })
})
