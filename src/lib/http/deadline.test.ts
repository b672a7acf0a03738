/** One limit over several waits. */
import { expect, test } from 'vitest'
import { VirtualClock } from '../clock.ts'
import { LibError } from '../failure.ts'
import { deadline } from './deadline.ts'

const late = () => new LibError('http.timeout', 'late')

test('aborts when the time is over, not before', () => {
  const clock = new VirtualClock()
  const bound = deadline(clock, 100, late, undefined)
  clock.advance(99)
  expect(bound.signal.aborted).toBe(false)
  clock.advance(1)
  expect(bound.signal.reason).toMatchObject({ message: 'late' })
})

test('paused it waits for ever; restarted it counts from there', () => {
  const clock = new VirtualClock()
  const bound = deadline(clock, 100, late, undefined)
  bound.pause()
  clock.advance(1000)
  bound.restart(50, () => new LibError('http.timeout', 'silent'))
  clock.advance(49)
  expect(bound.signal.aborted).toBe(false)
  clock.advance(1)
  expect(bound.signal.reason).toMatchObject({ message: 'silent' })
})

test('follows the caller, even when the caller gave up before', () => {
  const clock = new VirtualClock()
  const caller = new AbortController()
  const bound = deadline(clock, 100, late, caller.signal)
  caller.abort('gone')
  expect(bound.signal.reason).toBe('gone')
  expect(deadline(clock, 100, late, caller.signal).signal.reason).toBe('gone')
})

test('ended it leaves no timer and hears no caller', () => {
  const clock = new VirtualClock()
  const caller = new AbortController()
  const bound = deadline(clock, 100, late, caller.signal)
  bound.end()
  caller.abort('gone')
  clock.advance(1000)
  expect([bound.signal.aborted, clock.pending]).toEqual([false, 0])
})
