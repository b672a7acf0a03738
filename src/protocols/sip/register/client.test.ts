import { describe, expect, test } from 'vitest'
import { header } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { cseqOf } from '../message/read.ts'
import { Pair } from '../ua/pair.ts'
import { keepRegistered, type RegistrationOptions, type RegistrationState } from './client.ts'

const named = (name: string, value: string): SipHeader => ({ name, value })

/** Alice registers at a registrar that answers as it is told. */
class Office {
  readonly pair = new Pair()
  readonly registrar = this.pair.scripted('192.0.2.1')
  readonly states: RegistrationState[] = []
  /** One per REGISTER; the last one stays. */
  answers: ((request: SipRequest) => readonly [number, readonly SipHeader[]])[]

  constructor(...answers: Office['answers']) {
    this.answers = answers
    this.registrar.answer = (request) => {
      const [next] = this.answers
      if (this.answers.length > 1) this.answers.shift()
      const [status, headers] = next?.(request) ?? [200, []]
      if (status > 0) this.registrar.respond(request, status, { toTag: 't', headers })
    }
  }

  async open(options: Partial<RegistrationOptions> = {}) {
    const registration = keepRegistered({
      ...{
        agent: this.pair.alice.agent,
        clock: this.pair.clock,
        fraction: () => 0,
        random: (bytes) => 'ab'.repeat(bytes),
      },
      ...{ registrar: 'sip:192.0.2.9', account: 'sip:alice@192.0.2.9', keepAlive: 0 },
      onState: (state) => this.states.push(state),
      ...options,
    })
    await this.pair.clock.advanceAsync(10)
    return registration
  }

  get requests(): readonly SipRequest[] {
    return this.registrar.heard.filter((one) => one.type === 'request')
  }

  run(duration: number): Promise<void> {
    return this.pair.clock.advanceAsync(duration)
  }
}

const granting = (seconds: number) => (request: SipRequest) =>
  [
    200,
    [
      named('Contact', `<sip:alice@elsewhere>;expires=9`),
      named('Contact', `${(header(request, 'contact') ?? '').split(';expires')[0]};expires=${seconds}`),
    ],
  ] as const
const refusing =
  (status: number, ...headers: readonly SipHeader[]) =>
  () =>
    [status, headers] as const

test('is refreshed at 85 % of what was granted to our own contact, with one Call-ID and a rising CSeq', async () => {
  const office = new Office(granting(600))
  await office.open()
  expect(office.states).toMatchObject([
    { type: 'registering' },
    { type: 'registered', contact: 'sip:alice@192.0.2.1:5060' },
  ])
  await office.run(509_000)
  expect(office.requests).toHaveLength(1)
  await office.run(2000)
  expect(office.requests).toHaveLength(2)
  expect(office.requests.map((one) => header(one, 'call-id'))).toEqual(['ab'.repeat(16), 'ab'.repeat(16)])
  expect(office.requests.map((one) => cseqOf(one).number)).toEqual([1, 2])
  expect(office.states.map(({ type }) => type)).toEqual(['registering', 'registered', 'registered'])
})

test('is refreshed at 90 % at the latest', async () => {
  const office = new Office(granting(600))
  await office.open({ fraction: () => 0.999 })
  await office.run(530_000)
  expect(office.requests).toHaveLength(1)
  await office.run(11_000)
  expect(office.requests).toHaveLength(2)
})

test('is taken back at the end, once', async () => {
  const office = new Office(granting(600))
  const registration = await office.open()
  const stopped = Promise.all([registration.stop(), registration.stop()])
  await office.run(10)
  await stopped
  expect(office.requests.map((one) => header(one, 'contact')?.split(';')[1])).toEqual(['expires=3600', 'expires=0'])
  expect(office.states.at(-1)).toEqual({ type: 'unregistered' })
  registration.refresh()
  await office.run(7_200_000)
  expect(office.requests).toHaveLength(2)
  expect(office.pair.alive).toBe(0)
  expect(office.pair.clock.pending).toBe(0)
})

test('423 is met with what the registrar wants', async () => {
  const office = new Office(refusing(423, named('Min-Expires', '1800')), granting(1800))
  await office.open({ expires: 300 })
  expect(office.requests.map((one) => header(one, 'contact')?.split(';')[1])).toEqual(['expires=300', 'expires=1800'])
  expect(office.states.at(-1)).toMatchObject({ type: 'registered' })
})

test('a challenge is answered; the number after it rises on', async () => {
  const challenge = (request: SipRequest) =>
    header(request, 'authorization')
      ? granting(600)(request)
      : ([401, [named('WWW-Authenticate', 'Digest realm="pbx", nonce="n", qop="auth"')]] as const)
  const office = new Office(challenge)
  await office.open({ credentials: { username: 'alice', password: 'secret' } })
  await office.run(511_000)
  expect(office.requests.map((one) => cseqOf(one).number)).toEqual([1, 2, 3, 4])
  expect(office.states.at(-1)).toMatchObject({ type: 'registered' })
})

describe('a failure', () => {
  test('says why and when it goes on, waits longer each time, and ends with the first success', async () => {
    const office = new Office(refusing(500), refusing(500), refusing(500), granting(600))
    await office.open()
    const start = office.pair.clock.now()
    expect(office.states.at(-1)).toMatchObject({
      type: 'failed',
      status: 500,
      why: 'The registrar answered 500 Server Internal Error',
    })
    await office.run(14_000)
    expect(office.requests).toHaveLength(1)
    await office.run(2000)
    expect(office.requests).toHaveLength(2)
    await office.run(31_000)
    expect(office.requests).toHaveLength(3)
    await office.run(61_000)
    expect(office.states.at(-1)).toMatchObject({ type: 'registered' })
    const waits = office.states.filter((state) => state.type === 'failed').map(({ next }) => next - start)
    expect(waits.map((wait) => Math.round(wait / 1000))).toEqual([15, 45, 105])
  })

  test.for([
    ['a wrong password is tried rarely', refusing(403), 300],
    ['Retry-After is kept', refusing(503, named('Retry-After', '120')), 120],
  ] as const)('%s', async ([, answer, seconds]) => {
    const office = new Office(answer)
    await office.open()
    await office.run(seconds * 1000 - 1000)
    expect(office.requests).toHaveLength(1)
    await office.run(2000)
    expect(office.requests).toHaveLength(2)
  })

  test('silence is one, and what was granted before still holds for its time', async () => {
    const office = new Office(granting(600), refusing(0))
    await office.open()
    await office.run(510_000 + 33_000)
    expect(office.states.at(-1)).toMatchObject({
      type: 'failed',
      until: expect.any(Number),
      why: expect.stringContaining('192.0.2.9'),
    })
    await office.run(120_000)
    expect(office.states.at(-1)).not.toHaveProperty('until')
  })

  test('that nobody waits for any more is not told', async () => {
    const office = new Office(refusing(0))
    const registration = await office.open()
    const stopped = registration.stop()
    await stopped
    await office.run(60_000)
    expect(office.states.map(({ type }) => type)).toEqual(['registering', 'unregistered'])
    expect(office.pair.alive).toBe(0)
  })
})

test('a way that died is replaced at once', async () => {
  const office = new Office(granting(600))
  let dead: ((why: string) => void) | undefined
  let ended = 0
  const { agent } = office.pair.alice
  const watched = {
    request: agent.request,
    keepAlive: (_flow: unknown, options: { readonly onDead?: (why: string) => void }) => {
      dead = options.onDead
      return { [Symbol.dispose]: () => void ended++ }
    },
  }
  const registration = await office.open({ agent: watched, keepAlive: 25_000 })
  dead?.('no pong')
  await office.run(10)
  expect(office.requests).toHaveLength(2)
  expect(ended).toBe(1)
  const stopped = registration.stop()
  await office.run(10)
  await stopped
  expect(ended).toBe(2)
})
