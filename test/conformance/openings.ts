/** How each carrier opens its media stream, as its sheet has it: what comes first, then a frame of sound each time it is asked. */
import type { WireMessage } from '../../src/spec/carrier.ts'

export interface Wanted {
  readonly ref: string
  readonly token?: string
  readonly account?: string
  readonly from?: string
  readonly to?: string
}

export interface Opener {
  readonly carrier: string
  /** A call id such as the carrier draws. */
  readonly ref: string
  /** The account that `opening` names unless it is told otherwise. */
  readonly account?: string
  /** Greeting, where there is one, and start. */
  opening(wanted: Wanted): readonly WireMessage[]
  media(chunk: number): WireMessage
  /** What the program is told of the call. */
  readonly data: Readonly<Record<string, unknown>>
}

const json = (value: object): WireMessage => ({ text: JSON.stringify(value) })
const sound = (chunk: number, bytes = 160) => Buffer.alloc(bytes, chunk + 1).toString('base64')
const streamSid = 'MZ0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const body = (token: string | undefined) => ({ plan: 'gold', ...(token === undefined ? {} : { token }) })
const [caller, called] = ['+15551230001', '+15551230002']

const twilio: Opener = {
  ...{ carrier: 'twilio', ref: 'CA00112233445566778899aabbccddeeff', account: 'AC0123456789abcdef0123456789abcdef' },
  opening: ({ ref, token, account = twilio.account, from, to }) => [
    json({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
    json({
      ...{ event: 'start', sequenceNumber: '1', streamSid },
      start: {
        ...{ streamSid, accountSid: account, callSid: ref, tracks: ['inbound'] },
        customParameters: { ...body(token), ...(from ? { from } : {}), ...(to ? { to } : {}) },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    }),
  ],
  media: (chunk) =>
    json({
      ...{ event: 'media', sequenceNumber: String(chunk + 2), streamSid },
      media: { track: 'inbound', chunk: String(chunk), timestamp: String(chunk * 20), payload: sound(chunk) },
    }),
  data: {
    ...{ stream_id: streamSid, call_id: 'CA00112233445566778899aabbccddeeff', body: { plan: 'gold' } },
    account_sid: 'AC0123456789abcdef0123456789abcdef',
  },
}

const telnyxStream = '32de0dea-53cb-4b21-89a4-9e1819c043bc'
const telnyx: Opener = {
  ...{ carrier: 'telnyx', ref: 'v3:fixture' },
  opening: ({ ref, token, from = caller, to = called }) => [
    json({ event: 'connected', version: '1.0.0' }),
    json({
      ...{ event: 'start', sequence_number: '1', stream_id: telnyxStream },
      start: {
        ...{ user_id: '3e6f995f', call_control_id: ref, call_session_id: '428c31b6', from, to },
        ...{ client_state: 'czdfN2YzYQ==', custom_parameters: body(token), tags: [] },
        media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 },
      },
    }),
  ],
  media: (chunk) =>
    json({
      ...{ event: 'media', sequence_number: String(chunk + 2), stream_id: telnyxStream },
      media: { track: 'inbound', chunk: String(chunk), timestamp: String(chunk * 20), payload: sound(chunk) },
    }),
  data: {
    ...{ stream_id: telnyxStream, call_id: 'v3:fixture', call_control_id: 'v3:fixture', from: caller, to: called },
    ...{ outbound_encoding: 'PCMU', client_state: 'czdfN2YzYQ==', body: { plan: 'gold' } },
  },
}

const plivoCall = '12345678-1234-1234-1234-123456789abc'
const plivo: Opener = {
  ...{ carrier: 'plivo', ref: plivoCall, account: 'MAXXXXXXXXXXXXXXXXXX' },
  opening: ({ ref, account = plivo.account }) => [
    json({
      ...{ event: 'start', sequenceNumber: 1, extra_headers: 'plan=gold' },
      start: {
        ...{ callId: ref, streamId: 'stream-1', accountId: account, tracks: ['inbound'] },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 },
      },
    }),
  ],
  media: (chunk) =>
    json({
      ...{ event: 'media', sequenceNumber: chunk + 2, streamId: 'stream-1', extra_headers: 'plan=gold' },
      media: { track: 'inbound', timestamp: `17334000001${chunk}`, chunk, payload: sound(chunk) },
    }),
  data: { stream_id: 'stream-1', call_id: plivoCall, account_id: 'MAXXXXXXXXXXXXXXXXXX', body: { plan: 'gold' } },
}

const vobiz: Opener = {
  ...{ carrier: 'vobiz', ref: 'c-1', account: '500025' },
  opening: ({ ref, account = vobiz.account }) => [
    json({
      ...{ sequenceNumber: 0, event: 'start', extra_headers: '{}' },
      start: {
        ...{ callId: ref, streamId: 's-1', accountId: account, tracks: ['inbound'] },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 },
      },
    }),
  ],
  media: (chunk) =>
    json({
      ...{ sequenceNumber: chunk + 7, streamId: 's-1', event: 'media', extra_headers: '{}' },
      media: { track: 'inbound', timestamp: `17785975970${chunk}`, chunk, payload: sound(chunk) },
    }),
  data: { stream_id: 's-1', call_id: 'c-1', account_id: '500025', body: {} },
}

const vonage: Opener = {
  ...{ carrier: 'vonage', ref: '63f61863-4a51-4f6b-86e1-46edebcf9356' },
  opening: ({ ref, token, from = caller.slice(1), to = called.slice(1) }) => [
    json({
      ...{ event: 'websocket:connected', 'content-type': 'audio/l16;rate=16000', leg: ref, from, to },
      ...body(token),
    }),
  ],
  media: (chunk) => ({ binary: Buffer.alloc(640, chunk + 1) }),
  data: {
    ...{ call_id: '63f61863-4a51-4f6b-86e1-46edebcf9356', from: caller.slice(1), to: called.slice(1) },
    content_type: 'audio/l16;rate=16000',
    body: {
      ...{ plan: 'gold', leg: '63f61863-4a51-4f6b-86e1-46edebcf9356', from: caller.slice(1), to: called.slice(1) },
    },
  },
}

const cloudonix: Opener = {
  ...{ carrier: 'cloudonix', ref: 'a1b2c3' },
  opening: ({ ref, token, from = caller, to = called }) => [
    json({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
    json({
      ...{ event: 'start', streamSid: 'MZ1' },
      start: {
        ...{ streamSid: 'MZ1', callSid: 'CA00112233445566778899aabbccddeeff', accountSid: 'acme.cloudonix.net' },
        ...{ session: ref, from, to, context: 'inbound', tracks: ['inbound'], customParameters: body(token) },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    }),
  ],
  media: (chunk) => json({ event: 'media', streamSid: 'MZ1', media: { payload: sound(chunk) } }),
  data: {
    ...{ stream_id: 'MZ1', call_id: 'a1b2c3', session: 'a1b2c3', from: caller, to: called, body: { plan: 'gold' } },
    ...{ call_sid: 'CA00112233445566778899aabbccddeeff', domain: 'acme.cloudonix.net' },
  },
}

const exotelStream = '6f048d2e897a0d2d4029560f3f541947'
const exotel: Opener = {
  ...{ carrier: 'exotel', ref: '80bfbec2d78bbbf10fb851f4fa165211', account: 'acme12m' },
  opening: ({ ref, token, account = exotel.account, from = '+919876543210', to = '08047491899' }) => [
    json({ event: 'connected' }),
    json({
      ...{ event: 'start', sequence_number: '1', stream_sid: exotelStream },
      start: {
        ...{ stream_sid: exotelStream, call_sid: ref, account_sid: account, from, to, custom_parameters: body(token) },
        media_format: { encoding: 'audio/x-raw', sample_rate: '8000', bit_rate: '16' },
      },
    }),
  ],
  media: (chunk) =>
    json({
      ...{ event: 'media', sequence_number: String(chunk + 2), stream_sid: exotelStream },
      media: { chunk: String(chunk), timestamp: String(chunk * 200), payload: sound(chunk, 3200) },
    }),
  data: {
    ...{ stream_id: exotelStream, call_id: '80bfbec2d78bbbf10fb851f4fa165211', account_sid: 'acme12m' },
    ...{ from: '+919876543210', to: '08047491899', custom_parameters: { plan: 'gold' } },
  },
}

export const openers: readonly Opener[] = [twilio, telnyx, plivo, vobiz, vonage, cloudonix, exotel]
