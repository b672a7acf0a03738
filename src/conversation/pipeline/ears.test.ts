import { describe, expect, test } from 'vitest'
import { settle } from '../../lib/clock.ts'
import { silentLogger } from '../../lib/log.ts'
import { OffhookError } from '../../spec/errors.ts'
import { type EarsEvent, openEars } from './ears.ts'
import { FakeRecogniser } from './fakes.ts'
import { segmentPart, socketPart, type ListenerPart } from './listeners.ts'
import { fakeEars, FakeVendor } from './socket-fakes.ts'
import { type Candidate, Standby } from './standby.ts'

type Turns = 'engine' | 'vendor'

function socket(vendor: FakeVendor, turns: Turns = 'engine'): Candidate<ListenerPart> {
  const config = fakeEars.settings.parse({ turns })
  return { name: 'Ears', open: async () => socketPart({ ...vendor.needs, spec: fakeEars, config }) }
}

function segments(recogniser: FakeRecogniser): Candidate<ListenerPart> {
  return { name: 'Segments', open: async () => segmentPart(recogniser) }
}

async function start(vendor: FakeVendor, ...candidates: readonly Candidate<ListenerPart>[]) {
  const replaced: string[] = []
  const standby = new Standby({ candidates, replaced: ({ message }) => void replaced.push(message) })
  const ears = await openEars({ standby, clock: vendor.clock, logger: silentLogger })
  const events: EarsEvent[] = []
  ears.hear((event) => void events.push(event))
  /** The caller's line, in real time. `level` 0: they say nothing. */
  const line = async (ms: number, level = 4_000) => {
    for (let at = 0; at < ms; at += 20) {
      ears.write(new Int16Array(320).map((_, sample) => Math.round(level * Math.sin(sample / 8))))
      await vendor.clock.advanceAsync(20)
    }
  }
  /** A turn as our detector sees it. */
  const turn = async (ms = 400) => {
    ears.start(0)
    await line(ms)
    ears.stop(0)
    await settle()
  }
  const texts = () => events.flatMap((event) => (event.type === 'turn' ? [event.text] : []))
  return { ears, events, line, turn, texts, replaced, standby }
}

const text = (text: string, final = true) => ({ type: 'text', text, final })
const flushed = { type: 'flushed' }

describe('a recogniser over a socket, with turns of ours', () => {
  test('gives the text of a turn once it was flushed', async () => {
    const vendor = new FakeVendor()
    const { ears, turn, events } = await start(vendor, socket(vendor))
    expect([ears.turns, ears.rate, ears.listening]).toEqual(['engine', 16_000, false])
    const speaking = turn()
    await settle()
    expect(ears.listening).toBe(true)
    await vendor.say(text('A', false), text('A table', false))
    await speaking
    expect([ears.listening, ears.pending]).toEqual([false, 1])
    expect(vendor.words).toEqual(['opened', 'flush'])
    await vendor.say(text('A table'), text('for two.'), flushed)
    expect(events).toEqual([
      { type: 'interim', text: 'A' },
      { type: 'interim', text: 'A table' },
      { type: 'interim', text: 'A table for two.' },
      { type: 'turn', text: 'A table for two.', asked: true },
    ])
    expect(ears.pending).toBe(0)
  })

  test('a turn without words is one, and the next begins empty', async () => {
    const vendor = new FakeVendor()
    const { turn, texts } = await start(vendor, socket(vendor))
    await turn()
    await vendor.say(flushed)
    await turn()
    await vendor.say(text('yes'), flushed)
    expect(texts()).toEqual(['', 'yes'])
  })

  test('what comes too late is not waited for: what is there is the turn, and nothing is told twice', async () => {
    const vendor = new FakeVendor()
    const { turn, texts } = await start(vendor, socket(vendor))
    await turn()
    await vendor.say(text('yes', false))
    await vendor.clock.advanceAsync(2_500)
    expect(texts()).toEqual(['yes'])
    await vendor.say(text('Yes.'), flushed)
    await turn()
    await vendor.say(text('No.'), flushed)
    expect(texts()).toEqual(['yes', 'No.'])
  })

  test('what was taken early does not hide the words of the next turn', async () => {
    const vendor = new FakeVendor()
    const { turn, texts } = await start(vendor, socket(vendor))
    await turn()
    await vendor.say(text('yes', false))
    await vendor.clock.advanceAsync(2_500)
    await vendor.say(flushed)
    await turn()
    await vendor.say(text('No.'), flushed)
    expect(texts()).toEqual(['yes', 'No.'])
  })

  test('a yes that our detector did not hear is a turn of its own', async () => {
    const vendor = new FakeVendor()
    const { line, events, texts } = await start(vendor, socket(vendor))
    await line(100, 0)
    await vendor.say(text('yes', false))
    await vendor.clock.advanceAsync(700)
    expect(vendor.words.at(-1)).toBe('flush')
    await vendor.say(text('Yes.'), flushed)
    expect(texts()).toEqual(['Yes.'])
    expect(events.at(-1)).toMatchObject({ asked: false })
  })

  test('words that came before our detector heard them are of the turn that it hears', async () => {
    const vendor = new FakeVendor()
    const { turn, texts } = await start(vendor, socket(vendor))
    await vendor.say(text('Yes'))
    await turn(1_000)
    await vendor.say(text('please.'), flushed)
    expect(texts()).toEqual(['Yes please.'])
  })
})

describe('a recogniser that is lost', () => {
  test('within a turn is opened again and hears the turn from its beginning: nothing is missing, nothing twice', async () => {
    const vendor = new FakeVendor()
    const { ears, line, texts, replaced } = await start(vendor, socket(vendor))
    ears.start(0)
    await line(400)
    await vendor.say(text('A table'))
    await vendor.close(1011)
    await line(400)
    expect(vendor.ends).toHaveLength(2)
    ears.stop(0)
    await line(400, 0)
    // All of the turn, then the silence after it.
    expect(vendor.came.at(-1)?.indexOf('flush')).toBe(41)
    await vendor.say(text('A table for two.'), flushed)
    expect(texts()).toEqual(['A table for two.'])
    expect(replaced).toEqual([])
  })

  test('after a turn hears the turn that it did not answer again', async () => {
    const vendor = new FakeVendor()
    const { turn, line, texts } = await start(vendor, socket(vendor))
    await turn(400)
    await vendor.close(1011)
    await line(600, 0)
    expect(vendor.words).toEqual(['opened', 'flush'])
    expect(vendor.came.at(-1)?.indexOf('flush')).toBe(21)
    await vendor.say(text('yes'), flushed)
    expect(texts()).toEqual(['yes'])
  })

  test('for good is replaced without losing the turn', async () => {
    const vendor = new FakeVendor()
    const recogniser = new FakeRecogniser()
    recogniser.answers.push('A table for two.')
    const { ears, turn, texts, replaced } = await start(vendor, socket(vendor), segments(recogniser))
    await turn(400)
    await vendor.say({ type: 'failed', code: 'vendor.credentials', message: 'key revoked', fatal: true })
    await settle()
    expect(texts()).toEqual(['A table for two.'])
    expect(recogniser.heard[0]?.length).toBe(6_400)
    expect(replaced).toEqual(['Ears failed (Ears: key revoked): Segments takes its place for the rest of the call'])
    recogniser.answers.push('Yes.')
    await turn()
    expect(texts()).toEqual(['A table for two.', 'Yes.'])
    await ears[Symbol.asyncDispose]()
    expect([recogniser.disposals, vendor.clock.pending]).toEqual([1, 0])
  })

  test('that never answers the end of a turn is opened again, then replaced, and the turn is answered', async () => {
    const vendor = new FakeVendor()
    const recogniser = new FakeRecogniser()
    recogniser.answers.push('At last.')
    const { turn, texts, replaced } = await start(vendor, socket(vendor), segments(recogniser))
    await turn()
    await vendor.clock.advanceAsync(10_000)
    expect(vendor.ends).toHaveLength(2)
    expect(texts()).toEqual(['At last.'])
    expect(replaced[0]).toContain('had no answer to the end of a turn')
  })

  test('again and again, but after a long time each, is opened again each time', async () => {
    const vendor = new FakeVendor()
    const { events, replaced } = await start(vendor, socket(vendor), segments(new FakeRecogniser()))
    for (let loss = 1; loss <= 3; loss++) {
      await vendor.clock.advanceAsync(61_000)
      await vendor.close(1000)
      await vendor.clock.advanceAsync(3_000)
      expect(vendor.ends).toHaveLength(loss + 1)
    }
    expect([events, replaced]).toEqual([[], []])
  })

  test('with nobody left is told once', async () => {
    const vendor = new FakeVendor()
    const { turn, events, ears } = await start(vendor, socket(vendor))
    await turn()
    vendor.refusals.push(new OffhookError('vendor.failed', 'down'), new OffhookError('vendor.failed', 'down'))
    await vendor.close(1011)
    await vendor.clock.advanceAsync(10_000)
    expect(events).toMatchObject([{ type: 'broken' }])
    expect(ears.pending).toBe(0)
  })

  test('when it cannot be opened at first, whoever stands in is there from the start', async () => {
    const vendor = new FakeVendor()
    vendor.refusals.push(new OffhookError('vendor.failed', 'down'))
    const { ears, replaced } = await start(vendor, socket(vendor, 'vendor'), segments(new FakeRecogniser()))
    expect(ears.turns).toBe('engine')
    expect(replaced).toHaveLength(1)
  })
})

describe('a recogniser with turns of its own', () => {
  test('says when the caller speaks, what they said, and what they may have said', async () => {
    const vendor = new FakeVendor()
    const { ears, line, events } = await start(vendor, socket(vendor, 'vendor'))
    expect(ears.turns).toBe('agent')
    await line(100)
    await vendor.say({ type: 'turn-started' }, text('A table', false))
    expect(ears.listening).toBe(true)
    await vendor.say({ type: 'turn-ending' }, { type: 'turn-resumed' }, text('A table for two.'), {
      type: 'turn-ended',
    })
    expect(events).toEqual([
      { type: 'started' },
      { type: 'interim', text: 'A table' },
      { type: 'ending', text: 'A table' },
      { type: 'resumed' },
      { type: 'interim', text: 'A table for two.' },
      { type: 'ended' },
      { type: 'turn', text: 'A table for two.', asked: false },
    ])
    expect(ears.listening).toBe(false)
    expect(vendor.words).toEqual(['opened'])
  })

  test('is replaced by one without: our detector takes the turns then, and what was said meanwhile is heard', async () => {
    const vendor = new FakeVendor()
    const recogniser = new FakeRecogniser()
    const { ears, line, events, texts } = await start(vendor, socket(vendor, 'vendor'), segments(recogniser))
    await line(1_000, 0)
    await vendor.say({ type: 'failed', code: 'vendor.refused', message: 'no credit', fatal: true })
    recogniser.answers.push('A table.')
    await line(600, 8_000)
    await line(1_500, 0)
    expect(events.map(({ type }) => type)).toEqual(['started', 'ended', 'turn'])
    expect(texts()).toEqual(['A table.'])
    expect(ears.turns).toBe('agent')
    await ears[Symbol.asyncDispose]()
    expect(vendor.clock.pending).toBe(0)
  })

  test('standing in for one without, it answers the turns of our detector', async () => {
    const vendor = new FakeVendor()
    const recogniser = new FakeRecogniser()
    recogniser.answers.push(new OffhookError('vendor.credentials', 'no'))
    const { turn, texts, events } = await start(vendor, segments(recogniser), socket(vendor, 'vendor'))
    await turn(200)
    await vendor.say({ type: 'turn-started' }, text('yes'), { type: 'turn-ended' })
    expect(texts()).toEqual(['yes'])
    expect(events.map(({ type }) => type)).toEqual(['interim', 'turn'])
  })
})

test('one call never hears another', async () => {
  const [vendor, other] = [new FakeVendor(), new FakeVendor()]
  const one = await start(vendor, socket(vendor))
  const two = await start(other, socket(other))
  await one.turn()
  await two.turn()
  await vendor.say(text('only one'), flushed)
  expect(one.texts()).toEqual(['only one'])
  expect(two.events).toEqual([])
})
