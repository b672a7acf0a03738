import { describe, expect, test } from 'vitest'
import { modelConformance } from '../../../../test/conformance/llm.ts'
import { VirtualClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import { Scope } from '../../../lib/scope.ts'
import type { ModelEvent, Tool, Turn } from '../../../spec/speech.ts'
import { scriptedModel } from './index.ts'

const tool = (name: string, properties: object = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object', properties },
})
const tools = [
  tool('hang_up'),
  tool('transfer_call', { target: { type: 'string' } }),
  tool('send_digits', { digits: { type: 'string' } }),
]
const caller = (text: string): Turn => ({ role: 'caller', text })
const never = new AbortController().signal

async function reply(history: readonly Turn[], offered = tools, settings: object = {}): Promise<ModelEvent[]> {
  const host = {
    scope: new Scope('test'),
    clock: new VirtualClock(),
    ids: seededIds('model'),
    stream: () => Promise.reject(new Error('no network')),
  }
  await using model = await scriptedModel.open(scriptedModel.settings.parse(settings), host)
  return Array.fromAsync(model.reply(history, offered, never))
}

const textOf = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === 'text' ? event.delta : '')).join('')
const callsOf = (events: readonly ModelEvent[]) =>
  events.flatMap((event) => (event.type === 'tool' ? [event.call] : []))

test('greets an empty history in the name of the house, word by word', async () => {
  const events = await reply([{ role: 'system', text: 'You are …' }], tools, { business: 'Chez Anna' })
  expect(textOf(events)).toBe('Hello, this is Chez Anna. How can I help you?')
  expect(events.length).toBeGreaterThan(5)
})

test('equal histories have equal replies, ids of tools apart from other draws', async () => {
  const history = [caller('a table for six'), caller('goodbye')]
  expect(await reply(history)).toEqual(await reply(history))
})

test('what the agent managed to say makes no difference', async () => {
  const cut: Turn = { role: 'agent', text: 'A table for' }
  expect(await reply([caller('a table for six'), cut, caller('friday')])).toEqual(
    await reply([caller('a table for six'), caller('friday')]),
  )
})

describe('tools', () => {
  test('words come before the deed', async () => {
    const events = await reply([caller('goodbye')])
    expect(events.at(-1)).toMatchObject({ type: 'tool', call: { name: 'hang_up', arguments: {} } })
    expect(textOf(events)).toBe('Thank you for calling. Goodbye.')
  })

  test.each([
    [{ target: {} }, { target: '+1212' }],
    [{ to: {} }, { to: '+1212' }],
    [{ department: { enum: ['Sales', 'Support'] } }, { department: 'Sales' }],
    [{}, { to: '+1212' }],
  ])('transfer_call with %j is given %j', async (properties, given) => {
    const events = await reply([caller('sales, put me through to sales')], [tool('transfer_call', properties)], {
      departments: 'support: +1313\nsales: +1212',
    })
    expect(callsOf(events)[0]?.arguments).toEqual(given)
  })

  test('keys are pressed without a word', async () => {
    const events = await reply([caller('Press 2 for reservations')])
    expect(events).toMatchObject([{ type: 'tool', call: { name: 'send_digits', arguments: { digits: '2' } } }])
  })

  test('without the tool it says goodbye all the same, and is sorry about transfers', async () => {
    expect(await reply([caller('goodbye')], [])).toEqual(
      (await reply([caller('goodbye')])).filter((event) => event.type === 'text'),
    )
    expect(textOf(await reply([caller('an operator please')], []))).toContain('cannot put you through')
  })

  test('a transfer that failed is told; one that worked needs no words', async () => {
    const after = (result: string): Turn[] => [
      caller('an operator please'),
      { role: 'tool', id: 't', name: 'transfer_call', result },
    ]
    expect(textOf(await reply(after('{"ok":false,"result":"busy"}')))).toContain('nobody is free')
    expect(await reply(after('{"ok":true}'))).toEqual([])
  })
})

test('asked to speak when the caller said nothing, it asks whether they are there', async () => {
  expect(textOf(await reply([caller('hello'), { role: 'agent', text: 'Hello.' }]))).toBe('Are you still there?')
})

test('stops at once when aborted', async () => {
  const host = { scope: new Scope(), clock: new VirtualClock(), ids: seededIds('x'), stream: () => Promise.reject() }
  const model = await scriptedModel.open(scriptedModel.settings.parse({}), host)
  const stop = new AbortController()
  const heard: ModelEvent[] = []
  const talk = (async () => {
    for await (const event of model.reply([], [], stop.signal)) {
      heard.push(event)
      stop.abort(new Error('barge-in'))
    }
  })()
  await expect(talk).rejects.toThrow('barge-in')
  expect(heard).toHaveLength(1)
})

modelConformance('scripted', { spec: scriptedModel, settings: {} })
