/** Books on one call: when each frame left the carrier, and what came back when. */
import { decodeMulaw } from '../simulators/index.ts'
import { lagOf, recognise } from './alike.ts'
import { readStamp } from './stamp.ts'
import { frameLength, frameMs, type Tape } from './tape.ts'

/** The part of the run that counts, on the load's monotonic clock. */
export interface Window {
  readonly from: number
  readonly to: number
}

export interface Tally {
  /** Frames that left in the window. */
  readonly sent: number
  /** Of those, never seen again. */
  readonly lost: number
  /** From the sending of a frame to its return, ms. */
  readonly added: readonly number[]
}

export interface Interruption {
  /** The one that carries the onset. */
  readonly frame: number
  /** From its sending to the last of the agent's sound; undefined when that went on. */
  readonly silentMs: number | undefined
}

interface Returned {
  readonly bytes: Uint8Array
  readonly at: number
}

export class Ledger {
  readonly call: number
  readonly #sentAt: number[] = []
  readonly #returned: Returned[] = []

  constructor(call: number) {
    this.call = call
  }

  get up(): boolean {
    return this.#returned.length > 0
  }

  sent(bytes: Uint8Array, at: number): void {
    const stamp = readStamp(bytes)
    if (stamp) this.#sentAt[stamp.frame] = at
  }

  returned(bytes: Uint8Array, at: number): void {
    this.#returned.push({ bytes, at })
  }

  /** Frames that came back bit for bit, recognised by their stamps. */
  exact(window: Window): Tally {
    return this.#tally(window, this.#stamps(), 0)
  }

  /** Frames that came back through filters, recognised by their sound. */
  alike(window: Window, tape: Tape): Tally {
    const heard = this.#returned.map(({ bytes }) => decodeMulaw(bytes))
    const first = heard.slice(10, 60)
    const lag = lagOf(tape.pcm.subarray(0, 80 * frameLength), joined(first))
    // `first` itself began ten frames and what the opening took into the tape: only the rest is the filters'.
    const within = ((lag % frameLength) + frameLength) % frameLength
    const frames = recognise(tape.pcm, heard, within)
    return this.#tally(window, frames, (within * frameMs) / frameLength)
  }

  /** Every onset during the agent's sound, and when that sound stopped. */
  interruptions(window: Window, onset: (frame: number) => boolean): readonly Interruption[] {
    const found: Interruption[] = []
    for (const [frame, at] of this.#sentAt.entries()) {
      if (at === undefined || at < window.from || at > window.to - patience || !onset(frame)) continue
      const last = this.#soundUntil(at)
      if (last !== undefined) found.push({ frame, silentMs: last - at < patience ? last - at : undefined })
    }
    return found
  }

  /** When the first sound after `at` came back; undefined when none did. */
  soundAfter(at: number): number | undefined {
    return this.#returned.find((one) => one.at >= at && decodeMulaw(one.bytes).some((sample) => sample > audible))?.at
  }

  /** Frames that left in the window, and those of them that `heard` does not know. */
  unheard(window: Window, heard: ReadonlySet<number>): Omit<Tally, 'added'> {
    const sent = [...this.#sentAt.entries()].filter(([, at]) => at >= window.from && at < window.to)
    return { sent: sent.length, lost: sent.filter(([frame]) => !heard.has(frame)).length }
  }

  /** From the sending of one frame to that of another, ms. */
  between(frame: number, later: number): number {
    return (this.#sentAt[later] ?? Number.NaN) - (this.#sentAt[frame] ?? Number.NaN)
  }

  /** When the sound that runs at `at` pauses; undefined when none runs. */
  #soundUntil(at: number): number | undefined {
    const next = this.#returned.findIndex((one) => one.at > at)
    const before = this.#returned[next - 1]
    if (!before || at - before.at > running) return undefined
    let last = before.at
    for (let index = next; index < this.#returned.length; index++) {
      const one = this.#returned[index]!
      if (one.at - last > paused || last - at > patience) break
      last = one.at
    }
    return last
  }

  #stamps(): readonly number[] {
    return this.#returned.map(({ bytes }) => {
      const stamp = readStamp(bytes)
      return stamp?.call === this.call ? stamp.frame : -1
    })
  }

  #tally(window: Window, frames: readonly number[], filters: number): Tally {
    const back = new Map<number, number>()
    for (const [index, frame] of frames.entries())
      if (frame >= 0 && !back.has(frame)) back.set(frame, this.#returned[index]!.at)
    const added: number[] = []
    let sent = 0
    for (const [frame, at] of this.#sentAt.entries()) {
      if (at === undefined || at < window.from || at >= window.to) continue
      sent++
      const returned = back.get(frame)
      if (returned !== undefined) added.push(returned - at + filters)
    }
    return { sent, lost: sent - added.length, added }
  }
}

/** Of 32,768: louder than any silence. */
const audible = 1000
/** Sound runs when a frame of it came this recently, ms. */
const running = 60
/** A gap that ends it. */
const paused = 200
/** An onset after which it still runs was not heard. */
const patience = 2000

function joined(frames: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(frames.length * frameLength)
  for (const [index, pcm] of frames.entries()) whole.set(pcm.subarray(0, frameLength), index * frameLength)
  return whole
}
