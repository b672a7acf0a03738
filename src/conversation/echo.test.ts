import { expect, test } from 'vitest'
import { noise } from '../media/tones.ts'
import { EchoGuard } from './echo.ts'

const rate = 8_000
const said = noise(3, { rate, ms: 1_200, level: -20 })
const part = (from: number, to: number) => said.subarray((from * rate) / 1_000, (to * rate) / 1_000)

/** Said at 1000; hushed after 300 ms for 900 ms, longer than any way back; what was kept is heard from 2200 on. */
function hushed(): EchoGuard {
  const guard = new EchoGuard()
  guard.say(part(0, 600), rate, 1_000, 1_000)
  guard.hush(1_300)
  guard.say(part(600, 1_200), rate, 1_500 + 300, 1_500)
  guard.goOn(2_200)
  return guard
}

test('what is said again after a hush comes back as an echo at its new time, and what was written meanwhile behind it', () => {
  const guard = hushed()
  guard.hear(part(400, 720), rate)
  expect(guard.isEcho(320, 2_200 + 420 + 100)).toBe(true)
  guard.hear(part(700, 1_020), rate)
  expect(guard.isEcho(320, 2_200 + 720 + 100)).toBe(true)
})

test('what was kept and then cleared never comes back', () => {
  const guard = new EchoGuard()
  guard.say(part(0, 1_200), rate, 1_000, 1_000)
  guard.hush(1_300)
  guard.clear(1_400)
  guard.goOn(1_500)
  guard.hear(part(400, 720), rate)
  expect(guard.isEcho(320, 1_500 + 420 + 100)).toBe(false)
})
