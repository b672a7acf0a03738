/** Telnyx's commands: `POST /v2/calls/{call_control_id}/actions/{action}`. */
import { join } from '../carrier/join.ts'
import { fetchClip, playKeys, playTo, spoken, unlessOver } from '../carrier/steps.ts'
import { readWav, toTelephone } from '../sound/wav.ts'
import type { Body } from './body.ts'
import { emit } from './events.ts'
import { newLeg } from './legs.ts'
import { startRecording } from './recordings.ts'
import { attach, readStream } from './stream.ts'
import type { TelnyxCall } from './world.ts'

export type Action = (call: TelnyxCall, body: Body) => void

/** All but `hangup` and `reject` need a call that was answered; `answer` one that was not. */
export const actions: Readonly<Record<string, Action>> = {
  answer(call, body) {
    if (call.direction !== 'inbound' || call.startTime !== undefined)
      body.refuse('90033', 'the call has already been answered')
    // These belong to streaming_start and dial alone.
    for (const name of ['custom_parameters', 'stream_auth_token'])
      if (body.text(name) !== undefined) body.refuse('10015', `${name} is not allowed here`, `/${name}`)
    const stream = readStream(body)
    call.answer()
    if (stream) attach(call, stream)
  },
  hangup: (call) => call.drop(call.startTime === undefined ? endOfRinging(call) : 'completed', 'ended by a command'),
  reject(call, body) {
    const cause =
      body.word('cause', ['CALL_REJECTED', 'USER_BUSY']) ?? body.refuse('10015', 'cause is required', '/cause')
    if (call.direction !== 'inbound' || call.startTime !== undefined)
      body.refuse('90033', 'the call has already been answered')
    call.drop(cause === 'USER_BUSY' ? 'busy' : 'no-answer', `rejected: ${cause}`)
  },
  transfer: talking(transfer),
  speak: talking((call, body) => {
    const text = body.needed('payload')
    body.needed('voice')
    if (text.length > 3000) body.refuse('10015', 'payload is longer than 3000 characters', '/payload')
    body.word('payload_type', ['text', 'ssml'])
    playNext(call, 'speak', async () => spoken(call, text))
  }),
  playback_start: talking((call, body) => {
    const url = body.text('audio_url')
    const content = body.text('playback_content')
    if ((url === undefined) === (content === undefined))
      body.refuse('10015', 'give one of audio_url and playback_content', '/audio_url')
    playNext(call, 'playback', () => clipOf(call, url, content))
  }),
  playback_stop: talking((call) => call.facts.playing?.control.abort()),
  send_dtmf: talking((call, body) => {
    const digits = body.needed('digits')
    if (!/^[0-9A-D#*wW]+$/.test(digits)) body.refuse('10015', `digits ${digits.slice(0, 40)} are no keys`, '/digits')
    body.number('duration_millis', 100, 500)
    call.world.background(unlessOver(call, playKeys(call, digits, call.scope.signal)))
  }),
  record_start: talking((call, body) => {
    const channels =
      body.word('channels', ['single', 'dual']) ?? body.refuse('10015', 'channels is required', '/channels')
    const format = body.word('format', ['wav', 'mp3']) ?? body.refuse('10015', 'format is required', '/format')
    const track = body.word('recording_track', ['both', 'inbound', 'outbound']) ?? 'both'
    if (running(call)) body.refuse('90054', 'the call is being recorded already')
    startRecording(call, { channels, format, track, trim: body.word('trim', ['trim-silence']) !== undefined })
  }),
  record_stop: talking((call, body) => (running(call) ?? body.refuse('90055', 'nothing is being recorded')).stop()),
  record_pause: talking((call, body) =>
    (running(call) ?? body.refuse('90055', 'nothing is being recorded')).pause(false),
  ),
  record_resume: talking((call, body) => (running(call) ?? body.refuse('90055', 'nothing is being recorded')).resume()),
  streaming_start: talking((call, body) => {
    body.needed('stream_url')
    if (call.streams.some(({ open }) => open)) body.refuse('90045', 'a stream is open already')
    const stream = readStream(body)
    if (stream) attach(call, stream)
  }),
  streaming_stop: talking((call) => {
    for (const stream of call.streams) if (stream.open) call.world.background(stream.stop())
  }),
  client_state_update: talking((call, body) => {
    call.facts.clientState = body.clientState() ?? body.refuse('10015', 'client_state is required', '/client_state')
  }),
}

function endOfRinging(call: TelnyxCall): 'canceled' | 'no-answer' {
  return call.direction === 'inbound' ? 'no-answer' : 'canceled'
}

function talking(action: Action): Action {
  return (call, body) => {
    if (call.startTime === undefined) body.refuse('90034', 'This call has not been answered yet.')
    action(call, body)
  }
}

function running(call: TelnyxCall) {
  return call.recordings.find((recording) => !recording.over)
}

/** The other party is rung beside the call; when nobody answers, the call stays as it was. */
function transfer(call: TelnyxCall, body: Body): void {
  const to = body.party('to')
  const from = body.text('from') ?? (call.direction === 'inbound' ? call.to : call.from)
  const timeoutMs = 1000 * (body.number('timeout_secs', 5, 600) ?? 30)
  const clientState = body.clientState('target_leg_client_state')
  const { telnyx } = call.facts
  const webhookUrl = body.text('webhook_url')
  const leg = newLeg(telnyx, { direction: 'outbound-dial', from, to, parent: call, clientState, webhookUrl })
  const bridged = () => {
    for (const one of [call, leg]) void emit(one, 'call.bridged')
  }
  const { signal } = call.scope
  const joined = join(call, { legs: [leg], timeoutMs, limitMs: 14_400_000, signal, bridged })
  telnyx.background(
    unlessOver(
      call,
      joined.then(({ status }) => {
        if (status === 'completed') call.end('completed', 'the other party hung up')
      }),
    ),
  )
}

/** Sounds queue; each tells how it ended. What begins while detection listens is cancelled by its result. */
function playNext(call: TelnyxCall, type: 'playback' | 'speak', load: () => Promise<Int16Array | undefined>): void {
  const { facts, world } = call
  facts.sounds = facts.sounds.then(async () => {
    if (call.over) return
    const control = new AbortController()
    facts.playing = { type, control }
    await emit(call, `call.${type}.started`)
    const status = await play(call, load, control.signal)
    facts.playing = undefined
    await emit(call, `call.${type}.ended`, { status })
  })
  world.background(facts.sounds)
}

async function play(
  call: TelnyxCall,
  load: () => Promise<Int16Array | undefined>,
  stopped: AbortSignal,
): Promise<string> {
  const before = call.facts.detecting
  const sound = await load()
  if (!sound) return 'file_not_found'
  if (before) return 'cancelled_amd'
  try {
    await playTo(call, sound, AbortSignal.any([stopped, call.scope.signal]))
    return 'completed'
  } catch (error) {
    if (call.over) return 'call_hangup'
    if (stopped.aborted) return 'cancelled'
    throw error
  }
}

async function clipOf(call: TelnyxCall, url: string | undefined, content: string | undefined) {
  if (url === undefined) return toTelephone(readWav(Buffer.from(content ?? '', 'base64')))
  const clip = await fetchClip(call, url)
  return clip.ok ? clip.sound : undefined
}
