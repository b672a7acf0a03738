/** Prices over the API: one's own before the published ones, checked, and kept by clients that know nothing of them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownProviders } from '../../../src/main/providers.ts'
import { openHouse, type House } from '../gateway.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ providers: { prices: ownProviders.prices ?? [] } })
})
afterAll(() => house[Symbol.asyncDispose]())

const mini = { part: 'llm', provider: 'openai-responses', model: 'gpt-4.1-mini', unit: 'input-tokens' } as const

async function save(prices: readonly object[] | undefined): Promise<Response> {
  const { data } = await house.client.GET('/v1/settings')
  const { prices: _before, ...settings } = data!
  return house.request('PUT', '/v1/settings', { ...settings, ...(prices && { prices }) })
}

async function inForce() {
  const { data } = await house.client.GET('/v1/prices')
  return data!.items.filter(({ part, provider, model, unit }) =>
    Object.entries(mini).every(
      ([name, value]) => ({ part, provider, model, unit })[name as keyof typeof mini] === value,
    ),
  )
}

test('a published price says when it was looked up; one’s own takes its place', async () => {
  expect(await inForce()).toEqual([
    { ...mini, amount: 0.4, currency: 'USD', source: 'published', asOf: expect.stringMatching(/^20\d\d-\d\d$/) },
  ])
  const own = { ...mini, amount: 0.3, currency: 'EUR' }
  expect((await save([own])).status).toBe(200)
  expect(await inForce()).toEqual([{ ...own, source: 'yours', asOf: null }])
  // Somebody who leaves them out changes nothing about them.
  expect(await (await save(undefined)).json()).toMatchObject({ prices: [own] })
  expect((await save([])).status).toBe(200)
  expect(await inForce()).toMatchObject([{ source: 'published' }])
})

test.each([
  [
    'the same twice',
    [
      { ...mini, amount: 1, currency: 'USD' },
      { ...mini, amount: 2, currency: 'USD' },
    ],
    'prices.1',
  ],
  ['a negative one', [{ ...mini, amount: -1, currency: 'USD' }], 'prices.0.amount'],
  ['no currency', [{ ...mini, amount: 1, currency: 'dollars' }], 'prices.0.currency'],
  ['a unit that is none', [{ ...mini, unit: 'tokens', amount: 1, currency: 'USD' }], 'prices.0.unit'],
])('%s is refused by name', async (_, prices, field) => {
  const response = await save(prices)
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(field)
})
