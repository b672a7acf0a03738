/** Plays both sides of a call as they arrive: left channel the caller, right channel the agent. */
import { SoundQueue } from './queue.ts'
import type { Stereo } from './stereo.ts'

class Listen extends AudioWorkletProcessor {
  #caller: SoundQueue | undefined
  #agent: SoundQueue | undefined

  constructor() {
    super()
    this.port.addEventListener('message', ({ data }: MessageEvent<{ readonly rate: number } | Stereo>) => {
      if ('rate' in data) {
        this.#caller = new SoundQueue({ from: data.rate, to: sampleRate })
        this.#agent = new SoundQueue({ from: data.rate, to: sampleRate })
      } else {
        this.#caller?.write(data.left)
        this.#agent?.write(data.right)
      }
    })
    this.port.start()
  }

  override process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [left, right] = outputs[0] ?? []
    if (left) this.#caller?.read(left)
    if (right) this.#agent?.read(right)
    return true
  }
}

registerProcessor('listen', Listen)
