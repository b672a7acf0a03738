import { describe, expect, test } from 'vitest'
import { LibError } from '../../lib/failure.ts'
import { settle } from '../../lib/clock.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { PartHost } from '../../spec/speech.ts'
import { fakeEars, FakeVendor } from './socket-fakes.ts'
import { type HeardEvent, openSocketRecogniser } from './socket-recogniser.ts'

async function start(vendor = new FakeVendor(), clock: PartHost['clock'] = vendor.clock) {
  const heard: HeardEvent[] = []
  const lost: OffhookError[] = []
  const session = await openSocketRecogniser({
    ...vendor.needs,
    host: { ...vendor.needs.host, clock },
    spec: fakeEars,
    config: fakeEars.settings.parse({}),
    hear: (event) => void heard.push(event),
    lost: (error) => void lost.push(error),
  })
  /** The caller's line, in real time. */
  const line = async (ms: number) => {
    for (let at = 0; at < ms; at += 20) {
      session.write(new Int16Array(320).fill(7))
      await vendor.clock.advanceAsync(20)
    }
  }
  return { vendor, heard, lost, session, line }
}

function quiet(): FakeVendor {
  const vendor = new FakeVendor()
  vendor.welcome = []
  return vendor
}

describe('sound', () => {
  test('goes to the vendor as it comes, and nothing goes before the first of it', async () => {
    const { vendor, line } = await start()
    await vendor.clock.advanceAsync(3_000)
    expect(vendor.came.at(-1)).toEqual(['opened'])
    await line(100)
    expect(vendor.came.at(-1)).toEqual(['opened', '20 ms', '20 ms', '20 ms', '20 ms', '20 ms'])
  })

  test('is kept until the vendor is ready, and then follows faster than it was spoken, with the end of the turn behind it', async () => {
    const { vendor, session, line } = await start(quiet())
    await line(400)
    session.flush()
    expect(vendor.came.at(-1)).toEqual(['opened'])
    await vendor.say({ type: 'ready' })
    await line(80)
    expect(vendor.soundMs).toBe(320)
    expect(vendor.words).toEqual(['opened'])
    await line(60)
    expect(vendor.words).toEqual(['opened', 'flush'])
    expect(vendor.came.at(-1)?.indexOf('flush')).toBe(21)
    expect(vendor.soundMs).toBe(540)
  })

  test('is silence where the line is silent', async () => {
    const { vendor, line } = await start()
    await line(100)
    await vendor.clock.advanceAsync(2_000)
    expect(vendor.soundMs).toBeGreaterThanOrEqual(1_850)
    expect(vendor.soundMs).toBeLessThanOrEqual(2_100)
    await line(1_000)
    expect(vendor.soundMs).toBeLessThanOrEqual(3_150)
  })

  test('that waits because we were held up ourselves is not cut in two by silence', async () => {
    const vendor = new FakeVendor()
    let heldUp = 0
    const { clock } = vendor
    const late: PartHost['clock'] = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + heldUp,
      timer: (delay, run) => clock.timer(delay, run),
      sleep: (delay, signal) => clock.sleep(delay, signal),
    }
    const { session } = await start(vendor, late)
    // Of another length than the silence that fills.
    session.write(new Int16Array(288))
    heldUp = 600
    await clock.advanceAsync(100)
    for (let at = 0; at < 700; at += 18) session.write(new Int16Array(288))
    await clock.advanceAsync(1_000)
    expect(vendor.came.at(-1)?.slice(1, 41)).toEqual(Array.from({ length: 40 }, () => '18 ms'))
  })

  test('in lumps is cut into pieces', async () => {
    const { vendor, session } = await start()
    session.write(new Int16Array(1600))
    expect(vendor.came.at(-1)?.slice(1)).toEqual(['20 ms', '20 ms', '20 ms', '20 ms', '20 ms'])
  })
})

describe('the session', () => {
  test('tells what the vendor heard', async () => {
    const { vendor, heard } = await start()
    await vendor.say({ type: 'text', text: 'yes', final: true }, { type: 'flushed' })
    expect(heard).toEqual([{ type: 'text', text: 'yes', final: true }, { type: 'flushed' }])
  })

  test('keeps a vendor awake by the clock, and leaves nothing set', async () => {
    const { vendor, session } = await start()
    await vendor.clock.advanceAsync(11_000)
    expect(vendor.words).toEqual(['opened', 'idle', 'idle'])
    await session[Symbol.asyncDispose]()
    expect(vendor.words.at(-1)).toBe('finish')
    expect(vendor.clock.pending).toBe(0)
    expect(vendor.ends[0]?.open).toBe(false)
  })

  test('a vendor that is never ready is given up', async () => {
    const { vendor, lost } = await start(quiet())
    await vendor.clock.advanceAsync(10_000)
    expect(lost).toMatchObject([{ code: 'vendor.timeout' }])
    expect(vendor.clock.pending).toBe(0)
  })

  test.each([
    ['in the vendor’s own words', 4001, 'vendor.credentials', 'the key was refused (bad [redacted])'],
    ['in ours otherwise', 1011, 'vendor.failed', 'Ears: the socket closed with 1011 (bad [redacted])'],
  ] as const)('a close is explained %s, without the key', async (_, code, expected, message) => {
    const { vendor, lost, heard } = await start()
    await vendor.close(code, 'bad sk-very-secret')
    expect(lost.map((error) => [error.code, error.message])).toEqual([[expected, message]])
    expect(heard).toEqual([])
  })

  test('a failure that ends it is told once, another is passed on', async () => {
    const { vendor, lost, heard } = await start()
    const failed = { type: 'failed', code: 'vendor.failed', message: 'slow' }
    await vendor.say({ ...failed, fatal: false }, { ...failed, fatal: true }, { type: 'flushed' })
    expect(heard).toMatchObject([{ type: 'failed', message: 'Ears: slow' }])
    expect(lost).toMatchObject([{ code: 'vendor.failed', message: 'Ears: slow' }])
    expect(vendor.ends[0]?.open).toBe(false)
  })

  test('a message that the translator cannot read ends it, and names the vendor', async () => {
    const { vendor, lost } = await start()
    vendor.ends[0]?.send('sk-very-secret')
    await settle()
    expect(lost).toMatchObject([{ code: 'internal' }])
    expect(lost[0]?.message).toMatch(/^Ears: a message was not understood/)
    expect(lost[0]?.message).not.toContain('sk-very-secret')
  })
})

describe('a vendor that cannot be opened', () => {
  test('may say which model it does not know: only keys are hidden', async () => {
    const vendor = new FakeVendor()
    const cause = new LibError('socket.refused', 'wss://ears.test answered HTTP 400', {
      status: 400,
      said: 'no model nova-general-9 for sk-very-secret',
    })
    vendor.refusals.push(new OffhookError('carrier.failed', cause.message, { cause }))
    await expect(start(vendor)).rejects.toThrow('no model nova-general-9 for [redacted]')
  })

  test.each([
    [401, 'vendor.credentials'],
    [402, 'vendor.refused'],
    [400, 'vendor.refused'],
    [429, 'vendor.rate-limited'],
    [503, 'vendor.failed'],
  ] as const)('answering %i is %s', async (status, code) => {
    const vendor = new FakeVendor()
    const cause = new LibError('socket.refused', `wss://ears.test answered HTTP ${status}`, {
      status,
      said: 'sk-very-secret is wrong',
    })
    vendor.refusals.push(new OffhookError('carrier.failed', cause.message, { cause }))
    const error: unknown = await start(vendor).catch((error: unknown) => error)
    expect(error).toMatchObject({ code })
    expect(String(error)).toContain('Ears: ')
    expect(String(error)).not.toContain('sk-very-secret')
    expect(vendor.clock.pending).toBe(0)
  })
})
