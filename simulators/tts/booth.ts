/** What all simulated voices share: texts become tones, piece by piece, until somebody calls them off. */
import { encodeMulaw } from '../sound/mulaw.ts'
import { paced } from '../vendor/pace.ts'
import type { VendorOptions, VendorServer } from '../vendor/server.ts'

export interface SpeakerOptions extends VendorOptions {
  /** The one key that is good. */
  readonly key: string
  /** What it speaks with, Hz. Default 440. */
  readonly hertz?: number
  /** Length of a text. Default 50. */
  readonly msPerLetter?: number
}

export interface SpeakerServer extends VendorServer {
  /** Texts it began to make, in their order. */
  readonly spoken: readonly string[]
  /** Texts that were called off, or whose reader left, while they were made. */
  readonly cancelled: number
  /** The sound of a text takes so many ms to make; 0: it is there at once. */
  slow(ms: number): void
}

export interface Format {
  readonly encoding: 'linear' | 'mulaw'
  readonly rate: number
}

/** Ms of sound in a piece. */
const pieceMs = 40

/** Where texts are spoken: one per server. */
export class Booth {
  readonly spoken: string[] = []
  cancelled = 0
  slowMs = 0
  readonly #options: SpeakerOptions

  constructor(options: SpeakerOptions) {
    this.#options = options
  }

  /** The sound of a text, until `signal` aborts; its reader may leave early too. */
  async *speak(text: string, format: Format, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { clock, scope } = this.#options
    this.spoken.push(text)
    const pieces = cut(this.#sound(text, format), format)
    const every = this.slowMs / Math.max(1, pieces.length)
    let through = false
    try {
      yield* paced(pieces, { clock, every, signal: AbortSignal.any([signal, scope.signal]) })
      through = !signal.aborted
    } finally {
      if (!through) this.cancelled++
    }
  }

  #sound(text: string, { encoding, rate }: Format): Uint8Array {
    const { hertz = 440, msPerLetter = 50 } = this.#options
    const samples = Math.round((text.trim().length * msPerLetter * rate) / 1000)
    const pcm = Int16Array.from({ length: samples }, (_, at) => 8000 * Math.sin((2 * Math.PI * hertz * at) / rate))
    return encoding === 'mulaw' ? encodeMulaw(pcm) : new Uint8Array(pcm.buffer)
  }
}

/** One byte more than whole samples: the next piece begins in the middle of one. */
function cut(sound: Uint8Array, { encoding, rate }: Format): readonly Uint8Array[] {
  const size = (rate * pieceMs * (encoding === 'linear' ? 2 : 1)) / 1000 + (encoding === 'linear' ? 1 : 0)
  return Array.from({ length: Math.ceil(sound.length / size) }, (_, at) => sound.subarray(at * size, (at + 1) * size))
}

/** The server with what was spoken in the booth. */
export function withBooth(server: VendorServer, booth: Booth): SpeakerServer {
  return {
    ...server,
    spoken: booth.spoken,
    get cancelled() {
      return booth.cancelled
    },
    slow: (ms) => void (booth.slowMs = ms),
  }
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
