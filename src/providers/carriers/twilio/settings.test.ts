/** Settings: what is refused at the form, and which host they mean. */
import { describe, expect, test } from 'vitest'
import { accountSid, token } from './examples.ts'
import { apiBase, settings } from './settings.ts'

const least = { accountSid, authToken: token }

describe('host', () => {
  test.each([
    [{}, 'https://api.twilio.com'],
    [{ region: 'us1', edge: 'ashburn' }, 'https://api.ashburn.us1.twilio.com'],
    [{ edge: 'dublin' }, 'https://api.dublin.us1.twilio.com'],
    [{ region: 'ie1' }, 'https://api.dublin.ie1.twilio.com'],
    [{ region: 'au1' }, 'https://api.sydney.au1.twilio.com'],
    [{ region: 'ie1', apiBase: 'http://127.0.0.1:8080/simulators/twilio/' }, 'http://127.0.0.1:8080/simulators/twilio'],
  ])('of %j is %s', (place, host) => expect(apiBase(settings.parse({ ...least, ...place }))).toBe(host))
})

describe('refused', () => {
  test.each([
    [{ accountSid: 'AC1' }, 'accountSid'],
    [{ accountSid: `AC${'0'.repeat(31)}/` }, 'accountSid'],
    [{ authToken: '' }, 'authToken'],
    [{ authToken: 'a b' }, 'authToken'],
    [{ region: 'eu1' }, 'region'],
    [{ edge: 'evil.example.com/' }, 'edge'],
    [{ apiBase: 'ftp://x' }, 'apiBase'],
    [{ apiKeySid: `SK${'0'.repeat(32)}` }, 'apiKeySecret'],
    [{ apiKeySecret: 'x' }, 'apiKeySecret'],
  ])('%j', (fields, field) => {
    expect(settings.safeParse({ ...least, ...fields }).error?.issues[0]?.path).toEqual([field])
  })
})
