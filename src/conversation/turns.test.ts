import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TurnAction, TurnInput, TurnRules, TurnState, TurnStep, TurnTimer } from './turn.ts'
import { advance, begin } from './turns.ts'

const rules: TurnRules = {
  greeting: 'Hello.',
  greetingInterruptible: true,
  interruptible: true,
  idleTimeout: 10_000,
  idlePrompts: ['Still there?', 'Last call.'],
  mistakeMessage: 'Sorry.',
  endOfTurn: 600,
  endOfTurnLeast: 300,
  endOfTurnMost: 1_200,
  bargeInAfter: 0,
  bargeInPause: true,
  backchannels: [],
  digitTimeout: 2_000,
  digitLimit: 0,
  digitEnd: '#',
  agentTimeout: 15_000,
}

const started = { type: 'speech-started', by: 'engine', agoMs: 90, audible: false } as const
const paused = { type: 'speech-paused', by: 'engine', agoMs: 200 } as const
const heardGreeting: readonly TurnInput[] = [
  { type: 'opened', turns: 'engine', greets: false },
  { type: 'ready' },
  { type: 'attached' },
  { type: 'reply-started', reply: 'g' },
  { type: 'sounded' },
  { type: 'reply-ended', reply: 'g' },
  { type: 'heard' },
]
const speaking: readonly TurnInput[] = [
  ...heardGreeting,
  started,
  paused,
  { type: 'timer', timer: 'turn' },
  { type: 'reply-started', reply: 'a' },
  { type: 'sounded' },
]

/** Runs inputs one after another, timers when they are due; `actions` are those of the last. A number lets so much time pass. */
function play(
  inputs: readonly (TurnInput | number)[],
  with_: TurnRules = rules,
): { state: TurnState; actions: readonly TurnAction[]; running: ReadonlySet<TurnTimer>; now: number } {
  const due = new Map<TurnTimer, number>()
  let now = 10_000
  let step = begin(with_)
  keep(due, step.actions, now)
  for (const input of inputs) {
    if (typeof input === 'number') {
      now += input
      continue
    }
    if (input.type === 'timer') now = Math.max(now, due.get(input.timer) ?? now)
    if (input.type === 'timer') due.delete(input.timer)
    step = advance(with_, step.state, input, now)
    keep(due, step.actions, now)
  }
  return { ...step, running: new Set(due.keys()), now }
}

function keep(due: Map<TurnTimer, number>, actions: readonly TurnAction[], now: number): void {
  for (const action of actions) {
    if (action.type === 'timer') due.set(action.timer, now + action.delay)
    if (action.type === 'cancel') due.delete(action.timer)
  }
}

function ofType(actions: readonly TurnAction[], type: TurnAction['type']): readonly TurnAction[] {
  return actions.filter((action) => action.type === type)
}

function said(actions: readonly TurnAction[]): readonly string[] {
  return actions.flatMap((action) =>
    action.type === 'order' && action.order.type === 'say' ? [action.order.text] : [],
  )
}

describe('greeting', () => {
  test('is said as soon as the agent is ready, while the line still rings, and only once', () => {
    const ready = play(heardGreeting.slice(0, 2))
    expect(said(ready.actions)).toEqual(['Hello.'])
    expect(said(play([...heardGreeting.slice(0, 2), { type: 'ready' }]).actions)).toEqual([])
    expect(said(play([...heardGreeting, { type: 'attached' }]).actions)).toEqual([])
  })

  test('is left to an agent that greets by itself', () => {
    expect(said(play([{ type: 'opened', turns: 'agent', greets: true }, { type: 'ready' }]).actions)).toEqual([])
  })

  test('counts as speaking: the caller may talk over it, unless it is shielded', () => {
    const talking = [...heardGreeting.slice(0, 5), { ...started, audible: true }]
    expect(ofType(play(talking).actions, 'cut')).toEqual([{ type: 'cut', clear: true }])
    const shielded = { ...rules, greetingInterruptible: false }
    expect(ofType(play(talking, shielded).actions, 'cut')).toEqual([])
    expect(ofType(play(talking, shielded).actions, 'speech-started')).toHaveLength(1)
  })

  test('is not all that may be shielded: an answer that says so is heard to its end, too', () => {
    const answer: TurnInput = { type: 'reply-started', reply: 'b', shielded: true }
    const over: TurnInput = { ...started, audible: true }
    const during = [...heardGreeting, answer, { type: 'sounded' }, over] as const
    expect(ofType(play(during).actions, 'cut')).toEqual([])
    const after = [
      ...heardGreeting,
      answer,
      { type: 'sounded' },
      { type: 'reply-ended', reply: 'b' },
      { type: 'heard' },
    ] as const
    const next = [...after, { type: 'reply-started', reply: 'c' }, { type: 'sounded' }, over] as const
    expect(ofType(play(next).actions, 'cut')).toHaveLength(1)
  })

  test('shields no longer than it lasts', () => {
    const shielded = { ...rules, greetingInterruptible: false }
    expect(ofType(play([...speaking, { ...started, audible: true }], shielded).actions, 'cut')).toHaveLength(1)
    const soundless: readonly TurnInput[] = [
      ...heardGreeting.slice(0, 4),
      { type: 'reply-ended', reply: 'g' },
      { type: 'reply-started', reply: 'a' },
      { type: 'sounded' },
      { ...started, audible: true },
    ]
    expect(ofType(play(soundless, shielded).actions, 'cut')).toHaveLength(1)
  })
})

describe('barge-in', () => {
  test.each<[string, readonly TurnInput[], boolean, readonly TurnAction[]]>([
    ['over queued sound clears', speaking, true, [{ type: 'cut', clear: true }]],
    [
      'between two pieces of a reply stops the agent, and clears nothing',
      speaking,
      false,
      [{ type: 'cut', clear: false }],
    ],
    ['when nothing plays does nothing', heardGreeting, false, []],
    [
      'when everything is heard and only its mark is under way does nothing',
      [...speaking, { type: 'reply-ended', reply: 'a' }],
      false,
      [],
    ],
    [
      'over the end of a finished reply clears',
      [...speaking, { type: 'reply-ended', reply: 'a' }],
      true,
      [{ type: 'cut', clear: true }],
    ],
  ])('speech %s', (_, before, audible, expected) => {
    expect(ofType(play([...before, { ...started, audible }]).actions, 'cut')).toEqual(expected)
  })

  test('comes before anything else the input brings about', () => {
    expect(play([...speaking, { ...started, audible: true }]).actions[0]).toEqual({ type: 'cut', clear: true })
  })

  test('closes the gate until another reply begins', () => {
    const cut = [...speaking, { ...started, audible: true }]
    expect(play(cut).state.closed).toBe(true)
    expect(play([...cut, { type: 'reply-started', reply: 'a' }]).state.closed).toBe(true)
    expect(play([...cut, { type: 'reply-started', reply: 'b' }]).state).toMatchObject({ closed: false, reply: 'b' })
  })

  test('is off when the agent may not be interrupted, or takes no turns', () => {
    const over = [...speaking, { ...started, audible: true }]
    expect(ofType(play(over, { ...rules, interruptible: false }).actions, 'cut')).toEqual([])
    const echo: readonly TurnInput[] = [{ type: 'opened', turns: 'none', greets: false }, ...over.slice(1)]
    expect(ofType(play(echo).actions, 'cut')).toEqual([])
  })

  test("follows the agent's own detector where it has one, not ours", () => {
    const vendor: readonly TurnInput[] = [
      { type: 'opened', turns: 'agent', greets: false },
      ...heardGreeting.slice(1, 5),
    ]
    expect(ofType(play([...vendor, { ...started, audible: true }]).actions, 'cut')).toEqual([])
    const theirs = play([...vendor, { ...started, by: 'agent', audible: true }])
    expect(ofType(theirs.actions, 'cut')).toEqual([{ type: 'cut', clear: true }])
  })

  test('the API may interrupt even what the caller may not', () => {
    const stubborn = { ...rules, interruptible: false }
    const stopped = play([...speaking, { type: 'interrupt', audible: true }], stubborn)
    expect(ofType(stopped.actions, 'cut')).toEqual([{ type: 'cut', clear: true }])
    expect(ofType(play([...heardGreeting, { type: 'interrupt', audible: false }]).actions, 'cut')).toEqual([])
  })
})

describe('end of turn', () => {
  test('waits for the rest of the silence that the detector did not wait for itself', () => {
    expect(play([...heardGreeting, started, paused]).actions).toContainEqual({
      type: 'timer',
      timer: 'turn',
      delay: 400,
    })
    const late = play([...heardGreeting, started, { ...paused, agoMs: 700 }])
    expect(late.actions).toContainEqual({ type: 'speech-ended', agoMs: 700 })
  })

  test('a pause within a sentence does not end the turn', () => {
    const resumed = play([...heardGreeting, started, paused, started])
    expect(resumed.actions).toEqual([{ type: 'cancel', timer: 'turn' }])
    expect(resumed.state.caller).toBe('speaking')
  })

  test('then a reply is due, and an agent that does not begin one in time has failed', () => {
    const owed = play([...heardGreeting, started, paused, { type: 'timer', timer: 'turn' }])
    expect(owed.actions).toContainEqual({ type: 'speech-ended', agoMs: 600 })
    expect(owed.running).toEqual(new Set(['reply']))
    const late = play([
      ...heardGreeting,
      started,
      paused,
      { type: 'timer', timer: 'turn' },
      { type: 'timer', timer: 'reply' },
    ])
    expect(late.actions.slice(0, 2)).toEqual([
      { type: 'late', what: 'reply' },
      { type: 'cut', clear: false },
    ])
    expect(said(late.actions)).toEqual(['Sorry.'])
  })

  test('a turn without words owes no reply', () => {
    const noise = play([
      ...heardGreeting,
      started,
      paused,
      { type: 'timer', timer: 'turn' },
      { type: 'caller-text', empty: true },
    ])
    expect(noise.running).toEqual(new Set(['idle']))
  })

  test('speech from before the agent was open is left to an agent that judges for itself', () => {
    const early = play([{ type: 'attached' }, started, { type: 'opened', turns: 'agent', greets: false }])
    expect(early.state).toMatchObject({ caller: 'silent', noisy: true, owed: 0 })
    expect(early.actions).toContainEqual({ type: 'speech-ended', agoMs: 0 })
  })

  test('a turn on a line that was lost ends when the new one opens', () => {
    expect(play([...heardGreeting, started, { type: 'attached' }]).actions).toContainEqual({
      type: 'speech-ended',
      agoMs: 0,
    })
  })
})

describe('a pause', () => {
  const pausing = (finished?: number): readonly (TurnInput | number)[] => [
    ...heardGreeting,
    started,
    1_000,
    { ...paused, ...(finished !== undefined && { finished }) },
  ]
  const waits = (inputs: readonly (TurnInput | number)[], with_: TurnRules = rules) =>
    play(inputs, with_).actions.flatMap((action) => (action.type === 'timer' ? [action.delay] : []))
  const words = (text: string): TurnInput => ({ type: 'caller-words', text, audible: false })

  test.each([
    ['unknown', undefined, 400],
    ['finished', 1, 100],
    ['rather finished', 0.75, 250],
    ['unfinished', 0, 1_000],
    ['rather unfinished', 0.25, 700],
  ])('after what sounds %s', (_, finished, delay) => {
    expect(waits(pausing(finished))).toEqual([delay])
  })

  test('that was judged late is waited for anew, and ended if it is due already', () => {
    expect(waits([...pausing(), 100, { ...paused, agoMs: 300, finished: 0 }])).toEqual([900])
    const late = play([...pausing(), 250, { ...paused, agoMs: 450, finished: 1 }])
    expect(late.actions).toContainEqual({ type: 'speech-ended', agoMs: 450 })
  })

  test('of which the detector only says that it lasts keeps its judgement', () => {
    const longest = play([...pausing(0), 400, { ...paused, agoMs: 600 }])
    expect(longest.state.caller).toBe('pausing')
    expect(longest.state.finished).toBe(0)
  })

  test.each([
    ['I would like a table for', 1_000],
    ['My number is five five five one two', 1_000],
    ['Yes.', 190],
    ['Do you have a table?', 190],
    ['A table by the window', 280],
  ])('after "%s"', (text, delay) => {
    expect(waits([...heardGreeting, started, 900, words(text), 100, paused])).toEqual([delay])
    expect(waits([...pausing(), words(text)])).toEqual([delay])
  })

  test('words and sound are weighed against each other, within the bounds', () => {
    expect(waits([...pausing(1), words('I would like a table for')])).toEqual([760])
    expect(waits([...pausing(0), words('Yes.')])[0]).toBeGreaterThan(300)
  })

  test('is waited for longer with a caller who makes long ones', () => {
    const slow = [...pausing(), 380, { ...started, agoMs: 20 }, 700, paused]
    expect(waits(slow)).toEqual([Math.round((380 + 200 - 20) * 1.15) - 200])
  })

  test('teaches something even where it was taken for the end of the turn', () => {
    const cutOff = [...pausing(), { type: 'timer', timer: 'turn' } as const, 300, started, 700, paused]
    expect(waits(cutOff)[0]).toBeGreaterThan(500)
  })

  test('is fixed where the settings say so', () => {
    const fixed = { ...rules, endOfTurnLeast: 600, endOfTurnMost: 600 }
    for (const finished of [undefined, 0, 1]) expect(waits(pausing(finished), fixed)).toEqual([400])
    expect(waits([...pausing(), words('and'), 350, started, 500, paused], fixed)).toEqual([400])
  })
})

describe('a sound of the caller’s over the agent', () => {
  const patient: TurnRules = { ...rules, bargeInAfter: 500 }
  const over = { ...started, audible: true }
  const timer: TurnInput = { type: 'timer', timer: 'aside', audible: true }
  const run = (...inputs: readonly (TurnInput | number)[]) => play([...speaking, ...inputs], patient)

  test('that is short lets it go on, and is forgotten', () => {
    const mmhm = run(over, 350, paused)
    expect(mmhm.actions.map(({ type }) => type)).toEqual(['go-on', 'timer'])
    expect(mmhm.state).toMatchObject({ reply: 'a', caller: 'silent', aside: { speaking: false } })
    expect(run(over, 350, paused, timer).state).toMatchObject({ reply: 'a', aside: undefined })
  })

  test('that lasts stops it, and the agent is told when it began', () => {
    expect(run(over).actions).toEqual([{ type: 'hush' }, { type: 'timer', timer: 'aside', delay: 410 }])
    expect(run(over, timer).actions).toEqual([
      { type: 'cut', clear: true },
      { type: 'speech-started', agoMs: 500 },
      { type: 'go-on' },
    ])
  })

  test('twice lets it go on ("yes, yes"); a third time wants the turn', () => {
    const twice = run(over, 300, paused, 100, over, 300, paused)
    expect(twice.state.reply).toBe('a')
    const third = run(over, 300, paused, 100, over, 300, paused, 100, over)
    expect(third.actions).toContainEqual({ type: 'cut', clear: true })
    expect(third.actions).toContainEqual({ type: 'speech-started', agoMs: 890 })
  })

  test('stops it at once where it asked something', () => {
    expect(run({ ...over, asked: true }).actions[0]).toEqual({ type: 'cut', clear: true })
  })

  test('whose words are those of a listener may last longer; other words stop it at once', () => {
    const words = (text: string): TurnInput => ({ type: 'caller-words', text, audible: true })
    expect(run(over, 200, words('yeah okay')).actions).toEqual([
      { type: 'go-on' },
      { type: 'timer', timer: 'aside', delay: 710 },
    ])
    expect(run(over, 200, words('no wait')).actions[0]).toEqual({ type: 'cut', clear: true })
    const late = run(over, 300, paused, words('stop please'))
    expect(ofType(late.actions, 'cut')).toEqual([{ type: 'cut', clear: true }])
    expect(late.state.caller).toBe('pausing')
  })

  test('lets it talk on meanwhile, where that is wanted', () => {
    const talksOn = { ...patient, bargeInPause: false }
    expect(play([...speaking, over], talksOn).actions).toEqual([{ type: 'timer', timer: 'aside', delay: 410 }])
    expect(ofType(play([...speaking, over, 350, paused], talksOn).actions, 'go-on')).toEqual([])
  })

  test.each<[string, TurnInput]>([
    ['fails', { type: 'failed', fatal: true }],
    ['is gone', { type: 'closed' }],
  ])('keeps nobody silent who %s', (_, input) => {
    expect(run(over, input).actions).toContainEqual({ type: 'go-on' })
  })

  test('is an answer when the agent had just finished: a final yes is never dropped', () => {
    const done: TurnInput = { type: 'reply-ended', reply: 'a' }
    const after = run(over, done, 300, paused, 200, { type: 'heard' })
    expect(after.actions).toContainEqual({ type: 'speech-started', agoMs: 590 })
    expect(after.state.caller).toBe('pausing')
    expect(after.running.has('turn')).toBe(true)
    const during = run(over, done, 100, { type: 'heard' })
    expect(during.actions).toContainEqual({ type: 'speech-started', agoMs: 190 })
    expect(during.state.caller).toBe('speaking')
    const longAgo = run(over, 300, paused, timer, done, { type: 'heard' })
    expect(longAgo.state.caller).toBe('silent')
  })

  test.each<[string, TurnInput]>([
    ['a key', { type: 'digit', digit: '1', audible: true }],
    ['an order to stop', { type: 'interrupt', audible: true }],
    ['a new line', { type: 'attached' }],
    ['a hold', { type: 'hold', audible: true }],
  ])('is forgotten with %s', (_, input) => {
    expect(run(over, input).state.aside).toBeUndefined()
    expect(run(over, input).running.has('aside')).toBe(false)
  })
})

describe('keys', () => {
  const key = (digit: string, audible = false): TurnInput => ({ type: 'digit', digit, audible })
  const given = (actions: readonly TurnAction[]) =>
    actions.flatMap((action) => (action.type === 'order' && action.order.type === 'digit' ? [action.order.digit] : []))

  test('are given together after a pause, or with the key that ends them', () => {
    const two = [...heardGreeting, key('4'), 1_500, key('2')]
    expect(given(play(two).actions)).toEqual([])
    expect(play(two).actions).toEqual([{ type: 'timer', timer: 'digits', delay: 2_000 }])
    expect(given(play([...two, { type: 'timer', timer: 'digits' }]).actions)).toEqual(['42'])
    expect(given(play([...two, key('#')]).actions)).toEqual(['42'])
    expect(play([...two, key('#')]).running).toEqual(new Set(['reply']))
  })

  test('are complete as soon as there are enough; the ending key alone is a key', () => {
    const limited = { ...rules, digitLimit: 2 }
    expect(given(play([...heardGreeting, key('4'), key('2')], limited).actions)).toEqual(['42'])
    expect(given(play([...heardGreeting, key('#')]).actions)).toEqual(['#'])
    expect(given(play([...heardGreeting, key('*')], { ...rules, digitEnd: '*' }).actions)).toEqual(['*'])
    expect(given(play([...heardGreeting, key('4'), key('#')], { ...rules, digitEnd: 'none' }).actions)).toEqual([])
    expect(given(play([...heardGreeting, key('7')], { ...rules, digitTimeout: 0 }).actions)).toEqual(['7'])
  })

  test('interrupt, and an agent that is thinking waits for the rest of them', () => {
    expect(play([...speaking, key('1', true)]).actions[0]).toEqual({ type: 'cut', clear: true })
    const thinking = [...heardGreeting, started, { ...paused, agoMs: 900 }]
    expect(play([...thinking, key('1')]).actions).toContainEqual({ type: 'cut', clear: false })
    const begun = play([...heardGreeting, key('1'), { type: 'reply-started', reply: 'x' }])
    expect(begun.actions).toEqual([{ type: 'cut', clear: false, unheard: 'x' }])
    expect(begun.state.reply).toBeUndefined()
  })

  test('are not idle', () => {
    expect(play([...heardGreeting, key('1')]).running.has('idle')).toBe(false)
  })
})

describe('idle', () => {
  const idle: TurnInput = { type: 'timer', timer: 'idle' }
  const answer: readonly TurnInput[] = [
    { type: 'reply-started', reply: 'p' },
    { type: 'sounded' },
    { type: 'reply-ended', reply: 'p' },
    { type: 'heard' },
  ]

  test('prompts come with doubling waits, and after the last one the call ends', () => {
    expect(play(heardGreeting).actions).toContainEqual({ type: 'timer', timer: 'idle', delay: 10_000 })
    expect(said(play([...heardGreeting, idle]).actions)).toEqual(['Still there?'])
    const second = [...heardGreeting, idle, ...answer]
    expect(play(second).actions).toContainEqual({ type: 'timer', timer: 'idle', delay: 20_000 })
    expect(said(play([...second, idle]).actions)).toEqual(['Last call.'])
    const third = [...second, idle, ...answer]
    expect(play(third).actions).toContainEqual({ type: 'timer', timer: 'idle', delay: 40_000 })
    expect(play([...third, idle]).actions).toEqual([{ type: 'finish', reason: 'idle' }])
  })

  test('words or a digit of the caller start the count again; noise does not', () => {
    const prompted = [...heardGreeting, idle, ...answer, started, paused, { type: 'timer', timer: 'turn' } as const]
    const noise = play([...prompted, { type: 'caller-text', empty: true }])
    expect(noise.actions).toContainEqual({ type: 'timer', timer: 'idle', delay: 20_000 })
    expect(play([...prompted, { type: 'caller-text', empty: false }]).state.prompts).toBe(0)
    expect(play([...heardGreeting, idle, ...answer, { type: 'digit', digit: '1', audible: false }]).state.prompts).toBe(
      0,
    )
  })

  test.each<[string, readonly TurnInput[]]>([
    ['before the line is open', heardGreeting.slice(0, 2)],
    ['while the caller speaks', [...heardGreeting, started]],
    ['while the agent speaks', speaking],
    ['while the agent thinks', [...heardGreeting, started, { ...paused, agoMs: 900 }]],
    ['while a tool works', [...heardGreeting, { type: 'tool-called' }]],
    ['after mute', [...heardGreeting, { type: 'mute', audible: false }]],
    [
      'with an agent that takes no turns',
      [{ type: 'opened', turns: 'none', greets: false }, ...heardGreeting.slice(1)],
    ],
  ])('does not run %s', (_, inputs) => {
    expect(play(inputs).running.has('idle')).toBe(false)
  })
})

describe('a talk that is held', () => {
  const held: readonly TurnInput[] = [...heardGreeting, { type: 'hold', audible: false }]
  const resumed: TurnInput = { type: 'resume', text: 'Nobody there.' }

  test('stops what is being said, and runs no timer', () => {
    const speakingStill = play([...speaking, { type: 'hold', audible: true }])
    expect(speakingStill.actions).toContainEqual({ type: 'cut', clear: true })
    expect(speakingStill.running).toEqual(new Set())
    expect(play(held).running).toEqual(new Set())
  })

  test('cuts off what the agent says into the void, and asks nothing of it', () => {
    const reply = { type: 'reply-started', reply: 'x' } as const
    const { actions, state } = play([...held, started, { type: 'digit', digit: '1', audible: false }, reply])
    expect(actions).toEqual([{ type: 'cut', clear: false, unheard: 'x' }])
    expect(state.reply).toBeUndefined()
  })

  test('ends the turn it began in', () => {
    const { actions } = play([...heardGreeting, started, { type: 'hold', audible: false }])
    expect(actions).toContainEqual({ type: 'speech-ended', agoMs: 0 })
  })

  test('goes on where it is resumed, with the words given', () => {
    expect(play([...held, resumed]).actions).toContainEqual({
      type: 'order',
      order: { type: 'say', text: 'Nobody there.' },
    })
    const said = [...held, resumed, { type: 'reply-started', reply: 'r' }, { type: 'reply-ended', reply: 'r' }] as const
    expect(play(said).running).toEqual(new Set(['idle']))
    expect(play([...held, { type: 'resume', text: '' }]).running).toEqual(new Set(['idle']))
  })

  test('is over when the agent left meanwhile', () => {
    const { actions } = play([...held, { type: 'closed' }])
    expect(actions).toEqual([])
    expect(play([...held, { type: 'closed' }, resumed]).actions).toContainEqual({
      type: 'finish',
      reason: 'agent-failed',
    })
  })
})

describe('failure', () => {
  const fatal: TurnInput = { type: 'failed', fatal: true }

  test('is said to the caller before the call ends', () => {
    const failed = [...heardGreeting, fatal]
    expect(said(play(failed).actions)).toEqual(['Sorry.'])
    const heard: readonly TurnInput[] = [
      ...failed,
      { type: 'reply-started', reply: 'm' },
      { type: 'sounded' },
      { type: 'reply-ended', reply: 'm' },
      { type: 'heard' },
    ]
    expect(ofType(play(heard.slice(0, -1)).actions, 'finish')).toEqual([])
    expect(ofType(play(heard).actions, 'finish')).toEqual([{ type: 'finish', reason: 'agent-failed' }])
  })

  test('words still playing do not pass for the mistake message', () => {
    const failed: readonly TurnInput[] = [...speaking, fatal, { type: 'heard' }]
    expect(ofType(play(failed).actions, 'finish')).toEqual([])
  })

  test('an agent that cannot even say so is given up', () => {
    const mute = play([...heardGreeting, fatal, { type: 'timer', timer: 'mistake' }])
    expect(mute.actions).toContainEqual({ type: 'finish', reason: 'agent-failed' })
  })

  test('an agent that leaves ends the call, after its last words', () => {
    expect(play([...heardGreeting, { type: 'closed' }]).actions).toContainEqual({
      type: 'finish',
      reason: 'agent-failed',
    })
    const last = [...speaking, { type: 'closed' } as const]
    expect(ofType(play(last).actions, 'finish')).toEqual([])
    expect(ofType(play([...last, { type: 'heard' }]).actions, 'finish')).toHaveLength(1)
  })

  test('an agent that is never ready has failed', () => {
    const never = play([{ type: 'attached' }, { type: 'timer', timer: 'ready' }])
    expect(never.actions).toContainEqual({ type: 'finish', reason: 'agent-failed' })
  })

  test('a passing failure ends the wait for a reply, nothing more', () => {
    const passing = play([...heardGreeting, started, { ...paused, agoMs: 900 }, { type: 'failed', fatal: false }])
    expect(passing.running).toEqual(new Set(['idle']))
  })
})

describe('a bot that decides everything', () => {
  const own: readonly TurnInput[] = [
    { type: 'opened', turns: 'own', greets: true },
    { type: 'ready' },
    { type: 'attached' },
    { type: 'reply-started', reply: 'r' },
    { type: 'sounded' },
  ]
  const over = { ...started, audible: true }

  test('is not stopped by the caller, whose turns are told all the same', () => {
    const spoke = play([...own, over])
    expect(spoke.actions.map(({ type }) => type)).toContain('speech-started')
    expect(ofType(spoke.actions, 'cut')).toEqual([])
    const ended = play([...own, over, paused, { type: 'timer', timer: 'turn' }])
    expect(ofType(ended.actions, 'speech-ended')).toHaveLength(1)
    expect(ended.running.has('reply')).toBe(false)
  })

  test('gets each key as it is pressed, those that end numbers too, and goes on speaking', () => {
    for (const digit of ['1', '#']) {
      const { actions } = play([...own, { type: 'digit', digit, audible: true }])
      expect(actions).toEqual([{ type: 'order', order: { type: 'digit', digit } }])
    }
  })

  test('that takes its sound back is stopped; silence of both sides is counted anew by speech', () => {
    expect(ofType(play([...own, { type: 'interrupt', audible: true }]).actions, 'cut')).toHaveLength(1)
    const quiet = [
      ...own,
      { type: 'reply-ended', reply: 'r' },
      { type: 'heard' },
      { type: 'timer', timer: 'idle' },
    ] as const
    expect(play(quiet).state.prompts).toBe(1)
    expect(play([...quiet, started]).state.prompts).toBe(0)
  })
})

describe('property: any order of inputs', () => {
  const by = fc.constantFrom('engine' as const, 'agent' as const)
  const audible = fc.boolean()
  const reply = fc.constantFrom('a', 'b', 'c')
  const agoMs = fc.constantFrom(0, 200, 900)
  const given: TurnRules = { ...rules, bargeInAfter: 500 }
  const input: fc.Arbitrary<TurnInput> = fc.oneof(
    fc.record({
      type: fc.constant('opened' as const),
      turns: fc.constantFrom('engine' as const, 'agent', 'none'),
      greets: audible,
    }),
    fc.constantFrom<TurnInput>({ type: 'ready' }, { type: 'attached' }, { type: 'sounded' }, { type: 'heard' }),
    fc.record({ type: fc.constant('speech-started' as const), by, agoMs, audible, asked: audible }),
    fc.record({ type: fc.constant('speech-paused' as const), by, agoMs, finished: fc.constantFrom(0, 1) }),
    fc.record({ type: fc.constant('caller-words' as const), text: fc.constantFrom('', 'yes', 'no and'), audible }),
    fc.record({ type: fc.constant('reply-started' as const), reply }),
    fc.record({ type: fc.constant('reply-ended' as const), reply }),
    fc.record({ type: fc.constant('caller-text' as const), empty: audible }),
    fc.constantFrom<TurnInput>({ type: 'tool-called' }, { type: 'tool-returned', last: false }, { type: 'closed' }),
    fc.record({ type: fc.constant('digit' as const), digit: fc.constant('1'), audible }),
    fc.record({ type: fc.constantFrom('interrupt' as const, 'mute' as const, 'hold' as const), audible }),
    fc.record({ type: fc.constant('failed' as const), fatal: audible }),
    fc.constantFrom<TurnInput>({ type: 'say', text: 'x' }, { type: 'resume', text: 'x' }),
    fc.record({
      type: fc.constant('timer' as const),
      timer: fc.constantFrom('ready' as const, 'reply', 'turn', 'aside', 'digits', 'idle', 'mistake'),
      audible,
    }),
  )

  test('ends in a lawful state, finishes at most once, and leaves no timer behind', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
        const running = new Map<TurnTimer, number>()
        let step = begin(given)
        let finished = 0
        let now = 0
        keep(running, step.actions, now)
        for (const next of inputs) {
          const before = step.state
          if (next.type === 'timer') running.delete(next.timer)
          now += 150
          step = advance(given, before, next, now)
          keep(running, step.actions, now)
          finished += ofType(step.actions, 'finish').length
          expect(unlawful(before, next, step)).toEqual([])
          expect(step.state.phase === 'over' && running.size > 0).toBe(false)
        }
        expect(finished).toBeLessThanOrEqual(1)
      }),
      { numRuns: 500 },
    )
  })
})

/** What is wrong with a step; nothing, if nothing is. */
function unlawful(before: TurnState, input: TurnInput, { state, actions }: TurnStep): readonly string[] {
  const audible = 'audible' in input && input.audible
  const faults: readonly (readonly [string, boolean])[] = [
    ['something happens after the end', before.phase === 'over' && (state !== before || actions.length > 0)],
    ['a reply behind a closed gate', state.reply !== undefined && state.closed],
    ['speech over the agent while the turn is taken', state.aside !== undefined && state.caller !== 'silent'],
    ['a turn that begins before it was heard', actions.some((action) => 'agoMs' in action && action.agoMs < 0)],
    ['fewer tools than none', state.working < 0],
    ['more prompts than there are', state.prompts > rules.idlePrompts.length],
    ['cleared what nobody hears', actions.some((action) => action.type === 'cut' && action.clear && !audible)],
    [
      'a word or an end while held',
      state.phase === 'held' && actions.some(({ type }) => type === 'order' || type === 'finish'),
    ],
    ['a timer into the past', actions.some((action) => action.type === 'timer' && action.delay < 0)],
  ]
  return faults.flatMap(([fault, found]) => (found ? [fault] : []))
}
