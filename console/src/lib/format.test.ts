import { expect, test } from 'vitest'
import { ago, callStatus, count, duration, moment, money, phone, span, words } from './format.ts'

const now = new Date(2026, 10, 21, 18, 30, 0).getTime()
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

test.each([
  [-5, '00:00'],
  [999, '00:00'],
  [61_000, '01:01'],
  [3_599_000, '59:59'],
  [3_723_000, '1:02:03'],
])('%d ms lasts %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [240.4, '240 ms'],
  [1_440, '1.4 s'],
  [150_000, '3 min'],
])('a span of %d ms is %s', (ms, text) => {
  expect(span(ms)).toBe(text)
})

test.each([
  [now - 10_000, '18:29'],
  [now - day, '20 Nov 18:30'],
  [now - 365 * day, '21 Nov 2025 18:30'],
])('a moment is told as shortly as it can be', (at, text) => {
  expect(moment(at, now)).toBe(text)
})

test.each([
  [now + 5_000, 'just now'],
  [now - 30_000, 'just now'],
  [now - 50_000, '1 min ago'],
  [now - 59 * minute, '59 min ago'],
  [now - 5 * hour, '5 h ago'],
  [now - 2 * day, '19 Nov 18:30'],
])('what was lately is told as such', (at, text) => {
  expect(ago(at, now)).toBe(text)
})

test.each([
  [{ amount: 0.0085, currency: 'USD' }, 'US$0.0085'],
  [{ amount: 1.5, currency: 'EUR' }, '€1.50'],
])('money shows its small change', (cost, text) => {
  expect(money(cost)).toBe(text)
})

test('numbers of ten digits are grouped, others stay', () => {
  expect(phone('+14155550100')).toBe('+1 415 555 0100')
  expect(phone('sip:ada@example.com')).toBe('sip:ada@example.com')
  expect(count(12_345)).toBe('12,345')
})

test('identifiers become words, and an unknown status is shown as it came', () => {
  expect(words('caller-hangup')).toBe('Caller hangup')
  expect([words('sip'), words('sip-gossip')]).toEqual(['SIP', 'SIP gossip'])
  expect(callStatus('no-answer')).toEqual({ label: 'No answer', tone: 'warn' })
  expect(callStatus('parked')).toEqual({ label: 'parked', tone: 'neutral' })
})
