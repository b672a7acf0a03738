/** Sound as agents put it into their messages: raw bytes of µ-law, A-law or linear 16 bit. */
import { pcma } from '../sound/codec.ts'
import { decodeMulaw, encodeMulaw } from '../sound/mulaw.ts'
import { samplesOf } from '../vendor/ear.ts'

export interface SoundFormat {
  readonly encoding: 'pcmu' | 'pcma' | 'pcm'
  /** Hz */
  readonly rate: number
}

export function bytesPerMs({ encoding, rate }: SoundFormat): number {
  return (rate * (encoding === 'pcm' ? 2 : 1)) / 1000
}

export function decodeSound(bytes: Uint8Array, { encoding }: SoundFormat): Int16Array {
  if (encoding === 'pcm') return samplesOf(bytes)
  return decodeMulaw(encoding === 'pcma' ? pcma.decode(bytes) : bytes)
}

export function toneIn(hertz: number, ms: number, { encoding, rate }: SoundFormat): Uint8Array {
  const pcm = Int16Array.from({ length: Math.round((rate * ms) / 1000) }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * at) / rate)),
  )
  if (encoding === 'pcm') return bytesOf(pcm)
  return encoding === 'pcma' ? pcma.encode(encodeMulaw(pcm)) : encodeMulaw(pcm)
}

export function silenceIn(ms: number, { encoding, rate }: SoundFormat): Uint8Array {
  const bytes = new Uint8Array(Math.round((rate * ms) / 1000) * (encoding === 'pcm' ? 2 : 1))
  return encoding === 'pcm' ? bytes : bytes.fill(encoding === 'pcmu' ? 0xff : 0xd5)
}

function bytesOf(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [at, sample] of pcm.entries()) view.setInt16(at * 2, sample, true)
  return bytes
}

/** What an agent heard, at telephone rate, for tests to look for tones in. */
export class Heard {
  readonly #pieces: Int16Array[] = []

  add(pcm: Int16Array, rate: number): void {
    const step = rate / 8000
    this.#pieces.push(
      step === 1
        ? pcm
        : Int16Array.from({ length: Math.floor(pcm.length / step) }, (_, at) => pcm[Math.floor(at * step)]!),
    )
  }

  all(): Int16Array {
    const whole = new Int16Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }
}
