import { describe, expect, test } from 'vitest'
import { encodeMulaw, tone, writeWav } from '../../simulators/index.ts'
import { VirtualClock } from '../lib/clock.ts'
import { Caller, makeReady, type Ready } from './caller.ts'

const word = tone(440, 400)
const loud = encodeMulaw(tone(300, 20))
const quiet = new Uint8Array(160).fill(0xff)

interface Step {
  readonly at: number
  readonly what: string
}

/** A caller on a line whose other side speaks while `speaks` says so; every 20 ms both sides have a frame. */
function setting(acts: readonly Ready[], stay: boolean, speaks: (ms: number) => boolean) {
  const clock = new VirtualClock()
  const caller = new Caller(clock, acts, stay)
  const { phone } = caller
  const steps: Step[] = []
  const line = { over: false }
  let said = false
  const note = (what: string) => void steps.push({ at: Math.round(clock.monotonic() / 100) * 100, what })
  phone.connect({
    press: (digit) => note(`key ${digit}`),
    hangup: () => {
      note('hung up')
      line.over = true
      phone.disconnect('hung up')
    },
  })
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms && !line.over; passed += 20) {
      await clock.advanceAsync(20)
      phone.hear(speaks(clock.monotonic()) ? loud : quiet)
      const talking = phone.speak().bytes.some((code) => code !== 0xff)
      if (talking && !said) note('speaks')
      said = talking
    }
  }
  return { caller, phone, steps, run }
}

const say: Ready = { type: 'say', sound: word }

describe('a simulated caller', () => {
  test('lets the greeting finish, speaks, hears the answer out, and hangs up', async () => {
    const greetingAndAnswer = (ms: number) => (ms > 1_000 && ms < 3_000) || (ms > 5_500 && ms < 7_000)
    const { run, steps } = setting([say], false, greetingAndAnswer)
    await run(20_000)
    expect(steps).toEqual([
      { at: 4_200, what: 'speaks' },
      { at: 8_200, what: 'hung up' },
    ])
  })

  test('takes what was said meanwhile for the answer', async () => {
    const { run, steps } = setting([{ type: 'pause', ms: 0 }, say], false, (ms) => ms > 100 && ms < 300)
    await run(20_000)
    expect(steps.map(({ what }) => what)).toEqual(['speaks', 'hung up'])
    expect(steps[1]!.at).toBeLessThan(3_000)
  })

  test('waits eight seconds for a greeting that never comes, and twenty for an answer', async () => {
    const { run, steps } = setting([say], false, () => false)
    await run(60_000)
    expect(steps.map(({ at }) => at)).toEqual([8_400, 29_200])
  })

  test('talks over the other side after a pause', async () => {
    const { run, steps } = setting([{ type: 'pause', ms: 500 }, say, { type: 'hangup' }], false, () => true)
    await run(1_200)
    expect(steps).toEqual([{ at: 500, what: 'speaks' }])
  })

  test('stays on the line when told to, and does what comes later, keys too', async () => {
    const { caller, run, steps } = setting([{ type: 'pause', ms: 0 }], true, () => false)
    await run(30_000)
    expect(steps).toEqual([])
    expect(
      caller.add([
        { type: 'pause', ms: 0 },
        { type: 'press', digits: '12' },
      ]),
    ).toBe(2)
    await run(1_000)
    expect(steps.map(({ what }) => what)).toEqual(['key 1', 'key 2'])
  })

  test('who listens and is told to hang up does so at once; after other acts it comes in its turn', async () => {
    const { caller, run, steps } = setting([{ type: 'pause', ms: 0 }, say], true, () => false)
    await run(3_000)
    caller.add([{ type: 'hangup' }])
    await run(100)
    expect(steps.map(({ what }) => what)).toEqual(['speaks', 'hung up'])
  })

  test('takes no endless script', () => {
    const { caller } = setting([], true, () => false)
    expect(() => caller.add(Array.from({ length: 501 }, () => say))).toThrow(
      expect.objectContaining({ code: 'request.invalid' }),
    )
  })
})

test('acts are made ready in order: spoken, read, pressed', async () => {
  const spoken: string[] = []
  const speak = async (text: string) => {
    spoken.push(text)
    return word
  }
  const audio = Buffer.from(writeWav({ rate: 16_000, channels: [new Int16Array(1_600)] })).toString('base64')
  const ready = await makeReady(
    [{ say: 'Hello' }, { audio }, { digits: '1#' }, { pauseMs: 5 }, { hangup: true }],
    speak,
  )
  expect(ready.map(({ type }) => type)).toEqual(['say', 'say', 'press', 'pause', 'hangup'])
  expect(spoken).toEqual(['Hello'])
  expect(ready[1]).toMatchObject({ sound: { length: 800 } })
  await expect(makeReady([{ audio: 'UklGRg==' }], speak)).rejects.toMatchObject({ code: 'audio.malformed' })
})
