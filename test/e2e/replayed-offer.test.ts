/** A carrier that signs addresses and not bodies: who repeats one of its requests with other words gets nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { vobiz } from '../../src/providers/carriers/vobiz/vobiz.ts'
import { baseOf, hmac } from '../../src/providers/carriers/vobiz/webhook.ts'
import { openHouse, type House } from './gateway.ts'

const token = 'vobiz_test_token_0123456789abcdef'
let house: House
let url = ''

beforeAll(async () => {
  house = await openHouse({ providers: { carriers: [vobiz] } })
  const agent = await house.agent()
  const settings = { authId: 'MA_EXAMPLE', authToken: token }
  const made = await house.client.POST('/v1/connections', {
    body: { kind: 'carrier', provider: 'vobiz', name: 'Vobiz', settings },
  })
  url = made.data!.webhooks['voice']!
  const body = { connection: made.data!.id, number: '+918040000001', agent: agent.id, point: false }
  await house.client.POST('/v1/numbers', { body })
})
afterAll(() => house[Symbol.asyncDispose]())

const nonce = '41937150428065173924'
const offer = (CallUUID: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'x-vobiz-signature-v3': hmac(token, `${baseOf(url)}.${nonce}`), 'x-vobiz-signature-v3-nonce': nonce },
    body: new URLSearchParams({ CallUUID, From: '+919800000002', To: '+918040000001', Event: 'StartApp' }),
  })

test('an offer that comes again is answered again; the same signature offers no other call', async () => {
  const [first, second] = [await offer('call-a'), await offer('call-a')]
  expect([first.status, second.status]).toEqual([200, 200])
  expect(await second.text()).toContain('<Stream')
  const forged = await offer('call-b')
  expect([forged.status, forged.headers.get('x-offhook-error')]).toEqual([403, 'signature.replayed'])
  const { data } = await house.client.GET('/v1/calls')
  expect(data?.items.map(({ ref }) => ref)).toEqual(['call-a'])
})
