/** Microseconds per frame of 20 ms for everything that touches every frame. Prints a table; the last line is JSON. */
import { pathToFileURL } from 'node:url'
import { realClock } from '../src/lib/clock.ts'
import { beepDetector } from '../src/media/beep.ts'
import { codecFor } from '../src/media/codecs/index.ts'
import { dtmfDetector } from '../src/media/dtmf/detect.ts'
import { dtmf } from '../src/media/dtmf/generate.ts'
import { Mixer } from '../src/media/mixer.ts'
import { Resampler } from '../src/media/resample.ts'
import { noise, overlay, sine } from '../src/media/tones.ts'
import { energyVad } from '../src/media/vad/energy.ts'
import type { AudioSink, Encoding } from '../src/spec/audio.ts'

const frameMs = 20

/** Name of what was measured → µs per frame (best of several rounds: the others were disturbed). */
export async function run(): Promise<Record<string, number>> {
  const results: Record<string, number> = {}
  for (const [name, work] of [...codecs(), ...resamplers(), ...detectors(), ...mixers()]) {
    results[name] = Math.round(measure(work) * 100) / 100
    // Lets the collector and other tasks in between measurements, not within.
    await realClock.sleep(1)
  }
  return results
}

type Case = readonly [name: string, work: () => void]

function measure(work: () => void): number {
  const rounds = 12
  const frames = 1000
  for (let warm = 0; warm < frames; warm++) work()
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const start = realClock.monotonic()
    for (let frame = 0; frame < frames; frame++) work()
    best = Math.min(best, ((realClock.monotonic() - start) * 1000) / frames)
  }
  return best
}

/** Something like a line: a tone in noise. */
function speech(rate: number): Int16Array {
  const shape = { rate, ms: frameMs }
  return overlay(sine(440, { ...shape, level: -20 }), noise(1, { ...shape, level: -35 }))
}

function codecs(): readonly Case[] {
  const formats: readonly (readonly [Encoding, number])[] = [
    ['pcmu', 8000],
    ['pcma', 8000],
    ['l16le', 16000],
    ['l16be', 16000],
    ['g722', 16000],
  ]
  return formats.flatMap(([encoding, rate]): readonly Case[] => {
    const codec = codecFor({ encoding, rate })
    const pcm = speech(rate)
    const [encode, decode] = [codec.encoder(), codec.decoder()]
    const bytes = encode(pcm)
    return [
      [`encode ${encoding}`, () => void encode(pcm)],
      [`decode ${encoding}`, () => void decode(bytes)],
    ]
  })
}

function resamplers(): readonly Case[] {
  const rates = [8000, 16000, 24000, 48000]
  return rates.flatMap((from) =>
    rates
      .filter((to) => to !== from)
      .map((to): Case => {
        const resampler = new Resampler(from, to)
        const pcm = speech(from)
        const output = new Int16Array((to * frameMs) / 1000)
        return [`resample ${from / 1000}→${to / 1000} kHz`, () => void resampler.processInto(pcm, output)]
      }),
  )
}

const nobody = () => undefined
const hears = (name: string, sink: AudioSink, pcm: Int16Array): Case => [name, () => sink.write(pcm)]

function detectors(): readonly Case[] {
  return [
    hears('DTMF detect, speech', dtmfDetector(8000, nobody), speech(8000)),
    hears('DTMF detect, a digit', dtmfDetector(8000, nobody), dtmf('5', { rate: 8000 }).subarray(80, 240)),
    hears('beep detect, speech', beepDetector(8000, nobody), speech(8000)),
    hears('energy detector', energyVad(8000, 600), speech(8000)),
  ]
}

function mixers(): readonly Case[] {
  const mixer = new Mixer()
  const seats = ['a', 'b', 'c'].map((name) => mixer.join(name))
  const pcm = speech(mixer.rate)
  const step = () => {
    for (const seat of seats) seat.speaker.write(pcm)
    mixer.step()
  }
  return [['mixer, 3 parties at 16 kHz', step]]
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const results = await run()
  for (const [name, value] of Object.entries(results))
    console.log(`${name.padEnd(28)}${value.toFixed(2).padStart(8)} µs`)
  console.log(JSON.stringify(results))
}
