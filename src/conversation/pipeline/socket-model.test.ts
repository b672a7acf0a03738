import { describe, expect, test } from 'vitest'
import { settle } from '../../lib/clock.ts'
import type { Model, ModelSocket, Turn } from '../../spec/speech.ts'
import { FakeVendor } from './socket-fakes.ts'
import { openSocketModel, type Unasked } from './socket-model.ts'

/** Says as an event whatever JSON the bot sends. */
const translator: ModelSocket = {
  name: 'Bot',
  secrets: ['sk-very-secret'],
  // oxlint-disable-next-line eslint/require-yield -- this bot wants no request first
  *connect() {
    return { url: 'wss://bot.test/', headers: {} }
  },
  begin: () => 0,
  step: (state, input) =>
    input.type === 'message'
      ? { state, events: [JSON.parse('text' in input.message ? input.message.text : '')], messages: [] }
      : { state, events: [], messages: [{ text: JSON.stringify(input) }] },
}

async function start() {
  const bot = new FakeVendor()
  bot.welcome = []
  const unasked: Unasked[] = []
  const model = await openSocketModel({ ...bot.needs, translator, unasked: (event) => void unasked.push(event) })
  return { bot, model, unasked, inputs: () => bot.words.map((word): unknown => JSON.parse(word)) }
}

function ask(model: Model, ...texts: readonly string[]) {
  const abort = new AbortController()
  const history = texts.map((text): Turn => ({ role: 'caller', text }))
  const words: string[] = []
  const done = (async () => {
    for await (const event of model.reply(history, [], abort.signal)) if (event.type === 'text') words.push(event.delta)
  })()
  done.catch(() => undefined)
  return { abort, words, done }
}

const text = (delta: string, last = false) => ({ type: 'text', delta, last })

describe('a model behind a socket of its own', () => {
  test('is told what is new, and answers until its last word', async () => {
    const { bot, model, inputs } = await start()
    const first = ask(model, 'Hi.')
    await settle()
    await bot.say(text('Good '), text('day.', true))
    await first.done
    expect(first.words).toEqual(['Good ', 'day.'])
    await ask(model, 'Hi.').done
    ask(model, 'Hi.', '[DTMF: 42]')
    await settle()
    expect(inputs()).toEqual([{ type: 'opened' }, { type: 'turn', text: 'Hi.' }, { type: 'digits', digits: '42' }])
  })

  test('that is interrupted learns what was heard; the rest of that answer is nobody’s', async () => {
    const { bot, model, unasked, inputs } = await start()
    const first = ask(model, 'Hi.')
    await settle()
    await bot.say(text('Once '))
    first.abort.abort(new Error('interrupted'))
    model.interrupted?.('Once', 300)
    await bot.say(text('upon'), text('', true))
    await expect(first.done).rejects.toThrow('interrupted')
    expect(inputs()).toContainEqual({ type: 'interrupted', heard: 'Once', heardMs: 300 })
    expect(unasked).toEqual([])
  })

  test('may speak unasked, and is bounded when it floods', async () => {
    const { bot, model, unasked } = await start()
    await bot.say(text('Hello '), text('there.', true))
    expect(unasked).toEqual([{ type: 'say', text: 'Hello there.' }])
    await bot.say({ ...text('Hold on.', true), shielded: true }, { type: 'play', url: 'https://bot.test/a.wav' })
    expect(unasked.slice(1)).toEqual([
      { type: 'say', text: 'Hold on.', shielded: true },
      { type: 'play', url: 'https://bot.test/a.wav' },
    ])
    const flood = ask(model, 'Hi.')
    await settle()
    await bot.say(...Array.from({ length: 50 }, () => text('x'.repeat(1_000))), text('', true))
    await flood.done
    expect(flood.words.join('')).toHaveLength(20_000)
  })

  test('that breaks fails the answer, and the next turn meets it again', async () => {
    const { bot, model, unasked } = await start()
    const first = ask(model, 'Hi.')
    await settle()
    await bot.close(1011)
    await expect(first.done).rejects.toMatchObject({ code: 'vendor.failed' })
    ask(model, 'Hi.', 'Again.')
    await settle()
    expect(bot.ends).toHaveLength(2)
    await bot.say({ type: 'tool', call: { id: 'a', name: 'hang_up', arguments: {} } })
    expect(unasked).toMatchObject([{ call: { id: '2_a' } }])
  })

  test('that closes properly is done: the call is hung up', async () => {
    const { bot, unasked } = await start()
    await bot.close(1000)
    expect(unasked).toMatchObject([{ type: 'tool', call: { name: 'hang_up' } }])
  })
})
