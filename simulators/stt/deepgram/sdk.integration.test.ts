/** Deepgram's own SDK as a client of the simulator. */
import { DeepgramClient } from '@deepgram/sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { join, silence, tone } from '../../sound/tones.ts'
import type { VendorServer } from '../../vendor/server.ts'
import { startDeepgramStt } from './simulator.ts'

const key = 'dg-key-0123456789'
let scope: Scope
let server: VendorServer
let client: DeepgramClient
beforeEach(async () => {
  scope = new Scope('sdk')
  server = await startDeepgramStt({
    scope,
    clock: realClock,
    key,
    phrases: ['I need help with my bill please', 'thanks'],
  })
  client = clientWith(key)
})
afterEach(() => scope.close())

function clientWith(apiKey: string): DeepgramClient {
  const { url, socketUrl } = server
  return new DeepgramClient({
    apiKey,
    environment: { base: url, production: socketUrl, agent: socketUrl, agentRest: url },
  })
}

const nova = {
  model: 'nova-3',
  encoding: 'linear16',
  sample_rate: 8000,
  interim_results: 'true',
  vad_events: 'true',
  endpointing: 300,
  utterance_end_ms: 1000,
  reconnectAttempts: 0,
} as const

interface Listening {
  on(event: 'message', listener: (message: { readonly type?: string }) => void): void
  on(event: 'close', listener: () => void): void
}

function record(socket: Listening): { readonly type?: string }[] {
  const messages: { readonly type?: string }[] = []
  socket.on('message', (message) => messages.push(message))
  return messages
}

test('nova tells speech, its text and its end to listen.v1', async () => {
  const socket = await client.listen.v1.connect(nova)
  const messages = record(socket)
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.connect()
  await socket.waitForOpen()
  const pcm = join(silence(200), tone(300, 3200), silence(1500))
  for (let at = 0; at < pcm.length; at += 640) socket.sendMedia(pcm.slice(at, at + 640))
  socket.sendKeepAlive({ type: 'KeepAlive' })
  socket.sendMedia(tone(300, 400))
  socket.sendFinalize({ type: 'Finalize' })
  socket.sendCloseStream({ type: 'CloseStream' })
  await closed
  const finals = messages.filter((message) => 'is_final' in message && message.is_final === true)
  expect(finals).toMatchObject([
    { speech_final: false, channel: { alternatives: [{ transcript: 'I need help with' }] } },
    { speech_final: true, channel: { alternatives: [{ transcript: 'my bill please' }] } },
    { from_finalize: true, channel: { alternatives: [{ transcript: 'thanks' }] } },
  ])
  // Not while somebody speaks, however long the words take.
  expect(messages.filter(({ type }) => type === 'UtteranceEnd')).toHaveLength(1)
  const types = new Set(messages.map(({ type }) => type))
  expect(types).toEqual(new Set(['SpeechStarted', 'Results', 'UtteranceEnd', 'Metadata']))
})

test('flux tells turns to listen.v2', async () => {
  const socket = await client.listen.v2.connect({
    model: 'flux-general-en',
    encoding: 'linear16',
    sample_rate: 8000,
    eager_eot_threshold: 0.4,
    reconnectAttempts: 0,
  })
  const messages = record(socket)
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.connect()
  await socket.waitForOpen()
  socket.sendMedia(join(tone(300, 900), silence(250), tone(300, 500), silence(600)))
  socket.sendCloseStream({ type: 'CloseStream' })
  await closed
  const told = messages.flatMap((message) => ('event' in message ? [message.event] : []))
  expect(told.filter((event) => event !== 'Update')).toEqual([
    ...['StartOfTurn', 'EagerEndOfTurn', 'TurnResumed', 'EagerEndOfTurn', 'EndOfTurn'],
  ])
  expect(messages.at(-1)).toMatchObject({ transcript: 'I need help with my bill please', trigger: 'model' })
})

test('a wrong key does not come in', async () => {
  const socket = await clientWith('another').listen.v1.connect(nova)
  const failed = new Promise<void>((resolve) => socket.on('error', () => resolve()))
  socket.connect()
  await failed
  expect(server.connections.size).toBe(0)
  expect((await server.until(({ kind }) => kind === 'refusal')).text).toContain('INVALID_AUTH')
  socket.close()
})
