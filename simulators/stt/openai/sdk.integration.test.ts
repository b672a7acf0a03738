/** OpenAI's own SDK as a client of the simulator: over TLS, for its socket takes nothing else. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import OpenAI, { toFile } from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { join, silence, tone } from '../../sound/tones.ts'
import { writeWav } from '../../sound/wav.ts'
import type { VendorServer } from '../../vendor/server.ts'
import { startOpenaiStt } from './simulator.ts'

const apiKey = 'sk-0123456789abcdef'
let scope: Scope
let server: VendorServer
let client: OpenAI
beforeEach(async () => {
  scope = new Scope('sdk')
  const phrases = ['I need help.', 'thanks']
  server = await startOpenaiStt({ scope, clock: realClock, key: apiKey, phrases, tls: true })
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, server.certificate!])
  scope.defer(() => setDefaultCACertificates(before))
  client = clientWith(apiKey)
})
afterEach(() => scope.close())

function clientWith(key: string): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${server.url}/v1`, maxRetries: 0 })
}

function audioOf(pcm: Int16Array): string {
  return Buffer.from(pcm.buffer).toString('base64')
}

test('files are transcribed', async () => {
  const wav = (pcm: Int16Array) => toFile(writeWav({ rate: 8000, channels: [pcm] }), 'turn.wav', { type: 'audio/wav' })
  const ask = async (pcm: Int16Array) =>
    client.audio.transcriptions.create({ file: await wav(pcm), model: 'gpt-transcribe', language: 'en' })
  expect(await ask(join(silence(100), tone(300, 600)))).toMatchObject({ text: 'I need help.' })
  expect((await ask(silence(500))).text).toBe('Thank you.')
  await expect(ask(silence(50))).rejects.toMatchObject({ status: 400, param: 'file' })
  const wrong = clientWith('sk-wrong-key-000000').audio.transcriptions.create({
    file: await wav(tone(300, 500)),
    model: 'gpt-transcribe',
  })
  await expect(wrong).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
})

test('a session commits what it is told, in its format, and refuses the rest', async () => {
  const socket = new OpenAIRealtimeWS({ intent: 'transcription' }, client)
  const errors: string[] = []
  socket.on('error', (error) => errors.push(error.error?.code ?? error.message))
  await new Promise((resolve) => void socket.once('session.created', resolve))
  socket.send({ type: 'input_audio_buffer.append', audio: audioOf(tone(300, 100)) })
  const format = { type: 'audio/pcm', rate: 24_000 } as const
  socket.send({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: { input: { format, transcription: { model: 'gpt-transcribe' }, turn_detection: null } },
    },
  })
  await new Promise((resolve) => void socket.once('session.updated', resolve))
  const done = new Promise<{ readonly transcript: string }>(
    (resolve) => void socket.once('conversation.item.input_audio_transcription.completed', resolve),
  )
  socket.send({ type: 'input_audio_buffer.commit' })
  socket.send({ type: 'input_audio_buffer.append', audio: audioOf(join(tone(300, 1800))) })
  socket.send({ type: 'input_audio_buffer.commit' })
  expect((await done).transcript).toBe('I need help.')
  expect(errors).toEqual(['invalid_value', 'input_audio_buffer_commit_empty'])
  socket.close()
})
