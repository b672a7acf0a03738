import { beforeEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import { silentLogger } from '../../../lib/log.ts'
import { Scope } from '../../../lib/scope.ts'
import { authorise, challenged, unchallenged } from '../../../protocols/sip/digest/client.ts'
import { request as build } from '../../../protocols/sip/message/build.ts'
import type { SipRequest, SipResponse } from '../../../protocols/sip/message/message.ts'
import type { Admission } from '../../../protocols/sip/transport/contract.ts'
import { Doorkeeper } from './doorkeeper.ts'
import { Load } from './load.ts'
import { Refusals } from './refusals.ts'
import { settings } from './settings.ts'
import { Trunks } from './trunks.ts'

const flowFrom = (address: string) => ({
  ...({ id: address, protocol: 'udp', listener: 'udp:0' } as const),
  ...{ local: { address: '198.51.100.1', port: 5060 }, remote: { address, port: 5060 } },
})

const from = (method: string, uri = 'sip:100@198.51.100.1'): SipRequest =>
  build({
    ...{
      method,
      uri,
      via: ['SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKx'],
      from: '<sip:101@x.example>;tag=a',
      to: `<${uri}>`,
    },
    ...{ callId: 'c1', cseq: { number: 1, method } },
  })

let doorkeeper: Doorkeeper
let refusals: Refusals
let clock: VirtualClock

let digest: 'md5' | undefined

/** By which an extension registered. */
const extensionsFlow = 'an extension’s'

async function open(...trunks: readonly Parameters<typeof settings.parse>[0][]) {
  clock = new VirtualClock()
  const scope = new Scope('test')
  refusals = new Refusals(clock, silentLogger, () => undefined)
  const connections = trunks.map((given, index) => ({
    ...{ id: `con_${index}`, organization: 'org_1', isDefault: true, settings: settings.parse(given) },
  }))
  const host = {
    ...{ clock, scope, logger: silentLogger, connections: async () => connections },
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
  }
  const known = new Trunks({ host, addressesOf: async () => ['203.0.113.7'], changed: () => undefined })
  await known.refresh()
  const ids = seededIds('door')
  doorkeeper = new Doorkeeper({
    ...{ clock, ids, trunks: known, refusals, key: new Uint8Array(32) },
    ...(digest ? { digest } : {}),
    isExtension: (_, { id }) => id === extensionsFlow,
    load: new Load({ clock, mostLag: 100, mostCalls: 10 }),
    random: (bytes) => Buffer.from(ids.token(bytes), 'base64url').toString('hex'),
  })
}

/** What somebody with this password answers to a challenge. */
function answer(request: SipRequest, admission: Admission, username: string, password: string): SipRequest {
  if (admission.type !== 'answer') throw new Error(`no challenge: ${admission.type}`)
  const response: SipResponse = {
    type: 'response',
    reason: '',
    body: new Uint8Array(),
    ...{ status: admission.status, headers: admission.headers ?? [] },
  }
  const state = challenged(unchallenged, response, request, { username, password })
  if (!state.ok) throw new Error(state.why)
  return authorise(state.state, request, { username, password }, 'cafe').request
}

describe('without passwords', () => {
  beforeEach(() => open({ host: 'sip.carrier.example', allow: '192.0.2.0/24' }))

  test.each([
    ['203.0.113.7', 'its host’s address'],
    ['192.0.2.99', 'a block of its list'],
  ])('%s is let in: %s', (address) => {
    const invite = from('INVITE')
    expect(doorkeeper.standing(flowFrom(address))).toBe('known')
    expect(doorkeeper.admit(invite, flowFrom(address))).toEqual({ type: 'pass' })
    expect(doorkeeper.callerOf(invite)).toMatchObject({ trusted: true, trunks: [{ id: 'con_0' }] })
  })

  test.each(['INVITE', 'REGISTER', 'OPTIONS'])('a stranger’s %s gets silence, and one line says why', (method) => {
    expect(doorkeeper.standing(flowFrom('203.0.113.9'))).toBe('drop')
    for (let at = 0; at < 5; at++)
      expect(doorkeeper.admit(from(method), flowFrom('203.0.113.9'))).toEqual({ type: 'drop' })
    expect(refusals.of('con_0', true)).toMatchObject([
      {
        cause: 'no-trunk',
        says: expect.stringContaining(
          'no trunk matched 203.0.113.9; of 1, con_0 looks at the addresses of sip.carrier.example, 192.0.2.0/24',
        ),
      },
    ])
    expect(refusals.of('con_0', false)).toEqual([])
  })

  test('a flood of one source is not answered beyond its rate', () => {
    const verdicts = Array.from({ length: 5000 }, () => doorkeeper.admit(from('OPTIONS'), flowFrom('203.0.113.7')).type)
    expect(verdicts.filter((type) => type === 'pass').length).toBe(4000)
    clock.advance(1000)
    expect(doorkeeper.admit(from('OPTIONS'), flowFrom('203.0.113.7')).type).toBe('pass')
  })
})

describe('with extensions', () => {
  beforeEach(() => open({ host: 'sip.carrier.example', extensions: '101 long-password-1\n102 long-password-2' }))
  const flow = flowFrom('203.0.113.9')

  test('who is not known is challenged, and let in with the right password as that extension', () => {
    const invite = from('INVITE')
    const proved = answer(invite, doorkeeper.admit(invite, flow), '101', 'long-password-1')
    expect(doorkeeper.admit(proved, flow)).toEqual({ type: 'pass' })
    expect(doorkeeper.callerOf(proved)).toMatchObject({ extension: '101', trusted: false, trunks: [{ id: 'con_0' }] })
    // Said again word for word it proves nothing.
    expect(doorkeeper.admit({ ...proved }, flow)).toMatchObject({ type: 'answer', status: 401 })
  })

  test.each([
    [undefined, ['MD5', 'SHA-256']],
    ['md5', ['MD5']],
  ] as const)('digest %s: what is offered is %j', async (wanted, offered) => {
    digest = wanted
    await open({ extensions: '101 long-password-1' })
    digest = undefined
    const challenge = doorkeeper.admit(from('REGISTER'), flow)
    const headers = challenge.type === 'answer' ? (challenge.headers ?? []) : []
    expect(headers.map(({ value }) => /algorithm=([\w-]+)/.exec(value)?.[1])).toEqual(offered)
  })

  test('a wrong password and an unknown name are answered alike', () => {
    const invite = from('INVITE')
    const shape = (username: string): unknown => {
      const verdict = doorkeeper.admit(answer(invite, doorkeeper.admit(invite, flow), username, 'guessed'), flow)
      return JSON.parse(JSON.stringify(verdict).replaceAll(/nonce=\\"\w+/g, 'nonce'))
    }
    expect(shape('101')).toEqual(shape('nobody'))
  })

  test('who guesses on hears nothing any more', () => {
    for (let at = 0; at < 20; at++) {
      clock.advance(1000)
      const invite = from('REGISTER')
      doorkeeper.admit(answer(invite, doorkeeper.admit(invite, flow), '101', `guess ${at}`), flow)
    }
    expect(doorkeeper.admit(from('REGISTER'), flow)).toEqual({ type: 'drop' })
    expect(doorkeeper.standing(flow)).toBe('drop')
    clock.advance(600_000)
    expect(doorkeeper.standing(flow)).toBe('stranger')
  })

  test('a scanner’s OPTIONS is not answered', () =>
    expect(doorkeeper.admit(from('OPTIONS'), flow)).toEqual({ type: 'drop' }))

  test('a trunk’s own calls need no password, its extensions’ registrations do', () => {
    expect(doorkeeper.admit(from('INVITE'), flowFrom('203.0.113.7'))).toEqual({ type: 'pass' })
    expect(doorkeeper.admit(from('REGISTER'), flowFrom('203.0.113.7'))).toMatchObject({ status: 401 })
  })

  test('an extension at a trunk’s own address is taken for the extension', () => {
    const desk = { ...flowFrom('203.0.113.7'), id: extensionsFlow }
    const invite = from('INVITE')
    const proved = answer(invite, doorkeeper.admit(invite, desk), '101', 'long-password-1')
    expect(doorkeeper.admit(proved, desk)).toEqual({ type: 'pass' })
    expect(doorkeeper.callerOf(proved)).toMatchObject({ extension: '101', trusted: false })
    expect(doorkeeper.admit(from('OPTIONS'), desk)).toEqual({ type: 'pass' })
  })
})

describe('with credentials in the address', () => {
  const uri = 'sip:agt_1:key-key-key-1@198.51.100.1'

  test('the key lets in where the trunk allows it', async () => {
    await open({ inboundPassword: 'key-key-key-1', uriCredentials: true })
    expect(doorkeeper.admit(from('INVITE', uri), flowFrom('203.0.113.9'))).toEqual({ type: 'pass' })
    expect(doorkeeper.admit(from('INVITE', uri.replace('1@', '2@')), flowFrom('203.0.113.9'))).toMatchObject({
      status: 401,
    })
  })

  test('and not where it does not', async () => {
    await open({ inboundPassword: 'key-key-key-1' })
    expect(doorkeeper.admit(from('INVITE', uri), flowFrom('203.0.113.9'))).toMatchObject({ status: 401 })
  })
})
