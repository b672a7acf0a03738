import { describe, expect, test } from 'vitest'
import { advance, isOver, quiet, type Conversation, type Input } from './conversation.ts'
import type { Told } from './rtvi.ts'

const after = (inputs: readonly (Input | Told)[], from: Conversation = quiet): Conversation =>
  inputs.reduce<Conversation>(
    (state, input, index) => advance(state, isInput(input) ? input : { type: 'told', told: input }, index * 100),
    from,
  )
const inputs = new Set<string>([
  ...['dialled', 'microphone-open', 'answered', 'channel-open', 'told', 'muted', 'lost', 'restored', 'measured'],
  ...['hung-up', 'failed'],
])
const isInput = (one: Input | Told): one is Input => inputs.has(one.type)

const up: readonly (Input | Told)[] = [
  { type: 'dialled' },
  { type: 'microphone-open' },
  { type: 'answered', call: 'cal_1' },
  { type: 'channel-open' },
  { type: 'ready', call: undefined },
]
const said = (text: string): Told => ({ type: 'agent-said', text })
const thought = (text: string): Told => ({ type: 'agent-text', text })

describe('phases', () => {
  test('from the dial to the talk', () => {
    const phases = up.map((_, index) => after(up.slice(0, index + 1)).phase)
    expect(phases).toEqual(['microphone', 'connecting', 'connecting', 'ringing', 'talking'])
    expect(after(up)).toMatchObject({ call: 'cal_1', startedAt: 400 })
  })

  test('a lost network comes back without a second start', () => {
    const back: readonly Input[] = [{ type: 'lost' }, { type: 'answered' }, { type: 'channel-open' }]
    const state = after([...up, ...back, { type: 'ready', call: undefined }])
    expect(state).toMatchObject({ phase: 'talking', call: 'cal_1', startedAt: 400 })
  })

  test('an ended call takes nothing but a new dial', () => {
    const ended = after([...up, { type: 'left' }])
    expect(ended).toMatchObject({ phase: 'ended', words: 'The other side hung up.' })
    expect(advance(ended, { type: 'channel-open' }, 0)).toBe(ended)
    expect(isOver(ended)).toBe(true)
    expect(advance(ended, { type: 'dialled' }, 0)).toMatchObject({ phase: 'microphone', lines: [] })
  })

  test('a fatal error ends the call with its words, another one is only shown', () => {
    expect(after([...up, { type: 'trouble', message: 'slow', fatal: false }])).toMatchObject({
      phase: 'talking',
      words: 'slow',
    })
    expect(after([...up, { type: 'trouble', message: 'gone', fatal: true }])).toMatchObject({
      phase: 'failed',
      words: 'gone',
    })
  })

  test('timings may come after the end', () => {
    const state = after([...up, { type: 'hung-up' }, { type: 'measured', turn: 2, timings: { firstSent: 400 } }])
    expect(state).toMatchObject({ phase: 'ended', timings: { turn: 2, of: { firstSent: 400 } } })
  })
})

describe('lines', () => {
  const lines = (...told: readonly Told[]) => after([...up, ...told]).lines

  test('the caller’s partial words are replaced until they are final', () => {
    const partial = lines(
      { type: 'caller-text', text: 'what', final: false },
      { type: 'caller-text', text: 'what time', final: false },
    )
    expect(partial).toMatchObject([{ by: 'caller', text: '', draft: 'what time', over: false }])
    const final = lines(
      { type: 'caller-text', text: 'what', final: false },
      { type: 'caller-text', text: 'What time is it?', final: true },
      { type: 'caller-text', text: 'Hello?', final: true },
    )
    expect(final).toMatchObject([
      { text: 'What time is it?', draft: '', over: true },
      { text: 'Hello?', over: true },
    ])
  })

  test('the agent’s words are a draft until they were heard', () => {
    expect(lines(thought('Good '), thought('morning.'))).toMatchObject([
      { by: 'agent', text: '', draft: 'Good morning.', over: false },
    ])
    expect(lines(thought('Good morning.'), said('Good morning.'))).toMatchObject([
      { text: 'Good morning.', draft: '', over: true },
    ])
  })

  test('a pause between sentences does not end the reply', () => {
    expect(lines(thought('One. '), { type: 'agent-stopped' }, thought('Two.'))).toMatchObject([{ draft: 'One. Two.' }])
  })

  test('the next reply is a line of its own', () => {
    expect(lines(thought('One.'), said('One.'), { type: 'reply-started' }, thought('Two.'))).toMatchObject([
      { text: 'One.', over: true, interrupted: false },
      { draft: 'Two.', over: false },
    ])
  })

  test('of an interrupted reply only what was heard is kept', () => {
    expect(lines(thought('One. Two.'), { type: 'interrupted' }, said('One.'))).toMatchObject([
      { text: 'One.', draft: '', over: true, interrupted: true },
    ])
  })

  test('an interruption told after the line ended still marks it', () => {
    expect(lines(said('One.'), { type: 'interrupted' })).toMatchObject([{ text: 'One.', interrupted: true }])
  })

  test('a reply that was cut off unheard leaves no words', () => {
    const told = lines(thought('One.'), { type: 'interrupted' }, { type: 'reply-started' }, thought('Two.'))
    expect(told).toMatchObject([{ text: '', draft: '', over: true }, { draft: 'Two.' }])
  })

  test('words whose end nobody told are kept when the next reply begins', () => {
    expect(lines(thought('Hello '), thought('there.'), { type: 'reply-started' })).toMatchObject([
      { text: 'Hello there.', over: true },
    ])
  })

  test('tools stand between the lines', () => {
    expect(
      lines({ type: 'tool', name: 'book', stage: 'called' }, { type: 'tool', name: 'book', stage: 'returned' }),
    ).toMatchObject([{ by: 'tool', text: 'book', over: true, interrupted: false }])
  })

  test('the end drops empty lines and drafts', () => {
    const state = after([...up, thought('never said'), { type: 'hung-up' }])
    expect(state.lines).toEqual([])
  })
})

test('who speaks follows what is told, and stops with an interruption', () => {
  expect(after([...up, { type: 'agent-started' }]).speaking).toEqual({ caller: false, agent: true })
  expect(
    after([...up, { type: 'agent-started' }, { type: 'caller-started' }, { type: 'interrupted' }]).speaking,
  ).toEqual({ caller: true, agent: false })
})
