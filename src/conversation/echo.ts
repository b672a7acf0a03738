/** Tells the agent's own sound, come back from the far end of the line, from a caller who speaks over it. */

/** Both sides are kept at this rate: enough to tell sounds apart, and a quarter of the work. Hz */
const rate = 4_000
/** Longest way there and back, ms. */
const longestDelay = 700
/** Sound of the line that is judged, ms: little at first, since somebody waits for the verdict. */
const window = { least: 120, most: 320 }
/** How alike an echo is to what was said; over a short stretch two vowels of different people can be nearly as alike. */
const alike = { short: 0.75, long: 0.55 }

/** How far the way there and back may wander, in samples. */
const nearby = rate / 50

interface Said {
  /** When its first sample is heard. */
  readonly at: number
  samples: Float32Array
}

export class EchoGuard {
  #said: Said[] = []
  /** The way there and back as last found, in samples: the echo is looked for there first. */
  #delay = 0
  readonly #heard = new Float32Array((rate * window.most) / 1000)
  /** Kept during a hush: what the agent will say after it, by the time it would have. */
  #kept: Said[] = []
  #hushedAt: number | undefined

  /** Sound of the agent that will be heard from `at` on. `hertz`: its rate. */
  say(pcm: Int16Array, hertz: number, at: number, now: number): void {
    if (pcm.length === 0) return
    this.#forget(now)
    const samples = slow(pcm, hertz)
    if (this.#hushedAt === undefined) this.#said.push({ at, samples })
    else this.#kept.push({ at: at - now + this.#hushedAt, samples })
  }

  /** What has not been heard by now waits for `goOn`. */
  hush(now: number): void {
    if (this.#hushedAt !== undefined) return
    this.#hushedAt = now
    this.#kept = this.#said.flatMap(({ at, samples }) => {
      const rest = samples.subarray(Math.max(0, samplesIn(now - at)))
      return rest.length > 0 ? [{ at: Math.max(at, now), samples: rest }] : []
    })
    this.#cut(now)
  }

  goOn(now: number): void {
    if (this.#hushedAt === undefined) return
    const later = now - this.#hushedAt
    this.#said.push(...this.#kept.map(({ at, samples }) => ({ at: at + later, samples })))
    this.#kept = []
    this.#hushedAt = undefined
  }

  /** What has not been heard by now never will be. */
  clear(now: number): void {
    this.#kept = []
    this.#hushedAt = undefined
    this.#cut(now)
  }

  #cut(now: number): void {
    for (const said of this.#said) said.samples = said.samples.subarray(0, Math.max(0, samplesIn(now - said.at)))
    this.#said = this.#said.filter(({ samples }) => samples.length > 0)
  }

  /** Sound of the line. */
  hear(pcm: Int16Array, hertz: number): void {
    const heard = slow(pcm, hertz).subarray(-this.#heard.length)
    this.#heard.copyWithin(0, heard.length)
    this.#heard.set(heard, this.#heard.length - heard.length)
  }

  /** True when the last `ms` of the line are what the agent said a moment before. */
  isEcho(ms: number, now: number): boolean {
    this.#forget(now)
    const length = Math.max(window.least, Math.min(window.most, ms))
    const heard = whitened(this.#heard.subarray(-samplesIn(length)))
    const said = whitened(this.#saidUntil(now, heard.length + samplesIn(longestDelay)))
    const enough = length < window.most ? alike.short : alike.long
    return (
      this.#matches(said, heard, this.#delay - nearby, this.#delay + nearby, enough) ||
      this.#matches(said, heard, 0, Infinity, enough)
    )
  }

  #matches(said: Float32Array, heard: Float32Array, least: number, most: number, enough: number): boolean {
    const found = likeness(said, heard, least, most)
    if (found.likeness >= enough) this.#delay = found.delay
    return found.likeness >= enough
  }

  #saidUntil(now: number, length: number): Float32Array {
    const all = new Float32Array(length)
    const from = now - (length * 1000) / rate
    for (const { at, samples } of this.#said) {
      const start = samplesIn(at - from)
      const part = samples.subarray(Math.max(0, -start), Math.max(0, length - start))
      if (part.length > 0) all.set(part, Math.max(0, start))
    }
    return all
  }

  #forget(now: number): void {
    const oldest = now - longestDelay - window.most
    const gone = this.#said.findIndex(({ at, samples }) => at + (samples.length * 1000) / rate >= oldest)
    if (gone !== 0) this.#said.splice(0, gone < 0 ? this.#said.length : gone)
  }
}

function samplesIn(ms: number): number {
  return Math.round((ms * rate) / 1000)
}

/** The mean of each few samples: coarse, but the same on both sides. */
function slow(pcm: Int16Array, hertz: number): Float32Array {
  const step = Math.max(1, Math.round(hertz / rate))
  const out = new Float32Array(Math.floor(pcm.length / step))
  for (let index = 0; index < out.length; index++) {
    let sum = 0
    for (let at = index * step; at < (index + 1) * step; at++) sum += pcm[at]!
    out[index] = sum / step
  }
  return out
}

/** Differences of neighbours: without them every low voice is like every other. */
function whitened(sound: Float32Array): Float32Array {
  return sound.map((value, index) => (index === 0 ? 0 : value - 0.9 * sound[index - 1]!))
}

/** The greatest correlation of `heard` with a stretch of `said` that ended `least` to `most` samples before it: 0 … 1, whatever their levels. */
function likeness(said: Float32Array, heard: Float32Array, least: number, most: number) {
  const found = { likeness: 0, delay: 0 }
  const latest = said.length - heard.length
  const [first, last] = [Math.max(0, latest - most), Math.min(latest, latest - least)]
  const energy = power(heard, 0, heard.length)
  if (energy === 0) return found
  let under = power(said, first, first + heard.length)
  for (let at = first; at <= last; at++) {
    if (under > quietest * heard.length) {
      // An echo may come back upside down.
      const alikeness = Math.abs(product(said, heard, at)) / Math.sqrt(energy * under)
      if (alikeness > found.likeness) Object.assign(found, { likeness: alikeness, delay: latest - at })
    }
    under += (said[at + heard.length] ?? 0) ** 2 - said[at]! ** 2
  }
  return found
}

function product(said: Float32Array, heard: Float32Array, at: number): number {
  let sum = 0
  for (let index = 0; index < heard.length; index++) sum += heard[index]! * said[at + index]!
  return sum
}

/** Mean square below which the agent says nothing: −60 dBFS. */
const quietest = 1000

function power(sound: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += sound[index]! ** 2
  return sum
}
