/** What must be true of a killed gateway's calls once it runs again. */
import { expect } from 'vitest'
import type { TwilioSimulator } from '../../../simulators/index.ts'
import { fold } from '../../../src/calls/open.ts'
import { isTerminal } from '../../../src/calls/machine.ts'
import type { Journaled } from '../../../src/spec/event.ts'
import type { CallRecord } from '../../../src/store/contract.ts'
import { transferNumber } from './words.ts'

export interface Aftermath {
  /** What the process had been told was durable when it died. */
  readonly before: readonly Journaled[]
  readonly after: readonly Journaled[]
  readonly records: readonly CallRecord[]
  readonly simulator: TwilioSimulator
  /** Length of the carrier's log at the kill. */
  readonly killedAt: number
}

export function expectWhole(aftermath: Aftermath): void {
  const { before, after, records } = aftermath
  for (const record of records) {
    const told = before.filter(({ call }) => call === record.id)
    const all = after.filter(({ call }) => call === record.id)
    expect(all.slice(0, told.length), 'what was durable is there').toEqual(told)
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1))
    expectEnded(record, all)
    expectAsked(record, told, all)
    if (record.direction === 'outbound') expectOneDial(record, aftermath, told)
    expectOneHangup(record, aftermath)
  }
  expect(records.map(({ id }) => id)).toEqual(expect.arrayContaining([...new Set(before.map(({ call }) => call))]))
}

function expectEnded(record: CallRecord, all: readonly Journaled[]): void {
  expect(all.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
  const call = fold(record, all)
  expect(isTerminal(call.status)).toBe(true)
  expect(record).toMatchObject({ status: call.status, endReason: call.endReason, endedAt: call.endedAt })
}

/** What was in doubt is said to be so, and is settled. */
function expectAsked(record: CallRecord, told: readonly Journaled[], all: readonly Journaled[]): void {
  const { pending, endedAt } = fold(record, told)
  if (endedAt !== undefined) return
  const uncertain = all.flatMap(({ event }) => (event.type === 'command.uncertain' ? [event.id] : []))
  expect(uncertain).toEqual(expect.arrayContaining(pending.map(({ id }) => id)))
}

function expectOneDial(record: CallRecord, { simulator, killedAt }: Aftermath, told: readonly Journaled[]): void {
  const legs = [...simulator.calls.values()]
  expect(legs.filter(({ to }) => to === record.to).map(({ direction }) => direction)).toEqual(['outbound-api'])
  expect(legs.filter(({ to }) => to === transferNumber(record.to)).length).toBeLessThanOrEqual(1)
  const { pending, endedAt } = fold(record, told)
  if (endedAt !== undefined || !pending.some(({ command }) => command.type === 'dial')) return
  const to = encodeURIComponent(record.to)
  const asked = simulator.log
    .slice(killedAt)
    .flatMap(({ kind, text }) => (kind === 'rest' && text.includes(`To=${to}`) ? [text.slice(0, 4).trim()] : []))
  expect(asked[0], 'the carrier is asked before it is told again').toBe('GET')
}

/** A hang-up in doubt may be said again: it is done once. */
function expectOneHangup({ ref }: CallRecord, { simulator, killedAt }: Aftermath): void {
  if (ref === undefined) return
  const orders = simulator.log.flatMap(({ kind, text }, index) =>
    kind === 'rest' && text.includes(`Calls/${ref}.json`) && text.includes('Status=completed') ? [index] : [],
  )
  expect(orders.filter((index) => index < killedAt).length).toBeLessThanOrEqual(1)
  expect(orders.filter((index) => index >= killedAt).length).toBeLessThanOrEqual(1)
}
