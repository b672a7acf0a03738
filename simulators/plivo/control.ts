/** What is done to a running call by REST of Plivo's shape: play, speak, keys, recording, stream. */
import { empty, json, type RestReply } from '../carrier/rest.ts'
import { fetchClip, playKeys, playTo, spoken, unlessOver } from '../carrier/steps.ts'
import { Refused, type Fields } from './body.ts'
import { readFormat } from './frames.ts'
import { startRecording, urlOf } from './recordings.ts'
import { runStream, streamable } from './stream.ts'
import { uuid, type PlivoCall } from './world.ts'

export function control(
  call: PlivoCall,
  method: string,
  [what, id]: readonly string[],
  fields: () => Fields,
): RestReply | undefined {
  if (call.over) return undefined
  if (call.startTime === undefined) throw new Refused(400, 'the call is not in progress')
  const start = method === 'POST'
  if (!start && method !== 'DELETE') return undefined
  switch (what) {
    case 'Play':
      return start ? play(call, async () => clipOf(call, fields())) : stop(call)
    case 'Speak': {
      if (!start) return stop(call)
      const text = fields().needed('text')
      return play(call, () => spoken(call, text))
    }
    case 'DTMF':
      return start ? keys(call, fields()) : undefined
    case 'Record':
      return start ? record(call, fields()) : stopRecording(call)
    case 'Stream':
      return start ? stream(call, fields()) : stopStream(call, id)
    default:
      return undefined
  }
}

function accepted(call: PlivoCall, message: string, more: Readonly<Record<string, unknown>> = {}): RestReply {
  return json(202, { message, api_id: uuid(call.world.ids), ...more })
}

const playing = new WeakMap<PlivoCall, AbortController>()

function play(call: PlivoCall, load: () => Promise<Int16Array | undefined>): RestReply {
  const stop = new AbortController()
  playing.get(call)?.abort()
  playing.set(call, stop)
  const task = async () => {
    const sound = await load()
    if (!sound) return
    await playTo(call, sound, AbortSignal.any([call.scope.signal, stop.signal])).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
  }
  call.world.background(unlessOver(call, task()))
  return accepted(call, 'play started')
}

function stop(call: PlivoCall): RestReply {
  playing.get(call)?.abort()
  return empty(204)
}

async function clipOf(call: PlivoCall, fields: Fields): Promise<Int16Array | undefined> {
  const clip = await fetchClip(call, fields.needed('urls').split(',', 1)[0]!)
  return clip.ok ? clip.sound : undefined
}

function keys(call: PlivoCall, fields: Fields): RestReply {
  const digits = fields.needed('digits')
  if (!/^[0-9A-D*#wW]+$/.test(digits)) fields.refuse('digits are no keys')
  call.world.background(unlessOver(call, playKeys(call, digits, call.scope.signal)))
  return accepted(call, 'digits sent')
}

/** A minute, unless told otherwise. */
const usualSeconds = 60

function record(call: PlivoCall, fields: Fields): RestReply {
  if (call.recordings.some((recording) => !recording.over)) fields.refuse('the call is being recorded already')
  fields.word('file_format', ['mp3', 'wav'])
  const recording = startRecording(call, {
    told: fields.target('callback'),
    by: 'rest',
    channels: fields.word('record_channel_type', ['mono', 'stereo']) === 'stereo' ? 2 : 1,
    maxMs: 1000 * (fields.number('time_limit', 1, 86_400) ?? usualSeconds),
  })
  return accepted(call, 'call recording started', { recording_id: recording.ref, url: urlOf(call, recording) })
}

function stopRecording(call: PlivoCall): RestReply | undefined {
  const running = call.recordings.filter((recording) => !recording.over)
  for (const recording of running) recording.stop()
  return running.length > 0 ? empty(204) : undefined
}

function stream(call: PlivoCall, fields: Fields): RestReply {
  const url = fields.needed('service_url')
  const format =
    readFormat(fields.text('content_type') ?? 'audio/x-l16;rate=8000') ?? fields.refuse('content_type is unknown')
  if (!streamable(url)) fields.refuse('service_url is no wss:// URL')
  if (call.streams.some(({ open }) => open)) fields.refuse('a stream is open already')
  const order = {
    ...{ url, format, bidirectional: fields.truth('bidirectional'), extraHeaders: fields.text('extra_headers') ?? '' },
    status: fields.target('status_callback'),
  }
  call.world.background(
    unlessOver(
      call,
      runStream(call, order, call.scope.signal).then(() => undefined),
    ),
  )
  return accepted(call, 'audio streaming started', { stream_id: call.streams.at(-1)?.ref })
}

function stopStream(call: PlivoCall, id: string | undefined): RestReply | undefined {
  const found = call.streams.filter(({ open, ref }) => open && (id === undefined || ref === id))
  for (const one of found) call.world.background(one.stop())
  return found.length > 0 ? empty(204) : undefined
}
