import { afterAll, beforeAll, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { ownProviders } from '../../src/main/providers.ts'
import { receptionist } from '../../src/main/seed.ts'
import { follow } from '../../src/providers/llm/scripted/dialogue.ts'
import { localSpeaker } from '../../src/providers/tts/local/index.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { each, lineOf, sayInCall } from './callers.ts'
import { heldOut, score, type Heard, type Sentence } from './score.ts'

// Twenty sentences written by somebody who had not seen the dialogue, each in a call of its own: phone → simulated
// carrier → 8 kHz µ-law over the media socket → voice activity → recognition → slots. The earlier turns of a talk are
// given as text.
const callsAtOnce = 5

const scope = new Scope('spoken calls')
const speech = new Map<Sentence, Int16Array>()
let house: House
beforeAll(async () => {
  house = scope.use(await openHouse({ providers: ownProviders, values: { OFFHOOK_VAD: 'auto' } }))
  // The caller has the clearest voice, the agent another; it waits to be spoken to.
  await house.request('PUT', `/v1/agents/${receptionist}`, {
    name: 'Receptionist',
    provider: 'local',
    settings: { voice: 'slt', greeting: '', idleTimeout: 0 },
  })
  const { clock, ids } = house.gateway.engine
  const stream = () => Promise.reject(new Error('the voice needs no network'))
  const voice = await localSpeaker.open(localSpeaker.settings.parse({ voice: 'rms' }), { scope, clock, ids, stream })
  for (const sentence of heldOut()) {
    const pieces = await Array.fromAsync(voice.speak(sentence.say, scope.signal))
    speech.set(sentence, Int16Array.from(pieces.flatMap((piece) => Array.from(piece))))
  }
})
afterAll(() => scope.close())

const dialogue = { business: '', hours: '', address: '', departments: [] }

test.each([
  // Measured: 51 of 60 slots, 85 %.
  { noise: 'clean', floor: 0.8 },
  // 15 dB below the speech, throughout the call. Measured: 41 to 43 of 60 slots, 68 to 72 %.
  { noise: 'pink', floor: 0.64 },
] as const)(
  'held-out sentences are understood through a call ($noise)',
  async ({ noise, floor }) => {
    const heard = new Map<Sentence, Heard>()
    await each([...speech.keys()], callsAtOnce, async (sentence) => {
      const turns = await sayInCall(house, lineOf(speech.get(sentence)!, noise))
      const { booking } = follow([...(sentence.before ?? []), ...turns], dialogue)
      heard.set(sentence, { text: turns.join(' '), booking })
    })
    const result = await score([...speech.keys()], async (sentence) => heard.get(sentence)!)
    const { right, slots, perfect, sentences, wer, misses } = result
    const figures = `${right} of ${slots} slots, ${perfect} of ${sentences} sentences, ${(wer * 100).toFixed(1)} % of words wrong`
    console.log(`slot accuracy through the call, ${noise}: ${((right / slots) * 100).toFixed(1)} % (${figures})`)
    expect(right / slots, misses.join('\n')).toBeGreaterThanOrEqual(floor)
  },
  120_000,
)
