/** Sound cut into 20 ms telephone frames, each with its base64 ready: built once per clip, however many calls say it. */
import { encodeMulaw, silenceCode } from './mulaw.ts'

/** 20 ms at 8 kHz. */
export const frameBytes = 160

export interface Frame {
  readonly bytes: Uint8Array
  readonly base64: string
}

export const silentFrame: Frame = frameOf(new Uint8Array(frameBytes).fill(silenceCode))

/** PCM at 8 kHz, or µ-law bytes as they are. */
export type Sound = Int16Array | Uint8Array

const known = new WeakMap<Sound, readonly Frame[]>()

/** The last frame is filled up with silence. A sound must not change after it was said once. */
export function framesOf(sound: Sound): readonly Frame[] {
  const cached = known.get(sound)
  if (cached) return cached
  const bytes = sound instanceof Int16Array ? encodeMulaw(sound) : sound
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; at += frameBytes)
    frames.push(frameOf(filled(bytes.subarray(at, at + frameBytes))))
  known.set(sound, frames)
  return frames
}

export function frameOf(bytes: Uint8Array): Frame {
  return { bytes, base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') }
}

function filled(bytes: Uint8Array): Uint8Array {
  if (bytes.length === frameBytes) return bytes
  const frame = new Uint8Array(frameBytes).fill(silenceCode)
  frame.set(bytes)
  return frame
}
