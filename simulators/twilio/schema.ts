/** The TwiML this simulator runs: which verbs, attributes, nesting and text are allowed (docs/voice/twiml). */
import type { AttributeRule, Element, Rules } from '../carrier/markup.ts'

const any: AttributeRule = { type: 'any' }
const address: AttributeRule = { type: 'pattern', pattern: /^\S{1,4000}$/, why: 'is not a URL' }
const method: AttributeRule = { type: 'words', words: ['GET', 'POST'] }
const truth: AttributeRule = { type: 'words', words: ['true', 'false'] }
const number = (min: number, max: number): AttributeRule => ({ type: 'number', min, max })
const words = (...list: string[]): AttributeRule => ({ type: 'words', words: list })
const several = (...list: string[]): AttributeRule => ({ type: 'words', words: list, many: true })
const keys: AttributeRule = { type: 'pattern', pattern: /^[0-9A-D*#wW]+$/, why: 'has keys other than 0-9 A-D * # w W' }
const trim = words('trim-silence', 'do-not-trim')
const progress = several('initiated', 'ringing', 'answered', 'completed')
const recordingEvents = several('in-progress', 'completed', 'absent')
const recordingCallback = {
  recordingStatusCallback: address,
  recordingStatusCallbackMethod: method,
  recordingStatusCallbackEvent: recordingEvents,
}
const noun = { statusCallback: address, statusCallbackEvent: progress, statusCallbackMethod: method }

export const rules: Rules = {
  Response: {
    attributes: {},
    children: [
      'Connect',
      'Dial',
      'Gather',
      'Hangup',
      'Pause',
      'Play',
      'Record',
      'Redirect',
      'Reject',
      'Say',
      'Start',
      'Stop',
    ],
  },
  Connect: {
    attributes: { action: address, method },
    children: ['Stream'],
    check: ({ children }) => (children.length === 1 ? undefined : 'needs exactly one <Stream>'),
  },
  Start: {
    attributes: {},
    children: ['Stream', 'Recording'],
    check: ({ children }) => (children.length === 1 ? undefined : 'needs exactly one <Stream> or <Recording>'),
  },
  Stop: {
    attributes: {},
    children: ['Stream'],
    check: ({ children }) => (children[0]?.attributes.name ? undefined : 'needs a <Stream> with its name'),
  },
  Stream: {
    attributes: {
      url: address,
      name: any,
      track: words('inbound_track', 'outbound_track', 'both_tracks'),
      statusCallback: address,
      statusCallbackMethod: method,
    },
    children: ['Parameter'],
  },
  Parameter: {
    attributes: { name: any, value: any },
    required: ['name', 'value'],
    children: [],
    check: ({ attributes }) =>
      (attributes.name ?? '').length + (attributes.value ?? '').length > 500
        ? 'name and value together are longer than 500 characters'
        : undefined,
  },
  Recording: {
    attributes: {
      channels: words('mono', 'dual'),
      track: words('inbound', 'outbound', 'both'),
      trim,
      ...recordingCallback,
    },
    children: [],
  },
  Dial: {
    attributes: {
      action: address,
      method,
      answerOnBridge: truth,
      callerId: any,
      hangupOnStar: truth,
      record: words(
        'do-not-record',
        'record-from-answer',
        'record-from-ringing',
        'record-from-answer-dual',
        'record-from-ringing-dual',
      ),
      recordingTrack: words('both', 'inbound', 'outbound'),
      ...recordingCallback,
      timeLimit: number(1, 14_400),
      timeout: number(5, 600),
      trim,
    },
    children: ['Number', 'Sip'],
    text: true,
    check: ({ text, children }) => (text || children.length > 0 ? undefined : 'has nobody to dial'),
  },
  Number: { attributes: { sendDigits: keys, ...noun }, children: [], text: true, check: hasText },
  Sip: { attributes: { username: any, password: any, ...noun }, children: [], text: true, check: hasText },
  Say: { attributes: { language: any, loop: number(0, 1000), voice: any }, children: [], text: true },
  Play: {
    attributes: { digits: keys, loop: number(0, 1000) },
    children: [],
    text: true,
    check: ({ text, attributes }) => (text || attributes.digits ? undefined : 'needs a URL or digits'),
  },
  Pause: { attributes: { length: number(0, 86_400) }, children: [] },
  Hangup: { attributes: {}, children: [] },
  Reject: { attributes: { reason: words('rejected', 'busy') }, children: [] },
  Redirect: { attributes: { method }, children: [], text: true, check: hasText },
  Gather: {
    attributes: {
      action: address,
      method,
      actionOnEmptyResult: truth,
      finishOnKey: { type: 'pattern', pattern: /^[0-9*#]?$/, why: 'is more than one key' },
      input: words('dtmf'),
      numDigits: number(1, 1000),
      timeout: number(0, 3600),
    },
    children: ['Say', 'Play', 'Pause'],
  },
  Record: {
    attributes: {
      action: address,
      method,
      finishOnKey: { type: 'pattern', pattern: /^[0-9*#]*$/, why: 'has other keys than 0-9 * #' },
      maxLength: number(1, 14_400),
      playBeep: truth,
      timeout: number(1, 3600),
      trim,
      ...recordingCallback,
    },
    children: [],
  },
}

function hasText({ text }: Element): string | undefined {
  return text ? undefined : 'is empty'
}
