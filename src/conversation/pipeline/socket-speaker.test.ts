import { describe, expect, test } from 'vitest'
import { settle } from '../../lib/clock.ts'
import { OffhookError } from '../../spec/errors.ts'
import { fakeVoice, FakeVendor } from './socket-fakes.ts'
import { openSocketSpeaker } from './socket-speaker.ts'

async function start(vendor = new FakeVendor()) {
  const usage: object[] = []
  const speaker = await openSocketSpeaker({
    ...vendor.needs,
    spec: fakeVoice,
    config: fakeVoice.settings.parse({}),
    used: (used) => void usage.push(used),
  })
  const abort = new AbortController()
  /** A sentence, and what came of it. */
  const speak = (text: string) => {
    const result: { ms: number; ended: boolean; error: unknown } = { ms: 0, ended: false, error: undefined }
    const run = async () => {
      for await (const pcm of speaker.speak(text, abort.signal)) result.ms += pcm.length / 16
      result.ended = true
    }
    run().catch((error: unknown) => (result.error = error))
    return result
  }
  /** The names the vendor knows its sentences by. */
  const contexts = () => vendor.words.flatMap((word) => (word.startsWith('speak ') ? [word.split(' ')[1] ?? ''] : []))
  const sound = async (context: string | undefined) => {
    vendor.ends.at(-1)?.send(Buffer.from(context ?? ''))
    await settle()
  }
  return { vendor, speaker, speak, contexts, sound, abort, usage }
}

describe('a sentence', () => {
  test('is spoken in a context of its own, also beside another', async () => {
    const { vendor, speak, contexts, sound } = await start()
    const [one, two] = [speak('One.'), speak('Two.')]
    await settle()
    expect(vendor.words).toEqual(['opened', `speak ${contexts()[0]} One.`, `speak ${contexts()[1]} Two.`])
    await sound(contexts()[1])
    await sound(contexts()[0])
    await sound(contexts()[0])
    await vendor.say({ type: 'spoken', context: contexts()[0] })
    expect([one, two]).toMatchObject([
      { ms: 200, ended: true },
      { ms: 100, ended: false },
    ])
    expect(vendor.words.filter((word) => word.startsWith('cancel'))).toEqual([])
  })

  test('that nobody wants any more is cancelled at the vendor, and what still comes of it is dropped', async () => {
    const { vendor, speak, contexts, sound, abort } = await start()
    const one = speak('One.')
    await settle()
    await sound(contexts()[0])
    abort.abort(new Error('interrupted'))
    await settle()
    await sound(contexts()[0])
    expect(one).toMatchObject({ ms: 100, error: { message: 'interrupted' } })
    expect(vendor.words.at(-1)).toBe(`cancel ${contexts()[0]}`)
    expect(vendor.clock.pending).toBe(0)
  })

  test('that fails alone leaves the others alone', async () => {
    const { vendor, speak, contexts, sound } = await start()
    const [one, two] = [speak('One.'), speak('Two.')]
    await settle()
    const failed = { type: 'failed', code: 'vendor.refused', message: 'bad text', fatal: false }
    await vendor.say({ ...failed, context: contexts()[0] })
    await sound(contexts()[1])
    expect(one.error).toMatchObject({ code: 'vendor.refused', message: 'Voice: bad text' })
    expect(two).toMatchObject({ ms: 100, error: undefined })
  })

  test('without sound for too long is given up', async () => {
    const { vendor, speak } = await start()
    const one = speak('One.')
    await vendor.clock.advanceAsync(8_000)
    expect(one.error).toMatchObject({ code: 'vendor.timeout' })
    expect(vendor.words.at(-1)).toMatch(/^cancel/)
  })

  test('waits for a vendor that is not ready', async () => {
    const vendor = new FakeVendor()
    vendor.welcome = []
    const { speak } = await start(vendor)
    speak('One.')
    await settle()
    expect(vendor.words).toEqual(['opened'])
    await vendor.say({ type: 'ready' })
    expect(vendor.words.at(-1)).toMatch(/One\.$/)
  })
})

describe('the socket', () => {
  test('that is lost breaks what was being said, and is open again for the next sentence', async () => {
    const { vendor, speak } = await start()
    const one = speak('One.')
    await settle()
    await vendor.close(1011)
    expect(one.error).toMatchObject({ code: 'vendor.failed' })
    await vendor.clock.advanceAsync(300)
    expect(vendor.ends).toHaveLength(2)
    speak('Two.')
    await settle()
    expect(vendor.ends).toHaveLength(2)
    expect(vendor.words.at(-1)).toMatch(/Two\.$/)
  })

  test('that cannot be opened again fails the next sentence, which tries', async () => {
    const { vendor, speak } = await start()
    const refusal = () => new OffhookError('vendor.failed', 'down')
    vendor.refusals.push(refusal(), refusal())
    await vendor.close(1011)
    await vendor.clock.advanceAsync(5_000)
    const two = speak('Two.')
    await settle()
    expect(two.error).toMatchObject({ code: 'vendor.failed' })
    speak('Three.')
    await settle()
    expect(vendor.words.at(-1)).toMatch(/Three\.$/)
  })

  test('that the vendor closes for a reason that will not pass is not opened again by itself', async () => {
    const { vendor } = await start()
    await vendor.say({ type: 'failed', code: 'vendor.credentials', message: 'key revoked', fatal: true })
    await vendor.clock.advanceAsync(60_000)
    expect(vendor.ends).toHaveLength(1)
  })

  test('is closed with the speaker, and nothing is left', async () => {
    const { vendor, speaker, speak, usage } = await start()
    const one = speak('One.')
    await vendor.say({ type: 'usage', usage: { characters: 4 } })
    await speaker[Symbol.asyncDispose]()
    await settle()
    expect(usage).toEqual([{ characters: 4 }])
    expect(one.error).toBeInstanceOf(Error)
    expect(vendor.words.at(-1)).toBe('finish')
    expect(vendor.ends[0]?.open).toBe(false)
    expect(vendor.clock.pending).toBe(0)
  })

  test('that does not open refuses the speaker', async () => {
    const vendor = new FakeVendor()
    vendor.refusals.push(new OffhookError('vendor.credentials', 'no'))
    await expect(start(vendor)).rejects.toMatchObject({ code: 'vendor.credentials' })
    expect(vendor.clock.pending).toBe(0)
  })
})
