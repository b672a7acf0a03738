/** Numbers: the requests of Twilio's own client, and nothing of the answer trusted as an address. */
import { describe, expect, test } from 'vitest'
import { answer, config, fixture, run } from './examples.ts'
import { numbers } from './numbers.ts'
import { sentBySdk, sentByUs } from './witness.ts'

const urls = { voice: 'https://voice.example.com/voice', status: 'https://voice.example.com/status' }
const webhooks = {
  voiceUrl: urls.voice,
  voiceMethod: 'POST',
  statusCallback: urls.status,
  statusCallbackMethod: 'POST',
} as const
const number = fixture('number')
const ref = 'PN00112233445566778899aabbccddeeff'
const read = {
  number: '+15551230002',
  ref,
  label: '(555) 123-0002',
  pointsAt: 'https://old.example.com/voice',
  capabilities: ['voice', 'sms'],
}

test('search', async () => {
  const found = {
    phone_number: '+14155550100',
    iso_country: 'US',
    locality: 'San Francisco',
    capabilities: { voice: true, SMS: true, MMS: false },
  }
  const wanted = { country: 'us', areaCode: '415', contains: '55*', limit: 5 }
  const { result, asked } = run(numbers.search(wanted, config), answer({ available_phone_numbers: [found, {}, 'x'] }))
  expect(result).toEqual([
    { number: '+14155550100', country: 'US', locality: 'San Francisco', capabilities: ['voice', 'sms'] },
  ])
  const query = { areaCode: 415, contains: '55*', voiceEnabled: true, pageSize: 5 }
  expect(asked.map(sentByUs)).toEqual(await sentBySdk((client) => client.availablePhoneNumbers('US').local.page(query)))
})

test.each([
  ['toll-free', '/US/TollFree.json?'],
  ['mobile', '/US/Mobile.json?'],
] as const)('search %s', (kind, path) => {
  expect(run(numbers.search({ country: 'US', kind }, config), answer({})).asked[0]!.url).toContain(path)
})

test('search in no country', () => {
  expect(() => run(numbers.search({ country: '../' }, config))).toThrow(/two-letter/)
})

test('buy', async () => {
  const { result, asked } = run(numbers.buy('+1 555 123 0002', config, urls), answer(number, 201))
  expect(result).toEqual(read)
  expect(asked.map(sentByUs)).toEqual(
    await sentBySdk((client) => client.incomingPhoneNumbers.create({ phoneNumber: '+15551230002', ...webhooks })),
  )
  expect(asked[0]!.repeatable).toBeUndefined()
})

test('list reads page after page, of our own account only', async () => {
  const next = `/2010-04-01/Accounts/${config.accountSid}/IncomingPhoneNumbers.json?PageSize=1000&Page=1&PageToken=x`
  const first = answer({ incoming_phone_numbers: [number], next_page_uri: next })
  const second = answer({ incoming_phone_numbers: [number], next_page_uri: '//evil.example.com/' })
  const { result, asked } = run(numbers.list(config), first, second)
  expect(result).toEqual([read, read])
  expect(asked.map((one) => one.url)).toEqual([
    expect.stringContaining('?PageSize=1000'),
    `https://api.twilio.com${next}`,
  ])
  expect([sentByUs(asked[0]!)]).toEqual(
    await sentBySdk((client) => client.incomingPhoneNumbers.page({ pageSize: 1000 })),
  )
})

test('point clears what would take precedence', async () => {
  const { result, asked } = run(
    numbers.point('+15551230002', urls, config),
    answer({ incoming_phone_numbers: [number] }),
    answer(number),
  )
  expect(result).toEqual(read)
  expect(asked.map(sentByUs)).toEqual(
    await sentBySdk(async (client) => {
      await client.incomingPhoneNumbers.page({ phoneNumber: '+15551230002', pageSize: 20 })
      await client.incomingPhoneNumbers(ref).update({ ...webhooks, voiceApplicationSid: '', trunkSid: '' })
    }),
  )
})

test('a number that only contains the wanted one is not it', () => {
  const longer = answer({ incoming_phone_numbers: [{ ...number, phone_number: '+155512300021' }] })
  expect(() => run(numbers.point('+15551230002', urls, config), longer)).toThrow(/not a number of this Twilio account/)
})

test('release', async () => {
  const gone = { status: 204, headers: {}, body: new Uint8Array() }
  const { asked } = run(numbers.release('+15551230002', config), answer({ incoming_phone_numbers: [number] }), gone)
  expect([sentByUs(asked[1]!)]).toEqual(
    await sentBySdk((client) =>
      client
        .incomingPhoneNumbers(ref)
        .remove()
        .catch(() => {}),
    ),
  )
})

describe('refusals', () => {
  test('are explained', () => {
    const taken = answer({ code: 21422, message: 'Not available', status: 400 }, 400)
    expect(() => run(numbers.buy('+15551230002', config, urls), taken)).toThrow(/search again/)
    expect(() => run(numbers.buy('555', config, urls))).toThrow(/not a phone number/)
    expect(() => run(numbers.buy('+15551230002', config, urls), answer({}, 201))).toThrow(/without the number/)
  })
})
