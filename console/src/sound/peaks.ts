/** The shape of a sound: the loudest sample of each stretch, 0…1. */

export function peaksOf(samples: Float32Array, points: number): readonly number[] {
  const count = Math.min(points, samples.length)
  return Array.from({ length: count }, (_, point) => {
    const from = Math.floor((point * samples.length) / count)
    const to = Math.floor(((point + 1) * samples.length) / count)
    let peak = 0
    for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(samples[i] ?? 0))
    return Math.min(1, peak)
  })
}
