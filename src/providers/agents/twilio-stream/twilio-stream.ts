/** A bot of the user's that was written for Twilio's media streams: whatever brings the call, it meets Twilio. */
import { soundToBase64 } from '../../../media/codecs/base64.ts'
import { agentWire } from '../../../protocols/agent/wire.ts'
import type { AgentOrder, AgentSpec } from '../../../spec/agent.ts'
import { open } from './connect.ts'
import { complain, end, hear, passed } from './hear.ts'
import { settings, type Config } from './settings.ts'
import { begin, type Draft, type State } from './state.ts'

export const twilioStream: AgentSpec<typeof settings> = {
  kind: 'agent',
  name: 'twilio-stream',
  label: 'Your own bot (Twilio media stream)',
  about:
    'A program of yours that speaks Twilio’s media streams answers the call unchanged, whatever carrier brings it.',
  settings,
  checklist: [
    'Enter the address that your bot has at Twilio: of its media stream (wss://), or of its voice webhook (https://), which is asked first.',
    'Where the bot checks X-Twilio-Signature, enter the auth token that it checks with, and let it expect the address entered here.',
    'Leave out of the bot what talks to Twilio’s REST API: it ends the call by closing the stream.',
  ],
  body: agentWire<Config, State>({
    open,
    turns: () => 'own',
    rates: () => ({ hears: 8000, speaks: 8000 }),
    greets: true,
    resumes: true,
    begin,
    opened,
    heard: hear,
    order,
    sound,
    leaving,
    closed,
  }),
}

/** Twilio writes numbers as texts; a connected message has none. */
function opened(draft: Draft): void {
  const { streamSid, accountSid, callSid, parameters } = draft.state.about
  draft.send({ event: 'connected', protocol: 'Call', version: '1.0.0' })
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }
  say(draft, 'start', {
    ...{ streamSid, accountSid, callSid, tracks: ['inbound'] },
    ...{ customParameters: parameters, mediaFormat },
  })
  draft.tell({ type: 'ready' })
}

function say(draft: Draft, event: string, details: object): void {
  const { state } = draft
  draft.send({ event, sequenceNumber: String(++state.sequence), streamSid: state.about.streamSid, [event]: details })
}

/** 20 ms */
const frame = 160

function sound(draft: Draft, pcm: Int16Array): void {
  const { state } = draft
  const whole = new Int16Array(state.rest.length + pcm.length)
  whole.set(state.rest)
  whole.set(pcm, state.rest.length)
  let at = 0
  for (; at + frame <= whole.length; at += frame) {
    const timestamp = String(state.chunk * 20)
    const payload = soundToBase64(whole.subarray(at, at + frame), 'pcmu')
    say(draft, 'media', { track: 'inbound', chunk: String(++state.chunk), timestamp, payload })
  }
  state.rest = whole.slice(at)
  state.time += pcm.length / 8
  passed(draft)
}

function order(draft: Draft, given: AgentOrder): void {
  switch (given.type) {
    case 'marker-heard':
      draft.state.markers--
      return say(draft, 'mark', { name: given.name })
    case 'digit':
      for (const digit of given.digit) say(draft, 'dtmf', { track: 'inbound_track', digit })
      return
    case 'say':
    case 'text':
      return complain(
        draft,
        'words cannot be given to a bot that takes sound: it speaks for itself',
        'command.unsupported',
      )
    case 'interrupt': // Nobody but itself stops it, or it is being put on hold.
    case 'speech-started':
    case 'speech-ended':
    case 'tool-result':
      return
    default:
      return given satisfies never
  }
}

function leaving(draft: Draft): void {
  const { accountSid, callSid } = draft.state.about
  say(draft, 'stop', { accountSid, callSid })
}

/** A proper close is the bot's way to say that it is done; its last words may still be heard. */
function closed(draft: Draft, code: number): void {
  if (code !== 1000 && code !== 1005) return
  end(draft)
  draft.tell({ type: 'tool-called', call: { id: 'closed_by_bot', name: 'hang_up', arguments: {} } })
}
