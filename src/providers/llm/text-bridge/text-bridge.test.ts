import twilio from 'twilio'
import { describe, expect, test } from 'vitest'
import { modelConformance } from '../../../../test/conformance/llm.ts'
import { now, outcome } from '../../../../test/conformance/parts/steps.ts'
import type { ModelCall, ModelInput } from '../../../spec/speech.ts'
import { textBridge, translator } from './text-bridge.ts'

const url = 'wss://bot.test/relay'
const authToken = '0123456789abcdef0123456789abcdef'
const call: ModelCall = {
  ...{ call: 'call_1', direction: 'inbound', from: '+15550100001', to: '+15550100002' },
  variables: { name: 'Ada', age: 36 },
  socket: () => Promise.reject(new Error('not asked for')),
}

function bot(more: object = {}) {
  const socket = translator(textBridge.settings.parse({ url, ...more }), call)
  let state = socket.begin()
  const give = (input: ModelInput) => {
    const next = socket.step(state, input)
    state = next.state
    const sent = next.messages.map((message): unknown => JSON.parse('text' in message ? message.text : '{}'))
    return { events: next.events, sent }
  }
  return {
    socket,
    give,
    hear: (message: unknown) => give({ type: 'message', message: { text: JSON.stringify(message) } }),
  }
}

describe('what a bot in text gets', () => {
  test('a handshake that Twilio’s own validator believes, and a bearer', () => {
    const { url: reached, headers } = outcome(bot({ authToken, bearerToken: 'bearer-0123' }).socket.connect(now))
    expect([reached, headers['authorization']]).toEqual([url, 'Bearer bearer-0123'])
    expect(twilio.validateRequest(authToken, headers['x-twilio-signature'] ?? '', url, {})).toBe(true)
    expect(outcome(bot().socket.connect(now)).headers).toEqual({})
  })

  test('the call first, then turns, keys, and what was heard of its words', () => {
    const { give } = bot()
    expect(give({ type: 'opened' }).sent).toEqual([
      expect.objectContaining({
        ...{ type: 'setup', from: call.from, to: call.to, direction: 'inbound' },
        callSid: expect.stringMatching(/^CA[\da-f]{32}$/),
        customParameters: { call: 'call_1', name: 'Ada', age: '36' },
      }),
    ])
    expect(give({ type: 'turn', text: 'Hi.' }).sent).toEqual([
      { type: 'prompt', voicePrompt: 'Hi.', lang: 'en-US', last: true },
    ])
    expect(give({ type: 'digits', digits: '42' }).sent).toEqual([
      { type: 'dtmf', digit: '4' },
      { type: 'dtmf', digit: '2' },
    ])
    expect(give({ type: 'interrupted', heard: 'Once upon', heardMs: 700 }).sent).toEqual([
      { type: 'interrupt', utteranceUntilInterrupt: 'Once upon', durationUntilInterruptMs: 700 },
    ])
  })
})

describe('what a bot in text says', () => {
  test('words, keys to press, and the end', () => {
    const { hear } = bot()
    expect(hear({ type: 'text', token: 'Hi ', last: false, interruptible: true }).events).toEqual([
      { type: 'text', delta: 'Hi ', last: false },
    ])
    expect(hear({ type: 'text', token: 'Wait.', last: false, interruptible: false }).events).toEqual([
      { type: 'text', delta: 'Wait.', last: false, shielded: true },
    ])
    expect(hear({ type: 'text', token: 'there.', last: true }).events).toMatchObject([{ last: true }])
    expect(hear({ type: 'sendDigits', digits: '1w2#' }).events).toMatchObject([
      { type: 'tool', call: { id: 'bot_1', name: 'send_digits', arguments: { digits: '1w2#' } } },
    ])
    expect(hear({ type: 'end', handoffData: '{"why":"done"}' }).events).toMatchObject([
      { type: 'tool', call: { id: 'bot_2', name: 'hang_up', arguments: { handoffData: '{"why":"done"}' } } },
    ])
  })

  test('sounds to play, as often as it wants but not for ever; and another language', () => {
    const { give, hear } = bot()
    const source = 'https://bot.test/a.wav'
    expect(hear({ type: 'play', source }).events).toEqual([{ type: 'play', url: source }])
    expect(hear({ type: 'play', source, loop: 3 }).events).toHaveLength(3)
    expect(hear({ type: 'play', source, loop: 1_000 }).events).toHaveLength(10)
    expect(hear({ type: 'language', ttsLanguage: 'de-DE', transcriptionLanguage: 'de-CH' }).sent).toEqual([])
    expect(give({ type: 'turn', text: 'Grüezi.' }).sent).toMatchObject([{ lang: 'de-CH' }])
  })

  test.each([
    [42, 'JSON object'],
    [{ type: 'text' }, 'token'],
    [{ type: 'sendDigits', digits: 'abc' }, '0-9'],
    [{ type: 'play', source: 'file:///etc/passwd' }, 'play has a source'],
    [{ type: 'language' }, 'language has'],
    [{ type: 'brand_new' }, 'sendDigits and end'],
  ])('%j is an error to it each time, and told to the operator once', (message, why) => {
    const { hear } = bot()
    const first = hear(message)
    expect(first.sent).toMatchObject([{ type: 'error', description: expect.stringContaining(why) }])
    expect(first.events).toMatchObject([{ type: 'failed', fatal: false, message: expect.stringContaining(why) }])
    const second = hear(message)
    expect([second.sent.length, second.events.length]).toEqual([1, 0])
  })
})

modelConformance('text-bridge', {
  spec: textBridge,
  settings: { url, authToken, bearerToken: 'bearer-0123456789' },
  socket: {
    text: [
      { type: 'text', token: 'Hello ', last: false },
      { type: 'text', token: 'there, Zoë.', last: true },
    ],
    strange: { type: 'brand_new' },
  },
})
