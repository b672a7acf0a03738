/** A carrier is one folder and one entry in the list: shown with one that does not exist. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Phone, tone } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { twilio } from '../../src/providers/carriers/twilio/twilio.ts'
import { carrierConformance } from '../conformance/carrier.ts'
import { answer } from '../conformance/carrier/fixture.ts'
import { speech, toneMs } from '../conformance/live/stage.ts'
import { openHouse, type House } from './gateway.ts'
import { meridian, signatureOf } from './made-up/carrier.ts'
import { openExchange, type Exchange } from './made-up/exchange.ts'
import { until } from './until.ts'

const account = { tenant: 'acme', secret: 'correct horse battery' }
const from = '+4915550001'
const to = '+4930555000'

describe('a made-up carrier', () => {
  let house: House
  let exchange: Exchange
  let url = ''
  let connection = ''
  let agent = { id: '', key: '' }

  beforeAll(async () => {
    house = await openHouse({
      providers: { carriers: [twilio, meridian] },
      values: { OFFHOOK_CARRIER_SETUP: 'on' },
    })
    exchange = await openExchange(house.scope, account)
    agent = await house.agent()
    const made = await house.client.POST('/v1/connections', {
      body: { kind: 'carrier', provider: 'meridian', name: 'Made up', settings: { ...account, api: exchange.api } },
    })
    connection = made.data!.id
    url = made.data!.webhooks['voice']!
    await house.client.POST('/v1/numbers', { body: { connection, number: to, agent: agent.id, point: false } })
  })
  afterAll(() => house[Symbol.asyncDispose]())

  const ring = async () => {
    const phone = new Phone({ clock: realClock })
    const leg = await exchange.ring({ url, from, to, phone })
    const call = await house.callByRef(leg.ref)
    await house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
    return { phone, leg, call, player: house.studio.players.find(({ brief }) => brief.call === call.id)! }
  }

  test('is a provider like the others, its secret masked', async () => {
    const { data } = await house.client.GET('/v1/providers')
    const shown = data?.items.find(({ name }) => name === 'meridian')
    expect(shown).toMatchObject({ kind: 'carrier', label: 'Meridian' })
    expect(shown?.capabilities).toEqual(
      expect.arrayContaining(['answer', 'hangup', 'send-digits', 'stream', 'stream.marks']),
    )
    expect(shown?.capabilities).not.toContain('transfer')
    const one = await house.client.GET('/v1/connections/{id}', { params: { path: { id: connection } } })
    expect(JSON.stringify(one.data)).not.toContain(account.secret)
    expect(one.data?.settings).toMatchObject({ tenant: 'acme' })
  })

  test('is set up by its first save, and changed by the next', async () => {
    expect([...exchange.lines]).toEqual([['line-1', url]])
    const path = { id: connection }
    const { data } = await house.client.PUT('/v1/connections/{id}', {
      params: { path },
      body: { name: 'Made up', settings: { ...account, api: exchange.api } },
    })
    expect(data?.setUp?.notes).toEqual(['Line line-1 leads here.'])
    expect([...exchange.lines.keys()]).toEqual(['line-1'])
    expect(data?.settings).not.toHaveProperty('line')
  })

  test('carries a call from end to end: sound, keys, barge-in, marks, hang-up', async () => {
    const { phone, leg, call, player } = await ring()
    player.say(600)
    await until('the agent', () => toneMs(phone.heard.pcm(), 1000) >= 560)
    await phone.press('7')
    await phone.say(tone(440, 500))
    await until('the caller', () => toneMs(player.heard, 440) >= 440)
    const given = () => player.orders.filter(({ type }) => type === 'digit')
    await until('the key', () => given().length > 0)
    expect(given()).toEqual([{ type: 'digit', digit: '7' }])
    expect(call).toMatchObject({ carrier: 'meridian', from, to })
    await house.client.POST('/v1/calls/{id}/digits', { params: { path: { id: call.id } }, body: { digits: '12#' } })
    await until('our keys', () => leg.keys.includes('12#'))
    await phone.waitForSilence(300)
    const reply = player.say(5_000)
    await until('a second of it', () => toneMs(phone.heard.pcm(), 1000) >= 1_500)
    await phone.say(speech(700))
    await until('the interruption', () =>
      player.orders.some((order) => order.type === 'interrupt' && order.reply === reply),
    )
    expect(leg.cleared).toBeGreaterThanOrEqual(1)
    await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
    expect(await leg.over).toBe('hung up by API')
    const ended = await house.callWhen('the end', call.id, ({ endedAt }) => endedAt !== null)
    expect(ended).toMatchObject({ status: 'completed', endReason: 'api-hangup', ref: leg.ref })
    expect(toneMs(phone.heard.pcm(), 1000)).toBeLessThan(3_500)
  })

  test('ends when the caller hangs up, and is found on a shared address too', async () => {
    const phone = new Phone({ clock: realClock, script: (self) => self.sleep(400).then(() => self.hangup()) })
    const leg = await exchange.ring({ url: `${house.url}/carriers/meridian/voice`, from, to, phone })
    const call = await house.callByRef(leg.ref)
    const ended = await house.callWhen('the end', call.id, ({ endedAt }) => endedAt !== null)
    expect(ended).toMatchObject({ connection, status: 'completed', endReason: 'caller-hangup' })
  })

  test('is refused what it cannot do, by name', async () => {
    const { leg, call, phone } = await ring()
    await house.client.POST('/v1/calls/{id}/transfer', {
      params: { path: { id: call.id } },
      body: { to: '+4930555999' },
    })
    const failure = await until('the refusal', async () =>
      (await house.events(call.id)).find(({ event }) => event.type === 'command.failed'),
    )
    expect(failure.event).toMatchObject({ code: 'command.unsupported' })
    const { response, error } = await house.client.POST('/v1/calls', { body: { to, agent: agent.id, connection } })
    expect([response.status, error?.error.code]).toEqual([422, 'command.unsupported'])
    phone.hangup()
    await leg.over
    await house.callWhen('the end', call.id, ({ endedAt }) => endedAt !== null)
  })

  test('refuses in its own format what is not signed with its secret', async () => {
    const leg = await exchange.ring({ url, from, to, phone: new Phone({ clock: realClock }), secret: 'wrong' })
    expect(leg.refused).toEqual({ status: 403, why: 'signature.invalid' })
    const nobody = await exchange.ring({ url, from, to: '+49305551', phone: new Phone({ clock: realClock }) })
    expect(nobody.refused).toMatchObject({ why: 'rejected' })
    const other = url.replace('meridian', 'twilio')
    expect((await fetch(other, { method: 'POST', body: '{}' })).status).toBe(403)
  })
})

const ref = 'm-0a1b2c'
const over = { call: ref, state: 'over', tenant: account.tenant }

carrierConformance('meridian', {
  spec: meridian,
  settings: { ...account, api: 'https://api.meridian.example' },
  webhook: {
    sign: (request, { secret }) => ({
      ...request,
      headers: { ...request.headers, 'x-meridian-signature': signatureOf(secret, request.body) },
    }),
    foreign: { tenant: 'other', secret: 'another secret', api: 'https://api.meridian.example' },
    credentials: ['secret'],
    examples: [
      {
        name: 'voice',
        purpose: 'voice',
        json: { call: ref, from, to, tenant: account.tenant },
        reports: [{ type: 'call.offered', ref, from, to }],
      },
      {
        name: 'over',
        purpose: 'event/call_1',
        json: over,
        reports: [{ type: 'call.status', ref, status: 'completed', raw: 'over' }],
      },
    ],
  },
  control: { ref, accept: () => answer({}), gone: [answer({}, 404)] },
  stream: {
    opening: [{ text: `MERIDIAN ${ref} ${account.tenant}` }],
    started: { ref, streamRef: `stream-${ref}`, account: account.tenant },
    audio: (binary) => ({ binary }),
    played: (message) => ('binary' in message ? message.binary : undefined),
    echo: (name) => ({ text: `MARK ${name}` }),
    digit: { message: { text: 'KEY 5' }, digit: '5' },
    stop: { text: 'OVER' },
  },
})

test('two providers of one name are refused at start', async () => {
  const twice = openHouse({ providers: { carriers: [meridian, { ...meridian, label: 'Another' }] } })
  await expect(twice).rejects.toMatchObject({
    code: 'provider.duplicate',
    message: expect.stringContaining('meridian'),
  })
})
