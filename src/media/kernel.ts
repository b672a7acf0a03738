/** The inner loop of the resampler, four multiplications at a time: a WebAssembly module small enough to be written by hand. */

/** The part of the standard that is needed; the types of Node.js leave it out. */
interface Assembly {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** What the module can do; all places are byte offsets in its memory. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): unknown }
  /** Makes floats of `count` samples of 16 bits; up to three more are written. */
  floats(from: number, to: number, count: number): void
  /**
   * Weighs the floats at `from` with the `weights` (`length` bytes of floats, a multiple of 16), again `step` bytes on, `count`
   * times; writes each sum as a sample of 16 bits, `stride` bytes apart. One order of adding, whatever the count.
   */
  filter(from: number, weights: number, to: number, count: number, length: number, step: number, stride: number): void
}

// The memory, in bytes: samples as they come, the same as floats, what comes out; then the weights of all filters, kept for good.
const samplesAt = 0
const floatsAt = 32 << 10
const resultsAt = 96 << 10
const weightsAt = 256 << 10
/** The weights of every pair of usual rates, and of some that are not. */
const pages = 16
const pageSize = 64 << 10

/** Samples that may be at hand at a time, and that may come of them. */
export const mostSamples = (floatsAt - samplesAt) / 4
export const mostResults = (weightsAt - resultsAt) / 2

/** The module with places in its memory; one for the process, whose users are each done with it when they return. */
export class Workbench {
  readonly #exports = load()
  #weightsEnd = weightsAt
  /** The memory as samples. Replaced when it grows. */
  #shorts = new Int16Array(this.#exports.memory.buffer)

  /** Keeps weights for good; a multiple of four. Returns their place. */
  keep(weights: Float64Array): number {
    const { memory } = this.#exports
    const place = this.#weightsEnd
    this.#weightsEnd += weights.length * 4
    const missing = Math.ceil((this.#weightsEnd - memory.buffer.byteLength) / pageSize)
    if (missing > 0) memory.grow(missing)
    if (missing > 0) this.#shorts = new Int16Array(memory.buffer)
    new Float32Array(memory.buffer, place, weights.length).set(weights)
    return place
  }

  /** Lays out samples to be filtered: what came before, then `length` of `pcm` from `start`. */
  lay(past: Int16Array, pcm: Int16Array, start: number, length: number): void {
    const shorts = this.#shorts
    shorts.set(past, samplesAt)
    shorts.set(start === 0 && length === pcm.length ? pcm : pcm.subarray(start, start + length), past.length)
    this.#exports.floats(samplesAt, floatsAt, past.length + length)
  }

  /** Filters from sample `input` on, every `down` of them, `count` times; results stand `up` apart from `result` on. */
  filter(input: number, weights: number, taps: number, result: number, count: number, down: number, up: number): void {
    this.#exports.filter(floatsAt + input * 4, weights, resultsAt + result * 2, count, taps * 4, down * 4, up * 2)
  }

  /** Copies the first results out. */
  results(count: number, to: Int16Array, at: number): void {
    const from = resultsAt / 2
    to.set(this.#shorts.subarray(from, from + count), at)
  }

  /** Copies samples back, from the `first` laid out on. */
  samples(first: number, to: Int16Array): void {
    to.set(this.#shorts.subarray(first, first + to.length))
  }
}

function load(): Kernel {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly // known to every Node.js
  return new Instance(new Module(assembled())).exports as Kernel // see `assembled`
}

let made: Workbench | undefined

/** Made when first wanted: assembling takes a few ms. */
export function workbench(): Workbench {
  made ??= new Workbench()
  return made
}

// ── instructions (WebAssembly core specification, appendix "index of instructions") ──────────────────────────────────

type Code = readonly number[]

const i32 = 0x7f
const v128 = 0x7b
const get = (local: number): Code => [0x20, local]
const set = (local: number): Code => [0x21, local]
const constant = (value: number): Code => [0x41, value]
const add = [0x6a]
const subtract = [0x6b]
const multiply = [0x6c]
const lessSigned = [0x48]
const lessUnsigned = [0x49]
const end = [0x0b]
const block = (...body: readonly Code[]): Code => [0x02, 0x40, ...body.flat(), ...end]
const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), ...end]
const branch = (depth: number): Code => [0x0c, depth]
const branchIf = (depth: number): Code => [0x0d, depth]
const unaligned = [0x00, 0x00]
const loadVector = [0xfd, 0x00, ...unaligned]
const loadFourShorts = [0xfd, 0x03, ...unaligned]
const storeVector = [0xfd, 0x0b, ...unaligned]
const zeroVector = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)]
const floatsOfInts = [0xfd, 0xfa, 0x01]
const addFloats = [0xfd, 0xe4, 0x01]
const multiplyFloats = [0xfd, 0xe6, 0x01]
const lane = (index: number): Code => [0xfd, 0x1f, index]
const addFloat = [0x92]
const floor = [0x8e]
const least = [0x96]
const most = [0x97]
const float = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)]
const intOfFloat = [0xfc, 0x00]
const storeShort = [0x3b, ...unaligned]

/** `local += code`. */
const advance = (local: number, code: Code): Code => [...get(local), ...code, ...add, ...set(local)]

// ── the two functions ────────────────────────────────────────────────────────────────────────────────────────────────

function floatsBody(): Code {
  const [from, to, count] = [0, 1, 2]
  return loop(
    [...get(to), ...get(from), ...loadFourShorts, ...floatsOfInts, ...storeVector],
    advance(from, constant(8)),
    advance(to, constant(16)),
    [...get(count), ...constant(4), ...subtract, 0x22, count],
    [...constant(0), 0x4a],
    branchIf(0),
  )
}

const [from, weights, to, count, length, step, stride] = [0, 1, 2, 3, 4, 5, 6]
const parameters = 7
const place = parameters
const last = parameters + 1
const input = (index: number) => parameters + 2 + index
const sum = (index: number) => parameters + 6 + index

/** While there are `together` outputs left: each its own sum, so that none waits for another's addition. */
function filterLoop(together: number): Code {
  const each = Array.from({ length: together }, (_, index) => index)
  return block(
    loop(
      [...get(count), ...constant(together), ...lessSigned, ...branchIf(1)],
      [...get(weights), ...set(place), ...get(weights), ...get(length), ...add, ...set(last)],
      each.flatMap((index) => [
        ...get(from),
        ...get(step),
        ...constant(index),
        ...multiply,
        ...add,
        ...set(input(index)),
      ]),
      each.flatMap((index) => [...zeroVector, ...set(sum(index))]),
      loop(
        each.flatMap((index) => [
          ...get(sum(index)),
          ...[...get(place), ...loadVector, ...get(input(index)), ...loadVector, ...multiplyFloats],
          ...[...addFloats, ...set(sum(index))],
          ...advance(input(index), constant(16)),
        ]),
        advance(place, constant(16)),
        [...get(place), ...get(last), ...lessUnsigned, ...branchIf(0)],
      ),
      each.flatMap((index) => [...writeSum(index)]),
      advance(from, [...get(step), ...constant(together), ...multiply]),
      [...get(count), ...constant(together), ...subtract, ...set(count)],
      branch(0),
    ),
  )
}

/** The nearest 16-bit value of the four parts together; then the place of the next. */
function writeSum(index: number): Code {
  const lanes = [0, 1, 2, 3].flatMap((at) => [...get(sum(index)), ...lane(at), ...(at > 0 ? addFloat : [])])
  const bounded = [...float(-32768), ...most, ...float(32767), ...least]
  const rounded = [...float(0.5), ...addFloat, ...floor, ...bounded, ...intOfFloat]
  return [...get(to), ...lanes, ...rounded, ...storeShort, ...advance(to, get(stride))]
}

// ── the module ───────────────────────────────────────────────────────────────────────────────────────────────────────

function assembled(): Uint8Array<ArrayBuffer> {
  const types = list(
    [0x60, ...list(...Array.from({ length: 3 }, () => [i32])), 0],
    [0x60, ...list(...Array.from({ length: parameters }, () => [i32])), 0],
  )
  const bodies = list(
    body([], floatsBody()),
    body(
      [
        [6, i32],
        [4, v128],
      ],
      [...filterLoop(4), ...filterLoop(1)],
    ),
  )
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(3, list([0], [1])),
    ...section(5, list([0, pages])),
    ...section(7, list([...name('memory'), 2, 0], [...name('floats'), 0, 0], [...name('filter'), 0, 1])),
    ...section(10, bodies),
  ])
}

/** A whole number in LEB128. */
function whole(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...whole(value >> 7)]
}

function list(...items: readonly Code[]): Code {
  return [...whole(items.length), ...items.flat()]
}

function section(id: number, content: Code): Code {
  return [id, ...whole(content.length), ...content]
}

function name(text: string): Code {
  return list(...Array.from(text, (letter) => [letter.charCodeAt(0)]))
}

/** `locals`: how many of which type, after the parameters. */
function body(locals: readonly (readonly [number, number])[], code: Code): Code {
  const content = [...list(...locals), ...code, ...end]
  return [...whole(content.length), ...content]
}
