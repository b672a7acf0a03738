/** Makes keypad tones (ITU-T Q.23). */
import { OffhookError } from '../../spec/errors.ts'
import { concat, silence, sines, soften } from '../tones.ts'

/** Rows and columns of the keypad, Hz. */
export const rows = [697, 770, 852, 941] as const
export const columns = [1209, 1336, 1477, 1633] as const
/** Sixteen digits, row by row. */
export const keypad = '123A456B789C*0#D'

export interface DtmfOptions {
  /** Hz. */
  readonly rate: number
  /** How long each tone lasts, ms. Default 100. */
  readonly on?: number
  /** Silence after each, ms. Default 60. */
  readonly off?: number
  /** dBFS of the row's tone; the column's is 2 dB louder, since lines weaken it more. Default −12. */
  readonly level?: number
}

const defaults = { on: 100, off: 60, level: -12 } as const satisfies Partial<DtmfOptions>

/** Throws `request.invalid` for what is not on a keypad. Letters may be small. */
export function dtmf(digits: string, options: DtmfOptions): Int16Array {
  const { rate, on, off, level } = { ...defaults, ...options }
  const pause = silence({ rate, ms: off })
  const parts = Array.from(digits, (digit) => {
    const place = keypad.indexOf(digit.toUpperCase())
    if (place < 0) throw unknown(digit)
    const low = { frequency: rows[place >> 2]!, level }
    const high = { frequency: columns[place & 3]!, level: level + 2 }
    return concat(soften(sines([low, high], { rate, ms: on }), Math.round(rate * 0.001)), pause)
  })
  return concat(...parts)
}

function unknown(digit: string): OffhookError {
  return new OffhookError('request.invalid', `No key ${JSON.stringify(digit)} on a keypad: use 0–9, *, #, A–D.`, {
    details: { digit },
  })
}
