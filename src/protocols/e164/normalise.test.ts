/** Numbers: one spelling out, whatever way in, and no guessing. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callingCodeOf, countryOf } from './countries.ts'
import { normaliseNumber } from './normalise.ts'

describe('international numbers', () => {
  test.each([
    ['+1 415 555 0100', '+14155550100'],
    ['+1 (415) 555-0100', '+14155550100'],
    ['+1.415.555.0100', '+14155550100'],
    ['tel:+1-415-555-0100;phone-context=x', '+14155550100'],
    ['<tel:+14155550100>', '+14155550100'],
    ['+44 (0)20 7946 0018', '+442079460018'],
    ['+39 06 698 12345', '+390669812345'],
    ['0044 20 7946 0018', '+442079460018'],
    ['\u202a+49 30 901820\u202c', '+4930901820'],
    ['+41\u00a044\u2011668\u201118\u201100', '+41446681800'],
    ['+１４１５５５５０１００', '+14155550100'],
    ['+290 8999', '+2908999'],
    ['+800 1234 5678', '+80012345678'],
  ])('%j is %s', (text, value) => expect(normaliseNumber(text)).toEqual({ type: 'number', value }))

  test('an explicit plus never gets a country hint', () => {
    expect(normaliseNumber('+1 415 555 0100', { country: 'IN' })).toEqual({ type: 'number', value: '+14155550100' })
  })

  test('digits of a carrier that leaves the plus out are international only when that is said', () => {
    expect(normaliseNumber('14155550100', { plusOmitted: true })).toEqual({ type: 'number', value: '+14155550100' })
    expect(normaliseNumber('14155550100')).toMatchObject({ type: 'invalid', why: 'country-missing' })
  })
})

describe('national numbers', () => {
  test.each([
    ['(415) 555-0100', 'US', '+14155550100'],
    ['1 415 555 0100', 'us', '+14155550100'],
    ['011 44 20 7946 0018', 'US', '+442079460018'],
    ['00 44 20 7946 0018', 'US', '+442079460018'],
    ['020 7946 0018', 'GB', '+442079460018'],
    ['00 1 415 555 0100', 'GB', '+14155550100'],
    ['0011 1 415 555 0100', 'AU', '+14155550100'],
    ['8 495 123 45 67', 'RU', '+74951234567'],
    ['8 10 44 20 7946 0018', 'RU', '+442079460018'],
    ['06 1 234 5678', 'HU', '+3612345678'],
    ['06 698 12345', 'IT', '+390669812345'],
    ['612 34 56 78', 'ES', '+34612345678'],
    ['098765 43210', 'IN', '+919876543210'],
  ])('%j from %s is %s', (text, country, value) =>
    expect(normaliseNumber(text, { country })).toEqual({ type: 'number', value }),
  )

  test('a local number that begins with the dial code is still local', () => {
    expect(normaliseNumber('9198765432', { country: 'IN' })).toEqual({ type: 'number', value: '+919198765432' })
  })

  test('a number that is too long for the country is refused, not glued to a second code', () => {
    expect(normaliseNumber('919876543210', { country: 'IN' })).toMatchObject({ type: 'invalid', why: 'too-long' })
  })
})

describe('other addresses', () => {
  test.each([
    ['SIP:Desk.One@PBX.Example.COM:5060;transport=TLS', 'sip', 'sip:Desk.One@pbx.example.com:5060;transport=TLS'],
    ['<sip:+15551230001@10.0.0.1>', 'sip', 'sip:+15551230001@10.0.0.1'],
    ['sips:a@[2001:DB8::1]', 'sip', 'sips:a@[2001:db8::1]'],
    ['sip:pbx.example.com', 'sip', 'sip:pbx.example.com'],
    ['Client:Ann_Lee', 'client', 'client:Ann_Lee'],
    ['1001', 'extension', '1001'],
    ['112', 'extension', '112'],
  ])('%j is a %s', (text, type, value) => {
    expect(normaliseNumber(text)).toEqual({ type, value })
    expect(normaliseNumber(text, { country: 'US' })).toEqual({ type, value })
  })
})

describe('faults', () => {
  test.each([
    ['', 'empty'],
    [' \u200b ', 'empty'],
    ['1-800-FLOWERS', 'letters'],
    ['anonymous', 'letters'],
    ['++14155550100', 'letters'],
    ['+', 'letters'],
    ['4155550100', 'country-missing'],
    ['+0123456789', 'code-unknown'],
    ['+210123456789', 'code-unknown'],
    ['+1415555010', 'too-short'],
    ['+141555501000', 'too-long'],
    ['+4912345678901234', 'too-long'],
    ['sip:a b@example.com', 'uri'],
    ['sip:"><Hangup/>@x', 'uri'],
    ['client:', 'uri'],
    ['client:a b', 'uri'],
  ])('%j: %s', (text, why) => {
    const result = normaliseNumber(text)
    expect(result).toMatchObject({ type: 'invalid', why })
    expect(result).toHaveProperty('message', expect.stringMatching(/\.$/))
  })

  test('an unknown country is named', () => {
    expect(normaliseNumber('4155550100', { country: 'ZZ' })).toMatchObject({ type: 'invalid', why: 'country-unknown' })
  })
})

describe('always', () => {
  test('never throws, and what it gives is a fixed point', () => {
    const country = fc.constantFrom(undefined, 'US', 'IN', 'DE', 'IT', 'RU')
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[\d ()-]{0,20}$/)), country, (text, hint) => {
        const first = normaliseNumber(text, hint === undefined ? {} : { country: hint })
        if (first.type !== 'invalid') expect(normaliseNumber(first.value)).toEqual(first)
        if (first.type === 'number') expect(first.value).toMatch(/^\+[1-9]\d{6,14}$/)
      }),
    )
  })

  test('every country of the table begins its own numbers', () => {
    for (const iso of ['US', 'IN', 'XK', 'SS', 'KZ', 'VA', 'GG', 'TL']) {
      const code = countryOf(iso)?.code ?? 'none'
      expect(callingCodeOf(`${code}23456789`)).toBe(code)
    }
    expect(countryOf('QQ')).toBeUndefined()
  })
})
