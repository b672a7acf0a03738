/** The official Twilio REST client, against the simulator on the gateway's own port. */
import twilioSdk from 'twilio'
import type RequestClient from 'twilio/lib/base/RequestClient.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Phone, tone } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { receptionist } from '../../src/main/seed.ts'
import { toneMs } from '../conformance/live/stage.ts'
import { openHouse, type House } from './gateway.ts'
import { until } from './until.ts'

const caller = '+15550199031'

/** Sends what is meant for Twilio to the gateway. */
class Redirected extends twilioSdk.RequestClient {
  readonly #base: string

  constructor(base: string) {
    super()
    this.#base = base
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    const uri = options.uri.replace(/^https:\/\/api\.twilio\.com/, this.#base)
    return super.request<T>({ ...options, uri })
  }
}

describe('the official REST client', () => {
  let house: House
  let client: ReturnType<typeof twilioSdk>
  let sid = ''

  beforeAll(async () => {
    house = await openHouse()
    const connection = await house.gateway.store.connections.find('con_simulated')
    sid = String(connection?.settings['accountSid'])
    client = twilioSdk(sid, String(connection?.settings['authToken']), {
      httpClient: new Redirected(`${house.url}/simulators/twilio`),
    })
    // The seeded number is answered by the studio instead of speech models.
    const agent = await house.gateway.store.agents.get('org_default', receptionist)
    await house.gateway.store.agents.update({
      ...agent!,
      provider: 'studio',
      settings: { key: 'desk', greeting: 'hello' },
    })
  })
  afterAll(() => house[Symbol.asyncDispose]())

  test('sees the account and its number', async () => {
    expect(await client.api.v2010.accounts(sid).fetch()).toMatchObject({ sid, status: 'active' })
    const numbers = await client.incomingPhoneNumbers.list()
    expect(numbers.map(({ phoneNumber }) => phoneNumber)).toEqual([house.gateway.simulators!.line().number])
  })

  test('sees, records and ends a call that the gateway answers', async () => {
    const phone = new Phone({ clock: realClock })
    const leg = house.gateway.simulators!.ring(caller, phone)
    const call = await house.callByRef(leg.ref)
    await until('the greeting', () => toneMs(leg.heard(), 1000) >= 500)
    expect(await client.calls(leg.ref).fetch()).toMatchObject({
      sid: leg.ref,
      status: 'in-progress',
      direction: 'inbound',
    })
    const recording = await client.calls(leg.ref).recordings.create({ recordingChannels: 'dual' })
    await phone.say(tone(440, 400))
    await client.calls(leg.ref).recordings(recording.sid).update({ status: 'stopped' })
    expect(await client.recordings(recording.sid).fetch()).toMatchObject({ callSid: leg.ref, channels: 2 })
    expect(await client.calls(leg.ref).update({ status: 'completed' })).toMatchObject({ status: 'completed' })
    const ended = await house.callWhen('the end', call.id, ({ endedAt }) => endedAt !== null)
    expect(ended).toMatchObject({ status: 'completed', from: caller, to: house.gateway.simulators!.line().number })
  })

  test('finds the calls that the gateway places', async () => {
    house.gateway.simulators!.onDial(() => ({ type: 'busy', afterMs: 50 }))
    const { data } = await house.client.POST('/v1/calls', {
      body: { to: '+15550199032', agent: receptionist, connection: 'con_simulated' },
    })
    const call = await house.callWhen('the end', data!.id, ({ endedAt }) => endedAt !== null)
    expect(call.status).toBe('busy')
    const [found] = await client.calls.list({ to: '+15550199032' })
    expect(found).toMatchObject({ sid: call.ref, status: 'busy', from: house.gateway.simulators!.line().number })
  })

  test('is refused by its own error class with a wrong token', async () => {
    const stranger = twilioSdk(sid, 'wrong', { httpClient: new Redirected(`${house.url}/simulators/twilio`) })
    await expect(stranger.calls.list()).rejects.toMatchObject({ status: 401, code: 20003 })
  })
})
