/** AssemblyAI's own SDK as a client of the simulator: over TLS, for it takes nothing else. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { StreamingTranscriber, type TurnEvent } from 'assemblyai'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { join, silence, tone } from '../../sound/tones.ts'
import type { VendorServer } from '../../vendor/server.ts'
import { startAssemblyaiStt } from './simulator.ts'

const key = 'assembly-key-0123456'
let scope: Scope
let server: VendorServer
beforeEach(async () => {
  scope = new Scope('sdk')
  const phrases = ['I need some help, please.', 'thanks']
  server = await startAssemblyaiStt({ scope, clock: realClock, key, phrases, tls: true })
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, server.certificate!])
  scope.defer(() => setDefaultCACertificates(before))
})
afterEach(() => scope.close())

function open(apiKey = key, more: object = {}) {
  const transcriber = new StreamingTranscriber({
    apiKey,
    websocketBaseUrl: `${server.socketUrl}/v3/ws`,
    sampleRate: 8000,
    speechModel: 'universal-streaming-english',
    formatTurns: true,
    keytermsPrompt: ['Acme'],
    maxConnectionRetries: 0,
    ...more,
  })
  const turns: TurnEvent[] = []
  // It has one listener for each kind of event.
  const ended = new Promise<void>((resolve) => {
    transcriber.on('turn', (turn) => {
      turns.push(turn)
      if (turn.end_of_turn && turn.turn_is_formatted) resolve()
    })
  })
  return { transcriber, turns, ended }
}

function say(transcriber: StreamingTranscriber, pcm: Int16Array): void {
  for (let at = 0; at < pcm.length; at += 800) transcriber.sendAudio(pcm.slice(at, at + 800).buffer)
}

test('a turn ends twice: as it is, and written properly', async () => {
  const { transcriber, turns, ended } = open()
  const begun = await transcriber.connect()
  expect(begun.id).toBe('session-1')
  say(transcriber, join(tone(300, 1600), silence(600)))
  await ended
  const [plain, formatted] = turns.filter((turn) => turn.end_of_turn)
  expect([plain?.transcript, formatted?.transcript]).toEqual(['i need some help please', 'I need some help, please.'])
  expect(turns[0]?.words.at(-1)?.word_is_final).toBe(false)
  await transcriber.close()
})

test('a turn ends by order', async () => {
  const { transcriber, ended } = open(key, { endOfTurnConfidenceThreshold: 1, maxTurnSilence: 10_000 })
  await transcriber.connect()
  say(transcriber, tone(300, 800))
  transcriber.forceEndpoint()
  await ended
  await transcriber.close()
})

test('a wrong key, and pieces too short, are refused with the vendor’s codes', async () => {
  await expect(open('another').transcriber.connect()).rejects.toMatchObject({ message: 'Not Authorized' })
  const { transcriber } = open()
  await transcriber.connect()
  const closed = new Promise<number>((resolve) => transcriber.on('close', (code) => resolve(code)))
  transcriber.on('error', () => undefined)
  transcriber.sendAudio(new Int16Array(160).buffer)
  expect(await closed).toBe(3007)
})
