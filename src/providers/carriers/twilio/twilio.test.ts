/** Twilio keeps what every carrier promises. */
import { carrierConformance } from '../../../../test/conformance/carrier.ts'
import { accountSid, answer, callSid, fixture, recordingSid, streamSid } from './examples.ts'
import { readFileSync } from 'node:fs'
import { signatureOf } from '../../../protocols/twilio/signature.ts'
import { twilio } from './twilio.ts'

const [connected, start, , dtmf, stop] = readFileSync(new URL('fixtures/stream.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((text) => ({ text })) as [Text, Text, Text, Text, Text] // the file has five lines

interface Text {
  readonly text: string
}

const form = (name: string) => fixture(name) as Record<string, string> // fixtures of callbacks are flat

carrierConformance('twilio', {
  spec: twilio,
  settings: {
    accountSid,
    authToken: 'feedfacefeedfacefeedfacefeedface',
    secondaryAuthToken: 'c0ffeec0ffeec0ffeec0ffeec0ffee00',
    apiKeySid: `SK${'1'.repeat(32)}`,
    apiKeySecret: 'keysecret-keysecret-keysecret-00',
    recordAtTwilio: true,
  },
  webhook: {
    sign: (request, config) => {
      const fields = request.method === 'GET' ? undefined : request.form
      const signature = signatureOf(config.authToken, request.urls[0] ?? '', fields)
      return { ...request, headers: { ...request.headers, 'x-twilio-signature': signature } }
    },
    foreign: { accountSid: `AC${'f'.repeat(32)}`, authToken: 'deadbeefdeadbeefdeadbeefdeadbeef' },
    credentials: ['authToken', 'secondaryAuthToken'],
    examples: [
      {
        name: 'voice',
        purpose: 'voice',
        form: form('voice'),
        reports: [
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
        ],
      },
      {
        name: 'voice by GET',
        purpose: 'voice',
        method: 'GET',
        form: { CallSid: callSid, AccountSid: accountSid, From: '+15551230001', To: '+15551230002' },
        reports: [
          { type: 'call.offered', ref: callSid, from: '+15551230001', to: '+15551230002', account: accountSid },
        ],
      },
      {
        name: 'status-busy',
        purpose: 'status/call_1',
        form: form('status-busy'),
        reports: [
          {
            type: 'call.status',
            ref: callSid,
            status: 'busy',
            raw: 'busy',
            sequence: 2,
            cause: 'SIP 486 busy',
            durationSeconds: 0,
          },
        ],
      },
      {
        name: 'amd-machine-end-beep',
        purpose: 'amd/call_1',
        form: form('amd-machine-end-beep'),
        reports: [
          { type: 'machine.detected', ref: callSid, result: 'machine', raw: 'machine_end_beep', messageEnded: true },
        ],
      },
      {
        name: 'recording-completed',
        purpose: 'recording/call_1',
        form: form('recording-completed'),
        reports: [
          {
            type: 'recording.changed',
            ref: callSid,
            recording: recordingSid,
            status: 'completed',
            durationSeconds: 42,
            channels: 2,
          },
        ],
      },
      {
        name: 'transfer-no-answer',
        purpose: 'transfer/call_1',
        form: form('transfer-no-answer'),
        reports: [
          { type: 'call.returned', ref: callSid },
          { type: 'transfer.ended', ref: callSid, result: 'no-answer', raw: 'no-answer' },
        ],
      },
      {
        name: 'stream-error',
        purpose: 'stream/call_1',
        form: form('stream-error'),
        reports: [
          {
            type: 'stream.changed',
            ref: callSid,
            status: 'failed',
            cause:
              'The media address did not accept the WebSocket: the token was used or expired, or a proxy drops the upgrade (Twilio error 31920)',
          },
        ],
      },
    ],
  },
  control: {
    ref: callSid,
    accept: ({ url }) =>
      url.includes('/Recordings')
        ? answer({ sid: recordingSid, status: 'in-progress' })
        : answer({ ...fixture('call'), status: 'queued' }),
    gone: [answer(fixture('error-not-in-progress'), 400), answer(fixture('error-not-found'), 404)],
  },
  stream: {
    opening: [connected, start],
    started: { ref: callSid, streamRef: streamSid, account: accountSid },
    audio: (payload, count) => ({
      text: `{"event":"media","sequenceNumber":"${count + 1}","streamSid":"${streamSid}","media":{"track":"inbound","chunk":"${count}","timestamp":"${count * 20}","payload":"${Buffer.from(payload).toString('base64')}"}}`,
    }),
    played: (message) => {
      const read = 'text' in message ? JSON.parse(message.text) : undefined
      return read?.event === 'media' && read.streamSid === streamSid
        ? Buffer.from(read.media.payload, 'base64')
        : undefined
    },
    echo: (name) => ({ text: JSON.stringify({ event: 'mark', sequenceNumber: '12', streamSid, mark: { name } }) }),
    digit: { message: dtmf, digit: '1' },
    stop,
  },
})
