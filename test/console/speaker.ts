/** People who speak into the browser's microphone, and an ear in the page for what comes back. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { resampled } from '../../src/media/resample.ts'
import { concat, silence } from '../../src/media/tones.ts'
import { writeWav } from '../../src/media/wav.ts'
import { localSpeaker } from '../../src/providers/tts/local/index.ts'

const rate = 48_000

/** A WAV for Chromium's microphone: words as text, silence as ms. It is played once, from the moment the microphone opens. */
export async function microphoneOf(scope: Scope, ...said: readonly (string | number)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-microphone-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const stream = () => Promise.reject(new Error('the voice needs no network'))
  const host = { scope, clock: realClock, ids: randomIds, stream }
  const voice = await localSpeaker.open(localSpeaker.settings.parse({ voice: 'rms' }), host)
  const parts: Int16Array[] = []
  for (const one of said) {
    if (typeof one === 'number') parts.push(silence({ rate, ms: one }))
    else {
      const pieces = await Array.fromAsync(voice.speak(one, scope.signal), (piece) => piece.slice())
      parts.push(resampled(concat(...pieces), voice.rate, rate))
    }
  }
  const file = join(folder, 'microphone.wav')
  await writeFile(file, writeWav({ rate, channels: [concat(...parts)] }))
  return file
}

/** A microphone that says a WAV when the test wants it to (`say`), and is silent otherwise. Before the page is opened. */
export async function microphoneInPage(page: Page): Promise<void> {
  await page.addInitScript(`
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext()
      const place = context.createMediaStreamDestination()
      window.say = async (wav) => {
        const source = context.createBufferSource()
        source.buffer = await context.decodeAudioData(Uint8Array.fromBase64(wav).buffer)
        source.connect(place)
        source.start()
      }
      return place.stream
    }
  `)
}

/** Says a WAV file into the page's own microphone, now. */
export async function say(page: Page, file: string): Promise<void> {
  const wav = (await readFile(file)).toString('base64')
  await page.evaluate(`window.say('${wav}')`)
}

/** Keeps the page's peer connection, so that its sound can be measured. Before the page is opened. */
export async function listenIn(page: Page): Promise<void> {
  await page.addInitScript(`
    const Own = window.RTCPeerConnection
    window.RTCPeerConnection = class extends Own { constructor(...given) { super(...given); window.peer = this } }
  `)
}

/** Energy of the agent's sound in the page so far, as the browser adds it up: stands still in silence. */
export function energyOf(page: Page): Promise<number> {
  return page.evaluate(`(async () => {
    if (!window.peer) return 0
    for (const one of (await window.peer.getStats()).values())
      if (one.type === 'inbound-rtp' && one.kind === 'audio') return one.totalAudioEnergy ?? 0
    return 0
  })()`)
}

/** Resolves once the page has heard nothing of the agent for `ms`. Rejects after a while. */
export async function silenceOf(page: Page, ms: number, limit = 15_000): Promise<void> {
  const end = realClock.monotonic() + limit
  let [energy, since] = [await energyOf(page), realClock.monotonic()]
  while (realClock.monotonic() - since < ms) {
    if (realClock.monotonic() > end) throw new Error(`the agent was not silent for ${ms} ms within ${limit} ms`)
    await realClock.sleep(50)
    const now = await energyOf(page)
    if (now - energy > 1e-6) [energy, since] = [now, realClock.monotonic()]
  }
}
