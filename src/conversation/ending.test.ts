import { expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { conversationDefaults, type ConversationSettings } from './contract.ts'
import { Ending } from './ending.ts'
import { Waiters } from './waiters.ts'

function start(settings: Partial<ConversationSettings> = {}) {
  const clock = new VirtualClock()
  const waiters = new Waiters(clock)
  const said: string[] = []
  const talk = { quiet: true }
  const ending = new Ending({
    ...{ clock, waiters, settings: { ...conversationDefaults, endWarningText: 'Only {seconds} left.', ...settings } },
    quiet: () => talk.quiet,
    say: (text) => void said.push(`say ${text}`),
    tell: (text) => void said.push(`tell ${text}`),
  })
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  return { clock, waiters, said, talk, ending, pass }
}

test('the end is announced before it comes, once', async () => {
  const { ending, said, pass, clock } = start()
  ending.in(600_000)
  await pass(569_999)
  expect(said).toEqual([])
  await pass(1)
  expect(said).toEqual(['say Only 30 left.'])
  ending.in(40_000)
  await pass(60_000)
  expect(said).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('the agent is told where it is to say it in its own words', async () => {
  const { ending, said, pass } = start({ endWarningTo: 'agent', endWarning: 10_000 })
  ending.in(20_000)
  await pass(10_000)
  expect(said).toEqual(['tell Only 10 left.'])
})

test('nobody is talked over: it waits for a pause, for half of what is left', async () => {
  const { ending, said, pass, talk, waiters } = start()
  talk.quiet = false
  ending.in(60_000)
  await pass(40_000)
  expect(said).toEqual([])
  talk.quiet = true
  waiters.check()
  await settle()
  expect(said).toHaveLength(1)
  const other = start()
  other.talk.quiet = false
  other.ending.in(60_000)
  await other.pass(45_000)
  expect(other.said).toHaveLength(1)
})

test('where there is no time for it, or it is not wanted, nothing is said', async () => {
  for (const [settings, ms] of [
    [{}, 30_000],
    [{ endWarning: 0 }, 600_000],
  ] as const) {
    const { ending, said, pass } = start(settings)
    ending.in(ms)
    await pass(ms)
    expect(said).toEqual([])
  }
})

test('the end may be put off, and a talk that is over announces nothing', async () => {
  const { ending, said, pass, clock } = start()
  ending.in(60_000)
  ending.in(120_000)
  await pass(60_000)
  expect(said).toEqual([])
  ending.close()
  expect(clock.pending).toBe(0)
})
