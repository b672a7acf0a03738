import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { createLogger } from '../lib/log.ts'
import { OffhookError } from '../spec/errors.ts'
import type { JournalEntry } from './contract.ts'
import { flatten } from './failure.ts'
import { GroupCommit } from './journal.ts'
import type { JournalOptions } from './journal.ts'
import type { Written } from './surface.ts'

const entry = (call: string, sequence: number): JournalEntry => ({
  organization: 'org',
  call,
  sequence,
  at: 0,
  event: { type: 'call.queued' },
})

const outOfReach = new OffhookError('store.failed', 'out of reach', { details: { transient: true } })

type Answer = (entries: readonly JournalEntry[]) => Promise<readonly Written[]>

async function nothing() {
  return []
}

/** A database that answers when told to. */
function setting(options: Partial<JournalOptions> = {}) {
  const clock = new VirtualClock()
  const batches: { readonly entries: readonly JournalEntry[]; answer(how?: Answer): void }[] = []
  let position = 0
  const all: Answer = async (entries) => entries.map(() => ({ type: 'written', position: ++position }))
  const write: Answer = (entries) =>
    new Promise((resolve) => batches.push({ entries, answer: (how = all) => resolve(how(entries)) }))
  const records = { write, read: nothing, history: nothing, after: nothing, newest: async () => 0 }
  const journal = new GroupCommit({ records, clock, logger: createLogger({ level: 'silent' }), ...options })
  const sizes = () => batches.map(({ entries }) => entries.length)
  return { clock, batches, journal, sizes, settle: () => clock.advanceAsync(0) }
}

describe('group commit', () => {
  test('with a spacing, a first event goes at once and what follows soon after shares the next transaction', async () => {
    const { clock, batches, journal, sizes, settle } = setting({ spacing: 20 })
    await clock.advanceAsync(1000)
    const written = [journal.append(entry('a', 1))]
    await settle()
    expect(sizes()).toEqual([1])
    batches[0]!.answer()
    for (const sequence of [2, 3, 4]) {
      await clock.advanceAsync(5)
      written.push(journal.append(entry('a', sequence)))
    }
    expect(sizes()).toEqual([1])
    await clock.advanceAsync(5)
    expect(sizes()).toEqual([1, 3])
    batches[1]!.answer()
    expect((await Promise.all(written)).map(({ position }) => position)).toEqual([1, 2, 3, 4])
    await clock.advanceAsync(100)
    void journal.append(entry('a', 5))
    await settle()
    expect(sizes()).toEqual([1, 3, 1])
  })

  test('with a spacing, what somebody waits for goes at once, with all that gathered before it', async () => {
    const { clock, batches, journal, sizes, settle } = setting({ spacing: 20 })
    await clock.advanceAsync(1000)
    void journal.append(entry('a', 1), true)
    await settle()
    // While one is written the next gathers, urgent or not.
    void journal.append(entry('b', 1), true)
    await settle()
    expect(sizes()).toEqual([1])
    batches[0]!.answer()
    await settle()
    expect(sizes()).toEqual([1, 1])
    batches[1]!.answer()
    await clock.advanceAsync(5)
    void journal.append(entry('a', 2))
    await clock.advanceAsync(5)
    expect(sizes()).toEqual([1, 1])
    void journal.append(entry('a', 3), true)
    await settle()
    expect(sizes()).toEqual([1, 1, 2])
    batches[2]!.answer()
    await settle()
    void journal.append(entry('a', 4))
    await clock.advanceAsync(19)
    expect(sizes()).toEqual([1, 1, 2])
    await clock.advanceAsync(1)
    expect(sizes()).toEqual([1, 1, 2, 1])
  })

  test('writes what gathered while it wrote, as soon as it has written', async () => {
    const { batches, journal, sizes, settle } = setting({ batch: 3 })
    const first = [journal.append(entry('a', 1)), journal.append(entry('b', 1))]
    await settle()
    const later = [2, 3, 4, 5].map((sequence) => journal.append(entry('a', sequence)))
    await settle()
    expect(sizes()).toEqual([2])
    batches[0]!.answer()
    await settle()
    expect(sizes()).toEqual([2, 3])
    batches[1]!.answer()
    await settle()
    batches[2]!.answer()
    const written = await Promise.all([...first, ...later])
    expect(written.map(({ position, sequence }) => [position, sequence])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
      [6, 5],
    ])
  })

  test('resolves and tells only what is durable', async () => {
    const { batches, journal, settle } = setting()
    const heard: number[] = []
    journal.watch(({ position }) => heard.push(position))
    let done = false
    const appended = journal.append(entry('a', 1)).then(() => (done = true))
    await settle()
    expect([done, heard]).toEqual([false, []])
    batches[0]!.answer()
    await appended
    expect(heard).toEqual([1])
  })

  test('is bounded: what is being written counts', async () => {
    const { journal, settle } = setting({ limit: 2, batch: 1 })
    const kept = [journal.append(entry('a', 1)), journal.append(entry('a', 2))]
    await settle()
    await expect(journal.append(entry('a', 3))).rejects.toMatchObject({ code: 'overloaded', details: { waiting: 2 } })
    expect(kept).toHaveLength(2)
  })

  test('tries again while the database is out of reach, and tells listeners of what had arrived', async () => {
    const { clock, batches, journal, settle } = setting()
    const heard: number[] = []
    journal.watch(({ position }) => heard.push(position))
    const appended = journal.append(entry('a', 1))
    await settle()
    batches[0]!.answer(() => Promise.reject(outOfReach))
    await clock.advanceAsync(50)
    expect(batches).toHaveLength(2)
    const stored = { ...entry('a', 1), position: 7 }
    batches[1]!.answer(async () => [{ type: 'known', stored }])
    expect([await appended, heard]).toEqual([stored, [7]])
  })

  test('gives up in the end, with all of the calls concerned, and works again afterwards', async () => {
    const { clock, batches, journal, settle } = setting({ batch: 1 })
    const appended = [journal.append(entry('a', 1)), journal.append(entry('a', 2)), journal.append(entry('b', 1))]
    const outcomes = Promise.allSettled(appended)
    await settle()
    for (let attempt = 0; attempt < 6; attempt++) {
      batches.at(-1)!.answer(() => Promise.reject(outOfReach))
      await clock.advanceAsync(3000)
    }
    batches.at(-1)!.answer()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    const next = journal.append(entry('a', 1))
    await settle()
    batches.at(-1)!.answer()
    expect((await next).sequence).toBe(1)
  })

  test('refuses what waits behind a refused entry of its call', async () => {
    const { batches, journal, settle } = setting({ batch: 1 })
    const outcomes = Promise.allSettled([1, 2].map((sequence) => journal.append(entry('a', sequence))))
    const other = journal.append(entry('b', 1))
    await settle()
    const failure = flatten(new OffhookError('conflict', 'taken'))
    batches[0]!.answer(async () => [{ type: 'refused', failure }])
    await settle()
    expect(batches[1]!.entries[0]?.call).toBe('b')
    batches[1]!.answer()
    await other
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'conflict',
      'conflict',
    ])
  })

  test('does not tell twice what was known before', async () => {
    const { batches, journal, settle } = setting()
    const heard: number[] = []
    journal.watch(({ position }) => heard.push(position))
    const again = journal.append(entry('a', 1))
    await settle()
    batches[0]!.answer(async () => [{ type: 'known', stored: { ...entry('a', 1), position: 3 } }])
    expect([(await again).position, heard]).toEqual([3, []])
  })

  test('does not tell again, after trying again, what was known long before', async () => {
    const { clock, batches, journal, settle } = setting()
    const heard: number[] = []
    journal.watch(({ position }) => heard.push(position))
    const first = journal.append(entry('a', 1))
    await settle()
    batches[0]!.answer()
    const { position } = await first
    const again = journal.append(entry('a', 1))
    await settle()
    batches[1]!.answer(() => Promise.reject(outOfReach))
    await clock.advanceAsync(50)
    batches[2]!.answer(async () => [{ type: 'known', stored: { ...entry('a', 1), position } }])
    expect([(await again).position, heard]).toEqual([position, [position]])
  })

  test('closing waits for what is under way', async () => {
    const { batches, journal, settle } = setting()
    const appended = journal.append(entry('a', 1))
    await settle()
    const closing = journal[Symbol.asyncDispose]()
    await expect(journal.append(entry('a', 2))).rejects.toMatchObject({ code: 'store.failed' })
    batches[0]!.answer()
    await closing
    expect((await appended).position).toBe(1)
  })
})
