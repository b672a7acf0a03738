/** The engine as a library: own agents and carriers as values, real sockets, simulated carriers. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Phone, serveCarrier, simulatedCarrier, tone } from '../../simulators/index.ts'
import { toneMs } from '../../test/conformance/live/stage.ts'
import { meridian } from '../../test/e2e/made-up/carrier.ts'
import { openExchange } from '../../test/e2e/made-up/exchange.ts'
import { until } from '../../test/e2e/until.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { Scope } from '../lib/scope.ts'
import { createOffhook, defineAgent, type EventSeen, type OffhookOptions } from './index.ts'

const scope = new Scope('embed test')
afterAll(() => scope.close())

const number = '+15550100010'
const parrot = defineAgent({ name: 'parrot', open: (_call, { say }) => ({ hear: say }) })
const quick = { vad: 'energy', allowHosts: ['127.0.0.1'] } as const satisfies OffhookOptions

/** An account at a simulated carrier, as a value. */
async function account(name: string) {
  const carrier = simulatedCarrier(name)
  const drawn = carrier.draw(randomIds)
  const simulator = await serveCarrier(
    carrier.open(drawn, { clock: realClock, ids: randomIds, scope, ringGraceMs: 0 }),
    {
      scope,
    },
  )
  return { simulator, settings: { ...drawn, ...carrier.address(simulator.url), defaultFrom: number } }
}

describe('the engine as a library', () => {
  test('answers a call with an agent of the user’s own, and places one', async () => {
    const { simulator, settings } = await account('twilio')
    const line = { carrier: 'twilio', settings, numbers: { [number]: 'parrot' } }
    await using offhook = await createOffhook({ ...quick, agents: [parrot], carriers: [line] })
    const seen: EventSeen[] = []
    offhook.on('*', (event) => seen.push(event))
    const types = new Set<string>()
    offhook.on('call.ended', ({ event }) => types.add(event.reason))

    const { data: connections } = await offhook.client.GET('/v1/connections')
    const [connection] = connections?.items ?? []
    simulator.point(number, connection!.webhooks)
    const speaking = () => new Phone({ clock: realClock, script: (person) => person.say(tone(700, 1_500, 9_000)) })
    const leg = simulator.call({ from: '+15550199001', to: number, phone: speaking() })
    await until('the parrot, heard by the caller', () => toneMs(leg.heard(), 700) >= 600)
    leg.hangup()
    await until('the end, told', () => types.has('caller-hangup'))

    simulator.onDial(() => ({ type: 'answer', phone: speaking() }))
    const call = await offhook.call({ to: '+15550199002', agent: 'parrot', machineDetection: false })
    expect(call).toMatchObject({ direction: 'outbound', status: 'queued', from: number })
    const out = await until('the call placed', () =>
      [...simulator.calls.values()].find(({ to }) => to === '+15550199002'),
    )
    await until('it is up', () => seen.some((one) => one.call === call.id && one.event.type === 'media.opened'))
    out.hangup()
    expect(await offhook.ended(call.id)).toMatchObject({ status: 'completed' })
    expect(await offhook.ended(call.id)).toMatchObject({ id: call.id })
  })

  test('takes a carrier of the user’s own', async () => {
    const [tenant, secret] = ['acme', 'a-long-secret']
    const exchange = await openExchange(scope, { tenant, secret })
    const line = {
      carrier: 'meridian',
      settings: { tenant, secret, api: exchange.api },
      numbers: { [number]: 'parrot' },
    }
    await using offhook = await createOffhook({ ...quick, agents: [parrot], carriers: [meridian, line] })
    const { data } = await offhook.client.GET('/v1/connections')
    const own = data!.items.find(({ provider }) => provider === 'meridian')
    const phone = new Phone({ clock: realClock, script: (person) => person.say(tone(700, 600, 9_000)) })
    const ended = Promise.withResolvers<string>()
    offhook.on('call.ended', ({ event }) => ended.resolve(event.reason))
    const opened = Promise.withResolvers<string>()
    offhook.on('media.opened', ({ call }) => opened.resolve(call))
    await exchange.ring({ url: own!.webhooks['voice']!, from: '+15550199001', to: number, phone })
    const { data: call } = await offhook.client.GET('/v1/calls/{id}', {
      params: { path: { id: await opened.promise } },
    })
    expect(call).toMatchObject({ carrier: 'meridian', to: number, agent: 'agt_parrot' })
    phone.hangup()
    expect(await ended.promise).toBe('caller-hangup')
  })

  test('ends running calls when it is stopped, and leaves nothing behind', async () => {
    const { simulator, settings } = await account('plivo')
    const line = { carrier: 'plivo', settings, numbers: { [number]: 'parrot' } }
    const offhook = await createOffhook({ ...quick, agents: [parrot], carriers: [line] })
    const { data } = await offhook.client.GET('/v1/connections')
    simulator.point(number, data!.items[0]!.webhooks)
    const leg = simulator.call({ from: '+15550199001', to: number, phone: new Phone({ clock: realClock }) })
    await until('media', () => leg.streams.length > 0)
    await Promise.all([offhook.stop(), offhook.stop()])
    expect(await leg.ended).toMatchObject({ status: 'completed' })
    await expect(fetch(offhook.url)).rejects.toThrow('fetch failed')
  })

  test('keeps its folder, and finds its lines and agents there again', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'offhook-embed-'))
    scope.defer(() => rm(dataDir, { recursive: true, force: true }))
    const { settings } = await account('twilio')
    const options = {
      ...{ ...quick, dataDir, agents: [parrot] },
      carriers: [{ carrier: 'twilio', settings, numbers: { [number]: 'parrot' } }],
    }
    for (const _ of [1, 2]) {
      await using offhook = await createOffhook(options)
      const { data } = await offhook.client.GET('/v1/numbers')
      expect(data!.items).toMatchObject([{ number, agent: 'agt_parrot' }])
    }
    expect(existsSync(join(dataDir, 'admin.key'))).toBe(true)
  })

  test.each<[string, OffhookOptions, string]>([
    ['a port that is none', { port: 70_000 }, 'PORT'],
    ['a carrier that is not there', { carriers: [{ carrier: 'acme', settings: {} }] }, 'no carrier provider "acme"'],
    ['settings that lack something', { carriers: [{ carrier: 'twilio', settings: {} }] }, 'accountSid'],
    ['an agent of no provider', { agents: [{ name: 'a', provider: 'b', settings: {} }] }, 'no provider "b"'],
    ['two providers of one name', { agents: [parrot, parrot] }, 'Two agent providers are named "parrot"'],
    [
      'two agents that would be one',
      { agents: ['desk-1', 'desk1'].map((name) => ({ name, provider: 'echo', settings: {} })) },
      'Agents "desk-1" and "desk1"',
    ],
  ])('%s: says what to change', async (_what, options, message) => {
    await expect(createOffhook({ ...quick, ...options })).rejects.toThrow(message)
  })

  test('a number that nobody answers says who there is', async () => {
    const { settings } = await account('twilio')
    const carriers = [{ carrier: 'twilio', settings, numbers: { [number]: 'nobody' } }]
    await expect(createOffhook({ ...quick, agents: [parrot], carriers })).rejects.toThrow('(there are: parrot)')
  })
})
