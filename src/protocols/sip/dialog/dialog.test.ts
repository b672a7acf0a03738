import { describe, expect, test } from 'vitest'
import { request, responseTo } from '../message/build.ts'
import { header, headerValues } from '../message/headers.ts'
import type { SipHeader } from '../message/message.ts'
import { confirmed, dialogAsCallee, dialogAsCaller, idOf, keyOf, received, retargeted } from './dialog.ts'
import { ackWithin, nextRequest } from './request.ts'
import { isLoose, routed, routeThrough } from './route.ts'

const invite = request({
  method: 'INVITE',
  uri: 'sip:bob@biloxi.com',
  via: ['SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds'],
  from: '"Alice" <sip:alice@atlanta.com>;tag=1928301774',
  to: 'Bob <sip:bob@biloxi.com>',
  callId: 'a84b4c76e66710',
  cseq: { number: 314159, method: 'INVITE' },
  contact: '<sip:alice@pc33.atlanta.com>',
  headers: [{ name: 'Record-Route', value: '<sip:p2.biloxi.com;lr>, <sip:p1.atlanta.com;lr>' }],
})

const response = (status: number, contact: string, more: readonly SipHeader[] = []) =>
  responseTo(invite, status, { toTag: 'a6c85cf', headers: [{ name: 'Contact', value: contact }, ...more] })

test('both ends of a call see one dialog, mirrored, with the same proxies in between', () => {
  const caller = dialogAsCaller(invite, response(200, '<sip:bob@192.0.2.4>'))
  const callee = dialogAsCallee(invite, 'a6c85cf')
  expect(caller).toEqual({
    callId: 'a84b4c76e66710',
    role: 'caller',
    localTag: '1928301774',
    remoteTag: 'a6c85cf',
    local: '"Alice" <sip:alice@atlanta.com>;tag=1928301774',
    remote: 'Bob <sip:bob@biloxi.com>;tag=a6c85cf',
    remoteTarget: 'sip:bob@192.0.2.4',
    routeSet: ['<sip:p1.atlanta.com;lr>', '<sip:p2.biloxi.com;lr>'],
    localCseq: 314159,
    remoteCseq: undefined,
    confirmed: true,
  })
  expect(callee).toMatchObject({
    role: 'callee',
    localTag: caller.remoteTag,
    remoteTag: caller.localTag,
    local: caller.remote,
    remote: caller.local,
    remoteTarget: 'sip:alice@pc33.atlanta.com',
    routeSet: ['<sip:p2.biloxi.com;lr>', '<sip:p1.atlanta.com;lr>'],
    remoteCseq: 314159,
    confirmed: false,
  })
})

test('a request from either end finds the dialog of the other', () => {
  const caller = dialogAsCaller(invite, response(200, '<sip:bob@192.0.2.4>'))
  const callee = dialogAsCallee(invite, 'a6c85cf')
  expect(keyOf(idOf(nextRequest(caller, 'BYE')[1]))).toBe(keyOf(callee))
  expect(keyOf(idOf(nextRequest(callee, 'BYE')[1]))).toBe(keyOf(caller))
  expect(keyOf(idOf(response(200, '<sip:bob@192.0.2.4>')))).toBe(keyOf(caller))
})

test('the 2xx decides the route and the target that a provisional response had named otherwise', () => {
  const early = dialogAsCaller(invite, response(180, '<sip:bob@192.0.2.9>'))
  const final = responseTo({ headers: invite.headers.filter(({ name }) => name !== 'Record-Route') }, 200, {
    toTag: 'a6c85cf',
    headers: [{ name: 'Contact', value: '<sip:bob@192.0.2.4>' }],
  })
  expect(early.confirmed).toBe(false)
  expect(confirmed(early, final)).toMatchObject({ confirmed: true, routeSet: [], remoteTarget: 'sip:bob@192.0.2.4' })
})

test('without a Contact the caller stays with its Request-URI, the callee with From', () => {
  expect(dialogAsCaller(invite, responseTo(invite, 200, { toTag: 'x' })).remoteTarget).toBe('sip:bob@biloxi.com')
  const bare = { ...invite, headers: invite.headers.filter(({ name }) => name !== 'Contact') }
  expect(dialogAsCallee(bare, 'x').remoteTarget).toBe('sip:alice@atlanta.com')
})

test('a target moves with a Contact, the route set never', () => {
  const dialog = dialogAsCallee(invite, 'a6c85cf')
  const moved = { ...invite, headers: [{ name: 'm', value: '<sip:alice@192.0.2.77>' }] }
  expect(retargeted(dialog, moved)).toEqual({ ...dialog, remoteTarget: 'sip:alice@192.0.2.77' })
  expect(retargeted(dialog, { ...invite, headers: [] })).toBe(dialog)
})

describe('CSeq of the peer', () => {
  test.for([
    [314159, 'out-of-order'],
    [314158, 'out-of-order'],
    [314160, 314160],
    [400000, 400000],
  ] as const)('%i after 314159: %s', ([cseq, expected]) => {
    const bye = { ...invite, method: 'BYE', headers: [{ name: 'CSeq', value: `${cseq} BYE` }] }
    const next = received(dialogAsCallee(invite, 'x'), bye)
    expect(next === 'out-of-order' ? next : next.remoteCseq).toBe(expected)
  })

  test('is free at first where we called', () => {
    const caller = dialogAsCaller(invite, response(200, '<sip:bob@192.0.2.4>'))
    const bye = { ...invite, method: 'BYE', headers: [{ name: 'CSeq', value: '1 BYE' }] }
    expect(received(caller, bye)).toMatchObject({ remoteCseq: 1 })
  })
})

test('ours rises by one with every request; an ACK keeps the number of its INVITE', () => {
  const dialog = dialogAsCaller(invite, response(200, '<sip:bob@192.0.2.4>'))
  const [next, bye] = nextRequest(dialog, 'BYE')
  expect(header(bye, 'cseq')).toBe('314160 BYE')
  expect(header(nextRequest(next, 'INFO')[1], 'cseq')).toBe('314161 INFO')
  expect(header(ackWithin(next, 314159), 'cseq')).toBe('314159 ACK')
})

describe('routes', () => {
  const target = 'sip:bob@192.0.2.4'

  test('loose: the target is asked for, the routes lead there', () => {
    const routes = ['<sip:p1.atlanta.com;lr>', '<sip:p2.biloxi.com;lr>']
    expect(routed(target, routes)).toEqual({ uri: target, routes, next: 'sip:p1.atlanta.com;lr' })
    const dialog = { ...dialogAsCallee(invite, 'x'), remoteTarget: target, routeSet: routes }
    expect(headerValues(nextRequest(dialog, 'BYE')[1], 'route')).toEqual(routes)
  })

  test('strict: the first router is asked for, the target goes to the end', () => {
    expect(routed(target, ['<sip:old.atlanta.com;method=INVITE?x=y>', '<sip:p2.biloxi.com;lr>'])).toEqual({
      uri: 'sip:old.atlanta.com',
      routes: ['<sip:p2.biloxi.com;lr>', '<sip:bob@192.0.2.4>'],
      next: 'sip:old.atlanta.com',
    })
  })

  test('none: straight to the target', () => {
    expect(routed(target, [])).toEqual({ uri: target, routes: [], next: target })
  })

  test.for([
    ['sip:p.example.com;lr', true],
    ['sip:p.example.com;lr=on', true],
    ['sip:p.example.com;transport=tcp;LR', true],
    ['sip:p.example.com;lrx', false],
    ['sip:x;lr@p.example.com', false],
    ['sip:p.example.com', false],
  ] as const)('%s is loose: %s', ([uri, loose]) => expect(isLoose(uri)).toBe(loose))

  test('a proxy is gone through loosely, however it is written', () => {
    expect(routeThrough('sip:proxy.example.com:5080;transport=tcp')).toBe(
      '<sip:proxy.example.com:5080;transport=tcp;lr>',
    )
    expect(routeThrough('<sip:proxy.example.com;lr>')).toBe('<sip:proxy.example.com;lr>')
  })
})
