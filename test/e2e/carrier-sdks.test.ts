/** The carriers' official REST clients, against the simulators: what the carriers themselves think the wire is. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Vonage } from '@vonage/server-sdk'
import { Client as Plivo } from 'plivo'
import Telnyx from 'telnyx'
import { afterAll, describe, expect, test } from 'vitest'
import { Phone, serveCarrier, simulatedCarrier, type CarrierSimulator } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { until } from './until.ts'

const ours = '+15550100010'
const theirs = '+15550199001'
const scope = new Scope('sdks')
afterAll(() => scope.close())

async function account(name: string) {
  const carrier = simulatedCarrier(name)
  const settings = carrier.draw(randomIds)
  const simulator = await serveCarrier(
    carrier.open(settings, { clock: realClock, ids: randomIds, scope, ringGraceMs: 0, priceAfterMs: 0 }),
    { scope },
  )
  // Its webhooks go nowhere: nobody is there to answer.
  simulator.point(ours, { voice: `${simulator.url}/nowhere`, status: `${simulator.url}/nowhere` })
  simulator.onDial(() => ({ type: 'answer', phone: new Phone({ clock: realClock }), afterMs: 20 }))
  return { simulator, text: (setting: string) => String(settings[setting]) }
}

/** The one call of the account, once somebody picked up. */
function answered(simulator: CarrierSimulator) {
  return until('the answer', () => [...simulator.calls.values()].find(({ status }) => status === 'in-progress'))
}

describe('telnyx', () => {
  test('dials, lists, reads, transfers, records and hangs up; reads numbers; is refused by its own errors', async () => {
    const { simulator, text } = await account('telnyx')
    const sdk = new Telnyx({ apiKey: text('apiKey'), baseURL: `${simulator.url}/v2`, maxRetries: 0 })
    const connection = text('connectionId')
    const state = Buffer.from('call_1 PCMU').toString('base64')
    const { data } = await sdk.calls.dial({ connection_id: connection, to: theirs, from: ours, client_state: state })
    const ref = data!.call_control_id
    const leg = await answered(simulator)
    expect(leg.ref).toBe(ref)
    expect((await sdk.calls.retrieveStatus(ref)).data).toMatchObject({ call_control_id: ref, is_alive: true })
    const running: unknown[] = []
    for await (const one of sdk.connections.listActiveCalls(connection)) running.push(one)
    expect(running).toEqual([expect.objectContaining({ call_control_id: ref, client_state: state })])
    await sdk.calls.actions.startRecording(ref, { channels: 'dual', format: 'wav' })
    await sdk.calls.actions.stopRecording(ref, {})
    await sdk.calls.actions.sendDtmf(ref, { digits: '12#' })
    const mark = Buffer.from('call_1 transfer').toString('base64')
    await sdk.calls.actions.transfer(ref, { to: '+15550199002', target_leg_client_state: mark })
    await until('the other leg', async () => {
      const { data: all } = await sdk.connections.listActiveCalls(connection)
      return all.some(({ client_state }) => client_state === mark)
    })
    await sdk.calls.actions.hangup(ref, {})
    await leg.ended
    await expect(sdk.calls.actions.hangup(ref, {})).rejects.toMatchObject({ status: 422 })
    expect((await sdk.phoneNumbers.list()).data).toMatchObject([{ phone_number: ours }])
    const stranger = new Telnyx({ apiKey: 'KEYwrong', baseURL: `${simulator.url}/v2`, maxRetries: 0 })
    await expect(stranger.phoneNumbers.list()).rejects.toBeInstanceOf(Telnyx.AuthenticationError)
  })
})

describe('vonage', () => {
  test('dials with an NCCO, reads, lists a conversation, transfers and hangs up; reads its application and numbers', async () => {
    const { simulator, text } = await account('vonage')
    const credentials = {
      ...{ apiKey: text('apiKey'), apiSecret: text('apiSecret') },
      ...{ applicationId: text('applicationId'), privateKey: text('privateKey') },
    }
    const sdk = new Vonage(credentials, {
      ...{ apiHost: simulator.url, restHost: simulator.url },
    })
    const made = await sdk.voice.createOutboundCall({
      to: [{ type: 'phone', number: '15550199001' }],
      from: { type: 'phone', number: '15550100010' },
      ncco: [{ action: 'wait', timeout: 30 }],
    })
    const leg = await answered(simulator)
    expect(made).toMatchObject({ uuid: leg.ref, status: 'started', direction: 'outbound' })
    expect(await sdk.voice.getCall(leg.ref)).toMatchObject({ uuid: leg.ref, status: 'answered' })
    const page = await sdk.voice.getCallsPage({ conversationUuid: made.conversationUUID })
    expect(page._embedded.calls.map(({ uuid }) => uuid)).toEqual([leg.ref])
    await sdk.voice.playDTMF(leg.ref, '12')
    const connect = { action: 'connect', endpoint: [{ type: 'phone', number: '15550199002' }] } as const
    await sdk.voice.transferCallWithNCCO(leg.ref, [connect])
    await until('the other leg', async () => {
      const legs = await sdk.voice.getCallsPage({ conversationUuid: made.conversationUUID })
      return legs._embedded.calls.length === 2
    })
    await sdk.voice.hangupCall(leg.ref)
    await leg.ended
    expect(await sdk.applications.getApplication(text('applicationId'))).toMatchObject({ id: text('applicationId') })
    expect((await sdk.numbers.getOwnedNumbers()).numbers).toMatchObject([{ msisdn: '15550100010' }])
    const stranger = new Vonage(
      { ...credentials, applicationId: 'somebody-else' },
      {
        apiHost: simulator.url,
      },
    )
    await expect(stranger.voice.getCall(leg.ref)).rejects.toMatchObject({ response: { status: 401 } })
  })
})

describe('plivo', () => {
  // Its client knows no other address than Plivo's: what it sends by its own HTTP library is turned here.
  const axios = createRequire(createRequire(import.meta.url).resolve('plivo'))('axios') as Axios // the library's own shape
  const before = axios.defaults.adapter
  afterAll(() => void (axios.defaults.adapter = before))

  test('dials, reads, sends keys, records, transfers and hangs up; reads numbers', async () => {
    const { simulator, text } = await account('plivo')
    axios.defaults.adapter = async (asked) => {
      const query = new URLSearchParams(asked.params).toString()
      const url = asked.url.replace('https://api.plivo.com', simulator.url) + (query ? `?${query}` : '')
      const { method, data: body } = asked
      const headers = { authorization: String(asked.headers['Authorization']), 'content-type': 'application/json' }
      const answer = await fetch(url, { method, headers, ...(body ? { body } : {}) })
      const told = await answer.text()
      return { status: answer.status, data: told ? JSON.parse(told) : '', headers: {}, config: asked }
    }
    const sdk = new Plivo(text('authId'), text('authToken'))
    await sdk.calls.create('15550100010', '15550199001', await waiting())
    const leg = await answered(simulator)
    expect(leg).toMatchObject({ from: ours, to: theirs })
    expect(await sdk.calls.getLiveCall(leg.ref)).toMatchObject({ callUuid: leg.ref, to: '15550199001' })
    await sdk.calls.sendDigits(leg.ref, '12', { legs: 'aleg' })
    await until('the keys', () => leg.sentDigits === '12')
    await sdk.calls.record(leg.ref, { fileFormat: 'wav' })
    expect(leg.recordings).toHaveLength(1)
    await sdk.calls.stopRecording(leg.ref, {})
    const next = { legs: 'aleg', alegUrl: await waiting(), alegMethod: 'POST' }
    await sdk.calls.transfer(leg.ref, next as never) // its type wants both legs
    const [owned] = await sdk.numbers.list()
    expect(owned).toMatchObject({ number: '15550100010' })
    await sdk.calls.hangup(leg.ref)
    expect((await leg.ended).status).toBe('completed')
  })
})

/** Where a document waits that keeps a call up. */
async function waiting(): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/xml').end('<Response><Wait length="60"/></Response>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer` // a listening TCP server's
}

interface Asked {
  readonly method: string
  readonly url: string
  readonly params?: Record<string, string>
  readonly headers: Readonly<Record<string, unknown>>
  readonly data?: string
}

interface Axios {
  readonly defaults: { adapter: (asked: Asked) => Promise<unknown> }
}
