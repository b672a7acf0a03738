/** A carrier's buffer of a bidirectional stream: plays at real time, returns marks when reached, forgets everything on `clear`. */
import { frameBytes } from '../sound/frames.ts'
import { silenceCode } from '../sound/mulaw.ts'
import type { AudioPlayer } from './audio.ts'

type Item = { readonly type: 'audio'; readonly bytes: Uint8Array } | { readonly type: 'mark'; readonly name: string }

export class StreamPlayout implements AudioPlayer {
  readonly #reached: (name: string) => void
  readonly #limit: number
  #items: Item[] = []
  #head = 0
  /** Bytes of the first item that were played. */
  #offset = 0
  #bytes = 0
  #playing = false
  /** Marks inside the frame that is being heard. */
  readonly #passed: string[] = []

  /** `limitMs` of sound are kept at most. */
  constructor(reached: (name: string) => void, limitMs: number) {
    this.#reached = reached
    this.#limit = limitMs * 8
  }

  /** Bytes waiting to be played. */
  get queued(): number {
    return this.#bytes
  }

  /** False when the buffer is full and the audio was discarded. */
  write(bytes: Uint8Array): boolean {
    if (this.#bytes + bytes.length > this.#limit) return false
    if (bytes.length > 0) this.#items.push({ type: 'audio', bytes })
    this.#bytes += bytes.length
    return true
  }

  /** Returned at once when nothing is playing. */
  mark(name: string): void {
    if (this.#head >= this.#items.length && !this.#playing) this.#reached(name)
    else this.#items.push({ type: 'mark', name })
  }

  /** Forgets the audio, and returns every waiting mark, in order, or drops them. */
  clear(marks: 'returned' | 'dropped'): void {
    const waiting = this.#items.slice(this.#head)
    this.#items = []
    this.#head = 0
    this.#offset = 0
    this.#bytes = 0
    this.#playing = false
    const passed = this.#passed.splice(0)
    if (marks === 'dropped') return
    for (const name of passed) this.#reached(name)
    for (const item of waiting) if (item.type === 'mark') this.#reached(item.name)
  }

  next(): Uint8Array | undefined {
    // The frame handed out before this one has been heard by now.
    this.#returnMarks()
    const first = this.#items[this.#head]
    this.#playing = first !== undefined
    if (!first || first.type === 'mark') return undefined
    if (this.#offset === 0 && first.bytes.length === frameBytes) return this.#take(first.bytes)
    return this.#gather()
  }

  #take(bytes: Uint8Array): Uint8Array {
    this.#shift()
    this.#bytes -= bytes.length
    return bytes
  }

  /** A frame out of pieces of other sizes; a mark inside it waits until it was heard. */
  #gather(): Uint8Array {
    const frame = new Uint8Array(frameBytes).fill(silenceCode)
    for (let at = 0; at < frameBytes;) {
      const item = this.#items[this.#head]
      if (!item) break
      if (item.type === 'mark') {
        this.#passed.push(item.name)
        this.#shift()
        continue
      }
      const part = item.bytes.subarray(this.#offset, this.#offset + frameBytes - at)
      frame.set(part, at)
      at += part.length
      this.#offset += part.length
      this.#bytes -= part.length
      if (this.#offset >= item.bytes.length) this.#shift()
    }
    return frame
  }

  #returnMarks(): void {
    if (this.#passed.length > 0) for (const name of this.#passed.splice(0)) this.#reached(name)
    for (let item = this.#items[this.#head]; item?.type === 'mark'; item = this.#items[this.#head]) {
      this.#shift()
      this.#reached(item.name)
    }
  }

  #shift(): void {
    this.#head++
    this.#offset = 0
    if (this.#head < 64 || this.#head * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
