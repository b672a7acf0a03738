import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallPlan, CallStatus, Origin } from '../spec/call.ts'
import type { CallEvent, CallTimer } from '../spec/event.ts'
import { entryOf } from './project.ts'
import { advance, concerns, isTerminal, newCall, type Call, type Effect } from './machine.ts'

const plan: CallPlan = {
  id: 'call_1',
  organization: 'org_1',
  direction: 'outbound',
  carrier: 'made-up',
  connection: 'con_1',
  from: '+15551230001',
  to: '+15551230002',
  agent: 'agt_1',
  variables: {},
  metadata: {},
  ringTimeout: 30_000,
  maxDuration: 3_600_000,
  machineDetection: true,
  record: false,
  createdAt: 0,
}

/** Runs events, and the events they post, until nothing is left: what a call does by itself with a silent carrier. */
function run(call: Call, events: readonly CallEvent[], at = 0): { call: Call; effects: Effect[] } {
  const effects: Effect[] = []
  const queue = [...events]
  for (let event = queue.shift(); event; event = queue.shift()) {
    if (!concerns(call, event)) continue
    const advanced = advance(call, event, at)
    call = advanced.call
    effects.push(...advanced.effects)
    queue.unshift(...advanced.effects.flatMap((effect) => (effect.type === 'post' ? [effect.event] : [])))
  }
  return { call, effects }
}

const commandsOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'command' ? [effect.command.type] : []))
const typesOf = (effects: readonly Effect[]) => effects.map(({ type }) => type)
const requestedId = (call: Call, type: string) => call.pending.find((one) => one.command.type === type)!.id
const answered = () =>
  run(newCall(plan), [
    { type: 'call.queued' },
    { type: 'call.progressed', status: 'in-progress', ref: 'CA1' },
    { type: 'media.opened', streamRef: 'MZ1', encoding: 'pcmu', rate: 8000 },
  ])

describe('a carrier that names a request first and the call later', () => {
  const ofRequest = () => {
    const { call } = run(newCall(plan), [{ type: 'call.queued' }])
    return run(call, [{ type: 'command.accepted', id: requestedId(call, 'dial'), ref: 'REQ1' }]).call
  }

  test('is called by the later name', () => {
    expect(ofRequest().ref).toBe('REQ1')
    expect(run(ofRequest(), [{ type: 'call.dialed', ref: 'CA1' }]).call.ref).toBe('CA1')
  })

  test('may name the call before it answers the dial', () => {
    const { call } = run(newCall(plan), [{ type: 'call.queued' }])
    const dial = requestedId(call, 'dial')
    const late = run(call, [
      { type: 'call.dialed', ref: 'CA1' },
      { type: 'command.accepted', id: dial, ref: 'REQ1' },
    ])
    expect(late.call.ref).toBe('CA1')
  })

  test('renames nothing once its media is open', () => {
    expect(run(answered().call, [{ type: 'call.dialed', ref: 'CA2' }]).call.ref).toBe('CA1')
  })
})

describe('the life of an outbound call', () => {
  test('a queued call opens its agent and dials once', () => {
    const { call, effects } = run(newCall(plan), [{ type: 'call.queued' }])
    expect(commandsOf(effects)).toEqual(['dial'])
    expect(effects.some((effect) => effect.type === 'agent.open')).toBe(true)
    expect(call.pending).toHaveLength(1)
  })

  test('a call that waits for a line opens nothing and dials nothing before its turn, and then once', () => {
    const waiting = run(newCall(plan), [{ type: 'call.queued', waiting: true }])
    expect([waiting.effects, waiting.call.status, waiting.call.waiting]).toEqual([[], 'queued', true])
    const released = run(waiting.call, [{ type: 'call.released' }, { type: 'call.released' }])
    expect(commandsOf(released.effects)).toEqual(['dial'])
    expect(released.effects.filter((effect) => effect.type === 'agent.open')).toHaveLength(1)
    expect(released.call.waiting).toBeUndefined()
  })

  test('a call that is hung up while it waits ends at once, and its turn never comes', () => {
    const waiting = run(newCall(plan), [{ type: 'call.queued', waiting: true }])
    const hungUp = run(waiting.call, [
      { type: 'command.requested', id: 'cmd_1', command: { type: 'hangup' }, origin: 'api' },
      { type: 'call.released' },
    ])
    expect(commandsOf(hungUp.effects)).toEqual([])
    expect(hungUp.call).toMatchObject({ status: 'canceled', endReason: 'api-hangup' })
    expect(hungUp.call.waiting).toBeUndefined()
  })

  test('the ring timer starts when the carrier took the dial, and ends the call as not answered', () => {
    const dialed = run(newCall(plan), [{ type: 'call.queued' }])
    const taken = run(dialed.call, [{ type: 'command.accepted', id: requestedId(dialed.call, 'dial'), ref: 'CA1' }])
    expect(taken.effects).toContainEqual(expect.objectContaining({ type: 'timer.set', timer: 'ring', delay: 38_000 }))
    const late = run(taken.call, [{ type: 'timer.fired', timer: 'ring' }])
    expect(commandsOf(late.effects)).toEqual(['hangup'])
    const done = run(late.call, [{ type: 'command.accepted', id: requestedId(late.call, 'hangup') }])
    expect([done.call.status, done.call.endReason]).toEqual(['no-answer', 'ring-timeout'])
  })

  test('a status callback that beats the response to our dial settles it', () => {
    const { call } = run(newCall(plan), [
      { type: 'call.queued' },
      { type: 'call.progressed', status: 'ringing', ref: 'CA1' },
    ])
    expect(call).toMatchObject({ status: 'ringing', ref: 'CA1', pending: [] })
  })

  test('an open stream proves the answer, before or after the callback', () => {
    const first = run(newCall(plan), [
      { type: 'call.queued' },
      { type: 'media.opened', streamRef: 'MZ1', encoding: 'pcmu', rate: 8000 },
    ])
    expect(first.call.status).toBe('in-progress')
    expect(answered().call.status).toBe('in-progress')
  })

  test.each([
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['canceled', 'canceled'],
    ['failed', 'carrier-failed'],
    ['completed', 'caller-hangup'],
  ] as const)('a carrier that says %s ends the call with reason %s', (status, reason) => {
    const { call, effects } = run(newCall(plan), [{ type: 'call.queued' }, { type: 'call.progressed', status }])
    expect([call.status, call.endReason]).toEqual([status, reason])
    expect(effects.filter((effect) => effect.type === 'release')).toHaveLength(1)
  })

  test('completed before answered: the late answer changes nothing', () => {
    const { call } = run(newCall(plan), [
      { type: 'call.queued' },
      { type: 'call.progressed', status: 'completed', ref: 'CA1' },
      { type: 'call.progressed', status: 'in-progress', ref: 'CA1' },
    ])
    expect(call.status).toBe('completed')
  })
})

describe('hanging up', () => {
  test('happens once, whoever asks again', () => {
    const { call } = answered()
    const ask = (id: string, origin: Origin): CallEvent => ({
      type: 'command.requested',
      id,
      command: { type: 'hangup' },
      origin,
    })
    const twice = run(call, [ask('a', 'api'), ask('b', 'agent'), { type: 'timer.fired', timer: 'max-duration' }])
    expect(commandsOf(twice.effects)).toEqual(['hangup'])
    const done = run(twice.call, [{ type: 'command.accepted', id: 'a' }])
    expect([done.call.status, done.call.endReason]).toEqual(['completed', 'api-hangup'])
  })

  test('never happens after a transfer', () => {
    const { call } = answered()
    const asked = run(call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.accepted', id: 't' },
      { type: 'media.closed' },
      { type: 'timer.fired', timer: 'media-lost' },
      { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'agent' },
      { type: 'timer.fired', timer: 'max-duration' },
    ])
    expect(commandsOf(asked.effects)).toEqual(['transfer'])
    expect(asked.call.endReason).toBe('transferred')
  })

  test('a transfer that failed leaves the call as it was', () => {
    const { call } = answered()
    const back = run(call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.failed', id: 't', code: 'command.refused', message: 'no' },
      { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'agent' },
    ])
    expect(commandsOf(back.effects)).toEqual(['transfer', 'hangup'])
  })

  test('waits until it is known whether a transfer took the caller', () => {
    const { call } = answered()
    const doubtful = run(call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'api' },
      { type: 'command.uncertain', id: 't' },
      { type: 'timer.fired', timer: 'max-duration' },
    ])
    expect(commandsOf(doubtful.effects)).toEqual(['transfer'])
    const taken = run(doubtful.call, [
      { type: 'command.accepted', id: 't' },
      { type: 'call.progressed', status: 'completed' },
    ])
    expect(commandsOf(taken.effects)).toEqual([])
    expect(taken.call.endReason).toBe('transferred')
    const refused = run(doubtful.call, [
      { type: 'command.failed', id: 't', code: 'carrier.failed', message: 'not taken' },
    ])
    expect(commandsOf(refused.effects)).toEqual(['hangup'])
  })

  test('because its time is up, while a transfer is under way, ends our record once the carrier took it', () => {
    const { call, effects } = run(answered().call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'timer.fired', timer: 'max-duration' },
      { type: 'command.accepted', id: 't' },
    ])
    expect([call.status, call.endReason]).toEqual(['completed', 'transferred'])
    expect(commandsOf(effects)).toEqual(['transfer'])
  })

  test('waits for the carrier to say which call it is', () => {
    const queued = run(newCall(plan), [{ type: 'call.queued' }])
    const early = run(queued.call, [
      { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'api' },
      { type: 'command.uncertain', id: 'h' },
    ])
    expect(commandsOf(early.effects)).toEqual([])
    const dial = requestedId(early.call, 'dial')
    const answers: readonly CallEvent[] = [
      { type: 'command.accepted', id: dial, ref: 'CA1' },
      { type: 'command.accepted', id: dial },
      { type: 'call.progressed', status: 'ringing', ref: 'CA1' },
      { type: 'call.progressed', status: 'in-progress', ref: 'CA1' },
      { type: 'call.dialed', ref: 'CA1' },
    ]
    for (const answer of answers) {
      const named = run(early.call, [answer, answer])
      expect(commandsOf(named.effects)).toEqual(['hangup'])
      const { call } = run(named.call, [{ type: 'command.accepted', id: 'h' }])
      expect(call.endReason).toBe('api-hangup')
    }
  })

  test('of a call that the carrier never took ends it as canceled', () => {
    const queued = run(newCall(plan), [{ type: 'call.queued' }])
    const { call, effects } = run(queued.call, [
      { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'api' },
      { type: 'command.failed', id: requestedId(queued.call, 'dial'), code: 'carrier.failed', message: 'no' },
    ])
    expect([call.status, call.endReason]).toEqual(['canceled', 'api-hangup'])
    expect(commandsOf(effects)).toEqual([])
  })

  test('ends our side even when the carrier never confirms', () => {
    const { call } = answered()
    const { call: over } = run(call, [
      { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'api' },
      { type: 'command.failed', id: 'h', code: 'carrier.failed', message: '503' },
      { type: 'timer.fired', timer: 'hangup' },
    ])
    expect([over.status, over.endReason]).toEqual(['completed', 'api-hangup'])
  })
})

describe('a transfer', () => {
  const back: CallEvent = { type: 'media.opened', streamRef: 'MZ2', encoding: 'pcmu', rate: 8000 }
  const transferred = () =>
    run(answered().call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.accepted', id: 't' },
      { type: 'media.closed' },
    ])

  test('puts the agent on hold, and ends as the carrier says', () => {
    const { call, effects } = transferred()
    expect(typesOf(effects)).toContain('agent.hold')
    const joined = run(call, [{ type: 'transfer.ended', result: 'completed' }])
    expect([joined.call.status, joined.call.endReason]).toEqual(['completed', 'transferred'])
    const left = run(call, [{ type: 'call.progressed', status: 'completed' }])
    expect([left.call.status, left.call.endReason]).toEqual(['completed', 'transferred'])
    expect(commandsOf([...joined.effects, ...left.effects])).toEqual([])
  })

  test.each(['busy', 'no-answer', 'failed', 'canceled'] as const)(
    'that ends %s gives the caller back: waited for, told when they can hear it, hung up on like anybody',
    (result) => {
      const failed = run(transferred().call, [{ type: 'call.returned' }, { type: 'transfer.ended', result }])
      expect(failed.call.endedAt).toBeUndefined()
      expect(failed.effects).toEqual([expect.objectContaining({ type: 'timer.set', timer: 'media-lost' })])
      const opened = run(failed.call, [back])
      expect(opened.effects).toContainEqual(expect.objectContaining({ type: 'agent.resume', result }))
      expect(typesOf(run(opened.call, [back]).effects)).not.toContain('agent.resume')
      const ended = run(opened.call, [
        { type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'agent' },
      ])
      expect(commandsOf(ended.effects)).toEqual(['hangup'])
    },
  )

  test('that came to nothing while the stream stayed open is told at once', () => {
    const { call } = run(answered().call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.accepted', id: 't' },
    ])
    const { effects } = run(call, [{ type: 'transfer.ended', result: 'no-answer' }])
    expect(effects).toEqual([expect.objectContaining({ type: 'agent.resume', result: 'no-answer' })])
  })

  test('whose caller does not come back ends as media lost', () => {
    const gone = run(transferred().call, [
      { type: 'transfer.ended', result: 'busy' },
      { type: 'timer.fired', timer: 'media-lost' },
    ])
    expect([commandsOf(gone.effects), gone.call.ending]).toEqual([['hangup'], 'media-lost'])
  })

  test('may be asked for again after one that came to nothing', () => {
    const again = run(transferred().call, [
      { type: 'transfer.ended', result: 'busy' },
      back,
      { type: 'command.requested', id: 'u', command: { type: 'transfer', to: '+15551230008' }, origin: 'agent' },
    ])
    expect(commandsOf(again.effects)).toEqual(['transfer'])
  })

  test('whose stream is said to have ended only afterwards is waited for no shorter', () => {
    const { call } = run(answered().call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.accepted', id: 't' },
      { type: 'call.returned' },
      { type: 'transfer.ended', result: 'busy' },
    ])
    expect(run(call, [{ type: 'media.closed' }]).effects).toEqual([])
  })

  test('asked for while the last one is still to be told of takes its place', () => {
    const { call } = run(transferred().call, [
      { type: 'transfer.ended', result: 'busy' },
      { type: 'command.requested', id: 'u', command: { type: 'transfer', to: '+15551230008' }, origin: 'api' },
      { type: 'command.accepted', id: 'u' },
    ])
    expect(typesOf(run(call, [back]).effects)).not.toContain('agent.resume')
  })

  test('is under way: how it goes says nothing yet', () => {
    const { call, effects } = run(transferred().call, [{ type: 'transfer.ended', result: 'ringing' }])
    expect([call.transfer, effects]).toEqual(['accepted', []])
  })

  test.each([true, false])('in doubt is settled by how it ended (assumed: %s)', (assumed) => {
    const doubtful = run(answered().call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
      { type: 'command.uncertain', id: 't' },
      ...(assumed ? [{ type: 'command.accepted', id: 't' } as const] : []),
      { type: 'media.closed' },
    ])
    expect(doubtful.call.transfer).toBe(assumed ? 'assumed' : 'requested')
    const busy = run(doubtful.call, [{ type: 'transfer.ended', result: 'busy' }, back])
    expect([busy.call.transfer, busy.call.pending]).toEqual([undefined, []])
    const wrong = run(doubtful.call, [{ type: 'call.returned' }, back])
    expect([wrong.call.transfer, wrong.call.pending]).toEqual([undefined, []])
    expect(typesOf(wrong.effects)).toContain('agent.resume')
    const over = { type: 'call.returned', after: 'transfer' } as const
    const joined = run(doubtful.call, [over, { type: 'transfer.ended', result: 'completed' }])
    expect(joined.call.endReason).toBe('transferred')
    const told = run(doubtful.call, [over, { type: 'transfer.ended', result: 'busy' }, back])
    expect(told.effects).toContainEqual(expect.objectContaining({ type: 'agent.resume', result: 'busy' }))
  })
})

describe('a dial that was given up', () => {
  const dialing = run(newCall(plan), [{ type: 'call.queued' }]).call
  const id = requestedId(dialing, 'dial')
  const ended: CallEvent = { type: 'call.ended', status: 'failed', reason: 'carrier-failed' }

  test.each([
    ['rings after all', { type: 'call.progressed', status: 'ringing', ref: 'CA1' } as const, ['hangup']],
    ['was answered, and is over', { type: 'call.progressed', status: 'busy', ref: 'CA1' } as const, []],
    ['was taken after all', { type: 'command.accepted', id, ref: 'CA1' } as const, ['hangup']],
    ['was taken, and has no name', { type: 'command.accepted', id } as const, []],
  ])('and %s', (_, late, orders) => {
    const { call } = run(dialing, [ended])
    const { call: after, effects } = run(call, [late])
    expect(commandsOf(effects)).toEqual(orders)
    expect(after).toMatchObject({ status: 'failed', endReason: 'carrier-failed' })
    // Said once: later words are about a call that has its name.
    expect(run(after, [{ type: 'call.progressed', status: 'in-progress', ref: 'CA1' }]).effects).toEqual(
      after.ref === undefined ? [expect.objectContaining({ type: 'command' })] : [],
    )
  })
})

describe('a transfer in doubt', () => {
  const doubt: readonly CallEvent[] = [
    { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
    { type: 'command.uncertain', id: 't' },
  ]
  const refused: CallEvent = { type: 'command.failed', id: 't', code: 'carrier.failed', message: 'no answer' }
  const started: CallEvent = { type: 'transfer.started' }

  test('is taken once the carrier rings the other party', () => {
    const { call, effects } = run(answered().call, [...doubt, started])
    expect([call.transfer, call.pending]).toEqual(['accepted', []])
    expect(typesOf(effects)).toContain('agent.hold')
    const assumed = run(answered().call, [...doubt, { type: 'command.accepted', id: 't' }, started])
    expect(assumed.call.transfer).toBe('accepted')
  })

  test('that was given up too early takes the caller from the agent after all', () => {
    const given = run(answered().call, [...doubt, refused])
    expect([given.call.transfer, given.call.lapsed]).toEqual([undefined, true])
    const late = run(given.call, [started])
    expect([late.call.transfer, late.call.lapsed]).toEqual(['accepted', undefined])
    expect(typesOf(late.effects)).toContain('agent.hold')
    const back = run(late.call, [{ type: 'transfer.ended', result: 'busy' }])
    expect(back.effects).toContainEqual(expect.objectContaining({ type: 'agent.resume', result: 'busy' }))
  })

  test.each([
    ['its answer may still come', [doubt[0]!]],
    ['it was refused', [doubt[0]!, refused]],
    ['it has come to nothing', [...doubt, refused, { type: 'transfer.ended', result: 'busy' } as const]],
    ['nobody asked for one', []],
  ])('is not told of where %s: a late word changes nothing', (_, before) => {
    const { call } = run(answered().call, before)
    expect(concerns(call, started)).toBe(false)
    const { call: after, effects } = run(call, [started])
    expect([after.transfer, effects]).toEqual([call.transfer, []])
  })
})

describe('a transfer by a second leg of ours', () => {
  const joined = () => {
    const asked = run(answered().call, [
      { type: 'command.requested', id: 't', command: { type: 'transfer', to: '+15551230009' }, origin: 'agent' },
    ])
    return run(asked.call, [{ type: 'command.accepted', id: 't', joined: 'call_2' }])
  }

  test('holds the agent, and can be hung up on all the while', () => {
    const { call, effects } = joined()
    expect([call.joined, call.transfer]).toEqual(['call_2', undefined])
    expect(effects.map(({ type }) => type)).toEqual(['agent.hold'])
    const hungUp = run(call, [{ type: 'command.requested', id: 'h', command: { type: 'hangup' }, origin: 'api' }])
    expect(commandsOf(hungUp.effects)).toEqual(['hangup'])
  })

  test('ends with the other leg, by a hang-up of ours', () => {
    const { call, effects } = run(joined().call, [{ type: 'transfer.ended', result: 'completed' }])
    expect(commandsOf(effects)).toEqual(['hangup'])
    const over = run(call, [{ type: 'command.accepted', id: requestedId(call, 'hangup') }])
    expect([over.call.status, over.call.endReason]).toEqual(['completed', 'transferred'])
  })

  test('that reached nobody gives the caller back, who may be transferred again', () => {
    const back = run(joined().call, [{ type: 'transfer.ended', result: 'busy' }])
    expect(back.effects.map((effect) => [effect.type, 'result' in effect && effect.result])).toEqual([
      ['agent.resume', 'busy'],
    ])
    const again: CallEvent = {
      ...{ type: 'command.requested', id: 'u', origin: 'agent' },
      command: { type: 'transfer', to: '+15551230008' },
    }
    expect(commandsOf(run(joined().call, [again]).effects)).toEqual([])
    expect(commandsOf(run(back.call, [again]).effects)).toEqual(['transfer'])
  })
})

describe('what the agent used', () => {
  const used = (inputTokens: number): CallEvent => ({
    ...{ type: 'usage.counted', part: 'llm', provider: 'a', model: 'm', usage: { inputTokens } },
  })
  const sum = (inputTokens: number) => [{ part: 'llm', provider: 'a', model: 'm', usage: { inputTokens } }]

  test('adds up, also what is told after the end', () => {
    const { call } = run(newCall(plan), [used(10), used(5)])
    expect(call.usage).toEqual(sum(15))
    const ended: CallEvent = { type: 'call.ended', status: 'completed', reason: 'caller-hangup' }
    const over = run(call, [ended, used(3), { type: 'call.closed' }])
    expect([over.call.usage, over.call.sequence, over.effects.map(({ type }) => type)]).toEqual([
      ...[sum(18), 5, ['stream.close', 'release']],
    ])
  })

  test('stands in the record', () => {
    const { call } = run(newCall(plan), [used(10)])
    expect(entryOf(newCall(plan), call, used(10), 1).patch).toEqual({ usage: sum(10) })
  })
})

describe('media', () => {
  test('a lost socket may come back', () => {
    const { call } = answered()
    const back = run(call, [
      { type: 'media.lost', cause: '1006' },
      { type: 'media.opened', streamRef: 'MZ2', encoding: 'pcmu', rate: 8000 },
      { type: 'timer.fired', timer: 'media-lost' },
    ])
    expect(back.call.endedAt).toBeUndefined()
    expect(commandsOf(back.effects)).toEqual([])
  })

  test('a call that the carrier wants answered anew is waited for, but not for ever', () => {
    const { call, effects } = run(answered().call, [{ type: 'call.returned' }])
    expect(call.media).toBe('lost')
    expect(effects).toEqual([expect.objectContaining({ timer: 'media-lost', delay: 10_000 })])
    expect(run(call, [{ type: 'call.returned' }]).effects).toEqual([])
    const back = run(call, [{ type: 'media.opened', streamRef: 'MZ2', encoding: 'pcmu', rate: 8000 }])
    expect(back.effects).toContainEqual(expect.objectContaining({ type: 'timer.clear', timer: 'media-lost' }))
    expect(run(back.call, [{ type: 'call.returned' }]).effects).toHaveLength(1)
  })

  test('on hold the agent is quiet, once, until the caller is back', () => {
    const { call, effects } = run(answered().call, [{ type: 'call.held' }, { type: 'call.held' }])
    expect(effects).toEqual([expect.objectContaining({ type: 'agent.hold' })])
    const back = run(call, [{ type: 'call.resumed' }, { type: 'call.resumed' }])
    expect(back.effects).toEqual([expect.objectContaining({ type: 'agent.resume' })])
    expect(back.effects[0]).not.toHaveProperty('result')
  })

  test('a socket that stays away ends the call as media-lost', () => {
    const gone = run(answered().call, [
      { type: 'media.lost', cause: '1006' },
      { type: 'timer.fired', timer: 'media-lost' },
    ])
    expect(gone.call.ending).toBe('media-lost')
    expect(commandsOf(gone.effects)).toEqual(['hangup'])
  })

  test('an answered call whose stream never opens is ended', () => {
    const silent = run(newCall(plan), [
      { type: 'call.queued' },
      { type: 'call.progressed', status: 'in-progress', ref: 'CA1' },
      { type: 'timer.fired', timer: 'media' },
    ])
    expect(silent.call.ending).toBe('media-never-opened')
  })
})

describe('answering machines', () => {
  const detected = (messageEnded: boolean): CallEvent => ({
    type: 'machine.detected',
    result: 'machine',
    raw: 'machine',
    messageEnded,
  })

  test('the message is left after the greeting ended, once', () => {
    const { call } = run(newCall({ ...plan, voicemailMessage: 'Please call back.' }), [
      { type: 'call.queued' },
      { type: 'call.progressed', status: 'in-progress', ref: 'CA1' },
    ])
    const left = run(call, [detected(false), detected(true), detected(true)])
    expect(commandsOf(left.effects)).toEqual(['leave-message'])
    const done = run(left.call, [
      { type: 'command.accepted', id: requestedId(left.call, 'leave-message') },
      { type: 'call.progressed', status: 'completed' },
    ])
    expect(done.call.endReason).toBe('voicemail-left')
  })

  test('without a message the call goes on', () => {
    expect(commandsOf(run(answered().call, [detected(true)]).effects)).toEqual([])
  })
})

// ── any order, duplication and loss ──────────────────────────────────────────────────────────────────────────────────

const statuses: readonly CallStatus[] = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
]
const timers: readonly CallTimer[] = ['ring', 'media', 'max-duration', 'media-lost', 'hangup']
const ids = fc.constantFrom('a', 'b', 'c', 'call_1/1-dial', 'call_1/2-dial', 'call_1/1-answer', 'call_1/5-hangup')
const commands = fc.constantFrom(
  { type: 'hangup' } as const,
  { type: 'transfer', to: '+15551230009' } as const,
  { type: 'send-digits', digits: '12' } as const,
  { type: 'leave-message', text: 'hello' } as const,
  { type: 'record', action: 'start' } as const,
)
const anyEvent: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.constant<CallEvent>({ type: 'call.queued' }),
  fc.constant<CallEvent>({ type: 'call.queued', waiting: true }),
  fc.constant<CallEvent>({ type: 'call.released' }),
  fc.constant<CallEvent>({ type: 'call.offered', ref: 'CA1' }),
  fc.record({
    type: fc.constant('call.progressed' as const),
    status: fc.constantFrom(...statuses),
    ref: fc.constant('CA1'),
  }),
  fc.constant<CallEvent>({ type: 'media.opened', streamRef: 'MZ1', encoding: 'pcmu', rate: 8000 }),
  fc.constant<CallEvent>({ type: 'media.lost', cause: 'gone' }),
  fc.constantFrom<CallEvent>({ type: 'media.closed' }, { type: 'call.returned' }),
  fc.constant<CallEvent>({ type: 'call.returned', after: 'transfer' }),
  fc.record({
    type: fc.constant('command.requested' as const),
    id: ids,
    command: commands,
    origin: fc.constantFrom<Origin>('api', 'agent', 'engine'),
  }),
  fc.record({ type: fc.constant('command.accepted' as const), id: ids, gone: fc.boolean() }),
  fc.record({ type: fc.constant('command.accepted' as const), id: ids, joined: fc.constant('call_2') }),
  fc.record({
    type: fc.constant('command.failed' as const),
    id: ids,
    code: fc.constant('carrier.failed'),
    message: fc.constant('no'),
  }),
  fc.record({ type: fc.constant('command.uncertain' as const), id: ids }),
  fc.record({
    type: fc.constant('machine.detected' as const),
    result: fc.constantFrom('human' as const, 'machine' as const),
    raw: fc.constant('x'),
    messageEnded: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('transfer.ended' as const),
    result: fc.constantFrom<CallStatus>('completed', 'busy', 'ringing'),
  }),
  fc.record({ type: fc.constant('timer.fired' as const), timer: fc.constantFrom(...timers) }),
)

describe('any order, duplication and loss of events', () => {
  const start = fc.record({
    direction: fc.constantFrom('inbound' as const, 'outbound' as const),
    voicemailMessage: fc.option(fc.constant('bye'), { nil: undefined }),
  })

  test('ends in a lawful state', () => {
    fc.assert(
      fc.property(start, fc.array(anyEvent, { maxLength: 40 }), (chosen, events) => {
        const { call, effects } = run(newCall({ ...plan, ...chosen }), events)
        const sent = commandsOf(effects)
        expect(new Set(effects.map((effect) => effect.id)).size).toBe(effects.length)
        expect(sent.filter((type) => type === 'hangup').length).toBeLessThanOrEqual(
          1 + effects.filter((effect) => effect.type === 'stream.close').length,
        )
        expect(effects.filter((effect) => effect.type === 'release').length).toBeLessThanOrEqual(1)
        expect(call.endedAt !== undefined).toBe(isTerminal(call.status))
        expect(call.endReason !== undefined).toBe(call.endedAt !== undefined)
      }),
      { numRuns: 2000 },
    )
  })

  test('never leaves a terminal state, nor goes back', () => {
    fc.assert(
      fc.property(start, fc.array(anyEvent, { maxLength: 40 }), (chosen, events) => {
        let call = newCall({ ...plan, ...chosen })
        for (const event of events) {
          const before = call
          call = run(call, [event]).call
          expect(statuses.indexOf(call.status)).toBeGreaterThanOrEqual(
            isTerminal(before.status) ? statuses.indexOf(before.status) : Math.min(statuses.indexOf(before.status), 4),
          )
          if (before.endedAt !== undefined)
            expect({ ...call, sequence: 0, pending: [], ref: '' }).toEqual({
              ...before,
              sequence: 0,
              pending: [],
              ref: '',
            })
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('a caller is with one of two: us, or whom they were transferred to', () => {
    fc.assert(
      fc.property(start, fc.array(anyEvent, { maxLength: 40 }), (chosen, events) => {
        let call = newCall({ ...plan, ...chosen })
        for (const event of events) {
          const { call: after, effects } = run(call, [event])
          const transfers = after.pending.filter(({ command }) => command.type === 'transfer')
          if (transfers.length > 0) expect([transfers.length, after.transfer]).toEqual([1, 'requested'])
          if (effects.some(({ type }) => type === 'agent.resume')) expect(after.transfer).toBeUndefined()
          if (after.transfer !== undefined) expect(after.untold).toBeUndefined()
          call = after
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('no command leaves after a transfer was accepted, and none after the end', () => {
    fc.assert(
      fc.property(start, fc.array(anyEvent, { maxLength: 40 }), (chosen, events) => {
        let call = newCall({ ...plan, ...chosen })
        for (const event of events) {
          const before = call
          const { call: after, effects } = run(call, [event])
          if (before.transfer === 'accepted' || before.transfer === 'assumed')
            expect(commandsOf(effects)).not.toContain('hangup')
          // But the hang-up of a dial that was given up and has a name by now.
          const named = before.ref === undefined && after.ref !== undefined
          if (before.endedAt !== undefined && !named) expect(effects).toEqual([])
          if (before.endedAt !== undefined && named) expect(['hangup', '']).toContain(commandsOf(effects).join())
          call = after
        }
      }),
      { numRuns: 1000 },
    )
  })
})
