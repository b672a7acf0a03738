/** What simulated recognisers refuse, each in its vendor's way: keys, settings, messages out of place, impatience. */
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { VirtualClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { silence, tone } from '../sound/tones.ts'
import type { VendorServer } from '../vendor/server.ts'
import { startAssemblyaiStt } from './assemblyai/simulator.ts'
import { startCartesiaStt } from './cartesia/simulator.ts'
import { startDeepgramStt } from './deepgram/simulator.ts'
import { startOpenaiStt } from './openai/simulator.ts'
import type { RecogniserOptions } from './options.ts'
import { startSonioxStt } from './soniox/simulator.ts'
import { startSpeechmaticsStt } from './speechmatics/simulator.ts'

const key = 'vendor-key-0123456789'
let scope: Scope
let clock: VirtualClock
beforeEach(() => {
  scope = new Scope('strict')
  clock = new VirtualClock()
})
afterEach(() => scope.close())

type Start = (options: RecogniserOptions) => Promise<VendorServer>

interface Talked {
  /** Status of a refused handshake. */
  readonly status?: number
  readonly messages: readonly string[]
  readonly close?: string
}

/** Opens, says `said`, lets `after` ms pass, and gathers what comes until the end. */
async function talk(
  start: Start,
  path: string,
  headers: Readonly<Record<string, string>>,
  said: readonly (string | Int16Array)[] = [],
  after = 0,
): Promise<Talked> {
  const server = await start({ scope, clock, key, phrases: ['hello'] })
  const socket = new WebSocket(`${server.socketUrl}${path}`, { headers })
  scope.defer(() => socket.terminate())
  const messages: string[] = []
  socket.on('message', (data) => void messages.push(String(data)))
  socket.on('error', () => undefined)
  const refused = once(socket, 'unexpected-response').then(([, response]) => ({
    status: response.statusCode,
    messages,
  }))
  const closed = once(socket, 'close').then(([code, reason]) => ({ messages, close: `${code} ${reason}`.trim() }))
  const opened = once(socket, 'open').then(() => 'open' as const)
  // The losers of this race end with the test.
  for (const one of [refused, closed, opened]) one.catch(() => undefined)
  const first = await Promise.race([refused, opened])
  if (first !== 'open') return first
  for (const one of said) socket.send(typeof one === 'string' ? one : new Uint8Array(one.buffer))
  await server.until(
    () => server.log.filter(({ from, kind }) => from === 'client' && kind !== 'upgrade').length >= said.length,
  )
  if (after > 0) clock.advance(after)
  return closed
}

const token = { authorization: `Token ${key}` }
const bearer = { authorization: `Bearer ${key}` }
const raw = 'encoding=linear16&sample_rate=8000'
const cartesia = { 'x-api-key': key, 'cartesia-version': '2026-08-14' }
const ink = 'model=ink-2&encoding=pcm_s16le&sample_rate=8000'

describe('handshakes refused', () => {
  test.each<[string, Start, string, Record<string, string>, number]>([
    ['deepgram: no key', startDeepgramStt, `/v1/listen?model=nova-3&${raw}`, {}, 401],
    ['deepgram: an unknown parameter', startDeepgramStt, `/v1/listen?model=nova-3&${raw}&speed=2`, token, 400],
    ['deepgram: half a format', startDeepgramStt, '/v1/listen?model=nova-3&encoding=linear16', token, 400],
    ['deepgram: utterances without parts', startDeepgramStt, `/v1/listen?${raw}&utterance_end_ms=1000`, token, 400],
    [
      'deepgram: utterances too short',
      startDeepgramStt,
      `/v1/listen?${raw}&interim_results=true&utterance_end_ms=500`,
      token,
      400,
    ],
    ['deepgram: keyterm with an older model', startDeepgramStt, `/v1/listen?model=nova-2&${raw}&keyterm=x`, token, 400],
    ['deepgram: nova on v2', startDeepgramStt, `/v2/listen?model=nova-3&${raw}`, token, 400],
    [
      'deepgram: early above late',
      startDeepgramStt,
      `/v2/listen?model=flux-general-en&${raw}&eager_eot_threshold=0.8`,
      token,
      400,
    ],
    [
      'deepgram: a hint for English',
      startDeepgramStt,
      `/v2/listen?model=flux-general-en&${raw}&language_hint=en`,
      token,
      400,
    ],
    ['openai: no key', startOpenaiStt, '/v1/realtime?intent=transcription', {}, 401],
    ['openai: a model beside the intent', startOpenaiStt, '/v1/realtime?intent=transcription&model=x', bearer, 400],
    ['cartesia: no version', startCartesiaStt, `/stt/websocket?${ink}`, { 'x-api-key': key }, 400],
    ['cartesia: no format', startCartesiaStt, '/stt/websocket?model=ink-2', cartesia, 400],
    [
      'cartesia: the older model in turns',
      startCartesiaStt,
      `/stt/turns/websocket?${ink}`.replace('ink-2', 'ink-whisper'),
      cartesia,
      400,
    ],
    [
      'cartesia: thresholds the wrong way',
      startCartesiaStt,
      `/stt/turns/websocket?${ink}&turn_end_threshold=0.5`,
      cartesia,
      400,
    ],
    ['speechmatics: no key', startSpeechmaticsStt, '/v2', {}, 401],
    ['soniox: another path', startSonioxStt, '/v1', {}, 404],
  ])('%s', async (_, start, path, headers, status) => {
    expect(await talk(start, path, headers)).toMatchObject({ status })
  })
})

const soniox = { model: 'stt-rt-v5', audio_format: 'pcm_s16le', sample_rate: 8000, num_channels: 1 }
const started = JSON.stringify({ api_key: key, ...soniox })
const recognition = {
  message: 'StartRecognition',
  audio_format: { type: 'raw', encoding: 'pcm_s16le', sample_rate: 8000 },
  transcription_config: { language: 'en' },
}
const assembly = `/v3/ws?sample_rate=8000&encoding=pcm_s16le&speech_model=universal-streaming-english`
const raised = { authorization: key }

describe('sessions ended', () => {
  test.each<[string, Start, string, Record<string, string>, readonly (string | Int16Array)[], string, string]>([
    [
      'deepgram: an unknown message',
      startDeepgramStt,
      `/v1/listen?${raw}`,
      token,
      ['{"type":"Flush"}'],
      '',
      '1008 DATA-0000',
    ],
    [
      'deepgram: KeepAlive on v2',
      startDeepgramStt,
      `/v2/listen?model=flux-general-en&${raw}`,
      token,
      ['{"type":"KeepAlive"}'],
      'UNPARSABLE',
      '1008',
    ],
    [
      'openai: the beta',
      startOpenaiStt,
      '/v1/realtime?intent=transcription',
      { ...bearer, 'openai-beta': 'realtime=v1' },
      [],
      'beta_api_shape_disabled',
      '4000',
    ],
    [
      'cartesia: a word in JSON',
      startCartesiaStt,
      `/stt/websocket?${ink}`,
      cartesia,
      ['"finalize"'],
      'unknown command',
      '1008',
    ],
    [
      'soniox: another key',
      startSonioxStt,
      '/transcribe-websocket',
      {},
      [started.replace(key, 'foreign')],
      '"error_code":401',
      '1000',
    ],
    [
      'soniox: an unknown field',
      startSonioxStt,
      '/transcribe-websocket',
      {},
      [started.replace('{', '{"speed":2,')],
      '"error_code":400',
      '1000',
    ],
    ['soniox: sound first', startSonioxStt, '/transcribe-websocket', {}, [silence(20)], '"error_code":400', '1000'],
    ['speechmatics: sound first', startSpeechmaticsStt, '/v2', bearer, [silence(20)], 'protocol_error', '1003'],
    [
      'speechmatics: a silence above the delay',
      startSpeechmaticsStt,
      '/v2',
      bearer,
      [
        JSON.stringify({
          ...recognition,
          transcription_config: {
            language: 'en',
            max_delay: 1,
            conversation_config: { end_of_utterance_silence_trigger: 1 },
          },
        }),
      ],
      'below max_delay',
      '1003',
    ],
    [
      'speechmatics: an unknown model',
      startSpeechmaticsStt,
      '/v2',
      bearer,
      [JSON.stringify({ ...recognition, transcription_config: { language: 'en', model: 'best' } })],
      'invalid_model',
      '4004',
    ],
    [
      'speechmatics: sound that never came',
      startSpeechmaticsStt,
      '/v2',
      bearer,
      [JSON.stringify(recognition), '{"message":"EndOfStream","last_seq_no":5}'],
      'never added',
      '1003',
    ],
    [
      'assemblyai: another key',
      startAssemblyaiStt,
      assembly,
      { authorization: 'foreign' },
      [],
      'Not Authorized',
      '4001',
    ],
    [
      'assemblyai: an unknown parameter',
      startAssemblyaiStt,
      `${assembly}&speed=2`,
      raised,
      [],
      'unknown parameter',
      '3006',
    ],
    [
      'assemblyai: terms that are no list',
      startAssemblyaiStt,
      `${assembly}&keyterms_prompt=Acme`,
      raised,
      [],
      'no JSON',
      '3006',
    ],
    ['assemblyai: twenty milliseconds', startAssemblyaiStt, assembly, raised, [silence(20)], '20 ms', '3007'],
    ['assemblyai: more than a second', startAssemblyaiStt, assembly, raised, [silence(1100)], '1100 ms', '3007'],
    [
      'assemblyai: far ahead of the clock',
      startAssemblyaiStt,
      assembly,
      raised,
      Array.from({ length: 17 }, () => tone(300, 1000)),
      'faster',
      '3007',
    ],
  ])('%s', async (_, start, path, headers, said, words, close) => {
    const talked = await talk(start, path, headers, said)
    expect(talked.close).toContain(close)
    expect(talked.messages.join('\n')).toContain(words)
  })
})

describe('patience ends', () => {
  test.each<[string, Start, string, Record<string, string>, readonly string[], number, string, string]>([
    [
      'deepgram: ten seconds',
      startDeepgramStt,
      `/v1/listen?${raw}`,
      token,
      ['{"type":"KeepAlive"}'],
      10_000,
      '',
      '1011 NET-0001',
    ],
    [
      'soniox: twenty seconds',
      startSonioxStt,
      '/transcribe-websocket',
      {},
      [started],
      20_000,
      '"error_code":408',
      '1000',
    ],
    [
      'speechmatics: an hour',
      startSpeechmaticsStt,
      '/v2',
      bearer,
      [JSON.stringify(recognition)],
      3_600_000,
      'idle_timeout',
      '1008',
    ],
    [
      'openai: an hour',
      startOpenaiStt,
      '/v1/realtime?intent=transcription',
      bearer,
      ['{}'],
      3_600_000,
      'session_expired',
      '1001',
    ],
    [
      'assemblyai: three hours',
      startAssemblyaiStt,
      assembly,
      raised,
      ['{"type":"KeepAlive"}'],
      10_800_000,
      'expired',
      '3008',
    ],
  ])('%s', async (_, start, path, headers, said, ms, words, close) => {
    const talked = await talk(start, path, headers, said, ms)
    expect(talked.close).toContain(close)
    expect(talked.messages.join('\n')).toContain(words)
    await scope.close()
    expect(clock.pending).toBe(0)
  })
})

test('openai refuses what it does not know, and goes on', async () => {
  const update = (input: object) =>
    JSON.stringify({ type: 'session.update', session: { type: 'transcription', audio: { input } } })
  const said = [
    update({ transcription: { model: 'gpt-live-transcribe' } }),
    update({ transcription: { model: 'whisper-1', keywords: ['Acme'] } }),
    update({ format: { type: 'audio/pcm', rate: 8000 } }),
    JSON.stringify({ type: 'transcription_session.update', session: {} }),
    JSON.stringify({ type: 'input_audio_buffer.append', audio: 'AAAA' }),
  ]
  const { messages } = await talk(startOpenaiStt, '/v1/realtime?intent=transcription', bearer, said, 3_600_000)
  const errors = messages
    .map((text): { readonly type: string } => JSON.parse(text))
    .filter(({ type }) => type === 'error')
  // All five, and the end of the session.
  expect(errors).toHaveLength(6)
})
