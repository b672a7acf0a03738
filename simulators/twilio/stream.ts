/** Twilio's media streams: its framing, its callbacks, and its words for what goes wrong. */
import { MediaStream, type Track, type Trouble } from '../carrier/stream.ts'
import { complain } from '../carrier/world.ts'
import type { SocketFailure } from '../wire.ts'
import { reportStream, type StreamReported } from './callbacks.ts'
import type { TwilioCall } from './facts.ts'
import { twilioFraming } from './frame-text.ts'
import type { Fields } from './signature.ts'
import { signatureHeader } from './webhook.ts'
import { newSid } from './world.ts'

export interface StreamOrder {
  readonly call: TwilioCall
  readonly url: string
  readonly name: string
  readonly track: 'inbound_track' | 'outbound_track' | 'both_tracks'
  /** `<Connect>`: the application speaks too. */
  readonly bidirectional: boolean
  readonly parameters: Fields
  readonly reporting: StreamReported['reporting']
}

/** Not yet connected. */
export function newStream(order: StreamOrder): MediaStream {
  const { call, url, name, bidirectional } = order
  const { account, twilio } = call.facts
  const sid = newSid(call.world.ids, 'MZ')
  const tracks = tracksOf(order)
  const reported: StreamReported = { ...order, sid }
  return new MediaStream({
    ...{ call, url, name, bidirectional, tracks },
    ref: sid,
    headers: { 'user-agent': 'Twilio.TmeWs/1.0', ...signatureHeader(twilio, account, url, []) },
    framing: twilioFraming({
      names: { streamSid: sid, accountSid: account.sid, callSid: call.ref },
      tracks,
      parameters: order.parameters,
    }),
    told: {
      opened: () => reportStream(reported, 'stream-started'),
      ended: () => reportStream(reported, 'stream-stopped'),
      troubled: (_, trouble) => tell(reported, trouble, url),
    },
  })
}

function tracksOf({ track }: StreamOrder): readonly Track[] {
  if (track === 'both_tracks') return ['inbound', 'outbound']
  return [track === 'inbound_track' ? 'inbound' : 'outbound']
}

function tell(stream: StreamReported, trouble: Trouble, url: string): void {
  const { code, message } = wordsFor(trouble)
  complain(stream.call, code, message, url)
  if (trouble.type === 'failed') reportStream(stream, 'stream-error', `${code} ${message}`)
}

function wordsFor(trouble: Trouble): { readonly code: number; readonly message: string } {
  switch (trouble.type) {
    case 'congested':
      return { code: 31930, message: 'Stream - Media - upstream congestion, audio dropped' }
    case 'overflow':
      return { code: 31931, message: 'Stream - Media - more than 10 minutes buffered, the rest is discarded' }
    case 'abnormal':
      return { code: 31921, message: 'Stream - WebSocket - Close Error: the peer closed abnormally' }
    case 'invalid':
      return { code: trouble.code ?? 31951, message: `Stream - Protocol - ${trouble.why}` }
    case 'failed':
      return failureWords(trouble.failure)
    default:
      return trouble satisfies never
  }
}

function failureWords(failure: SocketFailure): { readonly code: number; readonly message: string } {
  switch (failure.type) {
    case 'timeout':
      return { code: 31901, message: 'Stream - WebSocket - Connection Timeout' }
    case 'refused':
      return { code: 31902, message: 'Stream - WebSocket - Connection Refused' }
    case 'malformed':
      return { code: 31924, message: 'Stream - WebSocket - Protocol Error' }
    case 'handshake':
      return {
        code: 31920,
        message: `Stream - WebSocket - Handshake Error: HTTP ${failure.status} instead of 101`,
      }
    case 'unfit':
      return { code: failure.code, message: failure.why }
    default:
      return failure satisfies never
  }
}
