/** Records a microphone sample by sample, so that the start and the end are exactly the buttons'. */
// oxlint-disable-next-line import/default -- the build makes the default export: the worklet's address
import captureUrl from './capture.worklet.ts?worker&url'
import { clipOfSamples, type Clip } from './clip.ts'

export interface Recorder extends Disposable {
  /** Ends the recording. Rejects with UnusableSound when nothing was said. */
  finish(name: string): Promise<Clip>
}

/** `onLevel` hears the loudest sample of each stretch of sound, 0…1. */
export async function record(stream: MediaStream, onLevel: (peak: number) => void): Promise<Recorder> {
  const context = new AudioContext()
  await context.audioWorklet.addModule(captureUrl)
  const source = context.createMediaStreamSource(stream)
  const node = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 })
  const pieces: Float32Array[] = []
  node.port.addEventListener('message', ({ data }: MessageEvent<Float32Array>) => {
    pieces.push(data)
    onLevel(data.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0))
  })
  node.port.start()
  source.connect(node)
  await context.resume()
  const stop = () => {
    source.disconnect()
    if (context.state !== 'closed') void context.close()
  }
  return {
    finish: async (name) => {
      const rate = context.sampleRate
      stop()
      return clipOfSamples(joined(pieces), rate, name)
    },
    [Symbol.dispose]: stop,
  }
}

function joined(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
