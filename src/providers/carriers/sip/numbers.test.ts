import { describe, expect, test } from 'vitest'
import { parseUri } from '../../../protocols/sip/message/uri.ts'
import { callerOf, numberIn, targetOf } from './numbers.ts'

describe('numbers of peers', () => {
  test.each([
    ['sip:+14155550100@203.0.113.5', undefined, '+14155550100'],
    ['sip:14155550100@203.0.113.5;user=phone', undefined, '+14155550100'],
    ['tel:+1-415-555-0100', undefined, '+14155550100'],
    ['sip:+14155550100;npdi;rn=+14155550000@gw.example.com', undefined, '+14155550100'],
    ['sip:015112345678@203.0.113.5', 'DE', '+4915112345678'],
    ['sip:4915112345678@203.0.113.5', undefined, '+4915112345678'],
    ['sip:101@203.0.113.5', undefined, '101'],
    ['sip:alice@example.com', undefined, 'alice'],
    ['sip:Anonymous@anonymous.invalid', undefined, 'anonymous'],
    ['sip:203.0.113.5', undefined, 'anonymous'],
    ['urn:service:sos', undefined, 'anonymous'],
  ])('%s from %s is %s', (uri, country, number) =>
    expect(numberIn(parseUri(uri), { numbers: 'plus', country })).toBe(number),
  )
})

describe('numbers to peers', () => {
  test.each([
    ['+14155550100', 'plus', 'sip:+14155550100@sip.carrier.example'],
    ['+14155550100', 'digits', 'sip:14155550100@sip.carrier.example'],
    ['101', 'digits', 'sip:101@sip.carrier.example'],
    ['sip:alice@example.com', 'digits', 'sip:alice@example.com'],
    ['tel:+1-415-555-0100', 'digits', 'sip:14155550100@sip.carrier.example'],
  ] as const)('%s, written as %s, is %s', (to, numbers, uri) =>
    expect(targetOf(to, 'sip.carrier.example', { numbers, country: undefined })).toBe(uri),
  )

  test('never let a name end the user part and begin a host', () =>
    expect(() => targetOf('1@evil.example;x', 'sip.carrier.example', { numbers: 'plus', country: undefined })).toThrow(
      '"1@evil.example;x" is no number, no extension and no SIP address',
    ))

  test('the caller is a number at a domain, or nobody', () => {
    expect(callerOf('+14155550100', 'own.example', { numbers: 'digits', country: undefined })).toBe(
      '<sip:14155550100@own.example>',
    )
    expect(callerOf('anonymous', 'own.example', { numbers: 'plus', country: undefined })).toContain('anonymous.invalid')
  })
})
