/** The vendors' own SDKs as clients of the simulated voices. There is none of Rime's; that of ElevenLabs is not installed. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import Cartesia from '@cartesia/cartesia-js'
import { DeepgramClient } from '@deepgram/sdk'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { startCartesiaTts } from './cartesia/simulator.ts'
import { startDeepgramTts } from './deepgram/simulator.ts'
import { startOpenaiTts } from './openai/simulator.ts'

const key = 'sk-simulated-0123456789'
let scope: Scope
beforeEach(() => {
  scope = new Scope('sdk')
})
afterEach(() => scope.close())

const options = () => ({ scope, clock: realClock, key })
const text = 'Twenty letters, all.'
/** 50 ms a letter. */
const second = 1

describe('OpenAI', () => {
  async function open(apiKey = key) {
    const server = await startOpenaiTts(options())
    return { server, client: new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 }) }
  }
  const ask = { model: 'gpt-4o-mini-tts', voice: 'marin', response_format: 'pcm', input: text } as const

  test('the SDK gets raw samples', async () => {
    const { client, server } = await open()
    const reply = await client.audio.speech.create({ ...ask, instructions: 'calm' })
    expect((await reply.arrayBuffer()).byteLength).toBe(second * 24_000 * 2)
    expect(server.spoken).toEqual([text])
  })

  test('what the vendor refuses is refused', async () => {
    const { client } = await open()
    const create = (more: object) => client.audio.speech.create({ ...ask, ...more })
    await expect(create({ input: 'x'.repeat(4097) })).rejects.toMatchObject({ status: 400 })
    await expect(create({ voice: 'nobody' })).rejects.toMatchObject({ status: 400 })
    await expect(create({ model: 'tts-1', instructions: 'calm' })).rejects.toThrow(/instructions/)
    const { client: stranger } = await open('sk-another')
    await expect(stranger.audio.speech.create(ask)).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })
})

describe('Cartesia', () => {
  async function open(apiKey = key) {
    const server = await startCartesiaTts({ ...options(), tls: true })
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, server.certificate!])
    scope.defer(() => setDefaultCACertificates(before))
    const client = new Cartesia({ apiKey, baseURL: server.url })
    const socket = await client.tts.websocket()
    // What it is told by events, it throws as well.
    socket.on('error', () => undefined)
    scope.defer(() => socket.close())
    return { server, socket }
  }
  const manner = {
    model_id: 'sonic-3.5',
    voice: { id: 'a0e99841-438c-4a64-b679-ae501e7d6091' },
    output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 8000 },
  } as const

  test('the SDK speaks, in parts too, and calls off', async () => {
    const { server, socket } = await open()
    let bytes = 0
    for await (const event of socket.generate({ ...manner, transcript: text })) {
      if (event.type === 'chunk') bytes += Buffer.from(event.data, 'base64').length
    }
    expect(bytes).toBe(second * 8000 * 2)
    const context = socket.context(manner)
    await context.push({ transcript: 'One, ' })
    await context.push({ transcript: 'two.' })
    await context.no_more_inputs()
    const types = []
    for await (const event of context.receive()) types.push(event.type)
    expect(types.at(-1)).toBe('done')
    server.slow(5000)
    for await (const event of socket.generate({ ...manner, context_id: 'long', transcript: text })) {
      if (event.type === 'chunk') break
    }
    await socket.cancelContext('long')
    await server.until(({ text: said }) => said.includes('"cancel":true'))
  })

  test('what the vendor refuses is refused', async () => {
    const { socket } = await open()
    const failure = async (request: object) => {
      for await (const event of socket.generate({ ...manner, transcript: text, ...request })) {
        if (event.type === 'error') return event.message
      }
      return 'it was spoken'
    }
    const told = (request: object) => failure(request).catch((error: unknown) => String(error))
    expect(await told({ nonsense: true })).toMatch(/nonsense/)
    expect(await told({ voice: { id: 'no-such-voice' } })).toMatch(/Voice not found/)
    expect(await told({ generation_config: { speed: 9 } })).toMatch(/speed/)
  })
})

describe('Deepgram', () => {
  async function open(apiKey = key) {
    const server = await startDeepgramTts(options())
    const { url, socketUrl } = server
    const environment = { base: url, production: socketUrl, agent: socketUrl, agentRest: url }
    return { server, client: new DeepgramClient({ apiKey, environment }) }
  }
  const format = { encoding: 'linear16', sample_rate: '8000', reconnectAttempts: 0 } as const

  interface Talking {
    on(event: 'message', listener: (message: unknown) => void): void
  }

  /** Bytes and the types of messages, as they come. */
  function record(socket: Talking) {
    const types: string[] = []
    const waiting = new Map<string, () => void>()
    let bytes = 0
    socket.on('message', (message) => {
      // The SDK makes a blob of all sound.
      if (message instanceof Blob) bytes += message.size
      else if (typeof message === 'object' && message !== null && 'type' in message) {
        types.push(String(message.type))
        waiting.get(String(message.type))?.()
      }
    })
    return {
      types,
      until: (type: string) =>
        types.includes(type) ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(type, resolve)),
      get bytes() {
        return bytes
      },
    }
  }

  test('an aura voice speaks what is flushed and forgets what is cleared', async () => {
    const { server, client } = await open()
    const socket = await client.speak.v1.connect({ ...format, model: 'aura-2-thalia-en' })
    const seen = record(socket)
    socket.connect()
    await socket.waitForOpen()
    socket.sendText({ type: 'Speak', text })
    socket.sendFlush({ type: 'Flush' })
    await seen.until('Flushed')
    expect(seen.bytes).toBe(second * 8000 * 2)
    server.slow(5000)
    socket.sendText({ type: 'Speak', text })
    socket.sendFlush({ type: 'Flush' })
    socket.sendClear({ type: 'Clear' })
    await seen.until('Cleared')
    expect(seen.types).toEqual(['Metadata', 'Flushed', 'Cleared'])
    socket.close()
  })

  test('a flux voice reports its turns and its interruptions', async () => {
    const { server, client } = await open()
    const socket = await client.speak.v2.connect({ ...format, model: 'flux-haley-en' })
    const seen = record(socket)
    socket.connect()
    await socket.waitForOpen()
    socket.sendInterrupt({ type: 'Interrupt' })
    await seen.until('Warning')
    socket.sendSpeak({ type: 'Speak', text })
    socket.sendFlush({ type: 'Flush' })
    await seen.until('SpeechMetadata')
    expect(seen.bytes).toBe(second * 8000 * 2)
    server.slow(5000)
    socket.sendSpeak({ type: 'Speak', text })
    socket.sendFlush({ type: 'Flush' })
    await server.until(({ text: said }) => said.includes('dg_sp_2'))
    socket.sendInterrupt({ type: 'Interrupt' })
    await seen.until('SpeechInterrupted')
    expect(server.cancelled).toBe(1)
    socket.close()
  })

  test('what the vendor refuses is refused', async () => {
    const { server, client } = await open()
    const socket = await client.speak.v1.connect({ ...format, model: 'aura-2-thalia-en' })
    const seen = record(socket)
    socket.connect()
    await socket.waitForOpen()
    for (let flush = 0; flush < 21; flush++) socket.sendFlush({ type: 'Flush' })
    await seen.until('Warning')
    socket.sendText({ type: 'Speak', text: 'x'.repeat(2001) })
    await seen.until('Error')
    socket.close()
    const stranger = await fetch(`${server.url}/v1/speak`)
    expect(stranger.status).toBe(404)
  })
})
