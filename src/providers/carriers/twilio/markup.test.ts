/** TwiML: what we write is what Twilio's own builder writes. */
import { SaxesParser } from 'saxes'
import twilio from 'twilio'
import { describe, expect, test } from 'vitest'
import * as twiml from './markup.ts'

type Tree = { name: string; attributes: Record<string, string>; children: (Tree | string)[] }

/** The document as an independent parser reads it: attribute order and entity spelling do not matter. */
function read(document: string): Tree {
  const root: Tree = { name: '', attributes: {}, children: [] }
  const open = [root]
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes } as Record<string, string>, children: [] } // without namespaces values are strings
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', (text) => void open.at(-1)!.children.push(text))
  parser.write(document).close()
  return root
}

const theirs = () => new twilio.twiml.VoiceResponse()
const media = 'wss://voice.example.com/media/t0ken'
const callback = 'https://voice.example.com/cb?a=1&b=2'

describe('equals the official VoiceResponse', () => {
  test('connect', () => {
    const expected = theirs()
    const stream = expected.connect().stream({ url: media, statusCallback: callback, statusCallbackMethod: 'POST' })
    stream.parameter({ name: 'call', value: 'call_1' })
    expect(read(twiml.response(twiml.connect(media, 'call_1', callback)))).toEqual(read(expected.toString()))
  })

  test('start recording', () => {
    const expected = theirs()
    expected.start().recording({
      channels: 'dual',
      trim: 'do-not-trim',
      recordingStatusCallback: callback,
      recordingStatusCallbackMethod: 'POST',
      recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
    })
    expect(read(twiml.response(twiml.startRecording(callback)))).toEqual(read(expected.toString()))
  })

  test.each(['busy', 'rejected'] as const)('reject %s', (reason) => {
    const expected = theirs()
    expected.reject({ reason })
    expect(read(twiml.response(twiml.reject(reason)))).toEqual(read(expected.toString()))
  })

  test('say and hang up, whatever is said', () => {
    for (const text of ['Hello.', 'a < b & "c" \' ]]> d', '</Say><Dial>+1900</Dial>', 'größer 😀']) {
      const expected = theirs()
      expected.say({ voice: 'Polly.Joanna-Neural', language: 'en-US' }, text)
      expected.hangup()
      const ours = twiml.response(twiml.say(text, 'Polly.Joanna-Neural', 'en-US'), twiml.hangup())
      expect(read(ours)).toEqual(read(expected.toString()))
    }
  })

  test('play digits', () => {
    const expected = theirs()
    expected.play({ digits: 'ww1234#' })
    expect(read(twiml.response(twiml.playDigits('ww1234#')))).toEqual(read(expected.toString()))
  })

  test('dial a number, a SIP address and a client', () => {
    const options = { callerId: '+15551230002', timeout: 30, action: callback }
    const attributes = { ...options, method: 'POST', answerOnBridge: true }
    const number = theirs()
    number.dial(attributes).number('+15559990000')
    expect(read(twiml.response(twiml.dial({ type: 'number', value: '+15559990000' }, options)))).toEqual(
      read(number.toString()),
    )
    const sip = theirs()
    sip.dial(attributes).sip('sip:desk@pbx.example.com;transport=tls?X-Foo=bar&X-Bar=1')
    const address = 'sip:desk@pbx.example.com;transport=tls?X-Foo=bar&X-Bar=1'
    expect(read(twiml.response(twiml.dial({ type: 'sip', value: address }, options)))).toEqual(read(sip.toString()))
    const client = theirs()
    client.dial(attributes).client('ann')
    expect(read(twiml.response(twiml.dial({ type: 'client', value: 'client:ann' }, options)))).toEqual(
      read(client.toString()),
    )
  })
})

test('replies are XML that Twilio carries out', () => {
  expect(twiml.reply(twiml.response())).toEqual({
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
  })
})
