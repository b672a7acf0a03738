/** Hears keypad tones in sound (ITU-T Q.24) and tells them from voices. */
import type { AudioSink } from '../../spec/audio.ts'
import { columns, keypad, rows } from './generate.ts'

/** Looks at 12.75 ms of sound (102 samples at 8 kHz) every 6.375 ms: every tone of 40 ms holds four such windows, none of 25 ms does. */
const hopMs = 6.375
/** Windows in a row that make a digit, and that end it: a dropout of 10 ms does not repeat the digit. */
const windowsToStart = 4
const windowsToEnd = 4
/** The hops that those windows span: before a digit is told, they are looked at as a whole. */
const span = windowsToStart + 1

const ratio = (decibels: number) => 10 ** (decibels / 10)

/** As ratios of energies. */
const limits = {
  /** Mean square of the weaker tone: −36 dBFS. */
  quietest: 0.5 * 32768 ** 2 * ratio(-36),
  /** By how much the column's tone may be louder, and the row's: lines weaken high tones (Q.24 asks for 4 and 8 dB). */
  columnLouder: ratio(6),
  rowLouder: ratio(9),
  /** How far each tone stands above the others of its group. */
  above: ratio(8),
  /** Part of all energy that must be in the two tones: voices fail here. */
  share: 0.78,
  /** The same over all of `span`, with the tones' true frequencies. */
  steadyShare: 0.92,
}

/** A sink that calls `heard` once for each digit, 32 to 45 ms after its onset. It is cheapest at 8 kHz. */
export function dtmfDetector(rate: number, heard: (digit: string) => void): AudioSink {
  const hop = Math.round((rate * hopMs) / 1000)
  const recent = new Float64Array(span * hop)
  const window = recent.subarray((span - 2) * hop)
  const turns = Float64Array.from([...rows, ...columns], (tone) => turn(tone, rate))
  const debounce = debouncer((digit) => isSteady(recent, digit, rate), heard)
  let held = 0
  return {
    rate,
    write(pcm) {
      for (let index = 0; index < pcm.length; index++) {
        if (held === 0) recent.copyWithin(0, hop)
        recent[recent.length - hop + held++] = pcm[index]!
        if (held < hop) continue
        held = 0
        debounce(classify(window, turns))
      }
    },
    flush() {
      held = 0
      recent.fill(0)
      for (let windows = 0; windows < windowsToEnd; windows++) debounce(undefined)
    },
    toString: () => 'DTMF detector',
  }
}

/** From one guess per window to one report per key press. */
function debouncer(
  sure: (digit: string) => boolean,
  heard: (digit: string) => void,
): (guess: string | undefined) => void {
  let last: string | undefined
  let repeats = 0
  let pressed: string | undefined
  let others = 0
  return (guess) => {
    repeats = guess === last ? repeats + 1 : 1
    last = guess
    others = guess === pressed ? 0 : others + 1
    if (others >= windowsToEnd) pressed = undefined
    if (guess === undefined || guess === pressed || repeats < windowsToStart || !sure(guess)) return
    pressed = guess
    others = 0
    heard(guess)
  }
}

/**
 * The second opinion, four times as sharp: over all 32 ms two steady tones, each within 2.4 % of its place, hold nearly all energy.
 * A voice that passed four windows glides, swells or has other harmonics.
 */
function isSteady(recent: Float64Array, digit: string, rate: number): boolean {
  const place = keypad.indexOf(digit)
  const best = (tone: number) =>
    Math.max(...detunings.map((detuning) => toneEnergy(recent, turn(tone * detuning, rate))))
  return best(rows[place >> 2]!) + best(columns[place & 3]!) >= limits.steadyShare * sumOfSquares(recent)
}

const detunings = [0.976, 0.984, 0.992, 1, 1.008, 1.016, 1.024]

const turn = (frequency: number, rate: number) => 2 * Math.cos((2 * Math.PI * frequency) / rate)

/** The digit that a block holds, if it holds nothing else. */
function classify(block: Float64Array, turns: Float64Array): string | undefined {
  const energy = sumOfSquares(block)
  const weakest = block.length * limits.quietest
  if (energy < 2 * weakest) return undefined
  const row = strongest(block, turns.subarray(0, 4))
  const column = strongest(block, turns.subarray(4, 8))
  if (row.tone < 0 || column.tone < 0) return undefined
  if (row.energy < weakest || column.energy < weakest) return undefined
  if (row.energy + column.energy < limits.share * energy) return undefined
  if (column.energy > row.energy * limits.columnLouder || row.energy > column.energy * limits.rowLouder)
    return undefined
  return keypad[row.tone * 4 + column.tone]
}

/** The one tone of a group that stands above the others; −1 when none does. */
function strongest(block: Float64Array, turns: Float64Array): { readonly tone: number; readonly energy: number } {
  const energies = [0, 0, 0, 0]
  for (let tone = 0; tone < 4; tone++) energies[tone] = toneEnergy(block, turns[tone]!)
  const best = energies.indexOf(Math.max(...energies))
  const alone = energies.every((energy, tone) => tone === best || energy * limits.above <= energies[best]!)
  return { tone: alone ? best : -1, energy: energies[best]! }
}

/** Energy of the block's part at one frequency (Goertzel). */
function toneEnergy(block: Float64Array, turn: number): number {
  let one = 0
  let two = 0
  for (let index = 0; index < block.length; index++) {
    const zero = block[index]! + turn * one - two
    two = one
    one = zero
  }
  return (2 * (one * one + two * two - turn * one * two)) / block.length
}

function sumOfSquares(block: Float64Array): number {
  let sum = 0
  for (let index = 0; index < block.length; index++) sum += block[index]! ** 2
  return sum
}
