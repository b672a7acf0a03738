/** Sounds that users have played into calls: fetched, read and bounded before any call hears of them. */
import { mono, readWav } from '../media/wav.ts'
import { OffhookError } from '../spec/errors.ts'
import type { HttpResponse } from '../spec/http.ts'
import type { Engine } from './engine.ts'

/** Bytes of a file: it travels to the process that has the call. */
export const largestSound = 3_000_000
/** ms */
const longestSound = 120_000
/** ms */
const fetchTimeout = 10_000

export interface Sound {
  readonly pcm: Int16Array
  /** Hz */
  readonly rate: number
}

export function readSound(wav: Uint8Array): Sound {
  const read = readWav(wav)
  return { pcm: mono(read), rate: read.rate }
}

function durationOf({ pcm, rate }: Sound): number {
  return (pcm.length * 1_000) / rate
}

/** Throws `audio.malformed` for what is no WAV, `request.too-large` for what nobody would listen to. */
export function checkSound(wav: Uint8Array): { readonly durationMs: number } {
  if (wav.byteLength > largestSound)
    throw tooLarge(`The sound has ${wav.byteLength} bytes; ${largestSound} are taken: save it at 8 kHz, or in parts`)
  const durationMs = Math.round(durationOf(readSound(wav)))
  if (durationMs > longestSound)
    throw tooLarge(`The sound takes ${Math.round(durationMs / 1_000)} s; up to ${longestSound / 1_000} s are played`)
  if (durationMs === 0) throw new OffhookError('audio.malformed', 'The sound is empty: it holds no samples')
  return { durationMs }
}

/** Rejects with `address.blocked` for what is not the public internet's, `media.unavailable` when it cannot be had. */
export async function fetchSound(engine: Engine, url: string): Promise<Uint8Array> {
  const { status, body } = await get(engine, url)
  if (status >= 200 && status <= 299) return body
  throw new OffhookError('media.unavailable', `${hostOf(url)} answered ${status} instead of the sound`)
}

async function get(engine: Engine, url: string): Promise<HttpResponse> {
  const headers = { accept: 'audio/wav, audio/x-wav, audio/wave' }
  try {
    return await engine.request({ method: 'GET', url, headers, timeout: fetchTimeout }, engine.scope.signal)
  } catch (error) {
    if (error instanceof OffhookError && error.code === 'address.blocked') throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new OffhookError('media.unavailable', `The sound could not be fetched: ${why}`, { cause: error })
  }
}

/** The rest of an address may hold a secret. */
function hostOf(url: string): string {
  return new URL(url).host
}

function tooLarge(message: string): OffhookError {
  return new OffhookError('request.too-large', message)
}
