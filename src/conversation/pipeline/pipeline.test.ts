import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../../lib/clock.ts'
import { seededIds } from '../../lib/ids.ts'
import { silentLogger } from '../../lib/log.ts'
import type { AgentEvent, AgentOrder } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import { engineTools } from '../tools.ts'
import { FakeModel, FakeRecogniser, FakeSpeaker } from './fakes.ts'
import { openEars } from './ears.ts'
import { segmentPart } from './listeners.ts'
import { createPipeline } from './pipeline.ts'
import { Standby } from './standby.ts'

const never = new Promise<never>(() => undefined)
const broken = new OffhookError('vendor.failed', 'model gone')

/** Nobody stands in. */
function only<P extends AsyncDisposable>(part: P): Standby<P> {
  return new Standby({ candidates: [{ name: 'Only', open: async () => part }], replaced: () => undefined })
}

async function start({ delay = 0 } = {}) {
  const clock = new VirtualClock()
  const recogniser = new FakeRecogniser()
  const model = new FakeModel()
  const speaker = new FakeSpeaker(clock, delay)
  const events: AgentEvent[] = []
  const ears = await openEars({ standby: only(segmentPart(recogniser)), clock, logger: silentLogger })
  const session = createPipeline({
    ears,
    models: only(model),
    speakers: only(speaker),
    rate: speaker.rate,
    patience: 5_000,
    brief: {
      call: 'call_1',
      direction: 'inbound',
      from: '+1',
      to: '+2',
      variables: { name: 'Ada' },
      metadata: {},
      tools: engineTools,
    },
    prompt: 'You speak with {name}.',
    clock,
    ids: seededIds('pipeline'),
    logger: silentLogger,
    emit: (event) => void events.push(event),
  })
  let soundMs = 0
  session.port.microphone.pipe({
    rate: 16_000,
    write: (pcm) => void (soundMs += pcm.length / 16),
    toString: () => 'test',
  })
  const order = async (next: AgentOrder) => {
    session.order(next)
    await settle()
  }
  return {
    clock,
    recogniser,
    model,
    speaker,
    events,
    session,
    order,
    soundMs: () => soundMs,
    of: <T extends AgentEvent['type']>(type: T) =>
      events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type),
    /** The caller speaks for `ms`, and is recognised as `text`. */
    speak: async (text: string | Error | Promise<string>, ms = 500) => {
      recogniser.answers.push(text)
      session.order({ type: 'speech-started', agoMs: 0 })
      session.port.speaker.write(new Int16Array(ms * 16))
      await order({ type: 'speech-ended', agoMs: 0 })
    },
    /** What the model was asked last, without the system prompt. */
    asked: () => model.asked.at(-1)?.filter(({ role }) => role !== 'system'),
    text: () => events.map((event) => (event.type === 'reply-text' ? event.delta : '')).join(''),
    replies: () => events.flatMap((event) => (event.type === 'reply-started' ? [event.reply] : [])),
  }
}

describe('a turn', () => {
  test('is recognised, answered and spoken, sentence by sentence', async () => {
    const { model, speak, events, speaker, soundMs, asked, order } = await start()
    model.scripts.push(['Hello', ' Ada. How', ' are you?'])
    await speak('Good morning')
    expect(model.asked[0]).toEqual([
      { role: 'system', text: 'You speak with Ada.' },
      { role: 'caller', text: 'Good morning' },
    ])
    expect(model.tools[0]).toBe(engineTools)
    expect(speaker.said).toEqual(['Hello Ada.', 'How are you?'])
    const reply = expect.any(String)
    expect(events).toEqual([
      { type: 'ready' },
      { type: 'caller-text', text: 'Good morning', final: true },
      { type: 'measured', name: 'first-token', atMs: 0 },
      { type: 'reply-started', reply },
      { type: 'reply-text', reply, delta: 'Hello Ada. ', atMs: 0 },
      { type: 'reply-text', reply, delta: 'How are you?', atMs: 200 },
      { type: 'reply-ended', reply },
    ])
    expect(soundMs()).toBe(500)
    await order({ type: 'say', text: 'Still there?' })
    await speak('Yes')
    expect(asked()).toEqual([
      { role: 'caller', text: 'Good morning' },
      { role: 'agent', text: 'Hello Ada. How are you?' },
      { role: 'agent', text: 'Still there?' },
      { role: 'caller', text: 'Yes' },
    ])
  })

  test('sounds while the model still writes', async () => {
    const { model, speak, speaker } = await start()
    model.scripts.push(['First sentence. Then', never])
    await speak('Go on')
    expect(speaker.said).toEqual(['First sentence.'])
  })

  test.each(['yes', 'No.', 'okay', 'thanks', 'bye', 'uh'])('of the one word "%s" is answered', async (word) => {
    const { model, speak, asked } = await start()
    model.scripts.push(['Fine.'])
    await speak(word, 200)
    expect(asked()).toEqual([{ role: 'caller', text: word }])
  })

  test('without words is told as such, and asks nobody', async () => {
    const { model, speak, of } = await start()
    await speak('  ')
    expect(of('caller-text')).toEqual([{ type: 'caller-text', text: '', final: true }])
    expect(model.asked).toEqual([])
  })

  test('text ordered is said as given, without the model', async () => {
    const { order, speaker, model, of } = await start()
    await order({ type: 'say', text: 'Hello, this is Anna. How can I help?' })
    expect(speaker.said).toEqual(['Hello, this is Anna.', 'How can I help?'])
    expect(of('reply-ended')).toHaveLength(1)
    expect(model.asked).toEqual([])
  })

  test('a model with nothing to say has answered', async () => {
    const { speak, of } = await start()
    await speak('Hm')
    expect(of('reply-started')).toHaveLength(1)
    expect(of('reply-ended')).toHaveLength(1)
  })

  test('sound is not made more than some ten seconds ahead', async () => {
    const { model, speak, speaker, soundMs, clock } = await start()
    const sentence = `${'word '.repeat(19)}end. `
    model.scripts.push(Array.from({ length: 20 }, () => sentence))
    await speak('Tell me everything')
    expect(soundMs()).toBeLessThanOrEqual(14_000)
    expect(speaker.said.length).toBeLessThanOrEqual(8)
    await clock.advanceAsync(40_000)
    expect(soundMs()).toBe(20 * 2000)
  })
})

describe('nothing the caller says is lost', () => {
  test('a turn that comes while the one before is being recognised', async () => {
    const { speak, asked, model, of } = await start()
    const slow = Promise.withResolvers<string>()
    model.scripts.push(['Noted.'])
    await speak(slow.promise)
    await speak('at eight')
    expect(model.asked).toEqual([])
    slow.resolve('Tomorrow')
    await settle()
    expect(of('caller-text').map(({ text }) => text)).toEqual(['Tomorrow', 'at eight'])
    expect(model.asked).toHaveLength(1)
    expect(asked()).toEqual([
      { role: 'caller', text: 'Tomorrow' },
      { role: 'caller', text: 'at eight' },
    ])
  })

  test('speech while the model thinks: the question is asked again, with what was added', async () => {
    const { speak, asked, model, session, replies } = await start()
    model.scripts.push([never], ['Booked.'])
    await speak('A table')
    session.order({ type: 'speech-started' })
    expect(model.signals[0]?.aborted).toBe(true)
    await speak('for two')
    expect(asked()).toEqual([
      { role: 'caller', text: 'A table' },
      { role: 'caller', text: 'for two' },
    ])
    expect(replies()).toHaveLength(1)
  })

  test('noise while the model thinks: the question is asked again', async () => {
    const { speak, asked, model, of } = await start()
    model.scripts.push([never], ['Booked.'])
    await speak('A table')
    await speak('')
    expect(model.asked).toHaveLength(2)
    expect(asked()).toEqual([{ role: 'caller', text: 'A table' }])
    expect(of('caller-text')).toHaveLength(1)
  })

  test('no reply begins while the caller speaks', async () => {
    const { recogniser, session, order, model } = await start()
    recogniser.answers.push('One', 'two')
    session.order({ type: 'speech-started' })
    session.order({ type: 'speech-ended' })
    await order({ type: 'speech-started' })
    expect(model.asked).toEqual([])
    await order({ type: 'speech-ended' })
    expect(model.asked).toHaveLength(1)
  })

  test('speech over a reply that may not be interrupted is answered after it', async () => {
    const { speak, model, speaker, clock } = await start({ delay: 300 })
    model.scripts.push(['One sentence. Another sentence.'], ['Then this.'])
    await speak('First')
    await clock.advanceAsync(300)
    await speak('Second')
    await clock.advanceAsync(600)
    expect(speaker.said).toEqual(['One sentence.', 'Another sentence.', 'Then this.'])
  })
})

describe('interruption', () => {
  test('stops model and speaker at once, and leaves only what was heard', async () => {
    const { speak, model, speaker, soundMs, order, asked, replies, of } = await start()
    model.scripts.push(['One two three. ', 'Four five six. ', 'Seven. S', never], ['Yes?'])
    await speak('Tell me')
    expect(soundMs()).toBe(700)
    const reply = replies()[0]!
    await order({ type: 'interrupt', heardMs: 450, reply })
    expect(model.signals[0]?.aborted).toBe(true)
    expect(of('reply-ended')).toEqual([])
    await speak('Wait')
    expect(asked()).toEqual([
      { role: 'caller', text: 'Tell me' },
      { role: 'agent', text: 'One two three. Four' },
      { role: 'caller', text: 'Wait' },
    ])
    expect(speaker.said.at(-1)).toBe('Yes?')
  })

  test('of a reply that is all made but not all heard does the same', async () => {
    const { speak, model, order, asked, replies } = await start()
    model.scripts.push(['One two three four.'])
    await speak('Tell me')
    await order({ type: 'interrupt', heardMs: 250, reply: replies()[0]! })
    await speak('Stop')
    expect(asked()?.[1]).toEqual({ role: 'agent', text: 'One two' })
  })

  test('before any word was heard leaves the question open, and nothing of the reply', async () => {
    const { speak, model, order, asked, replies } = await start()
    model.scripts.push(['Never heard.', never])
    await speak('Tell me')
    await order({ type: 'interrupt', heardMs: 0, reply: replies()[0] ?? '' })
    await speak('Hello?')
    expect(asked()).toEqual([
      { role: 'caller', text: 'Tell me' },
      { role: 'caller', text: 'Hello?' },
    ])
  })

  test('by noise: the agent goes on with the very word at which the caller stopped hearing', async () => {
    const { speak, model, session, speaker, replies, of } = await start()
    model.scripts.push(['One two three. Four five six. Seven.'])
    await speak('Tell me')
    session.order({ type: 'interrupt', heardMs: 450, reply: replies()[0]! })
    await speak('')
    expect(speaker.said.slice(-2)).toEqual(['five six.', 'Seven.'])
    expect(model.asked).toHaveLength(1)
    expect(of('caller-text').map(({ text }) => text)).toEqual(['Tell me'])
  })

  test('by an order to stop: noise later does not bring the reply back', async () => {
    const { speak, model, order, speaker, replies } = await start()
    model.scripts.push(['One two three. Four five six.'])
    await speak('Tell me')
    await order({ type: 'interrupt', heardMs: 250, reply: replies()[0]! })
    const said = speaker.said.length
    await speak('')
    expect(speaker.said).toHaveLength(said)
  })

  test('calls off a stuck model without asking it again', async () => {
    const { speak, model, order, speaker } = await start()
    model.scripts.push([never], ['Too late.'])
    await speak('Hello?')
    await order({ type: 'interrupt', heardMs: 0 })
    await order({ type: 'say', text: 'Sorry.' })
    expect(speaker.said).toEqual(['Sorry.'])
    expect(model.asked).toHaveLength(1)
  })
})

describe('digits', () => {
  test('come collected, and are answered as the caller’s words', async () => {
    const { order, asked, of } = await start()
    await order({ type: 'digit', digit: '12' })
    expect(asked()).toEqual([{ role: 'caller', text: '[DTMF: 12]' }])
    expect(of('caller-text')).toEqual([])
  })

  test('are not needed by who writes: their words are a turn at once', async () => {
    const { order, asked, of } = await start()
    await order({ type: 'text', text: 'A table for two' })
    expect(asked()).toEqual([{ role: 'caller', text: 'A table for two' }])
    expect(of('caller-text')).toEqual([])
  })
})

describe('tools', () => {
  const call = { id: 't1', name: 'send_digits', arguments: { digits: '1' } }

  test('are called once everything before was written, and their results answered', async () => {
    const { speak, model, events, order, asked, of } = await start()
    model.scripts.push(['One moment.', { type: 'tool', call }], ['Done.'])
    await speak('Press one')
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['reply-ended', 'tool-called'])
    await order({ type: 'tool-result', id: 't1', ok: true, result: { pressed: '1' } })
    expect(asked()?.slice(-2)).toEqual([
      { role: 'agent', text: 'One moment.', tools: [call] },
      { role: 'tool', id: 't1', name: 'send_digits', result: '{"pressed":"1"}' },
    ])
    expect(of('reply-started')).toHaveLength(2)
  })

  test('several are all answered before the model goes on', async () => {
    const { speak, model, order } = await start()
    model.scripts.push(
      [
        { type: 'tool', call },
        { type: 'tool', call: { ...call, id: 't2' } },
      ],
      ['Done.'],
    )
    await speak('Press one')
    await order({ type: 'tool-result', id: 't1', ok: false, result: 'busy' })
    expect(model.asked).toHaveLength(1)
    await order({ type: 'tool-result', id: 't2', ok: true, result: 'ok' })
    expect(model.asked[1]?.filter(({ role }) => role === 'tool')).toEqual([
      { role: 'tool', id: 't1', name: 'send_digits', result: 'failed: busy' },
      { role: 'tool', id: 't2', name: 'send_digits', result: 'ok' },
    ])
  })

  test('a caller who speaks while a tool works is answered at once, with no call left open', async () => {
    const { speak, model, asked } = await start()
    model.scripts.push([{ type: 'tool', call }], ['Just a moment.'])
    await speak('Press one')
    await speak('Hello?')
    expect(asked()?.map(({ role }) => role)).toEqual(['caller', 'agent', 'tool', 'caller'])
  })

  test('after a hang-up that worked nothing is said; after one that did not, the model goes on', async () => {
    const { speak, model, order } = await start()
    const hangUp = { type: 'tool', call: { id: 'h', name: 'hang_up', arguments: {} } } as const
    model.scripts.push(['Bye.', hangUp], ['Yes?', { ...hangUp, call: { ...hangUp.call, id: 'h2' } }])
    await speak('Bye')
    await order({ type: 'tool-result', id: 'h', ok: false, result: 'cancelled' })
    expect(model.asked).toHaveLength(2)
    await order({ type: 'tool-result', id: 'h2', ok: true, result: 'done' })
    expect(model.asked).toHaveLength(2)
  })

  test('an unasked result changes nothing; a model that only calls tools is stopped', async () => {
    const { speak, model, order, of } = await start()
    await order({ type: 'tool-result', id: 'x', ok: true, result: 1 })
    expect(model.asked).toEqual([])
    for (let turn = 0; turn < 20; turn++) model.scripts.push([{ type: 'tool', call: { ...call, id: `c${turn}` } }])
    await speak('Loop')
    for (let turn = 0; turn < 20; turn++) await order({ type: 'tool-result', id: `c${turn}`, ok: true, result: '' })
    expect(model.asked.length).toBeLessThan(13)
    expect(of('failed')).toMatchObject([{ fatal: true }])
  })
})

describe('failure', () => {
  test('a model that fails before a word was said is asked once more', async () => {
    const { speak, model, speaker, of } = await start()
    const call = { id: 't', name: 'hang_up', arguments: {} }
    model.scripts.push(['Hel', { type: 'tool', call }, broken], ['Hello.'])
    await speak('Hi')
    expect(speaker.said).toEqual(['Hello.'])
    expect(of('failed')).toEqual([])
    expect(of('tool-called')).toEqual([])
  })

  test('twice is for good; what it is told to say it still says', async () => {
    const { speak, model, speaker, order, of } = await start()
    model.scripts.push([broken], [broken], ['Never.'])
    await speak('Hi')
    expect(of('failed')).toEqual([{ type: 'failed', code: 'vendor.failed', message: 'model gone', fatal: true }])
    await order({ type: 'say', text: 'Sorry.' })
    expect(speaker.said).toEqual(['Sorry.'])
  })

  test('a key that is refused is not tried again', async () => {
    const { speak, model, of } = await start()
    model.scripts.push([new OffhookError('vendor.credentials', 'bad key')])
    await speak('Hi')
    expect(model.asked).toHaveLength(1)
    expect(of('failed')).toMatchObject([{ code: 'vendor.credentials', fatal: true }])
  })

  test('in the middle of a reply keeps what was said, and the call goes on', async () => {
    const { speak, model, speaker, of, asked } = await start()
    model.scripts.push(['One two. Three', broken], ['Again.'])
    await speak('Hi')
    expect(speaker.said).toEqual(['One two.'])
    expect(of('reply-ended')).toHaveLength(1)
    expect(of('failed')).toMatchObject([{ fatal: false }])
    await speak('Go on')
    expect(asked()?.[1]).toEqual({ role: 'agent', text: 'One two.' })
    expect(speaker.said.at(-1)).toBe('Again.')
  })

  test('a speaker that fails is tried once more; twice is for good, and the model is stopped', async () => {
    const { speak, model, speaker, of } = await start()
    speaker.failures.push({ error: broken, after: 0 })
    model.scripts.push(['One two.'])
    await speak('Hi')
    expect(speaker.said).toEqual(['One two.', 'One two.'])
    expect(of('failed')).toEqual([])
    speaker.failures.push({ error: broken, after: 0 }, { error: broken, after: 0 })
    model.scripts.push(['One two. Three', never])
    await speak('Hi')
    expect(of('failed')).toMatchObject([{ fatal: true }])
    expect(model.signals.at(-1)?.aborted).toBe(true)
  })

  test('a sentence that breaks off is not said twice; the next one follows', async () => {
    const { speak, model, speaker, soundMs, of } = await start()
    speaker.failures.push({ error: broken, after: 1 })
    model.scripts.push(['One two. Three four.'])
    await speak('Hi')
    expect(speaker.said).toEqual(['One two.', 'Three four.'])
    expect(soundMs()).toBe(300)
    expect(of('failed')).toMatchObject([{ fatal: false }])
  })

  test('a recogniser that fails is tried once more', async () => {
    const { speak, recogniser, asked, model, of } = await start()
    model.scripts.push(['Ok.'])
    recogniser.answers.push(broken)
    await speak('Hello')
    expect(asked()).toEqual([{ role: 'caller', text: 'Hello' }])
    recogniser.answers.push(broken)
    await speak(broken)
    expect(of('failed')).toMatchObject([{ fatal: true }])
  })
})

test('closing stops everything, closes each part once, and nothing is heard after it', async () => {
  const { speak, model, session, events, order, clock, recogniser, speaker } = await start()
  model.scripts.push(['One. Two', never])
  await speak('Hi')
  await order({ type: 'digit', digit: '1' })
  await session[Symbol.asyncDispose]()
  await session[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
  const before = events.length
  await speak('Hello?')
  await clock.advanceAsync(60_000)
  expect(events).toHaveLength(before)
  expect(model.signals[0]?.aborted).toBe(true)
  expect([recogniser.disposals, model.disposals, speaker.disposals]).toEqual([1, 1, 1])
})

test('two pipelines share nothing', async () => {
  const one = await start()
  const other = await start()
  one.model.scripts.push(['Only here.'])
  await one.speak('Hello')
  expect(other.events).toEqual([{ type: 'ready' }])
  expect(other.soundMs()).toBe(0)
})

describe('a model that speaks unasked', () => {
  test('says what must be heard to its end as such, and nothing else', async () => {
    const { model, speak, session, of } = await start()
    model.scripts.push([{ type: 'text', delta: 'By law', shielded: true }, ' I say this.'], ['Go on.'])
    await speak('Hello')
    await speak('Yes')
    session.unasked({ type: 'say', text: 'Hold on.', shielded: true })
    await settle()
    expect(of('reply-started').map(({ shielded = false }) => shielded)).toEqual([true, false, true])
  })

  test('has a sound played after what it is saying, or at once when it says nothing', async () => {
    const { clock, model, speak, session, events } = await start({ delay: 300 })
    model.scripts.push(['Listen to this.'])
    await speak('Hello')
    session.unasked({ type: 'play', url: 'https://bot.test/a.wav' })
    clock.advance(300)
    await settle()
    session.unasked({ type: 'play', url: 'https://bot.test/b.wav' })
    const seen = events.flatMap((event) =>
      event.type === 'play' ? [event.url] : event.type.startsWith('reply-') ? [event.type] : [],
    )
    expect(seen).toEqual([
      ...['reply-started', 'reply-text', 'reply-ended'],
      ...['https://bot.test/a.wav', 'https://bot.test/b.wav'],
    ])
  })
})
