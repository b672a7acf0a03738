/** What every carrier connection may say of its lines, whichever carrier it is: how many calls at once, how fast, and as whom. */
import { z } from 'zod'
import { field } from './provider.ts'

export const lineFields = {
  maxConcurrentCalls: field(z.number().int().min(1).max(10_000).optional(), {
    title: 'Outbound calls at once',
    description: 'Further calls wait in the queue until a line is free. Empty: no limit.',
  }),
  callsPerSecond: field(z.number().min(0.01).max(1_000).optional(), {
    title: 'Outbound calls per second',
    description: "The carrier's own limit for new calls. Further calls wait in the queue. Empty: no limit.",
  }),
  callerId: field(z.enum(['default', 'rotate', 'nearest']).optional(), {
    title: 'Caller id',
    description:
      'Which number calls when none is given: the default one, each of the connection’s numbers in turn, or the one that shares most leading digits with the callee.',
  }),
  streamSecret: field(z.string().min(32).max(200).optional(), {
    title: 'Stream secret',
    description: 'Signs the stream addresses of this connection; without it, all of them are void.',
    secret: true,
    managed: true,
  }),
} as const

const lines = z.object(lineFields)
export type Lines = z.output<typeof lines>

/** Reads a connection's stored settings; what is no choice of lines is passed over. */
export function linesOf(settings: Readonly<Record<string, unknown>>): Lines {
  return lines.parse(settings)
}

/** Do calls over such lines wait for their turn? */
export function limited({ maxConcurrentCalls, callsPerSecond }: Lines): boolean {
  return maxConcurrentCalls !== undefined || callsPerSecond !== undefined
}
