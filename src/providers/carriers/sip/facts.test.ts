import { describe, expect, test } from 'vitest'
import { parseMessage } from '../../../protocols/sip/message/parse.ts'
import type { SipRequest } from '../../../protocols/sip/message/message.ts'
import { factsOf } from './facts.ts'
import { withoutCredentials } from './ladder.ts'
import { settings } from './settings.ts'

const flow = {
  ...({ id: 'udp', protocol: 'udp', listener: 'udp:0' } as const),
  ...{ local: { address: '198.51.100.1', port: 5060 }, remote: { address: '203.0.113.5', port: 5060 } },
}

function invite(...extra: readonly string[]): SipRequest {
  const text = [
    'INVITE sip:14155550199@198.51.100.1 SIP/2.0',
    'Via: SIP/2.0/UDP 203.0.113.5;branch=z9hG4bK1',
    'From: "Ada" <sip:014@pbx.example>;tag=a',
    'To: <sip:14155550199@198.51.100.1>',
    'Call-ID: c1@pbx.example',
    'CSeq: 1 INVITE',
    ...extra,
    ...['Content-Length: 0', '', ''],
  ].join('\r\n')
  const parsed = parseMessage(Buffer.from(text))
  if (!parsed.ok || parsed.message.type !== 'request') throw new Error('no INVITE')
  return parsed.message
}

describe('what an INVITE says', () => {
  test('a trunk’s word on who calls counts, a stranger’s does not', () => {
    const request = invite('P-Asserted-Identity: <sip:+14155550123@carrier.example>')
    expect(factsOf(request, flow, settings.parse({}), true)).toMatchObject({ from: '+14155550123', to: '+14155550199' })
    expect(factsOf(request, flow, settings.parse({}), false).from).toBe('014')
  })

  test('headers of the trunk’s choice become variables; credentials never do', () => {
    const request = invite(
      'X-Account-Id: 42',
      'X-Tags: a',
      'x-tags: b',
      'Authorization: Digest username="x"',
      'Subject: hello',
    )
    const facts = factsOf(request, flow, settings.parse({ headersIn: 'X-*, Authorization' }), true)
    expect(facts.variables).toEqual({ caller_name: 'Ada', x_account_id: '42', x_tags: 'a, b' })
    expect(JSON.stringify(facts)).not.toContain('username')
  })

  test('whom it was meant for is kept, and who called is not named when they asked for that', () => {
    const request = invite('Diversion: <sip:+14155550111@c.example>;reason=no-answer', 'Privacy: id')
    const { metadata, variables } = factsOf(request, flow, settings.parse({}), true)
    expect(metadata).toMatchObject({
      sip: {
        callId: 'c1@pbx.example',
        diversion: ['<sip:+14155550111@c.example>;reason=no-answer'],
        source: 'udp 203.0.113.5:5060',
      },
    })
    expect(variables).toEqual({})
  })
})

test('what is kept of a message has no proof of a password, no key and no password in it', () => {
  const kept = withoutCredentials(
    [
      'INVITE sip:agent:hunter2secret@198.51.100.1 SIP/2.0',
      'Authorization: Digest username="ada", realm="r", response="0123456789abcdef"',
      'Proxy-Authorization: Digest nonce="n",',
      '  response="fedcba"',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20',
      'CSeq: 1 INVITE',
    ].join('\r\n'),
  )
  for (const secret of ['hunter2secret', '0123456789abcdef', 'fedcba', 'WVNf']) expect(kept).not.toContain(secret)
  expect(kept).toContain('username="ada"')
  expect(kept).toContain('CSeq: 1 INVITE')
})
