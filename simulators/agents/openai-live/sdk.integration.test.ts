/** OpenAI's own SDK as a client of the simulator. */
import OpenAI from 'openai'
import { LiveWS } from 'openai/resources/live/ws'
import type { ServerEvent, SessionConfig } from 'openai/resources/live/live.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { encodeMulaw } from '../../sound/mulaw.ts'
import { framesOfTone, join, silence, tone } from '../../sound/tones.ts'
import type { AgentSimulatorOptions } from '../script.ts'
import { decodeSound } from '../sound.ts'
import { startOpenaiLive } from './simulator.ts'

const apiKey = 'sk-0123456789abcdef'
const pcmu = { encoding: 'pcmu', rate: 8000 } as const
let scope: Scope
beforeEach(() => {
  scope = new Scope('sdk')
})
afterEach(() => scope.close())

async function open(more: Partial<AgentSimulatorOptions> = {}) {
  const server = await startOpenaiLive({ scope, clock: realClock, key: apiKey, phrases: ['Hello there.'], ...more })
  const baseURL = server.baseUrl.replace('ws', 'http').replace('/live/sessions', '')
  const socket = new LiveWS(new OpenAI({ apiKey, baseURL }))
  const events: ServerEvent[] = []
  const errors: string[] = []
  socket.on('event', (event) => events.push(event))
  socket.on('error', (error) => errors.push(error.message))
  scope.defer(() => socket.close())
  const until = async (what: string, found: () => boolean) => {
    for (let waited = 0; !found(); waited += 5) {
      if (waited > 5000) throw new Error(`${what} never came: ${JSON.stringify({ events, errors })}`)
      await realClock.sleep(5)
    }
  }
  return { server, socket, events, errors, until }
}

const tool = { type: 'function', name: 'look_up', parameters: { type: 'object' } } as const

function session(): SessionConfig {
  return {
    model: 'gpt-live-1',
    audio: { format: { type: 'audio/pcmu', rate: 8000 }, output: { voice: 'marin' } },
    delegation: { type: 'responses', responses: { model: 'gpt-4.1-mini', tools: [tool] } },
  }
}

function append(pcm: Int16Array) {
  return { type: 'session.input_audio.append', audio: Buffer.from(encodeMulaw(pcm)).toString('base64') } as const
}

test('listens and answers in one stream, with what was said on both sides', async () => {
  const { server, socket, events, errors, until } = await open()
  socket.send({ type: 'session.start', session: session() })
  await until('the start', () => events.some(({ type }) => type === 'session.started'))
  socket.send(append(join(tone(300, 700), silence(600))))
  const said = () => events.flatMap((event) => (event.type === 'session.output_transcript.delta' ? [event.delta] : []))
  await until('the answer', () => said().join('') === 'You said: Hello there.')
  const heard = events.flatMap((event) => (event.type === 'session.input_transcript.delta' ? [event.delta] : []))
  expect(heard.join('').trim()).toBe('Hello there.')
  const deltas = events.flatMap((event) => (event.type === 'session.output_audio.delta' ? [event.delta] : []))
  const sound = decodeSound(Buffer.concat(deltas.map((delta) => Buffer.from(delta, 'base64'))), pcmu)
  expect(framesOfTone(sound, 600) * 20).toBeGreaterThan(1000)
  expect(server.sessions[0]?.history).toMatchObject([{ words: 'Hello there.' }, { words: 'You said: Hello there.' }])
  expect(errors).toEqual([])
})

test('its backend calls tools, and goes on with their results', async () => {
  const call = { name: 'look_up', arguments: '{"id":4}' }
  const { socket, events, until } = await open({ answer: ({ by }) => (by === 'instruction' ? { call } : undefined) })
  socket.send({ type: 'session.start', session: session() })
  socket.send({ type: 'session.commentary.append', delegation_id: null, content: 'Find 4.' })
  const called = () =>
    events.flatMap((event) => (event.type === 'response.event' && 'item' in event.event ? [event.event['item']] : []))
  await until('the call', () => called().length === 1)
  expect(called()[0]).toMatchObject({ type: 'function_call', name: 'look_up', arguments: '{"id":4}' })
  const { call_id } = Object(called()[0])
  socket.send({ type: 'response.item.create', item: { type: 'function_call_output', call_id, output: 'paid' } })
  socket.send({ type: 'response.create' })
  await until('the answer', () =>
    events.some((event) => event.type === 'session.output_transcript.delta' && event.delta.includes('says')),
  )
})

test('what does not belong there is refused by name', async () => {
  const { socket, events, until } = await open()
  socket.send(append(tone(300, 100)))
  // @ts-expect-error what the types do not know either
  socket.send({ type: 'session.start', session: { model: 'gpt-live-1', temperature: 1 } })
  socket.send({ type: 'session.start', session: { model: 'gpt-realtime-2.1' } })
  const codes = () => events.flatMap((event) => (event.type === 'error' ? [event.error.code] : []))
  await until('three refusals', () => codes().length === 3)
  expect(codes()).toEqual(['session_not_started', 'unknown_parameter', 'model_not_found'])
})

test('a session ends when it has lasted long enough, or when it is asked to', async () => {
  const { socket, events, until } = await open({ lifetime: 200 })
  socket.send({ type: 'session.start', session: session() })
  const reasons = () => events.flatMap((event) => (event.type === 'session.closed' ? [event.reason] : []))
  await until('the end', () => reasons().length === 1)
  expect(reasons()).toEqual(['expired'])
  const other = await open()
  other.socket.send({ type: 'session.start', session: session() })
  other.socket.send({ type: 'session.close' })
  await other.until('the end', () => other.events.some(({ type }) => type === 'session.closed'))
})
