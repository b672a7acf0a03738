/** Signatures: the known vectors, every spelling of the URL, and agreement with Twilio's own validator. */
import * as fc from 'fast-check'
import twilio from 'twilio'
import { describe, expect, test } from 'vitest'
import { isHashOf, isSigned, signatureOf, spellings } from './signature.ts'

const token = '0123456789abcdef0123456789abcdef'

const form = (...pairs: [string, string][]) => new URLSearchParams(pairs)

const v1 = form(
  ['CallSid', 'CA00112233445566778899aabbccddeeff'],
  ['AccountSid', 'AC0123456789abcdef0123456789abcdef'],
  ['From', '+15551230001'],
  ['To', '+15551230002'],
  ['CallStatus', 'ringing'],
  ['ApiVersion', '2010-04-01'],
  ['Direction', 'inbound'],
)
const v2 = form(
  ['Digits', '2'],
  ['Digits', '1'],
  ['Digits', '2'],
  ['CallSid', 'CA00112233445566778899aabbccddeeff'],
  ['Note', 'café 100% + tax'],
)
const v6 = form(
  ['CallSid', 'CA1234567890ABCDE'],
  ['Caller', '+14158675309'],
  ['Digits', '1234'],
  ['From', '+14158675309'],
  ['To', '+18005551212'],
)
const jsonBody = '{"CallSid":"CA00112233445566778899aabbccddeeff","CallStatus":"completed"}'
const jsonHash = '76404c59e10678982fbffbc205b92d47bff4db011a9c20e07bc8743d66402436'

describe('vectors', () => {
  test.each([
    [
      'V1 form',
      token,
      'https://voice.example.com/twilio/voice?agent=demo&lang=en-US',
      v1,
      'yRGSSLJBEvKAk2pL2QiEJ4YmCew=',
    ],
    ['V2 repeated and UTF-8', token, 'https://voice.example.com/twilio/cb', v2, 'WDwQveB1IA3TSPCPhGk8LE44XRE='],
    [
      'V3 JSON',
      token,
      `https://voice.example.com/twilio/json?bodySHA256=${jsonHash}`,
      undefined,
      '/IuqUU/MPYgcBkdwI6bTLxxGVTc=',
    ],
    ['V4 WebSocket', token, 'wss://voice.example.com/media/twilio/s_7f3a', undefined, 'Luqsz264MCbk3VSbQEhRTszC+Jw='],
    ['V5 signed with port', token, 'https://voice.example.com/twilio/voice', undefined, 'OVPeZQKHP7WsLjQ725nF0YOfcAo='],
    ['V6 SDK', '12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', v6, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ] as const)('%s', (_, key, url, fields, signature) => {
    const signed = { urls: [url], form: fields }
    expect(isSigned(signed, signature, [key])).toBe(true)
    expect(isSigned(signed, signature, ['other', key])).toBe(true)
    expect(isSigned(signed, signature, ['other'])).toBe(false)
    expect(isSigned({ ...signed, urls: ['https://elsewhere.example.com/', url] }, signature, [key])).toBe(true)
    expect(isSigned({ ...signed, urls: [`${url}x`] }, signature, [key])).toBe(false)
    expect(isSigned(signed, `${signature.slice(0, -2)}A=`, [key])).toBe(signature.endsWith('A='))
  })

  test('V3 hashes its body', () => {
    expect(isHashOf(jsonHash, Buffer.from(jsonBody))).toBe(true)
    expect(isHashOf(jsonHash, Buffer.from(`${jsonBody} `))).toBe(false)
    expect(isHashOf('', Buffer.from(''))).toBe(false)
  })
})

test('an empty or absent token signs nothing', () => {
  const signed = { urls: ['https://a.example.com/'], form: undefined }
  expect(isSigned(signed, signatureOf('', 'https://a.example.com/'), ['', undefined])).toBe(false)
})

describe('spellings', () => {
  test.each([
    ['https://a.example.com/x?q=1', 'https://a.example.com:443/x?q=1'],
    ['https://a.example.com:443/x', 'https://a.example.com/x'],
    ['https://a.example.com:8443/x', 'https://a.example.com:8443/x'],
    ['https://a.example.com:8443/x', 'https://a.example.com/x'],
    ['http://a.example.com/x', 'http://a.example.com:80/x'],
    ['https://a.example.com/x?q=a+b&q=c', 'https://a.example.com/x?q=a%20b&q=c'],
    ['https://a.example.com/x?q=a+b', 'https://a.example.com:443/x?q=a%20b'],
    ['wss://a.example.com/x', 'wss://a.example.com:443/x'],
    ["https://a.example.com/x?q='", 'https://a.example.com/x?q=%27'],
    ['https://user:pw@a.example.com/x', 'https://user:pw@a.example.com:443/x'],
    ['https://[2001:db8::1]/x', 'https://[2001:db8::1]:443/x'],
    ['not a url', 'not a url'],
  ])('of %s include %s', (url, spelling) => expect(spellings(url)).toContain(spelling))
})

describe('agrees with the official SDK', () => {
  const name = fc.stringMatching(/^[A-Za-z_]{1,12}$/).filter((text) => text !== '__proto__')
  const value = fc.string({ unit: 'grapheme', maxLength: 20 })
  const fields = fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 })), { maxKeys: 8 })
  const scheme = fc.constantFrom('https://', 'http://')
  const host = fc.constantFrom('a.example.com', 'a.example.com:443', 'a.example.com:80', 'a.example.com:8080', '[::1]')
  const path = fc.stringMatching(/^(\/[a-zA-Z0-9._~'!*()%20-]{0,8}){1,3}$/)
  const query = fc.oneof(fc.constant(''), fc.stringMatching(/^\?([a-z]{1,4}=[a-zA-Z0-9'+%20!()*~|]{0,6}&?){1,3}$/))
  const url = fc.tuple(scheme, host, path, query).map((parts) => parts.join(''))

  const asForm = (params: Record<string, string | string[]>) =>
    new URLSearchParams(Object.entries(params).flatMap(([key, one]) => [one].flat().map((text) => [key, text])))

  test('on requests signed for any spelling', () => {
    fc.assert(
      fc.property(url, fields, fc.nat(), (requested, params, pick) => {
        const all = spellings(requested)
        const signature = twilio.getExpectedTwilioSignature(token, all[pick % all.length]!, params)
        const theirs = twilio.validateRequest(token, signature, requested, params)
        expect(isSigned({ urls: [requested], form: asForm(params) }, signature, [token])).toBe(theirs)
        expect(theirs).toBe(true)
      }),
    )
  })

  test('on requests altered in any way', () => {
    fc.assert(
      fc.property(url, url, fields, fields, fc.boolean(), (signedUrl, requested, signedFields, params, same) => {
        const signature = twilio.getExpectedTwilioSignature(token, same ? requested : signedUrl, signedFields)
        const theirs = twilio.validateRequest(token, signature, requested, params)
        expect(isSigned({ urls: [requested], form: asForm(params) }, signature, [token])).toBe(theirs)
      }),
    )
  })

  test('on hashed bodies', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.boolean(), (signedBody, other, altered) => {
        const body = altered ? other : signedBody
        const requested = `https://a.example.com/json?bodySHA256=${twilio.getExpectedBodyHash(signedBody)}`
        const signature = twilio.getExpectedTwilioSignature(token, requested, {})
        const hash = new URL(requested).searchParams.get('bodySHA256') ?? ''
        const ours =
          isSigned({ urls: [requested], form: undefined }, signature, [token]) && isHashOf(hash, Buffer.from(body))
        expect(ours).toBe(twilio.validateRequestWithBody(token, signature, requested, body))
        expect(ours).toBe(body === signedBody)
      }),
    )
  })
})
