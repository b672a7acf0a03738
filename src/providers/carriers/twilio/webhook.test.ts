/** Webhooks: only Twilio is believed, and what it says is said in our words. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { OffhookError } from '../../../spec/errors.ts'
import type { InboundRequest } from '../../../spec/http.ts'
import { accountSid, callSid, config, form, inbound, now, recordingSid, token, urls } from './examples.ts'
import { signatureOf } from '../../../protocols/twilio/signature.ts'
import { webhook } from './webhook.ts'

describe('identify', () => {
  test('names account, our number and the call', () => {
    expect(webhook.identify(inbound('voice', form('voice')))).toEqual({
      account: accountSid,
      number: '+15551230002',
      ref: callSid,
    })
  })
  test('of an outbound call our number is the one that calls', () => {
    expect(webhook.identify(inbound('status/call_1', form('status-busy'))).number).toBe('+15551230002')
  })
  test('says nothing of an empty request', () => {
    expect(webhook.identify(inbound('voice', new URLSearchParams()))).toEqual({})
  })
})

describe('verify', () => {
  const voice = form('voice')
  const signed = (requested: string, fields?: URLSearchParams, key = token) => ({
    'x-twilio-signature': signatureOf(key, requested, fields),
  })
  const why = (request: InboundRequest, settings = config) => {
    const verdict = webhook.verify(request, settings, now)
    return verdict.ok ? 'ok' : verdict.why
  }

  test('accepts what Twilio signed, as a retry that may come again', () => {
    const verdict = webhook.verify(inbound('voice', voice), config, now)
    expect(verdict).toMatchObject({ ok: true, retry: true })
    expect(verdict.ok && verdict.until! > now.time + 24 * 3_600_000).toBe(true)
  })

  test('a retry has the nonce of the first try, a different event another', () => {
    const nonce = (purpose: string, fields: URLSearchParams, more: Record<string, string> = {}) => {
      const request = inbound(purpose, fields)
      const verdict = webhook.verify({ ...request, headers: { ...request.headers, ...more } }, config, now)
      return verdict.ok ? verdict.nonce : undefined
    }
    const first = nonce('status/call_1', form('status-ringing'), { 'i-twilio-idempotency-token': 'a' })
    expect(first).toBeTypeOf('string')
    // the header is not signed: a replay with a fresh one is still a replay
    expect(nonce('status/call_1', form('status-ringing'), { 'i-twilio-idempotency-token': 'b' })).toBe(first)
    expect(nonce('status/call_1', form('status-busy'))).not.toBe(first)
  })

  test('accepts the secondary token while tokens are rotated', () => {
    const request = inbound('voice', voice, signed(urls.webhook('voice'), voice, 'next'))
    expect(why(request)).toBe('invalid')
    expect(why(request, { ...config, secondaryAuthToken: 'next' })).toBe('ok')
  })

  test('accepts any of the public URLs', () => {
    const request = inbound('voice', voice, signed('https://inner.example.com/voice', voice))
    expect(why(request)).toBe('invalid')
    expect(why({ ...request, urls: [...request.urls, 'https://inner.example.com/voice'] })).toBe('ok')
  })

  test.each([
    ['unsigned', inbound('voice', voice, {}), 'missing'],
    ['signed with an empty header', inbound('voice', voice, { 'x-twilio-signature': '' }), 'missing'],
    ['signed with another token', inbound('voice', voice, signed(urls.webhook('voice'), voice, 'other')), 'invalid'],
    ['signed for another purpose', inbound('voice', voice, signed(urls.webhook('status/call_1'), voice)), 'invalid'],
    ['signed without its form', inbound('voice', voice, signed(urls.webhook('voice'))), 'invalid'],
  ])('refuses a request %s', (_, request, reason) => expect(why(request)).toBe(reason))

  test('fails closed without a token', () => {
    const settings = { ...config, authToken: '' }
    expect(why(inbound('voice', voice, signed(urls.webhook('voice'), voice, '')), settings)).toBe('missing')
  })

  test('refuses an altered form', () => {
    const request = inbound('voice', voice)
    const form = new URLSearchParams(voice)
    form.set('From', '+15559999999')
    expect(why({ ...request, form })).toBe('invalid')
  })

  test('refuses the events of another account, though signed with our token', () => {
    const foreign = form('voice')
    foreign.set('AccountSid', `AC${'f'.repeat(32)}`)
    expect(why(inbound('voice', foreign))).toBe('invalid')
  })

  test('takes a GET by its URL alone', () => {
    const url = `${urls.webhook('voice')}?${voice}`
    const request = { ...inbound('voice', voice, signed(url)), method: 'GET', urls: [url], body: new Uint8Array() }
    expect(why(request)).toBe('ok')
    expect(why({ ...request, urls: [`${url}1`] })).toBe('invalid')
  })

  test('takes the upgrade of a media socket', () => {
    const url = 'wss://voice.example.com/media/t0ken'
    const request = inbound('media', new URLSearchParams(), signed(url))
    expect(why({ ...request, method: 'GET', urls: [url] })).toBe('ok')
  })

  test('takes a JSON body only with its hash in the signed URL', () => {
    const body = Buffer.from(JSON.stringify({ CallSid: callSid, CallStatus: 'busy', SequenceNumber: 2 }))
    const hash = createHash('sha256').update(body).digest('hex')
    const url = `${urls.webhook('status/call_1')}?bodySHA256=${hash}`
    const request: InboundRequest = {
      ...inbound('status/call_1', new URLSearchParams(), { ...signed(url), 'content-type': 'application/json' }),
      urls: [url],
      query: new URLSearchParams({ bodySHA256: hash }),
      body,
      json: JSON.parse(body.toString()),
    }
    expect(why(request)).toBe('ok')
    expect(webhook.decode(request)).toEqual([
      { type: 'call.status', ref: callSid, status: 'busy', raw: 'busy', sequence: 2 },
    ])
    expect(why({ ...request, body: Buffer.from('{}') })).toBe('invalid')
    const bare = {
      ...request,
      urls: [urls.webhook('status/call_1')],
      query: new URLSearchParams(),
      headers: signed(urls.webhook('status/call_1')),
    }
    expect(why(bare)).toBe('invalid')
    expect(webhook.decode(bare)).toEqual([])
  })
})

describe('decode', () => {
  const status = (fields: Record<string, string>) =>
    webhook.decode(inbound('status/call_1', new URLSearchParams({ CallSid: callSid, ...fields })))

  test('an offered call, with what the carrier knows of the caller', () => {
    expect(webhook.decode(inbound('voice', form('voice')))).toEqual([
      {
        type: 'call.offered',
        ref: callSid,
        from: '+15551230001',
        to: '+15551230002',
        account: accountSid,
        variables: {
          caller_name: 'ANN LEE',
          stir_verstat: 'TN-Validation-Passed-A',
          from_city: 'SAN FRANCISCO',
          from_state: 'CA',
          from_country: 'US',
        },
      },
    ])
  })

  test('a SIP call keeps its address and its X- headers', () => {
    const fields = {
      CallSid: callSid,
      From: 'sip:Ann@pbx.example.com',
      To: 'sip:desk@x.sip.twilio.com',
      'SipHeader_X-Account': '7',
    }
    expect(webhook.decode(inbound('voice', new URLSearchParams(fields)))).toEqual([
      {
        type: 'call.offered',
        ref: callSid,
        from: fields.From,
        to: fields.To,
        variables: { 'SipHeader_X-Account': '7' },
      },
    ])
  })

  test.each([
    ['queued', 'queued'],
    ['initiated', 'initiated'],
    ['ringing', 'ringing'],
    ['in-progress', 'in-progress'],
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('status %s', (raw, expected) => expect(status({ CallStatus: raw })).toMatchObject([{ status: expected, raw }]))

  test.each([
    ['status-ringing', { status: 'ringing', sequence: 1 }],
    ['status-busy', { status: 'busy', sequence: 2, cause: 'SIP 486 busy', durationSeconds: 0 }],
    ['status-completed', { status: 'completed', sequence: 3, durationSeconds: 61 }],
  ])('%s', (name, expected) => {
    const raw = form(name).get('CallStatus')
    expect(webhook.decode(inbound('status/call_1', form(name)))).toEqual([
      { type: 'call.status', ref: callSid, raw, ...expected },
    ])
  })

  test('a number-level status callback needs no call id in its path', () => {
    expect(webhook.decode(inbound('status', form('status-completed')))).toHaveLength(1)
  })

  test('a cause names the SIP code and Twilio’s error', () => {
    expect(status({ CallStatus: 'failed', SipResponseCode: '503', ErrorCode: '32203' })).toMatchObject([
      { cause: 'SIP 503 network overloaded, or too many calls per second, Twilio error 32203' },
    ])
  })

  test.each([
    ['human', 'human', false],
    ['fax', 'fax', false],
    ['unknown', 'unknown', false],
    ['machine_start', 'machine', false],
    ['machine_end_beep', 'machine', true],
    ['machine_end_silence', 'machine', true],
    ['machine_end_other', 'machine', true],
    ['something new', 'unknown', false],
  ])('answered by %s', (raw, result, messageEnded) => {
    const fields = new URLSearchParams({ CallSid: callSid, AnsweredBy: raw })
    expect(webhook.decode(inbound('amd/call_1', fields))).toEqual([
      { type: 'machine.detected', ref: callSid, raw, result, messageEnded },
    ])
  })

  test('a finished recording', () => {
    expect(webhook.decode(inbound('recording/call_1', form('recording-completed')))).toEqual([
      {
        type: 'recording.changed',
        ref: callSid,
        recording: recordingSid,
        status: 'completed',
        durationSeconds: 42,
        channels: 2,
      },
    ])
  })

  test('a recording without sound has failed', () => {
    const fields = new URLSearchParams({ CallSid: callSid, RecordingSid: recordingSid, RecordingStatus: 'absent' })
    expect(webhook.decode(inbound('recording/call_1', fields))).toMatchObject([{ status: 'failed' }])
  })

  test.each([
    ['completed', 'completed'],
    ['answered', 'completed'],
    ['no-answer', 'no-answer'],
    ['canceled', 'canceled'],
    ['whatever', 'failed'],
  ])('a transfer that ended %s', (raw, result) => {
    const fields = form('transfer-no-answer')
    fields.set('DialCallStatus', raw)
    expect(webhook.decode(inbound('transfer/call_1', fields))).toEqual([
      { type: 'call.returned', ref: callSid },
      { type: 'transfer.ended', ref: callSid, result, raw },
    ])
  })

  test('a caller who hung up during a transfer asks for nothing', () => {
    const fields = form('transfer-no-answer')
    fields.set('CallStatus', 'completed')
    expect(webhook.decode(inbound('transfer/call_1', fields))).toEqual([
      { type: 'transfer.ended', ref: callSid, result: 'no-answer', raw: 'no-answer' },
    ])
  })

  test('a call whose stream is gone asks what to do; one that is over does not', () => {
    const fields = form('transfer-no-answer')
    expect(webhook.decode(inbound('back/call_1', fields))).toEqual([{ type: 'call.returned', ref: callSid }])
    fields.set('CallStatus', 'completed')
    expect(webhook.decode(inbound('back/call_1', fields))).toEqual([])
    expect(webhook.acknowledge(inbound('back/call_1', fields)).body).toContain('<Response><Hangup/></Response>')
  })

  test('a stream that failed, with what to do', () => {
    expect(webhook.decode(inbound('stream/call_1', form('stream-error')))).toEqual([
      { type: 'stream.changed', ref: callSid, status: 'failed', cause: expect.stringContaining('Twilio error 31920') },
    ])
  })

  test.each(['nothing', 'constructor', '__proto__', 'media/x', ''])('an unknown purpose %j says nothing', (purpose) => {
    expect(webhook.decode(inbound(purpose, form('voice')))).toEqual([])
  })

  test.each(['CA123', `CA${'x'.repeat(32)}`, '../../Accounts', ''])('a call id like %j says nothing', (ref) => {
    const fields = form('voice')
    fields.set('CallSid', ref)
    expect(webhook.decode(inbound('voice', fields))).toEqual([])
  })
})

describe('answers', () => {
  const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`
  const refuse = (code: ConstructorParameters<typeof OffhookError>[0], purpose: string, name: string) =>
    webhook.refuse(new OffhookError(code, 'no'), inbound(purpose, form(name)))

  test('callbacks get nothing, markup purposes get an end', () => {
    expect(webhook.acknowledge(inbound('status/call_1', form('status-busy')))).toMatchObject({ status: 204, body: '' })
    expect(webhook.acknowledge(inbound('transfer/call_1', form('transfer-no-answer')))).toMatchObject({
      status: 200,
      body: xml('<Hangup/>'),
    })
  })

  test.each([
    ['signature.invalid', 'voice', 'voice', 403, '<Reject reason="rejected"/>'],
    ['number.unassigned', 'voice', 'voice', 200, '<Reject reason="rejected"/>'],
    ['overloaded', 'voice', 'voice', 200, '<Reject reason="busy"/>'],
    ['call.ended', 'voice', 'status-busy', 200, '<Hangup/>'],
    ['call.unknown', 'transfer/call_1', 'transfer-no-answer', 200, '<Hangup/>'],
    ['signature.missing', 'transfer/call_1', 'transfer-no-answer', 403, '<Hangup/>'],
  ] as const)('refuses %s at %s', (code, purpose, name, status, body) => {
    const reply = refuse(code, purpose, name)
    expect(reply).toMatchObject({ status, body: xml(body), headers: { 'x-offhook-error': code } })
    expect(reply.headers['content-type']).toBe('text/xml; charset=utf-8')
  })

  test('refuses callbacks with the status of the error', () => {
    expect(refuse('signature.invalid', 'status/call_1', 'status-busy').status).toBe(403)
    expect(refuse('store.failed', 'status/call_1', 'status-busy').status).toBe(503)
  })
})
