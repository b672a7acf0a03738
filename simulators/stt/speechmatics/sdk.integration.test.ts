/** Speechmatics' own SDK as a client of the simulator. */
import { RealtimeClient } from '@speechmatics/real-time-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { join, silence, tone } from '../../sound/tones.ts'
import type { VendorServer } from '../../vendor/server.ts'
import { startSpeechmaticsStt } from './simulator.ts'

const key = 'speechmatics-key-0123'
let scope: Scope
let server: VendorServer
let client: RealtimeClient
beforeEach(async () => {
  scope = new Scope('sdk')
  server = await startSpeechmaticsStt({
    scope,
    clock: realClock,
    key,
    phrases: ['I need some help, please.', 'thanks'],
  })
  client = new RealtimeClient({ url: `${server.socketUrl}/v2` })
})
afterEach(() => scope.close())

const config = {
  audio_format: { type: 'raw', encoding: 'pcm_s16le', sample_rate: 8000 },
  transcription_config: { language: 'en', model: 'enhanced', enable_partials: true, max_delay: 1 },
} as const

/** Messages of a kind, or all transcripts put together. */
function listen() {
  const messages: { readonly message: string; readonly forced?: boolean }[] = []
  let said = ''
  client.addEventListener('receiveMessage', ({ data }) => {
    messages.push(data)
    if (data.message === 'AddTranscript') said += data.metadata.transcript
  })
  const until = (message: string) =>
    new Promise<void>((resolve) => {
      client.addEventListener('receiveMessage', ({ data }) => {
        if (data.message === message) resolve()
      })
    })
  return { messages, said: () => said, until }
}

test('utterances end by order, and everything is told before the end', async () => {
  const heard = listen()
  await client.start(key, config)
  const over = heard.until('EndOfUtterance')
  client.sendAudio(join(silence(100), tone(300, 1600)))
  client.forceEndOfUtterance()
  await over
  expect(heard.said()).toBe('I need some help, please. ')
  expect(heard.messages.at(-1)).toMatchObject({ message: 'EndOfUtterance', forced: true })
  client.sendAudio(tone(300, 500))
  await heard.until('AudioAdded')
  await client.stopRecognition()
  expect(heard.said()).toBe('I need some help, please. thanks ')
})

test('utterances end by silence where that is asked for', async () => {
  const heard = listen()
  const conversation_config = { end_of_utterance_silence_trigger: 0.5 }
  await client.start(key, { ...config, transcription_config: { ...config.transcription_config, conversation_config } })
  const over = heard.until('EndOfUtterance')
  client.sendAudio(join(tone(300, 800), silence(600)))
  await over
  expect(heard.messages.at(-1)).not.toHaveProperty('forced')
  await client.stopRecognition()
})

test('a wrong key, and a wrong configuration, are refused', async () => {
  await expect(client.start('another', config)).rejects.toBeDefined()
  const wrong = { ...config, transcription_config: { ...config.transcription_config, max_delay: 9 } }
  await expect(client.start(key, wrong)).rejects.toThrow('invalid_config')
})
