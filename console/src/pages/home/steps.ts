/** The way from nothing to a real call, and how far somebody has come. */
import type { Schemas } from '../../lib/api.ts'

export type StepName = 'talk' | 'connect' | 'number' | 'call'

export interface Step {
  readonly name: StepName
  readonly done: boolean
}

export interface Known {
  readonly calls: number
  readonly connections: readonly Schemas['Connection'][]
  readonly numbers: readonly Schemas['PhoneNumber'][]
  readonly providers: readonly Schemas['Provider'][]
}

/** Simulated lines and the browser are no phone line: nobody out there can call them. */
export function stepsOf({ calls, connections, numbers, providers }: Known): readonly Step[] {
  const phones = new Set(
    providers
      .filter(({ kind, capabilities }) => kind === 'carrier' && capabilities.includes('dial'))
      .map(({ name }) => name),
  )
  const lines = new Set(
    connections
      .filter(({ kind, provider, source }) => kind === 'carrier' && source !== 'simulator' && phones.has(provider))
      .map(({ id }) => id),
  )
  const pointed = numbers.some(({ connection, agent }) => lines.has(connection) && agent !== null)
  return [
    { name: 'talk', done: calls > 0 },
    { name: 'connect', done: lines.size > 0 },
    { name: 'number', done: pointed },
    { name: 'call', done: pointed && calls > 0 },
  ]
}
