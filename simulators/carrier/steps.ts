/** What programs of all carriers do to a call: play to the person, wait, and rest when told otherwise. */
import { framesOf, type Sound } from '../sound/frames.ts'
import { keypad, tone } from '../sound/tones.ts'
import { readWav, toTelephone } from '../sound/wav.ts'
import { WireFailure } from '../wire.ts'
import { ClipPlayer } from './audio.ts'
import type { SimulatedCall } from './call.ts'

/** Plays and waits until it was heard; stops at once when the signal aborts. */
export async function playTo(call: SimulatedCall, sound: Sound, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const player = new ClipPlayer(framesOf(sound))
  call.audio.announcement = player
  try {
    await orAbort(player.done, signal)
  } finally {
    if (call.audio.announcement === player) call.audio.announcement = undefined
  }
}

/** Keys for the person: told to the phone, and heard as tones. */
export async function playKeys(call: SimulatedCall, digits: string, signal: AbortSignal): Promise<void> {
  call.sendKeys(digits)
  await playTo(call, keypad(digits), signal)
}

/** What the carrier's own voice says; without a voice a tone of 620 Hz, 60 ms a letter. */
export async function spoken(call: SimulatedCall, text: string): Promise<Int16Array | undefined> {
  if (!text) return undefined
  return call.world.speak ? call.world.speak(text) : tone(620, Math.max(200, text.length * 60))
}

export type Clip =
  | { readonly ok: true; readonly sound: Int16Array }
  | { readonly ok: false; readonly what: 'status' | 'network' | 'format'; readonly why: string }

/** A WAV from the network. */
export async function fetchClip(call: SimulatedCall, url: string): Promise<Clip> {
  const limits = { connect: 5000, read: 15_000, total: 15_000 }
  const request = { method: 'GET', url, headers: {}, limits, maxBytes: 40 << 20, signal: call.scope.signal }
  try {
    const reply = await call.world.wire.request(request)
    if (reply.status !== 200) return { ok: false, what: 'status', why: `Got HTTP ${reply.status} response` }
    return { ok: true, sound: toTelephone(readWav(reply.body)) }
  } catch (error) {
    if (error instanceof WireFailure) return { ok: false, what: 'network', why: error.message }
    return { ok: false, what: 'format', why: String(error) }
  }
}

/** Rejects with the signal's reason when it aborts first. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** Whatever a call waited for is aborted by its end; that is no failure. */
export async function unlessOver(call: SimulatedCall, task: Promise<void>): Promise<void> {
  try {
    await task
  } catch (error) {
    if (!call.over) throw error
  }
}

/** Calls a second are limited by letting more wait, not by refusing them. Answers how long this one waits, ms. */
export function queueTime(call: SimulatedCall): number {
  const { world } = call
  const now = world.clock.monotonic()
  const at = Math.max(now, world.nextDial)
  world.nextDial = at + 1000 / world.callsPerSecond
  return at - now
}

/** The call ends by itself after `ms`. */
export function limit(call: SimulatedCall, ms: number): void {
  const timer = call.world.clock.timer(ms, () => call.end('completed', 'the time limit was reached'))
  call.scope.defer(() => timer.cancel())
}
