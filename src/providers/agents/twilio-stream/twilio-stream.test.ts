import twilio from 'twilio'
import { describe, expect, test } from 'vitest'
import { agentConformance } from '../../../../test/conformance/agent.ts'
import { now } from '../../../../test/conformance/parts/steps.ts'
import { puppet, testBrief } from '../../../protocols/agent/fakes.ts'
import type { HttpRequest, HttpResponse } from '../../../spec/http.ts'
import type { SocketTarget } from '../../../spec/speech.ts'
import { open } from './connect.ts'
import { settings, type Config } from './settings.ts'
import { twilioStream } from './twilio-stream.ts'

const url = 'wss://bot.test/media'
const authToken = '0123456789abcdef0123456789abcdef'
const bearerToken = 'bot-bearer-0123456789'
const streamSid = `MZ${'0'.repeat(32)}`
const target: SocketTarget = { url, headers: {}, facts: { stream: streamSid, 'parameter.plan': 'gold' } }

const bot = () => puppet(twilioStream, { url }, testBrief, target)
const media = (ms: number, fill = 0x80) => ({
  event: 'media',
  streamSid,
  media: { payload: Buffer.alloc(ms * 8, fill).toString('base64') },
})
const mark = (name: string) => ({ event: 'mark', streamSid, mark: { name } })
const clear = { event: 'clear', streamSid }

agentConformance('A bot behind a Twilio stream', {
  spec: twilioStream,
  settings: { url, authToken, bearerToken },
  signs: ['authToken'],
  ready: [],
  failed: [{ text: JSON.stringify({ event: 'KEY' }) }],
  says: [media(20), mark('m1'), clear],
})

/** The request before the socket, if any, and where the socket is. */
function opening(more: Partial<Config>, body = '', status = 200) {
  const asked: HttpRequest[] = []
  const way = open(settings.parse({ url, ...more }), testBrief, now)
  let step = way.next(undefined as never) // the first `next` of a generator takes no value
  while (!step.done) {
    asked.push(step.value)
    const answer: HttpResponse = { status, headers: {}, body: Buffer.from(body) }
    step = way.next(answer)
  }
  return { asked, target: step.value }
}

describe('the way there', () => {
  test('a stream is reached at once, signed so that Twilio’s own validator believes it', () => {
    const { asked, target: found } = opening({ authToken, bearerToken })
    expect(asked).toEqual([])
    expect(found).toMatchObject({ url, headers: { authorization: `Bearer ${bearerToken}` } })
    expect(twilio.validateRequest(authToken, found.headers['x-twilio-signature'] ?? '', url, {})).toBe(true)
    expect(opening({}).target.headers).toEqual({})
  })

  test('a webhook is asked as Twilio asks it, and its markup says where the stream is', () => {
    const voice = 'https://bot.test/voice'
    const markup =
      '<Response><Say>Hi</Say><Connect><Stream url="wss://bot.test/m"><Parameter name="plan" value="gold"/></Stream></Connect></Response>'
    const { asked, target: found } = opening({ url: voice, authToken }, markup)
    const [request] = asked
    const form = Object.fromEntries(new URLSearchParams(String(request?.body)))
    expect(form).toMatchObject({
      From: testBrief.from,
      To: testBrief.to,
      CallStatus: 'ringing',
      Direction: 'inbound',
      CallSid: expect.stringMatching(/^CA[\da-f]{32}$/),
      AccountSid: expect.stringMatching(/^AC[\da-f]{32}$/),
    })
    expect(twilio.validateRequest(authToken, request?.headers['x-twilio-signature'] ?? '', voice, form)).toBe(true)
    expect(found.url).toBe('wss://bot.test/m')
    const { sent } = puppet(twilioStream, { url: voice }, testBrief, found)
    expect(sent[1]).toMatchObject({ start: { callSid: form['CallSid'], customParameters: { plan: 'gold' } } })
  })

  test.each([
    [200, '<Response><Hangup/></Response>', 'vendor.refused', 'only <Hangup>'],
    [403, 'no', 'vendor.credentials', 'check the tokens'],
    [500, 'oops', 'vendor.failed', 'answered 500'],
  ])('a webhook that answers %i %s ends in %s', (status, body, code, message) => {
    expect(() => opening({ url: 'https://bot.test/voice' }, body, status)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })
})

describe('what the bot gets', () => {
  test('connected, then start, with ids of Twilio’s shape and the call’s variables', () => {
    const { sent, events } = bot()
    expect(sent[0]).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' })
    expect(sent[1]).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid,
      start: {
        streamSid,
        accountSid: expect.stringMatching(/^AC[\da-f]{32}$/),
        callSid: expect.stringMatching(/^CA[\da-f]{32}$/),
        tracks: ['inbound'],
        customParameters: {
          ...{ call: 'call_1', from: testBrief.from, to: testBrief.to, direction: 'inbound' },
          ...{ name: 'Ada', age: '36', plan: 'gold' },
        },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    })
    expect(events).toEqual([{ type: 'ready' }])
  })

  test('sound in frames of 160 bytes whatever the carrier’s are, counted and timed, numbers as texts', () => {
    const wire = bot()
    const sent = [100, 700, 160].flatMap((samples) => wire.sound(new Int16Array(samples)).sent)
    expect(sent).toHaveLength(6)
    expect(sent[0]).toEqual({
      ...{ event: 'media', sequenceNumber: '2', streamSid },
      media: { track: 'inbound', chunk: '1', timestamp: '0', payload: Buffer.alloc(160, 0xff).toString('base64') },
    })
    expect(sent[5]).toMatchObject({ sequenceNumber: '7', media: { chunk: '6', timestamp: '100' } })
  })

  test('keys one by one, and stop as the last word', () => {
    const wire = bot()
    expect(wire.order({ type: 'digit', digit: '5' }).sent).toEqual([
      { event: 'dtmf', sequenceNumber: '2', streamSid, dtmf: { track: 'inbound_track', digit: '5' } },
    ])
    expect(wire.leave().sent).toMatchObject([{ event: 'stop', sequenceNumber: '3', stop: {} }])
  })
})

describe('what the bot says', () => {
  test('is a run of sound that is over when nothing more came for a while', () => {
    const wire = bot()
    expect(wire.hear(media(100), media(7)).events.map(({ type }) => type)).toEqual(['reply-started', 'audio', 'audio'])
    const events = Array.from({ length: 15 }, () => wire.sound(new Int16Array(160)).events)
    expect(events.flat()).toEqual([{ type: 'reply-ended', reply: `${streamSid}_1` }])
    expect(events.at(-1)).toHaveLength(1)
    expect(wire.hear(media(20)).events[0]).toEqual({ type: 'reply-started', reply: `${streamSid}_2` })
  })

  test('a mark comes back when it was heard', () => {
    const wire = bot()
    expect(wire.hear(media(20), mark('u1')).events.at(-1)).toEqual({ type: 'marker', name: 'u1' })
    expect(wire.order({ type: 'marker-heard', name: 'u1', cleared: false }).sent).toEqual([
      { event: 'mark', sequenceNumber: '2', streamSid, mark: { name: 'u1' } },
    ])
  })

  test('clear takes back what was not heard; what follows is something new', () => {
    const wire = bot()
    const { events } = wire.hear(media(500), clear, media(20))
    expect(events.map(({ type }) => type)).toEqual([
      ...['reply-started', 'audio', 'clear', 'reply-ended'],
      ...['reply-started', 'audio'],
    ])
  })

  test('more than a minute ahead is dropped, and told once', () => {
    const wire = bot()
    const { events } = wire.hear(...Array.from({ length: 130 }, () => media(500)))
    expect(events.filter(({ type }) => type === 'audio')).toHaveLength(120)
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([{ code: 'vendor.refused', fatal: false }])
  })

  test('more marks than anybody needs are not waited for, and told once', () => {
    const wire = bot()
    const { events } = wire.hear(...Array.from({ length: 5_000 }, (_, at) => mark(`m${at}`)))
    expect(events.filter(({ type }) => type === 'marker')).toHaveLength(4_096)
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(1)
  })

  test.each([
    [{ event: 'media', streamSid, media: { payload: '***' } }, 'base64'],
    [{ event: 'media', streamSid: 'MZ1', media: { payload: 'AAAA' } }, 'streamSid'],
    [{ event: 'hangup', streamSid }, 'media, mark and clear'],
    [{ event: 'mark', streamSid, mark: {} }, 'name'],
  ])('%j is told once, and passed over', (message, why) => {
    const { events } = bot().hear(message, message)
    expect(events).toMatchObject([{ type: 'failed', fatal: false, message: expect.stringContaining(why) }])
  })

  test.each([1000, 1005])('a close with %i hangs up once the last words were heard', (code) => {
    const wire = bot()
    wire.hear(media(100))
    expect(wire.close(code).events).toMatchObject([
      { type: 'reply-ended' },
      { type: 'tool-called', call: { name: 'hang_up' } },
    ])
  })

  test('any other close is left to the engine', () => expect(bot().close(1011).events).toEqual([]))

  test('words cannot be given to it, which is told once', () => {
    const wire = bot()
    expect(wire.order({ type: 'say', text: 'Hello.' }).events).toMatchObject([{ code: 'command.unsupported' }])
    expect(wire.order({ type: 'say', text: 'Hello.' }).events).toEqual([])
  })
})
