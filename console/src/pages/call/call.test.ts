import { describe, expect, test } from 'vitest'
import type { Schemas } from '../../lib/api.ts'
import { merged, type Entry } from './event.ts'
import { findingsOf, type Evidence } from './findings.ts'
import { stagesOf } from './stages.ts'
import { storyOf } from './story.ts'
import { described, endReason } from './timeline.ts'

const zero = 1_000_000

/** Events of one call: [ms after the media opened, event]. */
function journal(...events: readonly (readonly [number, Entry['event']])[]): readonly Entry[] {
  return events.map(([at, event], index) => ({
    position: index + 100,
    call: 'call_1',
    sequence: index + 1,
    at: zero + at,
    event,
  }))
}

const call: Schemas['Call'] = {
  id: 'call_1',
  direction: 'inbound',
  status: 'completed',
  waiting: false,
  carrier: 'acme',
  connection: 'con_1',
  ref: 'r1',
  from: '+15550100002',
  to: '+15550100001',
  agent: 'agt_1',
  variables: {},
  metadata: {},
  endReason: 'caller-hangup',
  cause: null,
  answeredBy: null,
  recording: null,
  cost: null,
  redactedAt: null,
  hidden: [],
  createdAt: zero - 500,
  startedAt: zero - 500,
  answeredAt: zero,
  endedAt: zero + 20_000,
}

const opened = [0, { type: 'media.opened', streamRef: 's', encoding: 'pcmu', rate: 8000 }] as const
const joined = [50, { type: 'agent.connected', provider: 'local' }] as const
const ended = [20_000, { type: 'call.ended', status: 'completed', reason: 'caller-hangup' }] as const
const talk = [
  [-300, { type: 'call.offered', ref: 'r1' }],
  opened,
  joined,
  [3_900, { type: 'message.added', message: 'm1', role: 'agent', text: 'Hello.' }],
  [5_000, { type: 'speech.started', by: 'caller' }],
  [6_900, { type: 'speech.ended', by: 'caller', durationMs: 1_400 }],
  [7_000, { type: 'message.added', message: 'm2', role: 'caller', text: 'What time is it?' }],
  [7_100, { type: 'turn.measured', turn: 1, timings: { endOfTurn: 600, firstSent: 700 } }],
  [9_000, { type: 'message.added', message: 'm3', role: 'agent', text: 'Noon.' }],
  ended,
] as const

describe('the story', () => {
  test('one clock, 0 where the sound begins', () => {
    const story = storyOf(journal(...talk))
    expect(story).toMatchObject({ zero, media: 'open', opened: 0, ended: 20_000 })
    expect(story.said).toMatchObject([
      { by: 'agent', text: 'Hello.', from: 0, at: 3_900 },
      { by: 'caller', text: 'What time is it?', from: 5_000, at: 7_000 },
      { by: 'agent', text: 'Noon.', from: 7_100, at: 9_000 },
    ])
    expect(story.speech).toEqual([{ from: 5_000, to: 6_400 }])
    expect(story.turns).toEqual([{ turn: 1, at: 7_100, timings: { endOfTurn: 600, firstSent: 700 } }])
  })

  test('an interruption knows how long the caller had been speaking', () => {
    const story = storyOf(
      journal(
        opened,
        [5_000, { type: 'speech.started', by: 'caller' }],
        [5_120, { type: 'agent.interrupted', heardMs: 900 }],
      ),
    )
    expect(story.interruptions).toEqual([{ at: 5_120, heardMs: 900, after: 120 }])
  })

  test('speech that the end of the call cuts off ends there', () => {
    const story = storyOf(journal(opened, [19_000, { type: 'speech.started', by: 'caller' }], ended))
    expect(story.speech).toEqual([{ from: 19_000, to: 20_000 }])
  })

  test('a tool carries what it was given and what it gave back', () => {
    const story = storyOf(
      journal(
        opened,
        [100, { type: 'tool.called', id: 't1', name: 'book', arguments: { seats: 2 } }],
        [300, { type: 'tool.returned', id: 't1', name: 'book', ok: true, result: 'done' }],
      ),
    )
    expect(story.said).toMatchObject([
      { by: 'tool', text: 'book', tool: { given: { seats: 2 }, result: 'done', ok: true } },
    ])
  })

  test('history and live events are one list, each once', () => {
    const all = journal(...talk)
    expect(merged(all.slice(0, 5), all.slice(3))).toEqual(all)
    expect(merged([], all.toReversed())).toEqual(all)
  })
})

describe('stages', () => {
  test('what each took, one after the other', () => {
    expect(
      stagesOf({
        ...{
          endOfTurn: 600,
          transcript: 720,
          firstToken: 1_000,
          firstAudio: 1_300,
          firstSent: 1_310,
          firstAudible: 1_390,
        },
      }).map(({ name, took }) => [name, took]),
    ).toEqual([
      ['endOfTurn', 600],
      ['transcript', 120],
      ['firstToken', 280],
      ['firstAudio', 300],
      ['firstSent', 10],
      ['firstAudible', 80],
    ])
  })
  test('a stage that was over before the one before it took nothing', () => {
    expect(stagesOf({ endOfTurn: 600, transcript: 400, firstSent: 900 }).map(({ took }) => took)).toEqual([600, 0, 300])
  })
})

describe('why was it silent?', () => {
  const found = (entries: readonly Entry[], evidence: Partial<Evidence> = {}) =>
    findingsOf({ call, entries, story: storyOf(entries), ...evidence })
  const ids = (...given: Parameters<typeof found>) => found(...given).map(({ id }) => id)

  test('a good call has no findings', () => {
    expect(found(journal(...talk), { loudest: { caller: 0.4, agent: 0.5 }, firstAgentSound: 400 })).toEqual([])
  })

  test('the carrier refused the dial: its words are in the sentence', () => {
    const entries = journal(
      [0, { type: 'command.requested', id: 'c', command: { type: 'dial' }, origin: 'api' }],
      [90, { type: 'command.failed', id: 'c', code: 'x', message: 'number not allowed (21216)' }],
      [91, { type: 'call.ended', status: 'failed', reason: 'carrier-failed' }],
    )
    const failed = { ...call, status: 'failed', endReason: 'carrier-failed', answeredAt: null } as const
    expect(found(entries, { call: failed })).toMatchObject([
      { id: 'dial-refused', title: 'The carrier did not take the call: number not allowed (21216)' },
    ])
  })

  test('answered without media', () => {
    const entries = journal(
      [0, { type: 'call.offered', ref: 'r' }],
      [9_000, { type: 'call.ended', status: 'failed', reason: 'media-never-opened' }],
    )
    expect(ids(entries, { call: { ...call, status: 'failed', endReason: 'media-never-opened' } })).toEqual(['no-media'])
  })

  test('a call that nobody answered is no fault', () => {
    const entries = journal(
      [0, { type: 'call.dialed' }],
      [9_000, { type: 'call.ended', status: 'no-answer', reason: 'no-answer' }],
    )
    expect(ids(entries, { call: { ...call, status: 'no-answer', endReason: 'no-answer', answeredAt: null } })).toEqual(
      [],
    )
  })

  test('media that broke and came back is a warning, media that stayed away a problem', () => {
    const back = journal(
      ...talk.slice(0, -1),
      [10_000, { type: 'media.lost', cause: 'closed 1006' }],
      [10_400, { type: 'media.opened', streamRef: 's', encoding: 'pcmu', rate: 8000 }],
      ended,
    )
    expect(found(back)).toMatchObject([{ level: 'warning', at: 10_000, title: expect.stringContaining('closed 1006') }])
    const gone = journal(...talk.slice(0, -1), [10_000, { type: 'media.lost', cause: 'closed 1006' }], ended)
    expect(found(gone, { call: { ...call, endReason: 'media-lost' } })).toMatchObject([
      { level: 'problem', at: 10_000 },
    ])
  })

  test('the agent failed, with its own words', () => {
    const entries = journal(opened, [400, { type: 'agent.failed', code: 'x', message: 'quota exceeded' }], ended)
    expect(found(entries, { loudest: { caller: 0.3, agent: 0 } })).toMatchObject([
      { id: 'agent-failed', title: 'The agent failed: quota exceeded', at: 400 },
    ])
  })

  test('the agent never joined', () => {
    expect(ids(journal(opened, [3_000, { type: 'speech.started', by: 'caller' }], ended))).toContain('agent-absent')
  })

  test('the agent left long before the end', () => {
    const entries = journal(...talk.slice(0, -1), [9_500, { type: 'agent.disconnected' }], ended)
    expect(found(entries)).toMatchObject([{ id: 'agent-left', at: 9_500 }])
  })

  test('one-way audio, either way, by what is on record', () => {
    expect(ids(journal(...talk), { loudest: { caller: 0, agent: 0.4 } })).toEqual(['caller-silent'])
    expect(ids(journal(...talk), { loudest: { caller: 0.4, agent: 0.001 } })).toEqual(['agent-silent'])
  })

  test('without a recording a caller who never spoke is only a warning', () => {
    const entries = journal(opened, joined, [3_900, { type: 'message.added', role: 'agent', text: 'Hello.' }], ended)
    expect(found(entries)).toMatchObject([{ id: 'caller-unheard', level: 'warning' }])
  })

  test('a clipped greeting', () => {
    const entries = journal(
      opened,
      joined,
      [350, { type: 'speech.started', by: 'caller' }],
      [400, { type: 'agent.interrupted', heardMs: 400 }],
      [405, { type: 'message.added', role: 'agent', text: 'Hel', interrupted: true }],
      ended,
    )
    expect(ids(entries)).toEqual(['greeting-cut'])
  })

  test('a greeting that began before the answer', () => {
    const entries = journal(
      ...talk.slice(0, 3),
      [800, { type: 'call.progressed', status: 'in-progress' }],
      ...talk.slice(3),
    )
    expect(found(entries, { firstAgentSound: 100 })).toMatchObject([{ id: 'greeting-early', at: 100 }])
    expect(ids(entries, { firstAgentSound: 700 })).toEqual([])
  })

  test('a late barge-in, at the moment the caller began', () => {
    const entries = journal(
      ...talk.slice(0, -1),
      [12_000, { type: 'speech.started', by: 'caller' }],
      [12_900, { type: 'agent.interrupted', heardMs: 2_000 }],
      [13_000, { type: 'speech.ended', by: 'caller', durationMs: 500 }],
      ended,
    )
    expect(found(entries)).toMatchObject([{ level: 'warning', at: 12_000, title: expect.stringContaining('900 ms') }])
  })

  test('a slow turn names what took longest', () => {
    const entries = journal(
      ...talk.slice(0, -1),
      [
        15_000,
        {
          type: 'turn.measured',
          turn: 2,
          timings: { endOfTurn: 600, transcript: 700, firstToken: 3_700, firstSent: 3_900 },
        },
      ],
      ended,
    )
    expect(found(entries)).toMatchObject([
      { id: 'slow-2', at: 11_100, title: expect.stringMatching(/3\.9 s.*model’s first word \(3\.0 s\)/) },
    ])
  })

  test('speech that became no words', () => {
    const entries = journal(
      ...talk.slice(0, -1),
      [12_000, { type: 'speech.started', by: 'caller' }],
      [14_100, { type: 'speech.ended', by: 'caller', durationMs: 1_500 }],
      ended,
    )
    expect(found(entries)).toMatchObject([{ id: 'no-words-12000', at: 12_000 }])
  })

  test('a transfer that failed, with the carrier’s words', () => {
    const entries = journal(
      ...talk.slice(0, -1),
      [11_000, { type: 'command.requested', id: 'c', command: { type: 'transfer', to: '+1' }, origin: 'agent' }],
      [11_100, { type: 'command.failed', id: 'c', code: 'x', message: 'busy' }],
      ended,
    )
    expect(found(entries)).toMatchObject([{ title: 'The transfer failed: busy', at: 11_000 + 100 }])
  })
})

describe('the timeline', () => {
  test.each([
    [
      { type: 'call.progressed', status: 'in-progress' },
      { title: 'Answered', tone: 'good' },
    ],
    [
      { type: 'call.ended', status: 'busy', reason: 'busy' },
      { title: 'Ended: the line was busy', tone: 'warn' },
    ],
    [
      { type: 'command.requested', id: 'c', command: { type: 'transfer', to: '+14155550100' }, origin: 'agent' },
      { title: 'Transfer to +1 415 555 0100', detail: 'asked by agent' },
    ],
    [
      { type: 'media.opened', encoding: 'pcmu', rate: 8000 },
      { title: 'Sound is open', detail: 'pcmu, 8 kHz' },
    ],
    [
      { type: 'sound.played', heardMs: 5 },
      { title: 'Sound played', detail: '{"heardMs":5}', kind: 'other' },
    ],
  ])('%j', (event, line) => {
    expect(described(journal([0, event]))).toMatchObject([{ moment: line }])
  })
  test('what became of a command is told with its name', () => {
    const entries = journal(
      [0, { type: 'command.requested', id: 'c', command: { type: 'hangup' }, origin: 'api' }],
      [9, { type: 'command.accepted', id: 'c', gone: true }],
      [10, { type: 'command.failed', id: 'other', code: 'x', message: 'no' }],
    )
    expect(described(entries).slice(1)).toMatchObject([
      { moment: { title: 'Hang up: taken', detail: 'it was over already' } },
      { moment: { title: 'A command: refused', detail: 'no', tone: 'bad' } },
    ])
  })
  test('a reason it does not know is told by its name', () => {
    expect(endReason('moon-landing')).toBe('moon landing')
  })
})
