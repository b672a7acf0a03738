/** OpenAI's own SDK as a client of the simulator: over TLS, for its socket takes nothing else. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type {
  ConversationItem,
  RealtimeServerEvent,
  RealtimeSessionCreateRequest,
} from 'openai/resources/realtime/realtime.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { encodeMulaw } from '../../sound/mulaw.ts'
import { join, silence, tone, toneShare } from '../../sound/tones.ts'
import { decodeSound } from '../sound.ts'
import { startOpenaiRealtime, type RealtimeOptions, type SimulatedRealtime } from './simulator.ts'

const apiKey = 'sk-0123456789abcdef'
const pcmu = { encoding: 'pcmu', rate: 8000 } as const
let scope: Scope
beforeEach(() => {
  scope = new Scope('sdk')
})
afterEach(() => scope.close())

async function serve(more: Partial<RealtimeOptions> = {}): Promise<SimulatedRealtime> {
  const options = { scope, clock: realClock, key: apiKey, phrases: ['Hello there.', 'Stop.'], tls: true, ...more }
  const server = await startOpenaiRealtime(options)
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, server.certificate!])
  scope.defer(() => setDefaultCACertificates(before))
  return server
}

interface Client {
  readonly socket: OpenAIRealtimeWS
  readonly events: RealtimeServerEvent[]
  readonly errors: string[]
  next<T extends RealtimeServerEvent['type']>(type: T): Promise<Extract<RealtimeServerEvent, { type: T }>>
}

async function connect(server: SimulatedRealtime, key = apiKey): Promise<Client> {
  const baseURL = server.baseUrl.replace('wss', 'https').replace('/realtime', '')
  const socket = new OpenAIRealtimeWS({ model: 'gpt-realtime-2.1' }, new OpenAI({ apiKey: key, baseURL }))
  const events: RealtimeServerEvent[] = []
  const errors: string[] = []
  socket.on('event', (event) => events.push(event))
  socket.on('error', (error) => errors.push(error.error?.code ?? error.message))
  scope.defer(() => socket.close())
  const next = <T extends RealtimeServerEvent['type']>(type: T) =>
    new Promise<Extract<RealtimeServerEvent, { type: T }>>((resolve) => {
      const listen = (event: RealtimeServerEvent) => {
        if (event.type !== type) return
        socket.off('event', listen)
        resolve(event as Extract<RealtimeServerEvent, { type: T }>) // just compared
      }
      socket.on('event', listen)
    })
  return { socket, events, errors, next }
}

const session: RealtimeSessionCreateRequest = {
  type: 'realtime',
  instructions: 'Help.',
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'gpt-transcribe' },
      turn_detection: { type: 'server_vad', silence_duration_ms: 200 },
    },
    output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
  },
  tools: [{ type: 'function', name: 'look_up', parameters: { type: 'object' } }],
}

async function open(more: Partial<RealtimeOptions> = {}) {
  const server = await serve(more)
  const client = await connect(server)
  await client.next('session.created')
  const updated = client.next('session.updated')
  client.socket.send({ type: 'session.update', session })
  expect((await updated).session).toMatchObject({ audio: { output: { format: { type: 'audio/pcmu' } } } })
  return { server, ...client }
}

function append(socket: OpenAIRealtimeWS, pcm: Int16Array): void {
  socket.send({ type: 'input_audio_buffer.append', audio: Buffer.from(encodeMulaw(pcm)).toString('base64') })
}

test('a spoken turn is heard, written down and answered aloud', async () => {
  const { server, socket, events, errors, next } = await open()
  const done = next('response.done')
  const transcript = next('conversation.item.input_audio_transcription.completed')
  append(socket, join(silence(100), tone(300, 700), silence(300)))
  expect((await transcript).transcript).toBe('Hello there.')
  const { response } = await done
  expect(response.status).toBe('completed')
  expect(response.usage?.output_token_details?.audio_tokens).toBeGreaterThan(0)
  const deltas = events.flatMap((event) => (event.type === 'response.output_audio.delta' ? [event.delta] : []))
  const heard = decodeSound(Buffer.concat(deltas.map((delta) => Buffer.from(delta, 'base64'))), pcmu)
  expect(toneShare(heard, 600)).toBeGreaterThan(0.95)
  expect(heard.length / 8).toBe('You said: Hello there.'.length * 60)
  expect(server.sessions[0]?.history).toMatchObject([
    { role: 'caller', words: 'Hello there.' },
    { role: 'agent', words: 'You said: Hello there.' },
  ])
  expect(errors).toEqual([])
  const types = events.map(({ type }) => type).filter((type) => !/delta|rate_limits/.test(type))
  expect(types).toEqual([
    'session.created',
    'session.updated',
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'conversation.item.input_audio_transcription.completed',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'response.output_item.done',
    'conversation.item.done',
    'response.done',
  ])
})

test('a tool is called with arguments in parts, and its result is answered', async () => {
  const call = { name: 'look_up', arguments: '{"id":4}' }
  const { socket, events, next } = await open({ answer: ({ by }) => (by === 'text' ? { call } : undefined) })
  const item = {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: 'find 4' }],
  } satisfies ConversationItem
  socket.send({ type: 'conversation.item.create', item })
  const first = next('response.done')
  const called = next('response.function_call_arguments.done')
  socket.send({ type: 'response.create' })
  const { call_id, name, arguments: given } = await called
  await first
  expect([name, given]).toEqual(['look_up', '{"id":4}'])
  expect(events.filter(({ type }) => type === 'response.function_call_arguments.delta')).toHaveLength(2)
  const second = next('response.done')
  socket.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: 'paid' } })
  socket.send({ type: 'response.create' })
  expect((await second).response.output).toMatchObject([{ content: [{ transcript: 'It says: paid' }] }])
})

test('one response at a time; a cancel, a truncation and a deletion must fit', async () => {
  const { server, socket, errors, events, next } = await open({ pace: 2 })
  const refusals = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => errors.length >= count && resolve()
      socket.on('error', check)
    })
  socket.send({ type: 'response.cancel' })
  const added = next('response.output_item.added')
  socket.send({ type: 'response.create', response: { instructions: 'Say "one two three four five"' } })
  socket.send({ type: 'response.create' })
  await next('response.output_audio.delta')
  const { item } = await added
  const done = next('response.done')
  socket.send({ type: 'response.cancel' })
  expect((await done).response.status_details).toEqual({ type: 'cancelled', reason: 'client_cancelled' })
  const all = refusals(6)
  socket.send({ type: 'conversation.item.truncate', item_id: item.id!, content_index: 0, audio_end_ms: 5000 })
  socket.send({ type: 'conversation.item.truncate', item_id: 'nothing', content_index: 0, audio_end_ms: 10 })
  socket.send({ type: 'conversation.item.delete', item_id: 'nothing' })
  const truncated = next('conversation.item.truncated')
  socket.send({ type: 'conversation.item.truncate', item_id: item.id!, content_index: 0, audio_end_ms: 50 })
  await truncated
  socket.send({ type: 'input_audio_buffer.commit' })
  await all
  expect(errors).toEqual([
    'response_cancel_not_active',
    'conversation_already_has_active_response',
    'invalid_value',
    'item_truncate_invalid_item_id',
    'item_delete_invalid_item_id',
    'input_audio_buffer_commit_empty',
  ])
  expect(server.sessions[0]?.history).toEqual([{ role: 'agent', words: '', ms: 50 }])
  expect(events.at(-1)?.type).toBe('error')
})

test('unknown fields, values and sound before the format are refused by name', async () => {
  const { socket, errors, next } = await connect(await serve())
  await next('session.created')
  const three = new Promise<void>((resolve) => socket.on('error', () => errors.length === 3 && resolve()))
  append(socket, tone(300, 100))
  socket.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'nobody' } } } })
  // @ts-expect-error what the types do not know either
  socket.send({ type: 'session.update', session: { type: 'realtime', temperature: 0.8 } })
  await three
  expect(errors).toEqual(['audio_before_format', 'invalid_value', 'unknown_parameter'])
})

test('a session ends when it has lasted long enough', async () => {
  const { socket } = await connect(await serve({ lifetime: 100 }))
  const close = await new Promise((resolve) =>
    socket.socket.on('close', (code, reason) => resolve(`${code} ${reason}`)),
  )
  expect(close).toMatch(/^1001 Your session hit the maximum duration/)
})

test('a wrong key is refused, and repeated as the vendor does', async () => {
  const server = await serve()
  const { socket } = await connect(server, 'sk-wrong-0123456789')
  await new Promise((resolve) => socket.on('error', resolve))
  const refusal = await server.until(({ kind }) => kind === 'refusal')
  expect(refusal.text).toMatch(/^401\n.*invalid_api_key/s)
})
