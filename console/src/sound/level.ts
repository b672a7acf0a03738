/** How loud a sound is: dBFS of samples, and what a picture shows of it. */

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
