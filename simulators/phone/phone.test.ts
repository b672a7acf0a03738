import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/lib/clock.ts'
import { silentFrame } from '../sound/frames.ts'
import { encodeMulaw } from '../sound/mulaw.ts'
import { silence, tone, toneShare } from '../sound/tones.ts'
import { tickerOf } from '../ticker.ts'
import { answeringMachine } from './machine.ts'
import { Phone, type PhoneOptions } from './phone.ts'

const speech = encodeMulaw(tone(440, 20))

/** A carrier that does nothing but pass sound: the other side speaks while `loud` says so. */
function inCall(options: Omit<PhoneOptions, 'clock'>, loud: (ms: number) => boolean = () => false) {
  const clock = new VirtualClock()
  const phone = new Phone({ clock, ...options })
  const pressed: string[] = []
  const events = { hungUpAt: -1 }
  let passed = 0
  const tick = tickerOf(clock).add(() => {
    phone.speak()
    phone.hear(loud(passed) ? speech : silentFrame.bytes)
    passed += 20
  })
  phone.connect({
    press: (digit) => pressed.push(`${digit}@${clock.monotonic()}`),
    hangup: () => {
      events.hungUpAt = clock.monotonic()
      tick[Symbol.dispose]()
      phone.disconnect('hung up')
    },
  })
  return { clock, phone, pressed, events }
}

test('says one thing after the other and is silent in between', async () => {
  const { clock, phone } = inCall({
    async script(self) {
      await self.sleep(100)
      await self.say(tone(440, 200))
      await self.say(tone(880, 200))
    },
  })
  await clock.advanceAsync(700)
  await phone.done
  const said = phone.said.pcm()
  expect(toneShare(said.subarray(0, 800), 440)).toBe(0)
  const start = said.findIndex((sample) => Math.abs(sample) > 100)
  expect(start / 8).toBeGreaterThanOrEqual(100)
  expect(start / 8).toBeLessThanOrEqual(142)
  expect(toneShare(said.subarray(start, start + 1600), 440)).toBeGreaterThan(0.95)
  expect(toneShare(said.subarray(start + 1640, start + 3200), 880)).toBeGreaterThan(0.95)
})

test('waits for the other side to speak and to finish', async () => {
  const times: number[] = []
  const { clock, phone } = inCall(
    {
      async script(self) {
        await self.waitForSpeech()
        times.push(clock.monotonic())
        await self.waitForSilence(500)
        times.push(clock.monotonic())
        self.hangup()
      },
    },
    (ms) => ms >= 1000 && ms < 2000,
  )
  await clock.advanceAsync(3000)
  await phone.done
  expect(times[0]).toBe(1040) // three loud frames: 1000, 1020, 1040
  expect(times[1]).toBeGreaterThanOrEqual(2480)
  expect(times[1]).toBeLessThanOrEqual(2500)
  expect(clock.pending).toBe(0)
})

test('a click is not speech', async () => {
  const { clock, phone } = inCall({ script: (self) => self.waitForSpeech(2000) }, (ms) => ms === 500 || ms === 540)
  await clock.advanceAsync(3000)
  await expect(phone.done).rejects.toThrow('no speech from the other side within 2000 ms')
})

test('presses keys with gaps', async () => {
  const { clock, pressed } = inCall({ script: (self) => self.press('1#', 300) })
  await clock.advanceAsync(1000)
  expect(pressed).toEqual(['1@0', '#@300'])
})

test('the end of the call cuts the script short without an error', async () => {
  let reached = false
  const { clock, phone } = inCall({
    async script(self) {
      await self.say(silence(60_000))
      reached = true
    },
  })
  await clock.advanceAsync(100)
  phone.hangup()
  await phone.done
  expect(reached).toBe(false)
  await expect(phone.say(speech)).rejects.toThrow('the call is over')
})

test('an error in the script is kept for whoever asks', async () => {
  const { clock, phone } = inCall({ script: () => Promise.reject(new Error('expected a greeting')) })
  await clock.advanceAsync(10)
  await expect(phone.done).rejects.toThrow('expected a greeting')
})

test('stops in mid-word when told', async () => {
  const { clock, phone } = inCall({ script: (self) => self.say(tone(440, 1000)) })
  await clock.advanceAsync(200)
  phone.shutUp()
  await clock.advanceAsync(200)
  expect(
    phone.said
      .pcm()
      .subarray(2400)
      .some((sample) => sample !== 0),
  ).toBe(false)
})

test('a phone serves one call', () => {
  const { phone } = inCall({})
  expect(() => phone.connect({ press: () => undefined, hangup: () => undefined })).toThrow('make a new one for each')
})

test('the tape knows when each frame passed', async () => {
  const { clock, phone } = inCall({}, (ms) => ms < 100)
  const start = clock.now()
  await clock.advanceAsync(200)
  expect(phone.heard.times[0]).toBe(start)
  expect(phone.heard.times[5]).toBe(start + 100)
  expect(phone.heard.pcm(start, start + 100).length).toBe(800)
  expect(toneShare(phone.heard.pcm(start + 100), 440)).toBe(0)
})

test('an answering machine greets, beeps, and gives up after a long silence', async () => {
  const clock = new VirtualClock()
  const { phone, greeted } = answeringMachine({ clock, greeting: tone(300, 1000), patience: 2000 })
  let over = false
  const tick = tickerOf(clock).add(() => {
    phone.speak()
    phone.hear(silentFrame.bytes)
  })
  phone.connect({ press: () => undefined, hangup: () => (over = true) })
  await clock.advanceAsync(1500)
  await greeted
  expect(toneShare(phone.said.pcm().subarray(8100, 11_000), 1000)).toBeGreaterThan(0.95)
  await clock.advanceAsync(4000)
  expect(over).toBe(true)
  tick[Symbol.dispose]()
  phone.disconnect('over')
})
