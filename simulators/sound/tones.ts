/** Tones to say and to recognise: a test knows what it heard by its frequency. All sound is 8 kHz. */

const rate = 8000

export function tone(hertz: number, duration: number, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: Math.round((duration * rate) / 1000) }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * at) / rate)),
  )
}

export function silence(duration: number): Int16Array {
  return new Int16Array(Math.round((duration * rate) / 1000))
}

export function join(...parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The share of the sound's energy at one frequency, 0 to 1 (Goertzel). A pure tone gives nearly 1, silence 0. */
export function toneShare(pcm: Int16Array, hertz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let before = 0
  let last = 0
  let total = 0
  for (const sample of pcm) {
    const next = sample + turn * last - before
    before = last
    last = next
    total += sample * sample
  }
  if (total === 0) return 0
  return Math.min(1, (2 * (before * before + last * last - turn * before * last)) / (total * pcm.length))
}

/** How many 20 ms frames of the sound are this tone: gaps and steps between frames do not matter. */
export function framesOfTone(pcm: Int16Array, hertz: number): number {
  let count = 0
  for (let at = 0; at + 160 <= pcm.length; at += 160) {
    if (toneShare(pcm.subarray(at, at + 160), hertz) > 0.7) count++
  }
  return count
}

const rows = [697, 770, 852, 941] as const
const columns = [1209, 1336, 1477, 1633] as const
const keys = '123A456B789C*0#D'

/** Keypad tones in the band (ITU-T Q.23): 100 ms each with 100 ms between; `w` waits half a second, `W` one. */
export function keypad(digits: string): Int16Array {
  return join(...Array.from(digits, keySound))
}

function keySound(key: string): Int16Array {
  if (key === 'w') return silence(500)
  if (key === 'W') return silence(1000)
  const at = keys.indexOf(key.toUpperCase())
  if (at < 0) return silence(0)
  const high = tone(columns[at % 4]!, 100, 5000)
  return join(
    tone(rows[at >> 2]!, 100, 5000).map((sample, index) => sample + high[index]!),
    silence(100),
  )
}
