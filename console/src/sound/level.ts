/** How loud a sound is now: dBFS of samples, and a meter on a live stream. */

/** What counts as nothing. */
export const floor = -100

/** dBFS of the samples' power. */
export function levelOf(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const power = samples.length === 0 ? 0 : sum / samples.length
  return power <= 1e-10 ? floor : 10 * Math.log10(power)
}

/** Speech lives between -55 and -10 dBFS: that stretch as 0…1, for a picture. */
export function shareOf(level: number): number {
  return Math.min(1, Math.max(0, (level + 55) / 45))
}

export interface Meter extends Disposable {
  /** dBFS of the last moment. */
  read(): number
}

/** `context` is shared by the meters of a page. */
export function meterOf(context: AudioContext, stream: MediaStream): Meter {
  const source = context.createMediaStreamSource(stream)
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  return {
    read() {
      analyser.getFloatTimeDomainData(samples)
      return levelOf(samples)
    },
    [Symbol.dispose]: () => source.disconnect(),
  }
}
