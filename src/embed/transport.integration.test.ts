/** A server of the user's own, called through the simulated carriers: one program for all of them. */
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Phone, serveCarrier, simulatedCarrier, tone } from '../../simulators/index.ts'
import { toneMs } from '../../test/conformance/live/stage.ts'
import { openers } from '../../test/conformance/openings.ts'
import { answers, application } from '../../test/e2e/customer.ts'
import { until } from '../../test/e2e/until.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { Scope } from '../lib/scope.ts'
import { createTransport, recogniseTransport, type Transport, type TransportFactories } from './transport.ts'

const scope = new Scope('transport test')
afterAll(() => scope.close())

const number = '+15550100010'
const options = { allowHosts: ['127.0.0.1'] }

/** The user's server; `serve` gets each socket as it is accepted. */
async function server(serve: (socket: WebSocket) => void): Promise<string> {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  sockets.on('connection', serve)
  await new Promise((resolve) => sockets.once('listening', resolve))
  scope.defer(() => new Promise((resolve) => sockets.close(resolve)))
  return `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/media`
}

/** Factories that must not run, but for one. */
function onlyFor(name: string, settings: unknown): TransportFactories {
  const others = openers.map(({ carrier }) => [carrier, () => expect.fail(`the factory of ${carrier} ran`)])
  return { ...Object.fromEntries(others), [name]: () => ({ settings }) } as TransportFactories // a test's account fits its carrier
}

describe.concurrent.each(Object.keys(answers))('%s', (name) => {
  test('the program hears the caller, the caller hears the program, and the program hangs up', async () => {
    const carrier = simulatedCarrier(name)
    const drawn = carrier.draw(randomIds)
    const simulator = await serveCarrier(
      carrier.open(drawn, { clock: realClock, ids: randomIds, scope, ringGraceMs: 0 }),
      { scope },
    )
    const settings = { ...drawn, ...carrier.address(simulator.url) }
    const taken = Promise.withResolvers<Transport>()
    const url = await server((socket) => {
      createTransport({ type: 'websocket', socket }, onlyFor(name, settings), options).then(taken.resolve, taken.reject)
    })
    const address = { url, address: url, token: 't0ken' }
    const voice = await application(scope, answers[name]!({ settings, simulator }, address))
    simulator.point(number, { voice, status: voice })
    const phone = new Phone({ clock: realClock, script: (person) => person.say(tone(700, 1_500, 9_000)) })
    const leg = simulator.call({ from: '+15550199001', to: number, phone })
    const transport = await taken.promise
    expect(transport.about).toMatchObject({ carrier: name, call: { ref: leg.ref } })
    const echo = (async () => {
      for await (const { pcm, rate } of transport) transport.send(pcm, rate)
    })()
    await until('the caller’s own tone', () => toneMs(leg.heard(), 700) >= 600)
    await transport.hangUp()
    await transport.hangUp()
    await leg.ended
    await echo
    expect(await transport.closed).toBeTypeOf('string')
  })
})

/** A stream by hand, as the first carrier of the list opens it; resolves with its end at our side. */
async function knock(
  serve: (socket: WebSocket) => Promise<unknown>,
  carrier = 'twilio',
): Promise<{ readonly result: unknown; readonly closed: { code: number; reason: string } }> {
  const result = Promise.withResolvers<unknown>()
  const url = await server((socket) => {
    serve(socket).then(result.resolve, result.resolve)
  })
  const opener = openers.find((one) => one.carrier === carrier)!
  const socket = new WebSocket(url)
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  await new Promise((resolve) => socket.once('open', resolve))
  for (const message of opener.opening({ ref: opener.ref }))
    socket.send('text' in message ? message.text : message.binary)
  const outcome = await result.promise
  if (!(outcome instanceof Error)) socket.close()
  return { result: outcome, closed: await closed }
}

describe('before anybody talks', () => {
  const settings = { accountSid: `AC${'0'.repeat(32)}`, authToken: '0'.repeat(32) }

  test('a missing factory names itself', async () => {
    const { result, closed } = await knock((socket) =>
      createTransport({ type: 'websocket', socket }, { telnyx: () => expect.fail('it ran') }),
    )
    expect(result).toMatchObject({ code: 'provider.unknown' })
    expect(String(result)).toMatch(/no factory "twilio" \(given: telnyx\)/)
    expect(closed).toEqual({ code: 1008, reason: 'not set up' })
  })

  test('missing credentials are listed', async () => {
    const { result } = await knock((socket) =>
      createTransport({ type: 'websocket', socket }, { twilio: () => ({ settings: {} as never }) }),
    )
    expect(result).toMatchObject({ code: 'settings.missing', details: { fields: ['accountSid', 'authToken'] } })
    expect(String(result)).toContain('TWILIO_AUTH_TOKEN')
  })

  test('another carrier’s credentials are refused, and not repeated', async () => {
    const { result } = await knock((socket) =>
      createTransport(
        { type: 'websocket', socket },
        { twilio: () => ({ settings: { ...settings, apiKey: 'KEY-of-telnyx' } }) },
      ),
    )
    expect(result).toMatchObject({ code: 'settings.invalid' })
    expect(String(result)).toContain('apiKey: no setting of Twilio')
    expect(String(result)).not.toContain('KEY-of-telnyx')
  })

  test('a hang-up that the carrier refuses says so, and ends the stream all the same', async () => {
    const simulator = await serveCarrier(
      simulatedCarrier('twilio').open(
        { ...settings, authToken: 'f'.repeat(32) },
        { clock: realClock, ids: randomIds, scope },
      ),
      { scope },
    )
    const known = { ...settings, ...simulatedCarrier('twilio').address(simulator.url) }
    const { result, closed } = await knock(async (socket) => {
      const transport = await createTransport(
        { type: 'websocket', socket },
        { twilio: () => ({ settings: known }) },
        options,
      )
      await transport.hangUp()
    })
    expect(result).toMatchObject({ code: 'carrier.credentials' })
    expect(closed).toEqual({ code: 1000, reason: 'hung up' })
  })

  test('a stream that is not admitted is closed', async () => {
    const { result, closed } = await knock((socket) =>
      createTransport(
        { type: 'websocket', socket },
        { twilio: () => expect.fail('it ran') },
        { admit: ({ call }) => call.parameters['token'] === 'mine' },
      ),
    )
    expect(result).toMatchObject({ code: 'auth.forbidden' })
    expect(closed).toEqual({ code: 1008, reason: 'not admitted' })
  })

  test('asked twice, a socket answers the same; then it is taken', async () => {
    const { result } = await knock(async (socket) => {
      const [one, other] = await Promise.all([recogniseTransport(socket), recogniseTransport(socket)])
      expect(one).toEqual(other)
      return createTransport({ type: 'websocket', socket }, { twilio: () => ({ settings }) })
    })
    expect(result).toMatchObject({ rate: 8000, about: { carrier: 'twilio', data: { body: { plan: 'gold' } } } })
  })

  test.each([
    [{ type: 'daily' }, '"daily"'],
    [new URL('ws://host'), 'URL'],
    [undefined, 'undefined'],
    [{ type: 'websocket', socket: {} }, '"websocket"'],
  ])('arguments that are none name their type: %j', async (given, name) => {
    await expect(createTransport(given as never, {})).rejects.toThrow(`arguments of type ${name} are not supported`)
  })

  test('sound that came before the program was ready is heard first', async () => {
    const opener = openers.find(({ carrier }) => carrier === 'twilio')!
    const heard = Promise.withResolvers<readonly number[]>()
    const taken = Promise.withResolvers<void>()
    const url = await server((socket) => {
      const factories: TransportFactories = {
        // Credentials take their time.
        twilio: () => realClock.sleep(100).then(() => ({ settings })),
      }
      void createTransport({ type: 'websocket', socket }, factories).then(async (transport) => {
        taken.resolve()
        await realClock.sleep(50)
        const lengths: number[] = []
        for await (const { pcm } of transport) lengths.push(pcm.length)
        heard.resolve(lengths)
      })
    })
    const socket = new WebSocket(url)
    await new Promise((resolve) => socket.once('open', resolve))
    for (const message of [
      ...opener.opening({ ref: opener.ref }),
      ...Array.from({ length: 10 }, (_, at) => opener.media(at + 1)),
    ])
      if ('text' in message) socket.send(message.text)
    await taken.promise
    socket.close()
    expect(await heard.promise).toEqual(Array.from({ length: 10 }, () => 160))
  })
})
