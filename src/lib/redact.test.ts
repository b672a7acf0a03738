/** What must never be readable in a log, an error or a recording. */
import { describe, expect, test } from 'vitest'
import { isSecretName, phone, redactFields, redactHeaders, redactSecrets, redactText, redactUrl } from './redact.ts'

test.each([
  ['authorization', true],
  ['Proxy-Authorization', true],
  ['set-cookie', true],
  ['authToken', true],
  ['TWILIO_AUTH_TOKEN', true],
  ['client_secret', true],
  ['password', true],
  ['x-api-key', true],
  ['xi-api-key', true],
  ['apiKey', true],
  ['private_key', true],
  ['X-Twilio-Signature', true],
  ['telnyx-signature-ed25519', true],
  ['X-Amz-Credential', true],
  ['auth', true],
  ['author', false],
  ['key', false],
  ['callSid', false],
  ['signal', false],
  ['accountSid', false],
])('a field named %s is a secret: %s', (name, secret) => {
  expect(isSecretName(name)).toBe(secret)
})

test.each([
  ['+15550100001', '+1555•••0001'],
  ['+91 98765 43210', '+9198•••3210'],
  ['(555) 010-0001', '5550•••0001'],
  ['15550100001', '1555•••0001'],
  ['1001', '1001'],
  ['55512', '55512'],
  ['sip:ann@example.com', 'sip:ann@example.com'],
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  ['', ''],
])('phone %s is shown as %s', (number, shown) => {
  expect(phone(number)).toBe(shown)
})

test.each([
  ['https://user:pass@example.com/a', 'https://[redacted]@example.com/a'],
  ['https://user:p@ss@example.com/a@b', 'https://[redacted]@example.com/a@b'],
  ['postgres://u:p@db:5432/x', 'postgres://[redacted]@db:5432/x'],
  ['wss://h.example/media/AbC-_123?x=1', 'wss://h.example/media/[redacted]?x=1'],
  ['/media/AbC/extra', '/media/[redacted]/extra'],
  ['https://h/?token=abc&x=1&api_key=d', 'https://h/?token=[redacted]&x=1&api_key=[redacted]'],
  ['https://h/?a%70i_key=d', 'https://h/?a%70i_key=[redacted]'],
  ['https://h/?key=AIza', 'https://h/?key=[redacted]'],
  ['https://h/?%zz=1&pwd=2', 'https://h/?%zz=1&pwd=[redacted]'],
  ['https://h/cb#access_token=abc', 'https://h/cb#access_token=[redacted]'],
  ['https://h/a?X-Amz-Signature=ff&X-Amz-Date=1', 'https://h/a?X-Amz-Signature=[redacted]&X-Amz-Date=1'],
  ['https://h/multimedia/cat.png', 'https://h/multimedia/cat.png'],
  ['https://h/a?b=c', 'https://h/a?b=c'],
])('the address %s is shown as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown)
})

test.each([
  ['GET https://u:p@h/x failed', 'GET https://[redacted]@h/x failed'],
  ['upgrade of /media/abc refused', 'upgrade of /media/[redacted] refused'],
  ['sent Authorization: Bearer abc.DEF-123', 'sent Authorization: Bearer [redacted]'],
  ['sent basic dXNlcjpwYXNz', 'sent basic [redacted]'],
  ['a basic understanding', 'a basic understanding'],
  ['Incorrect API key provided: sk-proj-0123456789abcdefXYZ.', 'Incorrect API key provided: [redacted].'],
  ['two: wss://h/media/a1 and wss://h/media/b2', 'two: wss://h/media/[redacted] and wss://h/media/[redacted]'],
])('the text "%s" is shown as "%s"', (text, shown) => {
  expect(redactText(text)).toBe(shown)
})

test('headers lose their secrets and nothing else', () => {
  expect(
    redactHeaders({
      Authorization: 'Bearer abc',
      cookie: 'a=b',
      'x-twilio-signature': 'c2ln',
      'X-Plivo-Signature-V3': ['a', 'b'],
      'sec-websocket-protocol': 'token, 0123',
      'content-type': 'application/json',
      referer: 'https://h/media/abc',
      accept: ['a', 'b'],
      absent: undefined,
    }),
  ).toEqual({
    Authorization: '[redacted]',
    cookie: '[redacted]',
    'x-twilio-signature': '[redacted]',
    'X-Plivo-Signature-V3': '[redacted]',
    'sec-websocket-protocol': '[redacted]',
    'content-type': 'application/json',
    referer: 'https://h/media/[redacted]',
    accept: 'a,b',
  })
  expect(redactHeaders({ 'sec-websocket-protocol': 'media' })).toEqual({ 'sec-websocket-protocol': 'media' })
})

describe('redactFields', () => {
  test('hides by name at any depth, and leaves counts', () => {
    const fields = {
      usage: { inputTokens: 12, cached: true },
      settings: [{ apiKey: 'abc', token: null, password: { nested: 'x' } }],
      headers: new Map([['authorization', 'Bearer x']]),
    }
    expect(redactFields(fields)).toEqual({
      usage: { inputTokens: 12, cached: true },
      settings: [{ apiKey: '[redacted]', token: null, password: '[redacted]' }],
      headers: { authorization: '[redacted]' },
    })
  })

  test('hides by look in any string', () => {
    expect(redactFields({ url: new URL('https://a:b@h/'), note: 'at wss://h/media/x' })).toEqual({
      url: 'https://[redacted]@h/',
      note: 'at wss://h/media/[redacted]',
    })
  })

  test('spells out errors with their code, causes and parts, redacted', () => {
    const cause = Object.assign(new Error('Bearer abc123DEF'), { token: 'x' })
    const error = Object.assign(new AggregateError([new Error('part')], 'whole', { cause }), { code: 'E' })
    expect(redactFields({ error })).toMatchObject({
      error: {
        name: 'AggregateError',
        message: 'whole',
        code: 'E',
        cause: { message: 'Bearer [redacted]', token: '[redacted]' },
        errors: [{ message: 'part' }],
      },
    })
    expect(JSON.stringify(redactFields(cause))).not.toContain('abc123')
  })

  test('survives whatever it is given, and bounds it', () => {
    const cyclic: Record<string, unknown> = { big: 12n, when: new Date(0), never: new Date(Number.NaN) }
    cyclic['self'] = cyclic
    cyclic['run'] = () => 1
    const shown = redactFields({
      cyclic,
      bytes: new Uint8Array(160),
      items: Array.from({ length: 102 }, (_, at) => at),
      text: 'x'.repeat(10_000),
      set: new Set([1]),
    })
    const text = JSON.stringify(shown)
    expect(text.length).toBeLessThan(12_000)
    for (const part of [
      '"big":"12"',
      '"1970-01-01T00:00:00.000Z"',
      'Invalid Date',
      '<160 bytes>',
      '<2 more>',
      '<deeper>',
      '[1]',
    ])
      expect(text).toContain(part)
  })

  test('shortens phone numbers only when asked, only where they are expected', () => {
    const fields = { from: '+15550100001', id: '15550100001', call: { To: '+15550100002' } }
    expect(redactFields(fields)).toEqual(fields)
    expect(redactFields(fields, { phones: true })).toEqual({
      from: '+1555•••0001',
      id: '15550100001',
      call: { To: '+1555•••0002' },
    })
  })
})

describe('redactSecrets', () => {
  test('hides given secrets in keys, strings, URLs and JSON inside strings', () => {
    const secret = 'pa$$ "w"/1'
    const value = {
      [`k ${secret}`]: [
        `x${secret}y`,
        `https://h/?q=${encodeURIComponent(secret)}`,
        JSON.stringify({ secret }),
        5,
        null,
      ],
    }
    expect(redactSecrets(value, [secret])).toEqual({
      'k [redacted]': ['x[redacted]y', 'https://h/?q=[redacted]', '{"secret":"[redacted]"}', 5, null],
    })
  })

  test('hides the longer of two secrets whole', () => {
    expect(redactSecrets('abcdefgh abcd', ['abcd', 'abcdefgh'])).toBe('[redacted] [redacted]')
  })

  test('leaves text alone when there is nothing to hide, and things that are no plain data', () => {
    const when = new Date(0)
    expect(redactSecrets({ a: 'ab', when }, ['', 'ab'])).toEqual({ a: 'ab', when })
  })
})

test('long texts without an end of a word take no longer than others of their length', () => {
  const long = 'x'.repeat(1_000_000)
  expect(redactText(long)).toBe(long)
  expect(redactText(`${long}https://user:pass@host/media/tok3n`)).toBe(
    `${long}https://[redacted]@host/media/[redacted]`,
  )
})
