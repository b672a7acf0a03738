import { describe, expect, test } from 'vitest'
import { speakerConformance } from '../../../../test/conformance/tts.ts'
import { now, outcome, Stepper } from '../../../../test/conformance/parts/steps.ts'
import { fakeHost } from '../../../protocols/vendor/fakes.ts'
import type { SpeakerEvent, SpeakerInput } from '../../../spec/speech.ts'
import { elevenlabsSpeaker } from './elevenlabs.ts'
import { elevenlabsHttpSpeaker } from './http.ts'

const key = 'xi-1234567890'
const frame = (message: object) => ({ text: JSON.stringify(message) })
const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64')

speakerConformance('elevenlabs', {
  spec: elevenlabsSpeaker,
  settings: { key },
  wire: {
    ready: [],
    audio: (contextId) => [frame({ audio: base64(1600), contextId, alignment: null })],
    spoken: (contextId) => [frame({ isFinal: true, contextId })],
    cancelled: (contextId) => [frame({ isFinal: true, contextId })],
    failed: (context) => [
      frame({ error: 'quota_exceeded', message: 'KEY has no credits left', code: 1008, contextId: context }),
    ],
  },
})

speakerConformance('elevenlabs-http', { spec: elevenlabsHttpSpeaker, settings: { key } })

function open(settings: object = {}) {
  const config = elevenlabsSpeaker.settings.parse({ key, ...settings })
  const session = new Stepper<SpeakerInput, SpeakerEvent>(
    elevenlabsSpeaker.socket.begin(config),
    elevenlabsSpeaker.socket.step,
  )
  session.give({ type: 'opened' })
  const sent = (input: SpeakerInput): unknown[] =>
    session.give(input).messages.map((message) => ('text' in message ? JSON.parse(message.text) : message))
  const hear = (message: object) => session.give({ type: 'message', message: frame(message) }).events
  return { config, sent, hear }
}

describe('over the socket', () => {
  test('the address has voice, model and format, the header the key', () => {
    const config = elevenlabsSpeaker.settings.parse({
      key,
      language: 'de',
      rate: 16_000,
      baseUrl: 'wss://api.us.elevenlabs.io/',
    })
    const { url, headers } = outcome(elevenlabsSpeaker.socket.connect(config, now))
    expect(url).toBe(
      'wss://api.us.elevenlabs.io/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/multi-stream-input?output_format=pcm_16000' +
        '&model_id=eleven_flash_v2_5&language_code=de&auto_mode=true&inactivity_timeout=180',
    )
    expect(headers).toEqual({ 'xi-api-key': key })
  })

  test('a sentence opens its context, with the settings in the first frame, and closes it', () => {
    expect(open({ speed: 1.1, stability: 0.4 }).sent({ type: 'speak', context: 'say_1', text: 'Hello.' })).toEqual([
      { text: ' ', context_id: 'say_1', voice_settings: { speed: 1.1, stability: 0.4 } },
      { text: 'Hello. ', context_id: 'say_1', flush: true },
      { context_id: 'say_1', close_context: true },
    ])
    expect(open().sent({ type: 'speak', context: 'say_1', text: 'Hello.' })[0]).not.toHaveProperty('voice_settings')
  })

  test('nothing more is said to a closing context, which keeps its place until its end', () => {
    const { sent, hear } = open()
    for (const context of ['a', 'b', 'c', 'd']) sent({ type: 'speak', context, text: 'One.' })
    expect(sent({ type: 'cancel', context: 'a' })).toEqual([])
    expect(sent({ type: 'speak', context: 'e', text: 'Two.' })).toEqual([])
    expect(hear({ audio: base64(160), contextId: 'a' })).toEqual([])
    expect(hear({ isFinal: true, contextId: 'a' })).toMatchObject([{ type: 'usage' }])
  })

  test('either spelling of the context is read', () => {
    const { sent, hear } = open()
    sent({ type: 'speak', context: 'a', text: 'One.' })
    expect(hear({ audio: base64(160), context_id: 'a', is_final: null })).toMatchObject([
      { type: 'audio', context: 'a' },
    ])
    expect(hear({ audio: null, is_final: true, context_id: 'a' })).toEqual([{ type: 'spoken', context: 'a' }])
  })

  test.each([
    [
      { error: 'max_active_conversations', message: 'Maximum simultaneous contexts', code: 1008 },
      'vendor.rate-limited',
    ],
    [{ error: 'invalid_api_key', message: 'Invalid API key', code: 1008 }, 'vendor.credentials'],
    [{ error: 'voice_not_found', message: 'A voice with that id does not exist' }, 'settings.invalid'],
    [{ error: 'something_new', message: 'oops' }, 'vendor.failed'],
  ])('%j is named', (message, code) => {
    const { sent, hear } = open()
    sent({ type: 'speak', context: 'a', text: 'One.' })
    expect(hear(message)[0]).toMatchObject({ type: 'failed', code })
  })
})

test.each([
  [1008, 'Invalid API key', 'vendor.credentials'],
  [1008, 'quota_exceeded', 'vendor.refused'],
  [1008, 'something new', undefined],
  [1008, '', undefined],
  [1006, 'Invalid API key', undefined],
])('a close with %i "%s" is %s', (code, reason, named) => {
  expect(elevenlabsSpeaker.socket.explainClose?.(code, reason)?.code).toBe(named)
})

describe('by request', () => {
  async function speak(answer: Parameters<typeof fakeHost>[0][number], text = 'Hello.') {
    const host = fakeHost([answer])
    const config = elevenlabsHttpSpeaker.settings.parse({ key, stability: 0.4, language: 'en' })
    const speaker = await elevenlabsHttpSpeaker.open(config, host.part)
    const pcm: number[] = []
    const speaking = (async () => {
      for await (const piece of speaker.speak(text, new AbortController().signal)) pcm.push(...piece)
    })()
    const error = await speaking.then(
      () => undefined,
      (error: unknown) => error,
    )
    return { pcm, error, sent: host.sent }
  }

  test('a sentence is a request, its body the samples', async () => {
    const { pcm, sent } = await speak({ body: Uint8Array.of(1, 0, 2, 0, 3, 0), size: 1 })
    expect(pcm).toEqual([1, 2, 3])
    expect(sent[0]).toMatchObject({
      url: 'https://api.elevenlabs.io/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream?output_format=pcm_8000',
      headers: { 'xi-api-key': key },
    })
    expect(JSON.parse(String(sent[0]?.body))).toEqual({
      text: 'Hello.',
      model_id: 'eleven_flash_v2_5',
      language_code: 'en',
      voice_settings: { stability: 0.4 },
    })
  })

  test('nothing to say asks nothing', async () => {
    expect((await speak({ body: '' }, ' ')).sent).toEqual([])
  })

  test.each<[number, string, string]>([
    [401, '{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}', 'vendor.credentials'],
    [401, '{"detail":{"status":"quota_exceeded","message":"no credits"}}', 'vendor.refused'],
    [404, '{"detail":{"status":"voice_not_found","message":"no such voice"}}', 'settings.invalid'],
    [422, '{"detail":[{"msg":"field required"}]}', 'settings.invalid'],
  ])('HTTP %i %s is %s', async (status, body, code) => {
    expect((await speak({ status, body })).error).toMatchObject({ code })
  })
})
