import { describe, expect, test } from 'vitest'
import { encodeMulaw } from '../simulators/index.ts'
import { Resampler } from '../src/media/resample.ts'
import { Ledger } from './ledger.ts'
import { writeStamp } from './stamp.ts'
import { frameLength, noiseTape } from './tape.ts'

const window = { from: 1000, to: 3000 }
const tape = noiseTape(4000)

/** What a caller says in frame `index`. */
function said(index: number, call = 1): Uint8Array {
  const bytes = tape.bytes.slice(index * frameLength, (index + 1) * frameLength)
  writeStamp(bytes, { call, frame: index })
  return bytes
}

/** Four seconds of frames; `back` gives each its return, or none. */
function run(back: (index: number, ledger: Ledger) => void): Ledger {
  const ledger = new Ledger(1)
  for (let index = 0; index < 200; index++) {
    ledger.sent(said(index), index * 20)
    back(index, ledger)
  }
  return ledger
}

describe('frames that come back as they were', () => {
  test('are counted within the window, with what the way added', () => {
    const echo = run((index, own) => own.returned(said(index), index * 20 + 3))
    const { sent, lost, added } = echo.exact(window)
    expect({ sent, lost, most: Math.max(...added), least: Math.min(...added) }).toEqual({
      ...{ sent: 100, lost: 0, most: 3, least: 3 },
    })
  })

  test('one that never returns is lost, one that returns twice is not two, and those of another call are none', () => {
    const ledger = run((index, own) => {
      if (index === 70) return
      own.returned(index === 80 ? said(index, 2) : said(index), index * 20 + 3)
      if (index === 90) own.returned(said(index), index * 20 + 40)
    })
    expect(ledger.exact(window)).toMatchObject({ sent: 100, lost: 2 })
    expect(Math.max(...ledger.exact(window).added)).toBe(3)
  })
})

describe('frames that come back through filters', () => {
  const resampled = (skip: (index: number) => boolean) => {
    const [up, down] = [new Resampler(8000, 24_000), new Resampler(24_000, 8000)]
    return run((index, own) => {
      const pcm = down.process(up.process(tape.pcm.slice(index * frameLength, (index + 1) * frameLength)))
      if (!skip(index)) own.returned(encodeMulaw(pcm), index * 20 + 5)
    })
  }

  test('are recognised, and the filters are part of what the way adds', () => {
    const { sent, lost, added } = resampled(() => false).alike(window, tape)
    expect({ sent, lost }).toEqual({ sent: 100, lost: 0 })
    const [least, most] = [Math.min(...added), Math.max(...added)]
    expect(most).toBe(least)
    expect(least).toBeGreaterThan(8)
    expect(least).toBeLessThan(14)
  })

  test('a missing one is found by its sound, though nothing else tells', () => {
    expect(resampled((index) => index === 100 || index === 101).alike(window, tape)).toMatchObject({
      sent: 100,
      lost: 2,
    })
  })
})

describe('interruptions', () => {
  /** The agent sounds every 20 ms up to `until`, and again from `again`. */
  const talk = (until: number, again = Infinity) => {
    const ledger = new Ledger(1)
    for (let index = 0; index < 400; index++) ledger.sent(said(index), index * 20)
    const sound = new Uint8Array(160)
    for (let at = 5; at < 8000; at += 20) if (at <= until || at >= again) ledger.returned(sound, at)
    return ledger
  }
  const whole = { from: 0, to: 8000 }
  const at60 = (frame: number) => frame === 60

  test('from the onset to the last of the sound before the pause', () => {
    expect(talk(1305, 2105).interruptions(whole, at60)).toEqual([{ frame: 60, silentMs: 105 }])
  })

  test('an onset while nothing sounds is none; one that stops nothing is told', () => {
    expect(talk(1000, 3000).interruptions(whole, at60)).toEqual([])
    expect(talk(8000).interruptions(whole, at60)).toEqual([{ frame: 60, silentMs: undefined }])
  })
})
