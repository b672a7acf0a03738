/** Soniox's own SDK as a client of the simulator. */
import { SonioxNodeClient } from '@soniox/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { join, silence, tone } from '../../sound/tones.ts'
import type { VendorServer } from '../../vendor/server.ts'
import { startSonioxStt } from './simulator.ts'

const key = 'soniox-key-0123456789'
let scope: Scope
let server: VendorServer
beforeEach(async () => {
  scope = new Scope('sdk')
  server = await startSonioxStt({ scope, clock: realClock, key, phrases: ['I need somebody who helps', 'thanks'] })
})
afterEach(() => scope.close())

const config = { model: 'stt-rt-v5', audio_format: 'pcm_s16le', sample_rate: 8000, num_channels: 1 } as const

function open(more: object = {}, api_key = key) {
  const client = new SonioxNodeClient({
    api_key,
    realtime: { ws_base_url: `${server.socketUrl}/transcribe-websocket` },
  })
  const session = client.realtime.stt({ ...config, ...more })
  let said = ''
  session.on('result', ({ tokens }) => {
    for (const { text, is_final } of tokens) if (is_final && !/^<(end|fin)>$/.test(text)) said += text
  })
  return { session, said: () => said }
}

function bytes(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
}

test('speech is finalized by order, and finished', async () => {
  const { session, said } = open()
  await session.connect()
  const finalized = new Promise<void>((resolve) => session.on('finalized', resolve))
  session.sendAudio(bytes(join(silence(100), tone(300, 1500))))
  session.keepAlive()
  session.finalize()
  await finalized
  expect(said()).toBe('I need somebody who helps')
  session.sendAudio(bytes(tone(300, 500)))
  await session.finish()
  expect(said()).toBe('I need somebody who helpsthanks')
})

test('speech ends by itself where that is asked for', async () => {
  const { session, said } = open({ enable_endpoint_detection: true, max_endpoint_delay_ms: 600 })
  await session.connect()
  const endpoint = new Promise<void>((resolve) => session.on('endpoint', resolve))
  session.sendAudio(bytes(join(tone(300, 1500), silence(500))))
  await endpoint
  expect(said()).toBe('I need somebody who helps')
  session.close()
})

test('a wrong key is refused over the socket', async () => {
  const { session } = open({}, 'another')
  const failed = new Promise<Error>((resolve) => session.on('error', resolve))
  await session.connect()
  expect(await failed).toMatchObject({ code: 'auth_error', statusCode: 401 })
})

test('a field that nobody knows is refused', async () => {
  const { session } = open({ sample_rate: 4000 })
  const failed = new Promise<Error>((resolve) => session.on('error', resolve))
  await session.connect()
  expect(await failed).toMatchObject({ code: 'bad_request', statusCode: 400 })
})
