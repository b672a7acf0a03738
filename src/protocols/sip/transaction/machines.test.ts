/** Every state of the four machines with every input, held against the tables of RFC 3261 §17 and RFC 6026. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SipResponse } from '../message/message.ts'
import { client } from './client.ts'
import { inviteClient } from './invite-client.ts'
import { inviteServer } from './invite-server.ts'
import { advance, type Input, type Machine, type Output, type States, type TimerName } from './machine.ts'
import { server } from './server.ts'
import { defaultTimes } from './times.ts'

const response = (status: number): SipResponse => ({
  ...{ type: 'response', status, reason: '', headers: [], body: new Uint8Array() },
})

const timers = ['A', 'B', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'trying'] as const

const inputs: Readonly<Record<string, Input>> = {
  start: { type: 'start' },
  request: { type: 'request' },
  ack: { type: 'ack' },
  '199': { type: 'response', response: response(199) },
  '299': { type: 'response', response: response(299) },
  '300': { type: 'response', response: response(300) },
  error: { type: 'transport-error', why: 'gone' },
  ...Object.fromEntries(timers.map((timer) => [timer, { type: 'timer', timer }])),
}

function word(output: Output): string {
  if (output.type === 'failed') return `failed ${output.kind}`
  if (output.type === 'set') return `${output.timer}=${output.after}`
  if (output.type === 'clear') return `-${output.timer}`
  return 'response' in output ? `${output.type} ${output.response.status}` : output.type
}

/** A machine in a state, as it would have come there: 700 was its last pause, 183, 299 or 300 its last answer. */
function machineIn<State extends string>(state: State, reliable: boolean, answered?: number): Machine<State> {
  const base = { state, times: defaultTimes, reliable, interval: 700 }
  return answered ? { ...base, response: response(answered) } : base
}

/** What each input does that does anything: `state: outputs`. */
function tableOf<State extends string>(
  states: States<State>,
  machine: Machine<State>,
): Readonly<Record<string, string>> {
  const rows = Object.entries(inputs).flatMap(([name, input]) => {
    const next = advance(states, machine, input)
    if (next.machine === machine) return []
    return [[name, [next.machine.state, ...next.outputs.map(word)].join(' | ')]]
  })
  return Object.fromEntries(rows) as Readonly<Record<string, string>>
}

const accepts2xx = { '299': 'accepted | -A | -B | M=32000 | response 299' }

describe('the INVITE client transaction', () => {
  test.each([
    [
      'calling',
      {
        start: 'calling | send-request | A=500 | B=32000',
        ...{ '199': 'proceeding | -A | -B | response 199', ...accepts2xx },
        '300': 'completed | -A | -B | D=32000 | send-ack 300 | response 300',
        ...{
          error: 'terminated | failed transport',
          A: 'calling | send-request | A=1400',
          B: 'terminated | failed timeout',
        },
      },
    ],
    [
      'proceeding',
      {
        '199': 'proceeding | response 199',
        '299': 'accepted | M=32000 | response 299',
        '300': 'completed | D=32000 | send-ack 300 | response 300',
      },
    ],
    ['completed', { '300': 'completed | send-ack 300', error: 'terminated', D: 'terminated' }],
    ['accepted', { '299': 'accepted | response 299', M: 'terminated' }],
  ] as const)('in %s', (state, table) => {
    expect(tableOf(inviteClient, machineIn(state, false))).toEqual(table)
  })

  test('on a reliable transport sends once and absorbs nothing', () => {
    expect(tableOf(inviteClient, machineIn('calling', true))).toMatchObject({
      start: 'calling | send-request | B=32000',
      '300': 'terminated | send-ack 300 | response 300',
      ...accepts2xx,
    })
  })
})

describe('any other client transaction', () => {
  const answers = { '199': 'proceeding | response 199', '300': 'completed | -E | -F | K=5000 | response 300' }
  const ends = { '299': 'completed | -E | -F | K=5000 | response 299', error: 'terminated | failed transport' }
  test.each([
    [
      'trying',
      {
        ...{ start: 'trying | send-request | E=500 | F=32000', ...answers, ...ends },
        ...{ E: 'trying | send-request | E=1400', F: 'terminated | failed timeout' },
      },
    ],
    ['proceeding', { ...answers, ...ends, E: 'proceeding | send-request | E=4000', F: 'terminated | failed timeout' }],
    ['completed', { K: 'terminated' }],
  ] as const)('in %s', (state, table) => {
    expect(tableOf(client, machineIn(state, false))).toEqual(table)
  })

  test('never waits longer than T2 before it sends again', () => {
    const machine = { ...machineIn<'trying'>('trying', false), interval: 2500 }
    expect(advance(client, machine, { type: 'timer', timer: 'E' }).outputs.map(word)).toContain('E=4000')
  })

  test('on a reliable transport sends once and is over with its answer', () => {
    expect(tableOf(client, machineIn('trying', true))).toMatchObject({
      ...{ start: 'trying | send-request | F=32000', '299': 'terminated | response 299' },
    })
  })
})

describe('the INVITE server transaction', () => {
  const proceeding = {
    ...{ start: 'proceeding | trying=200', trying: 'proceeding | send-trying', error: 'proceeding | failed transport' },
    '199': 'proceeding | -trying | send-response 199',
    '299': 'accepted | -trying | send-response 299 | L=32000',
    '300': 'completed | -trying | send-response 300 | G=500 | H=32000',
  }
  test.each([
    ['proceeding', undefined, proceeding],
    ['proceeding', 183, { ...proceeding, request: 'proceeding | send-response 183' }],
    [
      'completed',
      300,
      {
        ...{ request: 'completed | send-response 300', ack: 'confirmed | -G | -H | I=5000' },
        ...{ error: 'completed | failed transport', H: 'terminated | failed timeout' },
        G: 'completed | send-response 300 | G=1400',
      },
    ],
    ['confirmed', 300, { I: 'terminated' }],
    [
      'accepted',
      299,
      {
        ...{ ack: 'accepted | ack', '299': 'accepted | send-response 299' },
        ...{ error: 'accepted | failed transport', L: 'terminated' },
      },
    ],
  ] as const)('in %s, having answered %s', (state, answered, table) => {
    expect(tableOf(inviteServer, machineIn(state, false, answered))).toEqual(table)
  })

  test('on a reliable transport refuses once and is over with the ACK', () => {
    expect(tableOf(inviteServer, machineIn('proceeding', true))).toMatchObject({
      ...{ '300': 'completed | -trying | send-response 300 | H=32000' },
    })
    expect(tableOf(inviteServer, machineIn('completed', true, 300))).toMatchObject({ ack: 'terminated' })
  })
})

describe('any other server transaction', () => {
  const answers = {
    '199': 'proceeding | send-response 199',
    '299': 'completed | J=32000 | send-response 299',
    '300': 'completed | J=32000 | send-response 300',
    error: 'terminated | failed transport',
  }
  test.each([
    ['trying', undefined, answers],
    ['proceeding', 183, { ...answers, request: 'proceeding | send-response 183' }],
    [
      'completed',
      299,
      { request: 'completed | send-response 299', J: 'terminated', error: 'terminated | failed transport' },
    ],
  ] as const)('in %s, having answered %s', (state, answered, table) => {
    expect(tableOf(server, machineIn(state, false, answered))).toEqual(table)
  })

  test('on a reliable transport is over with its answer', () => {
    expect(tableOf(server, machineIn('trying', true))).toMatchObject({ '299': 'terminated | send-response 299' })
  })
})

describe('whatever comes in whatever order', () => {
  /** States in which a transaction waits for somebody who has no timer: its own user, or a phone that rings. */
  const machines = [
    { name: 'INVITE client', run: runnerOf(inviteClient, 'calling'), patient: ['proceeding'] },
    { name: 'client', run: runnerOf(client, 'trying'), patient: [] },
    { name: 'INVITE server', run: runnerOf(inviteServer, 'proceeding'), patient: ['proceeding'] },
    { name: 'server', run: runnerOf(server, 'trying'), patient: ['trying', 'proceeding'] },
  ]

  test.each(machines)(
    'a $name transaction ends once its timers have run, and needs none any more',
    ({ run, patient }) => {
      const anything = fc.array(fc.constantFrom(...Object.keys(inputs)), { maxLength: 30 })
      fc.assert(
        fc.property(anything, fc.boolean(), (names, reliable) => {
          const end = run(names, reliable)
          return end === 'terminated' || patient.includes(end)
        }),
      )
    },
  )
})

/** Feeds the inputs (timers only while they are set), then lets the timers run in turn, ten times each. */
function runnerOf<State extends string>(states: States<State>, first: State) {
  return (names: readonly string[], reliable: boolean): string => {
    const pending = new Set<TimerName>()
    let machine = machineIn<State>(first, reliable)
    const feed = (input: Input) => {
      if (input.type === 'timer' && !pending.delete(input.timer)) return
      const next = advance(states, machine, input)
      for (const output of next.outputs) {
        if (output.type === 'set') pending.add(output.timer)
        if (output.type === 'clear') pending.delete(output.timer)
      }
      machine = next.machine
    }
    feed({ type: 'start' })
    for (const name of names) if (name !== 'start') feed(inputs[name]!)
    for (let round = 0; round < 10; round++) for (const timer of timers) feed({ type: 'timer', timer })
    return machine.state
  }
}
