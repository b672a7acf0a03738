/** The two tracks of a recording: each puts what it is given on its place in real time. Positions count samples from the recording's start. */

interface Piece {
  /** Position of the first sample. */
  at: number
  pcm: Int16Array
}

/** What is left of a block when a track has filled its places: silence is what nobody wrote. */
export interface Block {
  /** Interleaved stereo. */
  readonly samples: Int16Array
  readonly from: number
  readonly to: number
}

/** Sound whose place is known when it comes: frames of a playout, due in the future. */
export class PlacedTrack {
  readonly #channel: number
  #pieces: Piece[] = []
  /** Where the last piece ends. */
  #end = 0

  /** `channel`: 0 left, 1 right. */
  constructor(channel: number) {
    this.#channel = channel
  }

  get end(): number {
    return this.#end
  }

  /** Pieces never overlap: one that would begins where the last one ends. */
  place(pcm: Int16Array, at: number): void {
    const start = Math.max(at, this.#end)
    this.#pieces.push({ at: start, pcm: pcm.slice() })
    this.#end = start + pcm.length
  }

  /** Nothing from `at` on was heard. */
  cut(at: number): void {
    this.#pieces = this.#pieces.filter((piece) => piece.at < at)
    const last = this.#pieces.at(-1)
    if (last && last.at + last.pcm.length > at) last.pcm = last.pcm.subarray(0, at - last.at)
    this.#end = Math.min(this.#end, Math.max(0, at))
  }

  /** Moves everything before the block's end into it. */
  pour(block: Block): void {
    let done = 0
    for (const piece of this.#pieces) {
      if (piece.at >= block.to) break
      const first = Math.max(0, block.from - piece.at)
      const last = Math.min(piece.pcm.length, block.to - piece.at)
      for (let index = first, place = (piece.at + first - block.from) * 2 + this.#channel; index < last; index++) {
        block.samples[place] = piece.pcm[index]!
        place += 2
      }
      if (last < piece.pcm.length) break
      done++
    }
    if (done > 0) this.#pieces.splice(0, done)
  }
}

interface Arrival {
  readonly pcm: Int16Array
  /** Position of the moment it came: its sound cannot end later. */
  readonly came: number
}

/** With less sound than this after it, in tolerances, a late piece proves no gap unless it is later still than jitter is. */
const proof = 20
const jitter = 10

/**
 * Sound known only by when it arrives. One piece follows on the other, so jitter and a stalled network leave no seam;
 * when everything within the look-ahead stays late, there was a real gap, and silence is put in; a sender whose clock
 * runs fast loses the excess.
 */
export class ArrivingTrack {
  readonly #placed: PlacedTrack
  /** By how much the placement may be off before it is corrected, samples. */
  readonly #tolerance: number
  #arrivals: Arrival[] = []
  /** Sound left out because its sender ran ahead of real time, samples. */
  excess = 0

  constructor(channel: number, tolerance: number) {
    this.#placed = new PlacedTrack(channel)
    this.#tolerance = tolerance
  }

  add(pcm: Int16Array, came: number): void {
    this.#arrivals.push({ pcm: pcm.slice(), came })
  }

  pour(block: Block): void {
    const least = this.#leastSlack()
    let following = 0
    for (const { pcm } of this.#arrivals) following += pcm.length
    let placed = 0
    let moved = 0
    for (const { pcm, came } of this.#arrivals) {
      const gap = least[placed]! - moved
      const tolerance = following < this.#tolerance * proof ? this.#tolerance * jitter : this.#tolerance
      const start = this.#placed.end + (gap > tolerance ? gap : 0)
      if (start >= block.to) break
      const ahead = start + pcm.length - came
      const cut = ahead > this.#tolerance ? Math.min(ahead, pcm.length) : 0
      moved += start - this.#placed.end - cut
      this.excess += cut
      this.#placed.place(cut > 0 ? pcm.subarray(cut) : pcm, start)
      following -= pcm.length
      placed++
    }
    this.#arrivals.splice(0, placed)
    this.#placed.pour(block)
  }

  /** For each arrival: by how much it and everything after it came after its end, if it follows on directly. */
  #leastSlack(): Float64Array {
    const slack = new Float64Array(this.#arrivals.length)
    let end = this.#placed.end
    for (const [index, { pcm, came }] of this.#arrivals.entries()) {
      end += pcm.length
      slack[index] = came - end
    }
    for (let index = slack.length - 2; index >= 0; index--) slack[index] = Math.min(slack[index]!, slack[index + 1]!)
    return slack
  }
}
