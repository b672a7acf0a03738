/** A piece of sound that a caller says: from a file or a recording, always 16 kHz mono, ready to be sent. */
import { peaksOf } from './peaks.ts'
import { base64Of, toSamples, wavOf } from './wav.ts'

export interface Clip {
  readonly name: string
  readonly seconds: number
  /** A WAV file. */
  readonly base64: string
  readonly peaks: readonly number[]
}

const rate = 16_000
/** Longer than any turn of a conversation; keeps a slip of the hand from filling the memory. */
const mostSeconds = 120
const mostBytes = 50_000_000
const shownPeaks = 160

/** A sound that cannot be used; the message says why and what to do. */
class UnusableSound extends Error {}

/** Any file the browser can play. Rejects with UnusableSound. */
export async function clipOfFile(file: File): Promise<Clip> {
  if (file.size > mostBytes) throw new UnusableSound(`“${file.name}” is larger than 50 MB: cut it to what is said.`)
  const buffer = await decoded(await file.arrayBuffer(), file.name)
  return clipOf(monoOf(buffer), file.name)
}

/** Samples of any rate, mono. */
export async function clipOfSamples(samples: Float32Array<ArrayBuffer>, from: number, name: string): Promise<Clip> {
  if (samples.length < from / 10) throw new UnusableSound('The recording is empty: hold it a little longer.')
  const context = new OfflineAudioContext(1, Math.ceil((samples.length * rate) / from), rate)
  const buffer = context.createBuffer(1, samples.length, from)
  buffer.copyToChannel(samples, 0)
  const source = context.createBufferSource()
  source.buffer = buffer
  source.connect(context.destination)
  source.start()
  return clipOf((await context.startRendering()).getChannelData(0), name)
}

/** Decoding resamples to the context's rate. */
async function decoded(bytes: ArrayBuffer, name: string): Promise<AudioBuffer> {
  try {
    return await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes)
  } catch {
    // The browser says only "unable to decode": ours is the better sentence.
    throw new UnusableSound(`“${name}” is no sound this browser can read: use WAV, MP3, M4A, OGG or FLAC.`)
  }
}

function monoOf(buffer: AudioBuffer): Float32Array {
  const mono = new Float32Array(buffer.length)
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel)
    for (let i = 0; i < mono.length; i++) mono[i] = (mono[i] ?? 0) + (samples[i] ?? 0) / buffer.numberOfChannels
  }
  return mono
}

function clipOf(samples: Float32Array, name: string): Clip {
  const seconds = samples.length / rate
  if (seconds > mostSeconds) throw new UnusableSound(`“${name}” is longer than ${mostSeconds} seconds: cut it.`)
  if (samples.length === 0) throw new UnusableSound(`“${name}” holds no sound.`)
  return { name, seconds, base64: base64Of(wavOf(toSamples(samples), rate)), peaks: peaksOf(samples, shownPeaks) }
}
