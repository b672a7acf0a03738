import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { memoryLogger } from '../lib/log.ts'
import { createSource } from '../media/port.ts'
import { concat, noise, overlay, silence } from '../media/tones.ts'
import type { Brief } from '../spec/agent.ts'
import type { ToolCall } from '../spec/speech.ts'
import {
  conversationDefaults,
  type Conversation,
  type ConversationEvent,
  type ConversationSettings,
} from './contract.ts'
import { createConversation } from './converse.ts'
import { FakeAgent, fakeVads, FakePlayout, type FakeAgentOptions } from './fakes.ts'
import { engineTools } from './tools.ts'

interface Options extends FakeAgentOptions {
  readonly settings?: Partial<ConversationSettings>
  readonly model?: string
  readonly tool?: (call: ToolCall) => Promise<{ ok: boolean; result: unknown }>
  /** The agent is neither ready nor the line attached. */
  readonly cold?: boolean
  readonly open?: (agent: FakeAgent) => Promise<FakeAgent>
}

async function start({ settings, model, tool, cold = false, open, ...fake }: Options = {}) {
  const clock = new VirtualClock()
  const log: string[] = []
  const events: ConversationEvent[] = []
  const finished: string[] = []
  const tools: ToolCall[] = []
  const vads = fakeVads()
  const logger = memoryLogger()
  const brief: Brief = {
    call: 'call_1',
    direction: 'inbound',
    from: '+1',
    to: '+2',
    variables: { name: 'Ada' },
    metadata: {},
    tools: engineTools,
  }
  let agent: FakeAgent | undefined
  const conversation: Conversation = createConversation({
    brief,
    provider: 'fake',
    ...(model === undefined ? {} : { model }),
    open(emit) {
      agent = new FakeAgent(emit, { ...fake, log })
      return open ? open(agent) : Promise.resolve(agent)
    },
    vad: vads.factory,
    settings: { ...conversationDefaults, bargeInAfter: 0, endOfTurn: 600, ...settings },
    clock,
    ids: seededIds('talk'),
    logger,
    emit: (event) => void events.push(event),
    tool: (call) => {
      tools.push(call)
      log.push(`tool ${call.name}`)
      return tool?.(call) ?? Promise.resolve({ ok: true, result: 'done' })
    },
    finish: (reason) => void finished.push(reason),
  })
  const microphone = createSource(8000)
  const speaker = new FakePlayout(clock, 8000, log)
  await settle()
  const talk = { clock, log, events, finished, tools, vads, logger, conversation, microphone, speaker, agent: agent! }
  if (!cold) {
    talk.agent.emit({ type: 'ready' })
    conversation.attach({ microphone, speaker })
  }
  return {
    ...talk,
    of: <T extends ConversationEvent['type']>(type: T) =>
      events.filter((event): event is Extract<ConversationEvent, { type: T }> => event.type === type),
    messages: () =>
      events.flatMap((event) =>
        event.type === 'message.added' ? [`${event.role}${event.interrupted ? ' (cut)' : ''}: ${event.text}`] : [],
      ),
    orders: (type: string) => talk.agent.orders.filter((order) => order.type === type),
    /** The caller says something, and their turn ends. */
    turn: async (text?: string) => {
      vads.started()
      vads.ended(600)
      if (text !== undefined) talk.agent.emit({ type: 'caller-text', text, final: true })
      await settle()
    },
  }
}

describe('start', () => {
  test("the caller's first sound is kept for the agent until it is ready, in order and complete", async () => {
    const { conversation, microphone, speaker, agent, vads } = await start({ cold: true })
    conversation.attach({ microphone, speaker })
    const frame = new Int16Array([1, 2])
    microphone.emit(frame)
    frame.fill(9)
    vads.started()
    microphone.emit(new Int16Array([3, 4]))
    expect(agent.heard).toEqual([])
    agent.emit({ type: 'ready' })
    microphone.emit(new Int16Array([5]))
    expect(agent.heard).toEqual([1, 2, 3, 4, 5])
    expect(agent.log).toEqual(['speech-started'])
  })

  test('at most 15 seconds are kept, the newest ones', async () => {
    const { conversation, microphone, speaker, agent } = await start({ cold: true })
    conversation.attach({ microphone, speaker })
    for (let second = 0; second < 20; second++) microphone.emit(new Int16Array(8000).fill(second))
    agent.emit({ type: 'ready' })
    expect(agent.heard).toHaveLength(15 * 8000)
    expect(agent.heard[0]).toBe(5)
  })

  test('an agent may say that it is ready before it is open', async () => {
    const early = await start({
      cold: true,
      open: (agent) => {
        agent.emit({ type: 'ready' })
        return Promise.resolve(agent)
      },
    })
    expect(early.of('agent.connected')).toEqual([{ type: 'agent.connected', provider: 'fake' }])
  })

  test('the greeting is made while the line rings and heard whole once it is open', async () => {
    const { conversation, agent, speaker, microphone, clock, messages } = await start({
      cold: true,
      settings: { greeting: 'Hello {name}.' },
    })
    agent.emit({ type: 'ready' })
    expect(agent.orders).toEqual([{ type: 'say', text: 'Hello Ada.' }])
    agent.reply('g', 'Hello Ada.', 900)
    expect(speaker.writtenMs).toBe(0)
    conversation.attach({ microphone, speaker })
    expect(speaker.writtenMs).toBe(900)
    expect(speaker.flushes).toBe(1)
    clock.advance(899)
    expect(messages()).toEqual([])
    clock.advance(1)
    expect(messages()).toEqual(['agent: Hello Ada.'])
  })

  test('one line of the log shows the whole way of the sound', async () => {
    const { logger } = await start({ rate: 24000 })
    const line = logger.lines.find(({ message }) => message.startsWith('caller'))
    expect(line?.message).toBe(
      'caller 8000 Hz → 8000→24000 Hz → agent 24000 Hz; agent 24000 Hz → 24000→8000 Hz → playout 8000 Hz (line playout 8000 Hz)',
    )
  })
})

describe('speech over the agent', () => {
  const patient = { settings: { bargeInAfter: 500 } }

  test('that is short stops nothing, and the agent is not told of it', async () => {
    const { agent, vads, clock, log, of } = await start(patient)
    agent.reply('a', 'I will book it for eight.', 3_000)
    clock.advance(1_000)
    vads.started()
    clock.advance(300)
    vads.ended()
    clock.advance(1_000)
    expect(log).toEqual(['hush', 'go on'])
    expect(of('speech.started')).toEqual([])
  })

  test('that is short hushes it: not a word is lost, and it is heard that much later', async () => {
    const { agent, vads, clock, speaker, messages } = await start(patient)
    agent.reply('a', 'I will book it', 1_000, false)
    clock.advance(600)
    vads.started()
    expect(speaker.queuedMs).toBe(400)
    clock.advance(300)
    agent.emit({ type: 'reply-text', reply: 'a', delta: ' for eight.' })
    agent.sound(500)
    agent.emit({ type: 'reply-ended', reply: 'a' })
    expect(speaker.queuedMs).toBe(900)
    vads.ended()
    clock.advance(899)
    expect(messages()).toEqual([])
    clock.advance(1)
    expect(messages()).toEqual(['agent: I will book it for eight.'])
  })

  test('leaves it its last few letters', async () => {
    const { agent, vads, clock, log, messages } = await start(patient)
    agent.reply('a', 'I will book it for eight.', 1_000)
    clock.advance(801)
    vads.started()
    clock.advance(199)
    expect(log).toEqual(['speech-started'])
    expect(messages()).toEqual(['agent: I will book it for eight.'])
  })

  test('stops it once it lasts, with what was heard until then', async () => {
    const { agent, vads, clock, log } = await start(patient)
    agent.reply('a', 'One two three four.', 1_900)
    clock.advance(700)
    vads.started()
    clock.advance(439)
    expect(log).toEqual(['hush'])
    clock.advance(1)
    expect(log).toEqual(['hush', 'clear', 'interrupt', 'speech-started'])
    expect(agent.orders.slice(0, 2)).toEqual([
      { type: 'interrupt', heardMs: 700, reply: 'a' },
      { type: 'speech-started', agoMs: 500 },
    ])
  })

  test('stops it at once while it asks something', async () => {
    const { agent, vads, clock, log } = await start(patient)
    agent.reply('a', 'Shall I book it for you?', 2_400)
    clock.advance(1_500)
    vads.started()
    expect(log).toEqual(['clear', 'interrupt', 'speech-started'])
  })

  test('stops it at once when its words are known to be more than a sign of listening', async () => {
    const { agent, vads, clock, log } = await start(patient)
    agent.reply('a', 'I will book it for eight.', 3_000)
    clock.advance(500)
    vads.started()
    agent.emit({ type: 'caller-text', text: 'okay', final: false })
    expect(log).toEqual(['hush', 'go on'])
    agent.emit({ type: 'caller-text', text: 'okay but not', final: false })
    expect(log.slice(2)).toEqual(['clear', 'interrupt', 'speech-started'])
  })

  test('near its end is the answer', async () => {
    const { agent, vads, clock, log } = await start(patient)
    agent.reply('a', 'I will book it for eight.', 1_000)
    clock.advance(700)
    vads.started()
    clock.advance(300)
    vads.ended()
    clock.advance(300)
    expect(log).toEqual(['hush', 'go on', 'speech-started'])
    expect(agent.orders.at(-1)).toEqual({ type: 'speech-started', agoMs: 660 })
    clock.advance(1_000)
    expect(log.slice(3)).toEqual(['speech-ended'])
  })

  test('that turns out to be noise: the agent says the rest, from the word at which it was cut off', async () => {
    const { agent, vads, clock, orders, turn } = await start()
    agent.reply('a', 'One two three four. Five six.', 2_900)
    clock.advance(700)
    await turn('')
    expect(orders('say')).toEqual([{ type: 'say', text: 'three four. Five six.' }])
    agent.reply('b', 'three four. Five six.', 2_000)
    clock.advance(2_000)
    await turn('')
    expect(orders('say')).toHaveLength(1)
    vads.started()
    expect(orders('interrupt')).toHaveLength(1)
  })

  test.each<[string, FakeAgentOptions['turns'], string]>([
    ['held words', 'engine', 'Wait.'],
    ['is judged by the agent itself', 'agent', ''],
  ])('that %s: nothing is said again', async (_, turns, text) => {
    const { agent, clock, orders, turn } = await start({ turns: turns! })
    agent.reply('a', 'One two three four.', 1_900)
    clock.advance(700)
    if (turns === 'agent') agent.emit({ type: 'caller-speech-started' })
    await turn(text)
    expect(orders('say')).toEqual([])
  })
})

describe('the agent’s own sound', () => {
  const voiced = (ms: number, seed: number) => noise(seed, { rate: 8000, ms, level: -20 })
  /** The agent says `said` while the line gives back `heard`, 20 ms at a time; then the detector starts. */
  const over = async (settings: Partial<ConversationSettings>, heard: (said: Int16Array) => Int16Array) => {
    const talk = await start({ settings })
    const said = voiced(2_000, 1)
    talk.agent.emit({ type: 'reply-started', reply: 'a' })
    talk.agent.voice.emit(said)
    const line = heard(said)
    const listen = (from: number, to: number) => {
      for (let at = from * 8; at < to * 8; at += 160) {
        talk.clock.advance(20)
        talk.microphone.emit(line.subarray(at, at + 160))
      }
    }
    listen(0, 600)
    talk.vads.started(100)
    return { ...talk, listen }
  }
  const late = (said: Int16Array, ms: number) => concat(silence({ rate: 8000, ms }), gain(said, 0.2))
  const gain = (pcm: Int16Array, by: number) => pcm.map((sample) => Math.round(sample * by))

  test.each([60, 240, 400])('that comes back %i ms later does not interrupt it', async (delay) => {
    const { log, listen } = await over({}, (said) => late(said, delay))
    expect(log).toEqual([])
    listen(600, 1_600)
    expect(log).toEqual([])
  })

  test('does where the guard is off', async () => {
    const { log } = await over({ echoGuard: false }, (said) => late(said, 100))
    expect(log[0]).toBe('clear')
  })

  test('does not hide a caller, neither alone nor over the echo', async () => {
    const caller = voiced(2_000, 2)
    expect((await over({}, () => caller)).log[0]).toBe('clear')
    expect((await over({}, (said) => overlay(late(said, 100), caller))).log[0]).toBe('clear')
  })

  test('that is followed by a caller is told apart from them', async () => {
    const caller = concat(silence({ rate: 8000, ms: 800 }), voiced(2_000, 2))
    const { log, listen } = await over({}, (said) => overlay(late(said, 100).subarray(0, 800 * 8), caller))
    expect(log).toEqual([])
    listen(600, 1_240)
    expect(log).toEqual(['clear', 'interrupt', 'speech-started'])
  })
})

describe('barge-in', () => {
  test('clears the line first, within the call of the detector, and tells the agent what was heard', async () => {
    const { agent, vads, clock, log, of, messages } = await start()
    agent.reply('a', 'One two three four.', 1900)
    clock.advance(700)
    vads.started()
    expect(log).toEqual(['clear', 'interrupt', 'speech-started'])
    expect(agent.orders[0]).toEqual({ type: 'interrupt', heardMs: 700, reply: 'a' })
    expect(of('agent.interrupted')).toEqual([{ type: 'agent.interrupted', heardMs: 700, text: 'One two' }])
    expect(messages()).toEqual(['agent (cut): One two'])
  })

  test('milliseconds are those of the reply, not of all that was said before it', async () => {
    const { agent, vads, clock } = await start()
    agent.reply('a', 'First.', 500)
    agent.reply('b', 'Second one here.', 1000)
    clock.advance(800)
    vads.started()
    expect(agent.orders[0]).toEqual({ type: 'interrupt', heardMs: 300, reply: 'b' })
  })

  test('drops what the agent still sends of that reply, and lets the next one through', async () => {
    const { agent, vads, clock, speaker, messages } = await start()
    agent.reply('a', 'A long story.', 400, false)
    clock.advance(100)
    vads.started()
    const written = speaker.writtenMs
    agent.sound(200)
    agent.emit({ type: 'reply-text', reply: 'a', delta: ' It goes on.' })
    agent.emit({ type: 'reply-ended', reply: 'a' })
    expect(speaker.writtenMs).toBe(written)
    agent.reply('b', 'Yes?', 300)
    expect(speaker.writtenMs).toBe(written + 300)
    clock.advance(300)
    expect(messages()).toEqual(['agent (cut): A', 'agent: Yes?'])
  })

  test('does not happen when nothing plays: no clear, no interrupt', async () => {
    const { agent, vads, clock, log } = await start()
    agent.reply('a', 'Done.', 400)
    clock.advance(400)
    vads.started()
    expect(log).toEqual(['speech-started'])
  })

  test('between two pieces of a reply stops the agent but clears nothing', async () => {
    const { agent, vads, clock, log } = await start()
    agent.reply('a', 'One.', 400, false)
    clock.advance(500)
    vads.started()
    expect(log).toEqual(['interrupt', 'speech-started'])
    expect(agent.orders[0]).toEqual({ type: 'interrupt', heardMs: 400, reply: 'a' })
  })

  test('a resampler keeps nothing of what was cut off', async () => {
    const { agent, vads, clock, speaker } = await start({ rate: 24000 })
    agent.reply('a', 'One.', 400, false)
    clock.advance(100)
    vads.started()
    agent.emit({ type: 'reply-started', reply: 'b' })
    agent.voice.emit(new Int16Array(480))
    expect(speaker.peak).toBe(0)
  })

  test('an echo is never cut off', async () => {
    const { agent, vads, log, speaker } = await start({ turns: 'none' })
    agent.sound(400)
    vads.started()
    expect(log).toEqual([])
    expect(speaker.queuedMs).toBe(400)
  })

  test('no detector runs for an agent that takes no turns', async () => {
    const { conversation, microphone, speaker, vads, events } = await start({ turns: 'none' })
    expect(vads.made).toBe(vads.disposed)
    conversation.attach({ microphone, speaker })
    expect(vads.made).toBe(vads.disposed)
    vads.started()
    expect(events.map(({ type }) => type)).not.toContain('speech.started')
  })

  test('a detector that ran before the agent said that it takes no turns is put away', async () => {
    const late = Promise.withResolvers<void>()
    const { conversation, microphone, speaker, vads } = await start({
      turns: 'none',
      cold: true,
      open: (agent) => late.promise.then(() => agent),
    })
    conversation.attach({ microphone, speaker })
    expect([vads.made, vads.disposed]).toEqual([1, 0])
    late.resolve()
    await settle()
    expect([vads.made, vads.disposed]).toEqual([1, 1])
  })

  test("comes from the agent's own detector where it takes the turns", async () => {
    const { agent, vads, log } = await start({ turns: 'agent' })
    agent.reply('a', 'One.', 400, false)
    vads.started()
    expect(log).toEqual([])
    agent.emit({ type: 'caller-speech-started' })
    expect(log).toEqual(['clear', 'interrupt'])
  })

  test('by the API does the same, and nothing when nothing plays', async () => {
    const { agent, conversation, clock, log } = await start()
    conversation.interrupt()
    expect(log).toEqual([])
    agent.reply('a', 'One.', 400)
    clock.advance(100)
    conversation.interrupt()
    expect(log).toEqual(['clear', 'interrupt'])
  })

  test('nothing shielded, the caller is heard all the same', async () => {
    const { agent, vads, log, turn, messages } = await start({ settings: { interruptible: false } })
    agent.reply('a', 'One.', 4000)
    vads.started()
    await turn('yes')
    expect(log).not.toContain('clear')
    expect(log).toContain('speech-ended')
    expect(messages()).toEqual(['caller: yes'])
  })
})

describe('turns', () => {
  test.each(['yes', 'no', 'okay', 'thanks', 'bye'])('"%s" stands in the transcript', async (text) => {
    const { turn, messages } = await start()
    await turn(text)
    expect(messages()).toEqual([`caller: ${text}`])
  })

  test('two finals close together both count', async () => {
    const { agent, clock, messages } = await start()
    agent.emit({ type: 'caller-text', text: 'Tomorrow', final: true })
    clock.advance(300)
    agent.emit({ type: 'caller-text', text: 'at eight', final: true })
    agent.emit({ type: 'caller-text', text: 'at', final: false })
    expect(messages()).toEqual(['caller: Tomorrow', 'caller: at eight'])
  })

  test('are timed from the end of speech on the line to the first sound sent', async () => {
    const { agent, vads, clock, of } = await start()
    vads.started(100)
    clock.advance(1500)
    vads.ended(200)
    clock.advance(400)
    clock.advance(150)
    agent.emit({ type: 'caller-text', text: 'Hello', final: true })
    clock.advance(50)
    agent.emit({ type: 'measured', name: 'first-token', atMs: 0 })
    clock.advance(100)
    agent.reply('a', 'Hi.', 300)
    expect(of('speech.ended')).toEqual([{ type: 'speech.ended', by: 'caller', durationMs: 1400 }])
    expect(of('turn.measured')).toEqual([
      {
        type: 'turn.measured',
        turn: 1,
        timings: {
          ...{ endOfTurn: 600, transcript: 750, firstToken: 800 },
          ...{ firstAudio: 900, firstSent: 900, firstAudible: 900 },
        },
      },
    ])
  })

  test('what was used is told under its part’s name, or the agent’s: in sums, and all of it by the end', async () => {
    const { agent, conversation, vads, clock, of } = await start({ model: 'm-1', settings: { idleTimeout: 0 } })
    const llm = { kind: 'llm', provider: 'made-up', model: 'm-2' } as const
    agent.emit({ type: 'usage', usage: { inputTokens: 5 }, of: llm })
    agent.emit({ type: 'usage', usage: { inputTokens: 7 }, of: llm })
    expect(of('usage.counted')).toEqual([])
    clock.advance(30_000)
    vads.started(100)
    clock.advance(1000)
    vads.ended(200)
    clock.advance(800)
    expect(of('usage.counted')).toEqual([
      { type: 'usage.counted', part: 'llm', provider: 'made-up', model: 'm-2', usage: { inputTokens: 12 } },
    ])
    agent.emit({ type: 'usage', usage: { audioMs: 900 } })
    await conversation[Symbol.asyncDispose]()
    agent.emit({ type: 'usage', usage: { sessionMs: 100 } })
    expect(of('usage.counted').slice(1)).toEqual([
      { type: 'usage.counted', part: 'agent', provider: 'fake', model: 'm-1', usage: { audioMs: 900 } },
      { type: 'usage.counted', part: 'agent', provider: 'fake', model: 'm-1', usage: { sessionMs: 100 } },
    ])
  })

  test('the silence that a voice begins with counts, and what comes after its sound does not', async () => {
    const { agent, vads, clock, of } = await start()
    vads.started(100)
    clock.advance(1000)
    vads.ended(200)
    clock.advance(800)
    agent.emit({ type: 'reply-started', reply: 'a' })
    agent.voice.emit(new Int16Array(8 * 60))
    clock.advance(20)
    agent.emit({ type: 'caller-text', text: 'Hello', final: true })
    expect(of('turn.measured')).toEqual([])
    agent.voice.emit(concat(silence({ rate: 8000, ms: 90 }), noise(1, { rate: 8000, ms: 100, level: -20 })))
    const [measured] = of('turn.measured')
    // 60 ms are queued at 1000, of which 40 are left when 90 ms of silence follow.
    expect(measured?.timings).toEqual({ endOfTurn: 600, firstAudio: 1000, firstSent: 1000, firstAudible: 1150 })
  })

  test('an answer that is silence all through is told without a first sound', async () => {
    const { agent, vads, clock, of } = await start()
    vads.started(100)
    clock.advance(1000)
    vads.ended(200)
    clock.advance(600)
    agent.emit({ type: 'reply-started', reply: 'a' })
    agent.voice.emit(new Int16Array(8 * 60))
    agent.emit({ type: 'reply-ended', reply: 'a' })
    expect(of('turn.measured').map(({ timings }) => timings)).toEqual([
      { endOfTurn: 600, firstAudio: 800, firstSent: 800 },
    ])
  })

  test('an agent that takes its own turns is timed from when our detector heard the caller fall silent', async () => {
    const { agent, vads, clock, of } = await start({ turns: 'agent' })
    vads.started(100)
    agent.emit({ type: 'caller-speech-started' })
    clock.advance(1000)
    vads.ended(200)
    clock.advance(300)
    agent.emit({ type: 'caller-speech-ended' })
    clock.advance(400)
    agent.reply('a', 'Hi.', 300)
    expect(of('speech.ended').map(({ durationMs }) => durationMs)).toEqual([800])
    expect(of('turn.measured').map(({ timings }) => timings)).toEqual([
      { endOfTurn: 500, firstToken: 900, firstAudio: 900, firstSent: 900, firstAudible: 900 },
    ])
  })

  test('a digit interrupts, reaches the agent and stands in the transcript', async () => {
    const { agent, conversation, clock, log, messages } = await start()
    agent.reply('a', 'Press a key now.', 1600)
    clock.advance(600)
    conversation.digit('5')
    expect(log).toEqual(['clear', 'interrupt'])
    clock.advance(2_000)
    expect(log).toEqual(['clear', 'interrupt', 'digit'])
    expect(agent.orders[1]).toEqual({ type: 'digit', digit: '5' })
    expect(messages()).toEqual(['agent (cut): Press', 'caller: [DTMF: 5]'])
  })

  test('what the caller writes interrupts, reaches the agent and stands in the transcript', async () => {
    const { agent, conversation, clock, messages } = await start()
    agent.reply('a', 'Press a key now.', 1600)
    clock.advance(600)
    conversation.read('A table for two')
    expect(agent.orders.map(({ type }) => type)).toEqual(['interrupt', 'text'])
    expect(agent.orders[1]).toEqual({ type: 'text', text: 'A table for two' })
    expect(messages()).toEqual(['agent (cut): Press', 'caller: A table for two'])
  })
})

describe('the end', () => {
  test('idle: prompts, then the call ends', async () => {
    const { agent, clock, log, finished } = await start({ settings: { idlePrompts: ['There?'], idleTimeout: 1000 } })
    clock.advance(1000)
    expect(log).toEqual(['say There?'])
    agent.reply('p', 'There?', 500)
    clock.advance(500 + 1999)
    expect(finished).toEqual([])
    clock.advance(1)
    expect(finished).toEqual(['idle'])
  })

  test('an agent that fails says so, and the call ends when that was heard', async () => {
    const { agent, clock, log, finished, of } = await start({ settings: { mistakeMessage: 'Sorry.' } })
    agent.emit({ type: 'failed', code: 'vendor.failed', message: 'model gone', fatal: true })
    expect(log).toEqual(['say Sorry.'])
    agent.reply('m', 'Sorry.', 800)
    expect(finished).toEqual([])
    clock.advance(800)
    expect(finished).toEqual(['agent-failed'])
    expect(of('agent.failed')).toEqual([{ type: 'agent.failed', code: 'vendor.failed', message: 'model gone' }])
  })

  test('an agent that does not open, or is never ready, ends the call', async () => {
    const refused = await start({ cold: true, open: () => Promise.reject(new Error('no such model')) })
    expect(refused.finished).toEqual(['agent-failed'])
    expect(refused.of('agent.failed')[0]).toMatchObject({ message: 'no such model' })
    const never = await start({ cold: true, settings: { agentTimeout: 2000 } })
    never.clock.advance(2000)
    expect(never.finished).toEqual(['agent-failed'])
    expect(never.of('agent.failed')[0]).toMatchObject({ code: 'vendor.timeout' })
  })

  test('an agent that hears a turn and begins no reply in time has failed; it is called off first', async () => {
    const { clock, turn, log, of } = await start({ settings: { agentTimeout: 3000, mistakeMessage: 'Sorry.' } })
    await turn('Hello?')
    clock.advance(3000)
    expect(log.slice(-2)).toEqual(['interrupt', 'say Sorry.'])
    expect(of('agent.failed')[0]?.code).toBe('vendor.timeout')
  })

  test('closing keeps what was heard, closes the agent once and leaves no timer', async () => {
    const { agent, conversation, clock, messages, vads, of, microphone } = await start()
    agent.reply('a', 'One two three four.', 1900, false)
    clock.advance(700)
    await conversation[Symbol.asyncDispose]()
    await conversation[Symbol.asyncDispose]()
    expect(messages()).toEqual(['agent (cut): One two'])
    expect(agent.disposals).toBe(1)
    expect(vads.disposed).toBe(1)
    expect(clock.pending).toBe(0)
    expect(of('agent.disconnected')).toHaveLength(1)
    microphone.emit(new Int16Array(10))
    agent.emit({ type: 'caller-text', text: 'late', final: true })
    expect(agent.heard).toEqual([])
    expect(messages()).toHaveLength(1)
  })

  test('closing stops the timers that wait for somebody to speak', async () => {
    const { conversation, clock, finished } = await start()
    expect(clock.pending).toBe(1)
    await conversation[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
    expect(finished).toEqual([])
  })

  test('an agent that opens after the end is closed again', async () => {
    const opening = Promise.withResolvers<void>()
    const { conversation, agent } = await start({ cold: true, open: (made) => opening.promise.then(() => made) })
    await conversation[Symbol.asyncDispose]()
    opening.resolve()
    await settle()
    expect(agent.disposals).toBe(1)
  })

  test('mute keeps quiet from now on', async () => {
    const { agent, conversation, speaker, microphone, clock, log, finished } = await start()
    agent.reply('a', 'One.', 400)
    conversation.mute()
    expect(log).toEqual(['clear', 'interrupt'])
    const written = speaker.writtenMs
    agent.reply('b', 'Two.', 400)
    microphone.emit(new Int16Array(8))
    conversation.say('Hello?')
    clock.advance(600_000)
    expect(speaker.writtenMs).toBe(written)
    expect(agent.heard).toEqual([])
    expect(finished).toEqual([])
    expect(log).toEqual(['clear', 'interrupt'])
  })
})

describe('a talk that is held', () => {
  test('and taken back goes on without a word of ours', async () => {
    const { agent, conversation, microphone, log, events } = await start()
    conversation.hold()
    conversation.resume()
    microphone.emit(new Int16Array(8))
    expect(agent.heard).toHaveLength(8)
    expect(log.filter((line) => line.startsWith('say'))).toEqual([])
    expect(events.filter(({ type }) => type === 'message.added')).toEqual([])
  })

  test('is quiet and deaf until it is resumed, and then says why', async () => {
    const { agent, conversation, speaker, microphone, clock, log, events, finished } = await start()
    agent.reply('a', 'One.', 400)
    conversation.hold()
    expect(log).toEqual(['clear', 'interrupt'])
    const written = speaker.writtenMs
    agent.reply('b', 'Two.', 400)
    microphone.emit(new Int16Array(8))
    clock.advance(600_000)
    expect([speaker.writtenMs, agent.heard.length, finished.length]).toEqual([written, 0, 0])
    conversation.resume('busy')
    expect(log.at(-1)).toBe(
      'say I am sorry, I could not connect you: the line is busy. Is there anything else I can do for you?',
    )
    expect(events).toContainEqual(expect.objectContaining({ role: 'system', text: 'The transfer failed: busy' }))
    agent.reply('c', 'Sorry.', 400)
    microphone.emit(new Int16Array(8))
    expect(speaker.writtenMs).toBe(written + 400)
    expect(agent.heard).toHaveLength(8)
  })
})

describe('a sound of the user’s', () => {
  const clip = (id: string, ms: number) => ({ id, rate: 16_000, pcm: new Int16Array(ms * 16).fill(500) })
  const ended = (events: readonly ConversationEvent[]) => events.filter(({ type }) => type === 'play.ended')

  test('waits for what the agent is saying, and tells when it was heard', async () => {
    const { agent, conversation, speaker, clock, events } = await start()
    agent.reply('a', 'One.', 400, false)
    expect(conversation.play(clip('p', 1_000))).toBe(true)
    expect(speaker.writtenMs).toBe(400)
    agent.emit({ type: 'reply-ended', reply: 'a' })
    expect(speaker.writtenMs).toBeCloseTo(1_400, -1)
    await clock.advanceAsync(500)
    expect(ended(events)).toEqual([])
    await clock.advanceAsync(1_000)
    const whole = { type: 'play.ended', id: 'p', heardMs: 1_000, durationMs: 1_000, interrupted: false }
    expect(ended(events)).toEqual([whole])
    expect(events.filter(({ type }) => type === 'message.added')).toHaveLength(1)
  })

  test('stops for a caller who speaks, and tells how far it was heard; what waited is not heard at all', async () => {
    const { agent, conversation, clock, events, log, vads } = await start()
    conversation.play(clip('p', 4_000))
    agent.reply('a', 'One.', 400, false)
    conversation.play(clip('q', 1_000))
    await clock.advanceAsync(1_000)
    vads.started()
    expect(log).toContain('clear')
    const cut = ended(events)
    expect(cut).toEqual([
      { type: 'play.ended', id: 'q', heardMs: 0, durationMs: 1_000, interrupted: true },
      { type: 'play.ended', id: 'p', heardMs: 1_000, durationMs: 4_000, interrupted: true },
    ])
    // The agent hears of no reply that is not its own.
    expect(agent.orders.filter(({ type }) => type === 'interrupt')).toEqual([
      { type: 'interrupt', heardMs: 0, reply: 'a' },
    ])
  })

  test('is heard to its end with an agent that may not be interrupted', async () => {
    const { conversation, clock, events, vads } = await start({ settings: { interruptible: false } })
    conversation.play(clip('p', 1_000))
    await clock.advanceAsync(300)
    vads.started()
    await clock.advanceAsync(1_000)
    expect(ended(events)).toMatchObject([{ heardMs: 1_000, interrupted: false }])
  })

  test('is heard beside an agent that takes no turns', async () => {
    const { conversation, clock, events, speaker } = await start({ turns: 'none' })
    conversation.play(clip('p', 1_000))
    expect(speaker.writtenMs).toBeCloseTo(1_000, -1)
    await clock.advanceAsync(1_100)
    expect(ended(events)).toMatchObject([{ id: 'p', interrupted: false }])
  })

  test('is refused when nobody would hear it', async () => {
    const { conversation } = await start()
    conversation.hold()
    expect([conversation.play(clip('p', 100)), conversation.say('Hello')]).toEqual([false, false])
    await conversation[Symbol.asyncDispose]()
    expect([conversation.play(clip('p', 100)), conversation.say('Hello')]).toEqual([false, false])
  })
})

describe('heard', () => {
  test('resolves when everything said was heard, an ordered text included', async () => {
    const { agent, conversation, clock } = await start({ turns: 'agent' })
    conversation.say('Goodbye.')
    let heard = false
    const waiting = conversation.heard(10_000).then(() => (heard = true))
    await clock.advanceAsync(100)
    agent.reply('a', 'Goodbye.', 500)
    await clock.advanceAsync(499)
    expect(heard).toBe(false)
    await clock.advanceAsync(1)
    await waiting
    expect(heard).toBe(true)
  })

  test('waits no longer than it was told, and not at all when nothing was said', async () => {
    const { agent, conversation, clock } = await start()
    await conversation.heard(10_000)
    agent.reply('a', 'A long one.', 60_000)
    const began = clock.monotonic()
    const waiting = conversation.heard(1000).then(() => clock.monotonic() - began)
    await clock.advanceAsync(1000)
    expect(await waiting).toBe(1000)
  })
})

const hangUp = { type: 'tool-called', call: { id: 't1', name: 'hang_up', arguments: {} } } as const

describe('tools', () => {
  test('hang_up waits until the last words were heard', async () => {
    const { agent, clock, tools, of } = await start()
    agent.reply('a', 'Goodbye.', 600)
    agent.emit(hangUp)
    await clock.advanceAsync(599)
    expect(tools).toEqual([])
    await clock.advanceAsync(1)
    expect(tools.map(({ name }) => name)).toEqual(['hang_up'])
    expect(of('tool.returned')).toEqual([
      { type: 'tool.returned', id: 't1', name: 'hang_up', ok: true, result: 'done' },
    ])
    expect(agent.orders.at(-1)).toEqual({ type: 'tool-result', id: 't1', ok: true, result: 'done', last: true })
  })

  test('hang_up is called off when the caller speaks before', async () => {
    const { agent, clock, tools, vads } = await start()
    agent.reply('a', 'Goodbye.', 600)
    agent.emit(hangUp)
    clock.advance(300)
    vads.started()
    await settle()
    expect(tools).toEqual([])
    expect(agent.orders.at(-1)).toMatchObject({ type: 'tool-result', id: 't1', ok: false })
  })

  test('other tools run at once', async () => {
    const { agent, tools } = await start()
    agent.reply('a', 'One moment.', 600)
    agent.emit({ type: 'tool-called', call: { id: 't', name: 'send_digits', arguments: { digits: '1' } } })
    await settle()
    expect(tools).toHaveLength(1)
  })

  test.each<[string, Options['tool'], string, unknown]>([
    ['unknown', undefined, 'fly', { error: "there is no tool 'fly'; there are: hang_up, transfer_call, send_digits" }],
    ['failing', () => Promise.reject(new Error('line busy')), 'send_digits', { error: 'line busy' }],
    ['refused', () => Promise.resolve({ ok: false, result: 'no' }), 'send_digits', 'no'],
  ])('an %s tool is answered with its error', async (_, tool, name, result) => {
    const { agent } = await start({ tool })
    agent.emit({ type: 'tool-called', call: { id: 't', name, arguments: {} } })
    await settle()
    expect(agent.orders).toEqual([{ type: 'tool-result', id: 't', ok: false, result }])
  })

  test('a tool that never returns is answered after 30 seconds; the same call counts once', async () => {
    const { agent, clock, tools } = await start({
      tool: () => new Promise(() => undefined),
      settings: { idleTimeout: 0 },
    })
    const call = { id: 't', name: 'send_digits', arguments: {} }
    agent.emit({ type: 'tool-called', call })
    agent.emit({ type: 'tool-called', call })
    await clock.advanceAsync(30_000)
    expect(tools).toHaveLength(1)
    expect(agent.orders).toEqual([
      { type: 'tool-result', id: 't', ok: false, result: { error: 'no result within 30 s' } },
    ])
  })
})

describe('markers of the agent', () => {
  const names = (talk: { readonly agent: FakeAgent }) =>
    talk.agent.orders.flatMap((order) => (order.type === 'marker-heard' ? [`${order.name} ${order.cleared}`] : []))

  test('come back when the sound before them was heard', async () => {
    const talk = await start({ turns: 'own' })
    talk.agent.reply('r', 'words', 400, false)
    talk.agent.emit({ type: 'marker', name: 'm' })
    talk.clock.advance(300)
    expect(names(talk)).toEqual([])
    talk.clock.advance(100)
    expect(names(talk)).toEqual(['m false'])
  })

  test('come back at once when the agent takes its sound back; how much was heard is told', async () => {
    const talk = await start({ turns: 'own' })
    talk.agent.reply('r', 'words', 400, false)
    talk.agent.emit({ type: 'marker', name: 'm' })
    talk.clock.advance(100)
    talk.agent.emit({ type: 'clear' })
    expect(names(talk)).toEqual(['m true'])
    expect(talk.of('agent.interrupted')).toMatchObject([{ heardMs: 100 }])
    const queued = talk.speaker.queuedMs
    talk.agent.reply('r2', 'more', 200)
    expect(talk.speaker.queuedMs).toBe(queued + 200)
  })

  test('of sound that was made before there is a line wait for it', async () => {
    const talk = await start({ turns: 'own', cold: true })
    talk.agent.emit({ type: 'ready' })
    talk.agent.reply('r', 'words', 400, false)
    talk.agent.emit({ type: 'marker', name: 'm' })
    talk.clock.advance(1_000)
    expect(names(talk)).toEqual([])
    talk.conversation.attach({ microphone: talk.microphone, speaker: talk.speaker })
    talk.clock.advance(400)
    expect(names(talk)).toEqual(['m false'])
  })

  test('of sound that was taken back before there was a line come back at once', async () => {
    const talk = await start({ turns: 'own', cold: true })
    talk.agent.emit({ type: 'ready' })
    talk.agent.reply('r', 'words', 400, false)
    talk.agent.emit({ type: 'marker', name: 'm' })
    talk.agent.emit({ type: 'clear' })
    expect(names(talk)).toEqual(['m true'])
  })
})

describe('a new line', () => {
  test('takes the old one’s place: no second greeting, sound both ways, the old one is let go', async () => {
    const { agent, conversation, clock, microphone, speaker, vads, messages } = await start({
      settings: { greeting: 'Hello.' },
    })
    agent.reply('g', 'Hello.', 400)
    clock.advance(400)
    const line = { microphone: createSource(16000), speaker: new FakePlayout(clock, 16000) }
    conversation.attach(line)
    microphone.emit(new Int16Array(8))
    expect(agent.heard).toEqual([])
    line.microphone.emit(new Int16Array(3200))
    expect(agent.heard.length).toBeGreaterThan(1500)
    const written = speaker.writtenMs
    agent.reply('b', 'Back again.', 500)
    expect(speaker.writtenMs).toBe(written)
    expect(Math.abs(line.speaker.writtenMs - 500)).toBeLessThan(10)
    clock.advance(510)
    expect(vads.disposed).toBe(1)
    expect(messages()).toEqual(['agent: Hello.', 'agent: Back again.'])
    expect(agent.orders.filter(({ type }) => type === 'say')).toHaveLength(1)
  })

  test('what the old line had not played was not heard; a reply in the making goes on', async () => {
    const { agent, conversation, clock, messages } = await start()
    agent.reply('a', 'One two three four.', 1900)
    agent.reply('b', 'And more', 100, false)
    clock.advance(700)
    const line = { microphone: createSource(8000), speaker: new FakePlayout(clock) }
    conversation.attach(line)
    expect(messages()).toEqual(['agent (cut): One two'])
    agent.sound(300)
    agent.emit({ type: 'reply-ended', reply: 'b' })
    clock.advance(300)
    expect(messages()).toEqual(['agent (cut): One two', 'agent: And more'])
  })
})

test('two conversations share nothing', async () => {
  const [one, other] = await Promise.all([start(), start()])
  one.microphone.emit(new Int16Array([1]))
  one.agent.emit({ type: 'caller-text', text: 'Only here', final: true })
  await one.conversation[Symbol.asyncDispose]()
  expect(other.agent.heard).toEqual([])
  expect(other.messages()).toEqual([])
  expect(other.agent.disposals).toBe(0)
})

describe('a call that reaches its longest duration', () => {
  test('ends announced, after what is being said', async () => {
    const { conversation, agent, clock } = await start({ settings: { endWarning: 20_000, idleTimeout: 0 } })
    conversation.endsIn(60_000)
    clock.advance(39_000)
    agent.reply('1', 'A story.', 5000)
    clock.advance(4_900)
    await settle()
    expect(agent.orders).toEqual([])
    clock.advance(200)
    await settle()
    expect(agent.orders).toEqual([{ type: 'say', text: 'I am sorry, this call has to end in 20 seconds.' }])
    await conversation[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })
})
