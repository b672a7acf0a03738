/** fvad (a Gaussian mixture over six bands) as a WebAssembly module: one frame in, speech or not out. */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { level } from '../measure.ts'
import { NoiseFloor } from './floor.ts'
import { frameVad, soundWindow } from './turns.ts'
import type { Vad } from './vad.ts'

/** How much it takes to be speech: 0 takes most for it, 3 least. */
export type FvadMode = 0 | 1 | 2 | 3

export interface Fvad {
  /** Rates 8000, 16000, 32000 and 48000 Hz. */
  open(rate: number, mode: FvadMode): FvadStream
}

export interface FvadStream extends Disposable {
  /** Exactly 10, 20 or 30 ms. */
  speech(frame: Int16Array): boolean
}

/** What we call of the emscripten module; the package has no types. */
interface FvadModule {
  readonly HEAP16: Int16Array
  _malloc(bytes: number): number
  _fvad_new(): number
  _fvad_free(handle: number): void
  _fvad_set_mode(handle: number, mode: number): number
  _fvad_set_sample_rate(handle: number, rate: number): number
  _fvad_process(handle: number, samples: number, length: number): number
}

/** 30 ms at 48 kHz. */
const longestFrame = 1440

/** Compiles the module (20 kB). All streams share its memory and one place for the frame at hand. */
export async function loadFvad(): Promise<Fvad> {
  const entry = fileURLToPath(import.meta.resolve('@echogarden/fvad-wasm'))
  const create: () => Promise<FvadModule> = (await import(pathToFileURL(entry).href)).default
  const module = await create()
  const samples = module._malloc(longestFrame * 2)
  return {
    open(rate, mode) {
      const handle = module._fvad_new()
      if (handle === 0) throw new Error('the fvad detector has no memory for another stream')
      const known = module._fvad_set_sample_rate(handle, rate) === 0 && module._fvad_set_mode(handle, mode) === 0
      if (!known) module._fvad_free(handle)
      if (!known) throw new Error(`the fvad detector does not take ${rate} Hz; use 8000 or 16000`)
      let open = true
      return {
        speech(frame) {
          if (!open) return false
          // The heap may have grown, and its view been replaced, since the last frame.
          module.HEAP16.set(frame, samples >> 1)
          return module._fvad_process(handle, samples, frame.length) === 1
        },
        [Symbol.dispose]() {
          if (open) module._fvad_free(handle)
          open = false
        },
      }
    },
  }
}

/** Alone it must be strict. */
const aloneMode = 3

/** fvad decides, but not on sound that does not stand out from the line's own: steady noise is speech to it for a while. */
export function fvadVad(fvad: Fvad, rate: number, hangover: number, pause?: number): Vad {
  const stream = fvad.open(rate, aloneMode)
  const floor = new NoiseFloor()
  return frameVad({
    ...soundWindow,
    name: 'vad(fvad)',
    rate,
    hangover,
    pause,
    voice(frame, speaking) {
      const loud = floor.loud(level(frame), speaking)
      return stream.speech(frame) && loud
    },
    close: () => stream[Symbol.dispose](),
  })
}
