import { expect, test } from 'vitest'
import { baseString, signatureV3 } from './signature.ts'

const token = 'NzQwYmI1ZmQ5MzUzNDY3MjlhZGM0OTk5NTFmZGRl'
const nonce = '05429567804466091622'
const fields = new Map(Object.entries({
  CallUUID: '97ceeb52-58b6-11e1-86da-77300b68f8bb', From: '15551230001', To: '15551230002',
  Direction: 'inbound', CallStatus: 'ringing', Event: 'StartApp',
})) // prettier-ignore
const none = new Map<string, string>()
const query = [...fields].map(([name, value]) => `${name}=${value}`).join('&')

test.each([
  ['POST', 'https://voice.example.com/plivo/answer', fields, 'CEMLK7HRSBhSAQWjMYNS+/ONlnR+wFIzl+dZDmtUxsM='],
  [
    'POST',
    'https://voice.example.com/plivo/answer?lang=en-US&agent=demo%20one',
    fields,
    'vxwsHB72OebGC1E8omv4PWApj5W6AjiHoMWk7rUH7Bw=',
  ],
  [
    'GET',
    `https://voice.example.com/plivo/answer?agent=demo&${query}`,
    none,
    'QuGhoTbt+i4xrBTgB7usWPrmArEJyGRj72sdqLJ4who=',
  ],
  ['POST', 'https://voice.example.com/plivo/answer', none, 'oFTHjr7gb+XnvLWstnsbai0BRN2nHIWO4ly9f444eEw='],
  ['GET', 'wss://voice.example.com/ws/97ceeb52', none, 'DjKeL7oFY8dwa95hXT1sN232vaCGMvUnfRDqxRxqWg0='],
] as const)('%s %s is signed as the SDKs check it', (method, url, given, expected) => {
  expect(signatureV3(token, baseString(method, url, given, nonce))).toBe(expected)
})

test('fields may hold any letters', () => {
  const named = new Map([...fields, ['CallerName', 'Zoë']])
  const text = baseString('POST', 'https://voice.example.com/plivo/answer', named, nonce)
  expect(signatureV3(token, text)).toBe('umd0CRBZ63ojdCDMBB0S8L5Dl6sHaUzb3B9LKprn+Po=')
})
