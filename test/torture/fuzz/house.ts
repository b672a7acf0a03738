/** A gateway with one Twilio account whose secrets the test knows, so that what it sends can be spoiled and genuine at once. */
import { expect } from 'vitest'
import { signatureOf } from '../../../simulators/index.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import { inCall, over, toneMs } from '../../conformance/live/stage.ts'
import { openHouse, type House } from '../../e2e/gateway.ts'
import { twilioLive } from '../../e2e/twilio-line.ts'
import { until } from '../../e2e/until.ts'

export type Fields = readonly (readonly [string, string])[]

export interface FuzzHouse extends AsyncDisposable {
  readonly house: House
  readonly accountSid: string
  readonly token: string
  /** Of the account's number. */
  readonly number: string
  /** Address of a webhook, e.g. `voice`. */
  webhook(purpose: string): string
  /** A genuine webhook. */
  post(purpose: string, fields: Fields): Promise<Response>
  /** Offers a call and gives the address of its media socket. */
  offer(callSid: string): Promise<string>
  /** Rejections that nobody handled, so far. */
  readonly unhandled: readonly unknown[]
  /** A caller, an agent, sound both ways, an end: nothing that happened before shows. */
  expectGoodCall(): Promise<void>
}

const number = '+15550500001'

export async function fuzzHouse(values: Readonly<Record<string, string>> = {}): Promise<FuzzHouse> {
  const house = await openHouse({ values: { OFFHOOK_SIMULATORS: 'off', ...values } })
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  house.scope.defer(() => process.off('unhandledRejection', note))
  const hex = (): string => Buffer.from(randomIds.token(16), 'base64url').toString('hex')
  const account = { accountSid: `AC${hex()}`, authToken: hex() }
  const agent = await house.agent({ answers: true })
  const { data } = await house.client.POST('/v1/connections', {
    // Nobody listens there: what the gateway wants of the carrier fails at once.
    body: {
      ...{ kind: 'carrier', provider: 'twilio', name: 'Fuzz' },
      settings: { ...account, apiBase: 'http://127.0.0.1:9' },
    },
  })
  await house.client.POST('/v1/numbers', { body: { connection: data!.id, number, agent: agent.id, point: false } })
  const webhook = (purpose: string): string => `${house.url}/carriers/twilio/${data!.id}/${purpose}`
  const post = (purpose: string, fields: Fields): Promise<Response> =>
    fetch(webhook(purpose), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signatureOf(account.authToken, webhook(purpose), fields),
      },
      body: new URLSearchParams(fields.map(([name, value]) => [name, value])),
    })
  return {
    ...{ house, number, unhandled, webhook, post },
    accountSid: account.accountSid,
    token: account.authToken,
    async offer(callSid) {
      const answer = await post('voice', offerOf(account.accountSid, callSid))
      return /<Stream url="([^"]+)"/.exec(await answer.text())?.[1] ?? ''
    },
    async expectGoodCall() {
      const good = await house.agent()
      const stage = { house, agent: good, line: await twilioLive.line(house, good.id) }
      const { call, leg, player } = await inCall(stage)
      player.say(500, 700)
      await until('the agent', () => toneMs(leg.heard(), 700) >= 400)
      leg.hangup()
      expect(await over(house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
      expect(unhandled).toEqual([])
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

export function offerOf(accountSid: string, callSid: string): Fields {
  return [
    ['CallSid', callSid],
    ['AccountSid', accountSid],
    ['From', '+15550500002'],
    ['To', number],
    ['CallStatus', 'ringing'],
    ['Direction', 'inbound'],
  ]
}

export function newCallSid(): string {
  return `CA${Buffer.from(randomIds.token(16), 'base64url').toString('hex')}`
}
