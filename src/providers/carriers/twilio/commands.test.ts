/** Commands: the requests are those of Twilio's own client, and answers are read for what they mean. */
import { describe, expect, test } from 'vitest'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, CallSeen } from '../../../spec/carrier.ts'
import type { HttpResponse } from '../../../spec/http.ts'
import { control } from './commands.ts'
import { answer, call, callSid, config, fixture, now, recordingSid, run, urls } from './examples.ts'
import type { Settings } from './settings.ts'
import { sentBySdk, sentByUs } from './witness.ts'

const created = answer({ sid: callSid, status: 'queued' }, 201)
const updated = answer({ sid: callSid, status: 'in-progress' })
const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`
const connect =
  '<Connect><Stream url="wss://voice.example.com/media/t0ken" statusCallback="https://voice.example.com/carriers/twilio/conn_1/stream/call_1" statusCallbackMethod="POST"><Parameter name="call" value="call_1"/></Stream></Connect>' +
  '<Pause length="3"/><Redirect method="POST">https://voice.example.com/carriers/twilio/conn_1/back/call_1#rc=5&amp;rp=ct,5xx</Redirect>'

function encode(command: CallCommand, seen: Partial<CallSeen> = {}, settings: Partial<Settings> = {}) {
  return control.encode(command, { ...call, ...seen }, { ...config, ...settings }, { now, urls })
}

/** Encodes and performs; one canned answer. */
function perform(
  command: CallCommand,
  reply: HttpResponse = updated,
  seen: Partial<CallSeen> = {},
  settings: Partial<Settings> = {},
): { readonly result: Accepted; readonly sent: ReturnType<typeof sentByUs>; readonly repeatable: boolean } {
  const dispatch = encode(command, seen, settings)
  if (dispatch.by !== 'http') throw new Error(`dispatched by ${dispatch.by}`)
  const { result, asked } = run(dispatch.operation, reply)
  expect(asked).toHaveLength(1)
  return { result, sent: sentByUs(asked[0]!), repeatable: asked[0]!.repeatable === true }
}

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('by reply', () => {
  test('answer connects the stream', () => {
    expect(encode({ type: 'answer' })).toEqual({
      by: 'reply',
      reply: { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: xml(connect) },
    })
  })

  test('answer starts Twilio’s own recording first, where that is wanted', () => {
    const offered = { record: true, status: 'ringing' } as const
    const dispatch = encode({ type: 'answer' }, offered, { recordAtTwilio: true })
    expect(dispatch.by === 'reply' && dispatch.reply.body).toMatch(
      /<Response><Start><Recording channels="dual" .*<\/Start><Connect>/,
    )
    const without = encode({ type: 'answer' }, { record: true })
    expect(without.by === 'reply' && without.reply.body).toBe(xml(connect))
    const anew = encode({ type: 'answer' }, { record: true }, { recordAtTwilio: true })
    expect(anew.by === 'reply' && anew.reply.body).toBe(xml(connect))
  })

  test.each(['busy', 'rejected'] as const)('reject as %s', (reason) => {
    const dispatch = encode({ type: 'reject', reason })
    expect(dispatch.by === 'reply' && dispatch.reply.body).toBe(xml(`<Reject reason="${reason}"/>`))
  })
})

describe('dial', () => {
  const common = {
    to: '+15551230001',
    from: '+15551230002',
    twiml: xml(connect),
    statusCallback: urls.webhook('status/call_1'),
    statusCallbackMethod: 'POST',
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    timeout: 30,
    timeLimit: 600,
  }
  const amd = {
    asyncAmd: 'true',
    asyncAmdStatusCallback: urls.webhook('amd/call_1'),
    asyncAmdStatusCallbackMethod: 'POST',
  }

  test('sends what the SDK sends', async () => {
    const { sent, result, repeatable } = perform({ type: 'dial' }, created)
    expect([sent]).toEqual(
      await sentBySdk((client) => client.calls.create({ ...common, ...amd, machineDetection: 'Enable' })),
    )
    expect(result).toEqual({ ref: callSid, status: 'queued' })
    expect(repeatable).toBe(false)
  })

  test('waits for the end of the greeting when there is a message to leave', async () => {
    const { sent } = perform({ type: 'dial' }, created, { voicemailMessage: 'Call us back.' })
    expect([sent]).toEqual(
      await sentBySdk((client) => client.calls.create({ ...common, ...amd, machineDetection: 'DetectMessageEnd' })),
    )
  })

  test('without detection, with Twilio’s recording', async () => {
    const { sent } = perform(
      { type: 'dial' },
      created,
      { machineDetection: false, record: true },
      { recordAtTwilio: true },
    )
    const expected = {
      ...common,
      record: true,
      recordingChannels: 'dual',
      trim: 'do-not-trim',
      recordingStatusCallback: urls.webhook('recording/call_1'),
      recordingStatusCallbackMethod: 'POST',
      recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
    }
    expect([sent]).toEqual(await sentBySdk((client) => client.calls.create(expected)))
  })

  test.each([
    [{ region: 'ie1', edge: 'frankfurt' }, 'https://api.frankfurt.ie1.twilio.com/'],
    [{ edge: 'sydney' }, 'https://api.sydney.us1.twilio.com/'],
    [{ region: 'au1', edge: 'sydney' }, 'https://api.sydney.au1.twilio.com/'],
  ] as const)('at the host of %j, as the SDK', async (place, host) => {
    const { sent } = perform({ type: 'dial' }, created, { machineDetection: false }, place)
    expect(sent.url.startsWith(host)).toBe(true)
    expect([sent]).toEqual(await sentBySdk((client) => client.calls.create(common), place))
  })

  test('with an API key in place of the token', () => {
    const key = { apiKeySid: `SK${'0'.repeat(32)}`, apiKeySecret: 'secret' }
    const { sent } = perform({ type: 'dial' }, created, {}, key)
    expect(sent.authorization).toBe(`Basic ${Buffer.from(`${key.apiKeySid}:secret`).toString('base64')}`)
    expect(sent.url).toContain(config.accountSid)
  })

  test('a SIP address and a number written for people', () => {
    expect(perform({ type: 'dial' }, created, { to: 'sip:Ann@PBX.example.com' }).sent.form).toContain(
      'To=sip:Ann@pbx.example.com',
    )
    expect(perform({ type: 'dial' }, created, { to: '+1 (555) 123-0001' }).sent.form).toContain('To=+15551230001')
  })

  test('the default number calls where the call names none', () => {
    expect(perform({ type: 'dial' }, created, { from: '' }, { defaultFrom: '+15551230009' }).sent.form).toContain(
      'From=+15551230009',
    )
  })

  test('times are whole seconds within Twilio’s limits', () => {
    const { form } = perform({ type: 'dial' }, created, { ringTimeout: 1, maxDuration: 1e12 }).sent
    expect(form).toEqual(expect.arrayContaining(['Timeout=1', 'TimeLimit=86400']))
    expect(perform({ type: 'dial' }, created, { ringTimeout: 1e9 }).sent.form).toContain('Timeout=600')
  })

  test.each([
    [{ to: '5551234567' }, 'number.invalid'],
    [{ to: '1001' }, 'number.invalid'],
    [{ from: '' }, 'number.invalid'],
  ])('%j is refused before any request', (seen, expected) => {
    expect(() => perform({ type: 'dial' }, created, seen)).toThrow(code(expected))
  })

  test.each([
    [
      answer({ code: 21215, message: 'Geo Permission configuration is not permitting call', status: 400 }, 400),
      'number.invalid',
      /Geo Permissions/,
    ],
    [answer({ code: 20003, message: 'Authenticate', status: 401 }, 401), 'carrier.credentials', /auth token/],
    [answer({ code: 20429, message: 'Too Many Requests', status: 429 }, 429), 'carrier.rate-limited', /Too many/],
    [
      answer({ code: 99999, message: 'New.', status: 400 }, 400),
      'command.refused',
      /place the call: New \(Twilio error 99999\)\.$/,
    ],
    [answer('<html>', 503), 'carrier.failed', /HTTP 503/],
    [answer({ sid: 'nonsense' }, 201), 'carrier.failed', /without a call id/],
  ])('an answer like %# is explained', (reply, expected, message) => {
    expect(() => perform({ type: 'dial' }, reply)).toThrow(code(expected))
    expect(() => perform({ type: 'dial' }, reply)).toThrow(message)
  })
})

describe('hang-up', () => {
  test('sends what the SDK sends, and may be repeated', async () => {
    const { sent, result, repeatable } = perform({ type: 'hangup' }, answer({ sid: callSid, status: 'completed' }))
    expect([sent]).toEqual(await sentBySdk((client) => client.calls(callSid).update({ status: 'completed' })))
    expect(result).toEqual({ status: 'completed' })
    expect(repeatable).toBe(true)
  })

  test.each([
    [fixture('error-not-in-progress'), 400],
    [fixture('error-not-found'), 404],
  ])('a call that is gone is hung up: %#', (body, status) => {
    expect(perform({ type: 'hangup' }, answer(body, status)).result).toEqual({ gone: true })
  })

  test('other refusals stay refusals', () => {
    expect(() => perform({ type: 'hangup' }, answer({ code: 20003, message: 'Authenticate' }, 401))).toThrow(
      code('carrier.credentials'),
    )
  })

  test('a foreign id never reaches a path', () => {
    expect(() => perform({ type: 'hangup' }, updated, { ref: '../../Accounts/x' })).toThrow(code('not-found'))
    expect(() => perform({ type: 'hangup' }, updated, { ref: `CA${'0'.repeat(31)}/` })).toThrow(code('not-found'))
  })

  test('without an id it waits', () => {
    const { ref: _, ...unknown } = call
    const dispatch = control.encode({ type: 'hangup' }, unknown, config, { now, urls })
    expect(() => dispatch.by === 'http' && run(dispatch.operation)).toThrow(code('call.state'))
  })
})

describe('other markup for a running call', () => {
  test('digits, then the stream again', async () => {
    const { sent } = perform({ type: 'send-digits', digits: 'ww12d#' })
    const twiml = xml(`<Play digits="ww12D#"/>${connect}`)
    expect([sent]).toEqual(await sentBySdk((client) => client.calls(callSid).update({ twiml })))
  })

  test('digits that are none', () => {
    expect(() => perform({ type: 'send-digits', digits: '12"/><Dial>' })).toThrow(code('request.invalid'))
    expect(() => perform({ type: 'send-digits', digits: '' })).toThrow(code('request.invalid'))
  })

  const dialled = (attributes: string, target: string) =>
    xml(
      `<Dial ${attributes} action="https://voice.example.com/carriers/twilio/conn_1/transfer/call_1#rc=5&amp;rp=ct,5xx" method="POST" answerOnBridge="true">${target}</Dial>`,
    )

  test('transfer of an inbound call shows the caller', async () => {
    const seen = { direction: 'inbound', from: '+15551230001', to: '+15551230002' } as const
    const { sent } = perform({ type: 'transfer', to: '+1 555 999 0000', timeoutSeconds: 20 }, updated, seen)
    const twiml = dialled('callerId="+15551230001" timeout="20"', '<Number>+15559990000</Number>')
    expect([sent]).toEqual(await sentBySdk((client) => client.calls(callSid).update({ twiml })))
  })

  test('transfer of a call without a caller’s number shows ours', () => {
    const seen = { direction: 'inbound', from: 'client:ann', to: '+15551230002' } as const
    const { sent } = perform({ type: 'transfer', to: 'sip:desk@pbx.example.com' }, updated, seen)
    expect(sent.form).toEqual([
      `Twiml=${dialled('callerId="+15551230002" timeout="30"', '<Sip>sip:desk@pbx.example.com</Sip>')}`,
    ])
  })

  test('transfer of an outbound call shows ours', () => {
    expect(perform({ type: 'transfer', to: '+15559990000' }).sent.form[0]).toContain('callerId="+15551230002"')
  })

  test('transfer to nowhere', () => {
    expect(() => perform({ type: 'transfer', to: 'reception' })).toThrow(code('number.invalid'))
    expect(() => perform({ type: 'transfer', to: '1001' })).toThrow(/extension/)
  })

  test('transfer of a call that has ended', () => {
    const ended = answer(fixture('error-not-in-progress'), 400)
    expect(() => perform({ type: 'transfer', to: '+15559990000' }, ended)).toThrow(code('call.ended'))
  })

  test('a message is said, and the call is over', async () => {
    const { sent } = perform(
      { type: 'leave-message', text: 'Call & come <back>.' },
      updated,
      {},
      { voice: 'alice', language: 'de-DE' },
    )
    const twiml = xml('<Say voice="alice" language="de-DE">Call &amp; come &lt;back&gt;.</Say><Hangup/>')
    expect([sent]).toEqual(await sentBySdk((client) => client.calls(callSid).update({ twiml })))
  })

  test('a message too long for inline TwiML is left to the engine', () => {
    expect(encode({ type: 'leave-message', text: 'x'.repeat(4_000) })).toMatchObject({
      by: 'unsupported',
      why: expect.stringContaining('4000'),
    })
    expect(encode({ type: 'leave-message', text: 'x'.repeat(3_800) })).toMatchObject({ by: 'http' })
  })
})

describe('record', () => {
  const made = answer({ sid: recordingSid, status: 'in-progress' }, 201)

  test('start', async () => {
    const { sent, result } = perform({ type: 'record', action: 'start' }, made)
    expect(result).toEqual({ recording: recordingSid })
    const expected = {
      recordingChannels: 'dual',
      trim: 'do-not-trim',
      recordingStatusCallback: urls.webhook('recording/call_1'),
      recordingStatusCallbackMethod: 'POST',
      recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
    }
    expect([sent]).toEqual(await sentBySdk((client) => client.calls(callSid).recordings.create(expected)))
  })

  test.each([
    ['stop', 'stopped'],
    ['pause', 'paused'],
    ['resume', 'in-progress'],
  ] as const)('%s', async (action, status) => {
    const { sent, result } = perform({ type: 'record', action, recording: recordingSid }, made)
    expect(result).toEqual({ recording: recordingSid })
    expect([sent]).toEqual(
      await sentBySdk((client) => client.calls(callSid).recordings(recordingSid).update({ status })),
    )
  })

  test('the current recording needs no id', async () => {
    const { sent } = perform({ type: 'record', action: 'pause' }, made)
    expect([sent]).toEqual(
      await sentBySdk((client) => client.calls(callSid).recordings('Twilio.CURRENT').update({ status: 'paused' })),
    )
  })

  test('stopping what no longer runs is done; pausing it is not', () => {
    const gone = answer(fixture('error-not-found'), 404)
    expect(perform({ type: 'record', action: 'stop' }, gone).result).toEqual({ gone: true })
    const finished = answer({ code: 21220, message: 'Invalid recording state' }, 400)
    expect(perform({ type: 'record', action: 'stop' }, finished).result).toEqual({ gone: true })
    expect(() => perform({ type: 'record', action: 'pause' }, gone)).toThrow(code('not-found'))
  })

  test('a foreign recording id never reaches a path', () => {
    expect(() => perform({ type: 'record', action: 'stop', recording: '../x' })).toThrow(code('not-found'))
  })
})
