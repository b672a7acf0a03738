import { join } from 'node:path'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { ownProviders } from '../../src/main/providers.ts'
import { receptionist } from '../../src/main/seed.ts'
import { resampled } from '../../src/media/resample.ts'
import { concat, silence } from '../../src/media/tones.ts'
import { writeWav } from '../../src/media/wav.ts'
import type { PartHost } from '../../src/spec/speech.ts'
import { localSpeaker } from '../../src/providers/tts/local/index.ts'
import { openHouse } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { openPhone } from '../e2e/webrtc/page.ts'
import { hasChromium, startChromium } from '../services/chromium.ts'

const sentence = 'I would like a table for four on Friday at eight.'

// A person at a browser: a spoken WAV is Chromium's microphone; Opus, ICE and DTLS are real; the answer is measured in the page.
test.skipIf(!hasChromium())(
  'the local agent understands who speaks into a browser, and is heard there',
  async () => {
    await using scope = new Scope('spoken browser call')
    const house = scope.use(await openHouse({ providers: ownProviders, values: { OFFHOOK_VAD: 'auto' } }))
    await house.request('PUT', `/v1/agents/${receptionist}`, {
      ...{ name: 'Receptionist', provider: 'local' },
      settings: { voice: 'slt', greeting: '', idleTimeout: 0 },
    })
    const folder = await mkdtemp(join(tmpdir(), 'offhook-microphone-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    const microphone = join(folder, 'microphone.wav')
    await writeFile(microphone, await spoken(house.gateway.engine, scope))
    const browser = await startChromium(scope, { microphone })
    const phone = await openPhone(browser, `${house.url}/health`)
    const opened = await phone.place({ url: house.url, key: house.key })
    const { id } = await house.callByRef(opened.id)
    await phone.send({ label: 'rtvi-ai', type: 'client-ready', id: 'ready', data: { version: '2.1.0' } })

    const heard = await until(
      'what the caller said',
      async () =>
        (await phone.messages()).find(({ type, data }) => type === 'user-transcription' && data?.['final'] === true),
      40_000,
    )
    expect(String(heard.data?.['text']).toLowerCase()).toMatch(/table for (four|4)/)
    await until('the answer in the page', async () => (await phone.hear()).level > -60)
    await until('its words', async () => (await phone.messages()).some(({ type }) => type === 'bot-output'))
    const messages = await until('the answer in the transcript', async () => {
      const all = (await house.events(id)).flatMap(({ event }) => (event.type === 'message.added' ? [event] : []))
      return all.some((message) => message['role'] === 'agent') && all
    })
    expect(messages.map((message) => message['role']).slice(0, 2)).toEqual(['caller', 'agent'])
    await phone.hangUp()
    await house.callWhen('the end', id, ({ status }) => status === 'completed')
  },
  120_000,
)

/** A second of silence, the sentence, and silence for the answer. */
async function spoken({ clock, ids }: Pick<PartHost, 'clock' | 'ids'>, scope: Scope): Promise<Uint8Array> {
  const stream = () => Promise.reject(new Error('the voice needs no network'))
  const voice = await localSpeaker.open(localSpeaker.settings.parse({ voice: 'rms' }), { scope, clock, ids, stream })
  const pieces = await Array.fromAsync(voice.speak(sentence, scope.signal), (piece) => piece.slice())
  const rate = 48_000
  const speech = resampled(concat(...pieces), voice.rate, rate)
  return writeWav({ rate, channels: [concat(silence({ rate, ms: 2500 }), speech, silence({ rate, ms: 20_000 }))] })
}
