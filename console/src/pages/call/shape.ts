/** What the shape of a recording says of its sound. */
import type { Shape } from './data.ts'

/** Quieter is no voice (about -46 dBFS). */
const voice = 0.005

export interface Loudness {
  readonly loudest?: { readonly caller: number; readonly agent: number }
  readonly firstAgentSound?: number
}

export function loudestOf(shape: Shape | undefined): Loudness {
  if (!shape) return {}
  const { caller, agent, seconds } = shape
  const first = agent.findIndex((peak) => peak > voice)
  return {
    loudest: { caller: Math.max(0, ...caller), agent: Math.max(0, ...agent) },
    ...(first < 0 ? {} : { firstAgentSound: (first / agent.length) * seconds * 1000 }),
  }
}
