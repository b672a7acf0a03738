import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { request as build, responseTo } from '../message/build.ts'
import { withHeader } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { type Hash, storedHash } from './algorithm.ts'
import { authorise, challenged, unchallenged } from './client.ts'
import { DigestServer, type DigestServerOptions, type Secret } from './server.ts'

const source = '203.0.113.9'
const credentials = { username: '101', password: 'correct horse' }
const register = build({
  method: 'REGISTER',
  uri: 'sip:pbx.example.com',
  via: ['SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKa'],
  from: '<sip:101@pbx.example.com>;tag=1',
  to: '<sip:101@pbx.example.com>',
  callId: 'c@example.com',
  cseq: { number: 1, method: 'REGISTER' },
})

function start(options: Partial<DigestServerOptions> = {}) {
  const clock = new VirtualClock()
  let drawn = 0
  const random = (bytes: number) => (drawn++).toString(16).padStart(bytes * 2, '0')
  const server = new DigestServer({ realm: 'pbx "one"', key: Buffer.from('key'), clock, random, ...options })
  return { clock, server }
}

/** The phone's part: answers what it is challenged with, then goes on counting. */
function phone(challenge: readonly SipHeader[], status = 401, who = credentials) {
  const result = challenged(unchallenged, responseTo(register, status, { headers: challenge }), register, who)
  let state = result.ok ? result.state : unchallenged
  return {
    next(request = register): SipRequest {
      const answered = authorise(state, request, who, 'cnonce')
      state = answered.state
      return answered.request
    },
  }
}

function judge(server: DigestServer, request: SipRequest, secret: Secret | undefined = credentials, from = source) {
  const claim = server.claim(request)
  return claim ? server.verify(request, claim, secret, from).type : 'none'
}

describe('a challenge', () => {
  it('has one header for each hash, in the order of preference, each with its own nonce', () => {
    const { server } = start()
    const [first, second, ...more] = server.challenge(source)
    expect(more).toEqual([])
    expect(first?.value).toMatch(/^Digest realm="pbx \\"one\\"", nonce="[0-9a-f]{60}", algorithm=SHA-256, qop="auth"$/)
    expect(second?.value).toContain('algorithm=MD5, qop="auth"')
    expect(first?.value.slice(0, 95)).not.toBe(second?.value.slice(0, 95))
    expect(server.challenge(source, true)[0]?.value).toMatch(/stale=true$/)
    expect(server.status).toBe(401)
  })

  it('is the one of a proxy where that is wanted', () => {
    const { server } = start({ as: 'proxy' })
    const challenge = server.challenge(source)
    expect([server.status, challenge[0]?.name]).toEqual([407, 'Proxy-Authenticate'])
    expect(judge(server, phone(challenge, 407).next())).toBe('right')
  })
})

describe('an answer', () => {
  it.each<Hash>(['MD5', 'SHA-256', 'SHA-512-256'])('with the right password is right, by %s', (hash) => {
    const { server } = start({ hashes: [hash] })
    const stored = { [hash]: storedHash(hash, '101', 'pbx "one"', credentials.password) }
    const { next } = phone(server.challenge(source))
    expect(judge(server, next())).toBe('right')
    expect(judge(server, next(), { stored })).toBe('right')
  })

  it('with the wrong password, or of nobody, is wrong', () => {
    const { server } = start()
    const { next } = phone(server.challenge(source))
    expect(judge(server, next(), { password: 'guess' })).toBe('wrong')
    const claim = server.claim(next())
    expect(server.verify(next(), claim!, undefined, source)).toEqual({ type: 'wrong', why: 'there is no such user' })
    expect(judge(server, next(), { stored: { MD5: '0' } })).toBe('wrong')
  })

  it('may vouch for the body as well', () => {
    const { server } = start()
    const asked = server
      .challenge(source)
      .map(({ name, value }) => ({ name, value: value.replace('"auth"', '"auth-int"') }))
    const { next } = phone(asked)
    const message = next({ ...register, method: 'MESSAGE', body: Buffer.from('hello') })
    expect(judge(server, { ...message, body: Buffer.from('hullo') })).toBe('wrong')
    expect(judge(server, message)).toBe('right')
  })

  it('is none without credentials for this realm', () => {
    const { server } = start()
    const other = start({ realm: 'elsewhere' }).server
    expect(judge(server, register)).toBe('none')
    expect(judge(other, phone(server.challenge(source)).next())).toBe('none')
    for (const value of [
      'Basic eA==',
      'Digest',
      'Digest realm="pbx',
      'Digest realm="pbx \\"one\\"", username="1", Digest x="y"',
    ])
      expect(judge(server, withHeader(register, 'Authorization', value))).toBe('none')
  })

  it('holds for the method and the user it was made for', () => {
    const { server } = start()
    const { next } = phone(server.challenge(source))
    const call = next({ ...register, method: 'INVITE', uri: 'sip:200@pbx.example.com' })
    expect(judge(server, { ...call, method: 'MESSAGE' })).toBe('wrong')
    expect(judge(server, { ...call, uri: 'sip:900@pbx.example.com' })).toBe('wrong')
    // On the way its host was rewritten, as proxies do.
    expect(judge(server, { ...call, uri: 'sip:200@192.0.2.7:5080;transport=udp' })).toBe('right')
  })

  it('may name the server alone, as some clients do', () => {
    const { server } = start()
    const named = phone(server.challenge(source)).next(register)
    expect(judge(server, { ...named, uri: 'sip:200@pbx.example.com' })).toBe('right')
  })

  it.each([
    ['an algorithm that was not offered', (value: string) => value.replace('SHA-256', 'SHA-512-256')],
    ['no algorithm where MD5 was not meant', (value: string) => value.replace('algorithm=SHA-256, ', '')],
    ['a qop that nobody knows', (value: string) => value.replace('qop=auth', 'qop=auth-conf')],
    ['a qop it was not made with', (value: string) => value.replace('qop=auth', 'qop=auth-int')],
    ['a count of zero', (value: string) => value.replace('nc=00000001', 'nc=00000000')],
    ['a count too short', (value: string) => value.replace('nc=00000001', 'nc=1')],
    ['no cnonce', (value: string) => value.replace('cnonce="cnonce", ', '')],
    ['no response', (value: string) => value.replace(/response="[^"]*", /, '')],
    ['no nonce', (value: string) => value.replace(/nonce="[^"]*", /, '')],
    ['no uri', (value: string) => value.replace(/uri="[^"]*", /, '')],
  ])('with %s is wrong', (_, spoil) => {
    const { server } = start()
    const request = phone(server.challenge(source)).next()
    const value = request.headers.at(-1)?.value ?? ''
    expect(spoil(value)).not.toBe(value)
    expect(judge(server, withHeader(request, 'Authorization', spoil(value)))).toBe('wrong')
  })
})

describe('a nonce', () => {
  it('serves several requests, each number once, and a little out of order', () => {
    const { server } = start()
    const { next } = phone(server.challenge(source))
    const requests = Array.from({ length: 40 }, () => next())
    const verdicts = [0, 2, 1, 2, 1, 0, 39, 8, 7, 39].map((at) => judge(server, requests[at] ?? register))
    expect(verdicts).toEqual(['right', 'right', 'right', 'stale', 'stale', 'stale', 'right', 'right', 'stale', 'stale'])
  })

  it('is stale after its time, and the right password is not held against anybody', () => {
    const { server, clock } = start({ lifetime: 1000 })
    const { next } = phone(server.challenge(source))
    expect(judge(server, next())).toBe('right')
    clock.advance(1001)
    expect(judge(server, next())).toBe('stale')
    expect(judge(server, next(), { password: 'guess' })).toBe('wrong')
  })

  it('is nobody else’s, and cannot be made up', () => {
    const { server } = start()
    const { next } = phone(server.challenge(source))
    expect(judge(server, next(), credentials, '198.51.100.1')).toBe('stale')
    const forged = server
      .challenge(source)
      .map(({ name, value }) => ({ name, value: value.replace('nonce="0', 'nonce="1') }))
    expect(judge(server, phone(forged).next())).toBe('stale')
    const foreign = start({ key: Buffer.from('other') }).server.challenge(source)
    expect(judge(server, phone(foreign).next())).toBe('stale')
  })

  it('outlives a restart with the same key', () => {
    const before = start()
    const { next } = phone(before.server.challenge(source))
    expect(judge(start().server, next())).toBe('right')
  })

  it('serves a client without qop once', () => {
    const { server } = start()
    const plain = server
      .challenge(source)
      .map(({ name, value }) => ({ name, value: value.replace(', qop="auth"', '') }))
    const { next } = phone(plain)
    const request = next()
    expect(judge(server, request)).toBe('right')
    expect(judge(server, request)).toBe('stale')
  })

  it('that was forgotten for want of room is stale', () => {
    const { server, clock } = start({ remembered: 2 })
    const phones = [0, 1, 2].map(() => {
      clock.advance(1)
      return phone(server.challenge(source))
    })
    expect(phones.map(({ next }) => judge(server, next()))).toEqual(['right', 'right', 'right'])
    expect(phones.map(({ next }) => judge(server, next()))).toEqual(['stale', 'right', 'right'])
  })

  it('that was used and is over makes room, and no other pays for it', () => {
    const { server, clock } = start({ remembered: 1, lifetime: 1000 })
    const old = phone(server.challenge(source))
    expect(judge(server, old.next())).toBe('right')
    clock.advance(1001)
    const { next } = phone(server.challenge(source))
    expect([judge(server, next()), judge(server, next()), judge(server, old.next())]).toEqual([
      'right',
      'right',
      'stale',
    ])
  })
})
