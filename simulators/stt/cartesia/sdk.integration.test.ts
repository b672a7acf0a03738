/** Cartesia's own SDK as a client of the simulator. */
import Cartesia from '@cartesia/cartesia-js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { join, silence, tone } from '../../sound/tones.ts'
import type { VendorServer } from '../../vendor/server.ts'
import { startCartesiaStt } from './simulator.ts'

const apiKey = 'sk_car_0123456789abcdef'
let scope: Scope
let server: VendorServer
beforeEach(async () => {
  scope = new Scope('sdk')
  server = await startCartesiaStt({ scope, clock: realClock, key: apiKey, phrases: ['I need some help', 'thanks'] })
})
afterEach(() => scope.close())

const format = { model: 'ink-2', encoding: 'pcm_s16le', sample_rate: 8000 } as const
const speech = join(silence(100), tone(300, 900), silence(250), tone(300, 400))

function bytes(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
}

function client(key = apiKey): Cartesia {
  return new Cartesia({ apiKey: key, baseURL: server.url })
}

/** As one does who takes its texts. */
interface Heard {
  readonly type: string
  readonly transcript?: string
}

test('turns begin, may end, go on, and end', async () => {
  const socket = client().stt.autoFinalize.websocket({ ...format, keyterm: ['Acme'] })
  const events: Heard[] = []
  socket.on('event', (event) => events.push(event))
  const over = new Promise((resolve) => socket.on('turn.end', resolve))
  socket.sendRaw(bytes(join(speech, silence(600))))
  await over
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.send({ type: 'close' })
  expect(await closed).toBe(1000)
  expect(events.map(({ type }) => type).filter((type) => type !== 'turn.update')).toEqual([
    ...['connected', 'turn.start', 'turn.eager_end', 'turn.resume', 'turn.eager_end', 'turn.end'],
  ])
  expect(events.at(-1)?.transcript).toBe('I need some help')
})

test('manual pieces add up as they are', async () => {
  const socket = client().stt.manualFinalize.websocket({ ...format, language: 'en' })
  let said = ''
  socket.on('transcript', ({ text, is_final }) => void (said += is_final ? text : ''))
  const done = new Promise((resolve) => socket.on('done', resolve))
  const flushed = new Promise((resolve) => socket.on('flush_done', resolve))
  socket.sendRaw(bytes(speech))
  socket.send('finalize')
  await flushed
  expect(said).toBe('I need some help')
  socket.send('close')
  await done
})

test('a wrong key does not come in', async () => {
  const socket = client('sk_car_another').stt.autoFinalize.websocket(format)
  await new Promise<Error>((resolve) => socket.on('error', resolve))
  expect((await server.until(({ kind }) => kind === 'refusal')).text).toContain('401')
  expect(server.connections.size).toBe(0)
})
