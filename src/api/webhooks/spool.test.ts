import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../store/contract.ts'
import { signDelivery } from '../../protocols/webhook/sign.ts'
import { after, retryDelays } from './spool.ts'

const delivery: Delivery = {
  id: 'dlv_1',
  subscription: 'sub_1',
  organization: 'org_1',
  position: 7,
  body: '{}',
  attempts: 0,
  status: 'waiting',
  nextAt: 0,
  createdAt: 0,
}

describe('a delivery', () => {
  test('is delivered by any 2xx', () => {
    expect(after(delivery, { ok: true, status: 204 }, 1000)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      lastStatus: 204,
    })
  })

  test('waits longer after each failure, and is given up after the last', () => {
    let current = delivery
    const waits: number[] = []
    while (current.status === 'waiting') {
      current = after(current, { ok: false, status: 500, error: 'the server answered 500' }, 1000)
      if (current.status === 'waiting') waits.push(current.nextAt - 1000)
    }
    expect(waits).toEqual([...retryDelays])
    expect(current).toMatchObject({
      status: 'given-up',
      attempts: retryDelays.length + 1,
      lastError: 'the server answered 500',
    })
  })

  test('is signed over id, time and body with the decoded secret', () => {
    const secret = `whsec_${Buffer.from('0123456789abcdef').toString('base64url')}`
    const signed = signDelivery('dlv_1', '{"a":1}', secret, 1_700_000_000_500)
    const expected = createHmac('sha256', '0123456789abcdef').update('dlv_1.1700000000.{"a":1}').digest('base64')
    expect(signed).toEqual({
      'webhook-id': 'dlv_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${expected}`,
    })
  })
})
