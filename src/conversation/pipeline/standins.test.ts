import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../../lib/clock.ts'
import { seededIds } from '../../lib/ids.ts'
import { silentLogger } from '../../lib/log.ts'
import type { AgentEvent, AgentOrder } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import { openEars } from './ears.ts'
import { FakeModel, FakeRecogniser, FakeSpeaker } from './fakes.ts'
import { segmentPart, socketPart } from './listeners.ts'
import { createPipeline } from './pipeline.ts'
import { fakeEars, FakeVendor } from './socket-fakes.ts'
import { Standby } from './standby.ts'

const never = new Promise<never>(() => undefined)
const down = () => new OffhookError('vendor.failed', 'down')
const refused = () => new OffhookError('vendor.credentials', 'wrong key')

/** A voice at half the rate of the others. */
class LowSpeaker extends FakeSpeaker {
  override readonly rate = 8_000
}

interface Setting {
  /** Hears over its socket. */
  readonly vendor?: FakeVendor
  readonly turns?: 'engine' | 'vendor'
  /** Of speakers, ms. */
  readonly delay?: number
}

async function start({ vendor, turns = 'vendor', delay = 0 }: Setting = {}) {
  const clock = vendor?.clock ?? new VirtualClock()
  const recogniser = new FakeRecogniser()
  const [model, model2] = [new FakeModel(), new FakeModel()]
  const [speaker, speaker2] = [new FakeSpeaker(clock, delay), new LowSpeaker(clock, delay)]
  const events: AgentEvent[] = []
  const emit = (event: AgentEvent) => void events.push(event)
  const standby = <P extends AsyncDisposable>(...parts: readonly P[]) =>
    new Standby({
      candidates: parts.map((part, at) => ({ name: `Part ${at + 1}`, open: async () => part })),
      replaced: ({ code, message }) => emit({ type: 'failed', code, message, fatal: false }),
    })
  const config = fakeEars.settings.parse({ turns })
  const part = vendor ? socketPart({ ...vendor.needs, spec: fakeEars, config }) : segmentPart(recogniser)
  const session = createPipeline({
    ears: await openEars({ standby: standby(part), clock, logger: silentLogger }),
    models: standby(model, model2),
    speakers: standby(speaker, speaker2),
    rate: speaker.rate,
    patience: 5_000,
    brief: { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] },
    clock,
    ids: seededIds('standins'),
    logger: silentLogger,
    emit,
  })
  let soundMs = 0
  const write = (pcm: Int16Array) => void (soundMs += pcm.length / 16)
  session.port.microphone.pipe({ rate: 16_000, write, toString: () => 'test' })
  const order = async (next: AgentOrder) => {
    session.order(next)
    await settle()
  }
  return {
    ...{ clock, recogniser, model, model2, speaker, speaker2, events, session, order },
    soundMs: () => soundMs,
    speak: async (text: string) => {
      recogniser.answers.push(text)
      session.order({ type: 'speech-started' })
      session.port.speaker.write(new Int16Array(8_000))
      await order({ type: 'speech-ended' })
    },
    said: () => events.map((event) => (event.type === 'reply-text' ? event.delta : '')).join(''),
    failures: () => events.filter((event) => event.type === 'failed'),
  }
}

describe('another model', () => {
  test('answers the same question when the first fails twice, and goes on for the rest of the call', async () => {
    const { model, model2, speak, said, failures } = await start()
    model.scripts.push([down()], [down()])
    model2.scripts.push(['Hello.'], ['And on.'])
    await speak('Hi')
    await speak('Go on')
    expect(said()).toBe('Hello.And on.')
    expect([model.asked.length, model2.asked.length]).toEqual([2, 2])
    expect(model2.asked[0]).toEqual([{ role: 'caller', text: 'Hi' }])
    expect(failures()).toEqual([
      {
        type: 'failed',
        code: 'vendor.failed',
        message: 'Part 1 failed (down): Part 2 takes its place for the rest of the call',
        fatal: false,
      },
    ])
  })

  test('answers at once when the first refuses for good', async () => {
    const { model, model2, speak, said } = await start()
    model.scripts.push([refused()])
    model2.scripts.push(['Hello.'])
    await speak('Hi')
    expect([said(), model.asked.length]).toEqual(['Hello.', 1])
  })

  test('answers when the first has no word in time, and the first is called off', async () => {
    const { model, model2, speak, said, clock, failures } = await start()
    model.scripts.push([{ type: 'usage', usage: {} }, never])
    model2.scripts.push(['Hello.'])
    await speak('Hi')
    await clock.advanceAsync(4_900)
    expect(said()).toBe('')
    await clock.advanceAsync(100)
    expect(said()).toBe('Hello.')
    expect(model.signals[0]?.aborted).toBe(true)
    expect(failures()).toMatchObject([{ code: 'vendor.timeout', fatal: false }])
    expect(clock.pending).toBe(0)
  })

  test('a slow one keeps its time once it has begun, and the last one all of it', async () => {
    const { model, model2, speak, said, clock } = await start()
    const rest = Promise.withResolvers<void>()
    model.scripts.push(['One two. T', rest.promise, 'hree.'], [refused()])
    await speak('Hi')
    await clock.advanceAsync(20_000)
    rest.resolve()
    await settle()
    expect(said()).toBe('One two. Three.')
    model2.scripts.push([never])
    await speak('Go on')
    await clock.advanceAsync(60_000)
    expect(model2.signals[0]?.aborted).toBe(false)
  })

  test('with nobody left the agent has failed, and still has a voice', async () => {
    const { model, model2, speak, failures, order, speaker } = await start()
    model.scripts.push([refused()])
    model2.scripts.push([refused()])
    await speak('Hi')
    expect(failures()).toMatchObject([{ fatal: false }, { code: 'vendor.credentials', fatal: true }])
    await order({ type: 'say', text: 'Sorry.' })
    expect(speaker.said).toEqual(['Sorry.'])
  })
})

describe('another speaker', () => {
  test('says the sentence that could not be said, at the rate of the line', async () => {
    const { model, speak, speaker, speaker2, soundMs, said } = await start()
    speaker.failures.push({ error: down(), after: 0 }, { error: down(), after: 0 })
    model.scripts.push(['One two three.'])
    await speak('Hi')
    expect([speaker.said, speaker2.said]).toEqual([['One two three.', 'One two three.'], ['One two three.']])
    expect(said()).toBe('One two three.')
    // 1600 samples a word at 8 kHz, and what the filter adds at the end.
    expect(soundMs()).toBeGreaterThanOrEqual(600)
    expect(soundMs()).toBeLessThan(620)
  })
})

describe('sentences', () => {
  test('are made while the one before is being said, and no further ahead', async () => {
    const { model, speak, speaker, clock, soundMs } = await start({ delay: 300 })
    model.scripts.push(['One. Two. Three. Four.'])
    await speak('Hi')
    await clock.advanceAsync(300)
    expect(soundMs()).toBe(100)
    // The second is under way, the third not before the first was said and the second begun.
    await clock.advanceAsync(299)
    expect(speaker.said).toEqual(['One.'])
    await clock.advanceAsync(1)
    expect(soundMs()).toBe(200)
    await clock.advanceAsync(600)
    expect(speaker.said).toEqual(['One.', 'Two.', 'Three.', 'Four.'])
  })

  test('that were made ahead are called off with the one that is interrupted', async () => {
    const { model, speak, speaker, clock, order, soundMs, events } = await start({ delay: 300 })
    model.scripts.push(['One. Two. Three.'])
    await speak('Hi')
    await clock.advanceAsync(300)
    const reply = events.find((event) => event.type === 'reply-started')?.reply ?? ''
    await order({ type: 'interrupt', reply, heardMs: 50 })
    await clock.advanceAsync(5_000)
    expect(speaker.said).toEqual(['One.'])
    expect(soundMs()).toBe(100)
    expect(clock.pending).toBe(0)
  })
})

describe('an answer thought of early', () => {
  const turn = (text: string) => [{ type: 'text', text, final: true }, { type: 'turn-ended' }]

  async function ending(answer: readonly (string | Error | Promise<never>)[]) {
    const vendor = new FakeVendor()
    const parts = await start({ vendor })
    parts.model.scripts.push(answer, ['Asked again.'])
    await vendor.say({ type: 'turn-started' }, { type: 'text', text: 'A table', final: false }, { type: 'turn-ending' })
    return { ...parts, vendor }
  }

  test('is not said before the caller is done, and is said at once then', async () => {
    const { vendor, model, said, speaker, events, session } = await ending(['Booked. For when?'])
    expect(session.turns).toBe('agent')
    expect(model.asked).toEqual([[{ role: 'caller', text: 'A table' }]])
    expect(speaker.said).toEqual([])
    await vendor.say(...turn('A table'))
    expect(said()).toBe('Booked. For when?')
    expect(model.asked).toHaveLength(1)
    expect(events.map(({ type }) => type).slice(0, 6)).toEqual([
      'ready',
      'caller-speech-started',
      'caller-text',
      'caller-speech-ended',
      'caller-text',
      'measured',
    ])
  })

  test('is dropped when the caller goes on', async () => {
    const { vendor, model, said } = await ending([never])
    await vendor.say({ type: 'turn-resumed' })
    expect(model.signals[0]?.aborted).toBe(true)
    await vendor.say(...turn('A table for two'))
    expect(model.asked[1]).toEqual([{ role: 'caller', text: 'A table for two' }])
    expect(said()).toBe('Asked again.')
  })

  test('is dropped when it is one to something else', async () => {
    const { vendor, model, said } = await ending([never])
    await vendor.say(...turn('A table, please'))
    expect(model.signals[0]?.aborted).toBe(true)
    expect(said()).toBe('Asked again.')
  })

  test('that failed is asked for again', async () => {
    const { vendor, said, failures } = await ending([down()])
    await vendor.say(...turn('A table'))
    expect([said(), failures()]).toEqual(['Asked again.', []])
  })

  test('goes with the call', async () => {
    const { model, session, clock } = await ending([never])
    await session[Symbol.asyncDispose]()
    expect(model.signals[0]?.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('can be interrupted', async () => {
    const { vendor, model, order, events } = await ending(['One. T', never])
    await vendor.say(...turn('A table'))
    const reply = events.find((event) => event.type === 'reply-started')?.reply ?? ''
    await order({ type: 'interrupt', reply, heardMs: 50 })
    expect(model.signals[0]?.aborted).toBe(true)
  })
})

describe('words that no detector heard', () => {
  const stray = { type: 'text', text: 'yes', final: true }

  async function engine() {
    const vendor = new FakeVendor()
    return { vendor, ...(await start({ vendor, turns: 'engine' })) }
  }

  test('are answered', async () => {
    const { vendor, model } = await engine()
    await vendor.say(stray)
    await vendor.clock.advanceAsync(700)
    await vendor.say({ type: 'flushed' })
    expect(model.asked).toEqual([[{ role: 'caller', text: 'yes' }]])
  })

  test('while the agent speaks are its own, come back', async () => {
    const { vendor, model, session } = await engine()
    session.order({ type: 'say', text: 'One two three four five six seven eight nine ten yes.' })
    await settle()
    await vendor.say(stray)
    await vendor.clock.advanceAsync(700)
    await vendor.say({ type: 'flushed' })
    expect(model.asked).toEqual([])
  })
})
