import { expect, test } from 'vitest'
import { speakerConformance } from '../../../../test/conformance/tts.ts'
import { fakeHost, type FakeAnswer } from '../../../protocols/vendor/fakes.ts'
import { openaiSpeaker } from './openai.ts'

const key = 'sk-secret-1234567890'

speakerConformance('openai', { spec: openaiSpeaker, settings: { key } })

async function speak(answers: readonly (FakeAnswer | Error)[], { settings = {}, text = 'Hello.' } = {}) {
  const host = fakeHost(answers)
  const speaker = await openaiSpeaker.open(openaiSpeaker.settings.parse({ key, ...settings }), host.part)
  const pcm: number[] = []
  const speaking = (async () => {
    for await (const piece of speaker.speak(text, new AbortController().signal)) pcm.push(...piece)
  })()
  const error = speaking.then(
    () => undefined,
    (error: unknown) => error,
  )
  await host.clock.advanceAsync(60_000)
  return { pcm, error: await error, host, speaker, sent: host.sent }
}

test('a sentence is a request, its body the samples at 24 kHz', async () => {
  const settings = { instructions: 'calm', speed: 1.1 }
  const { pcm, sent, speaker } = await speak([{ body: Uint8Array.of(1, 0, 2, 0, 3, 0), size: 1 }], { settings })
  expect([pcm, speaker.rate]).toEqual([[1, 2, 3], 24_000])
  expect(sent[0]).toMatchObject({
    url: 'https://api.openai.com/v1/audio/speech',
    headers: { authorization: `Bearer ${key}` },
  })
  expect(JSON.parse(String(sent[0]?.body))).toEqual({
    model: 'gpt-4o-mini-tts',
    voice: 'marin',
    input: 'Hello.',
    instructions: 'calm',
    speed: 1.1,
    response_format: 'pcm',
    stream_format: 'audio',
  })
})

test('a server of one’s own needs no key', async () => {
  const settings = { key: '', baseUrl: 'http://localhost:8880/v1/' }
  const { sent } = await speak([{ body: Uint8Array.of(1, 0) }], { settings })
  expect(sent[0]?.url).toBe('http://localhost:8880/v1/audio/speech')
  expect(sent[0]?.headers).not.toHaveProperty('authorization')
})

test('nothing to say asks nothing; too much is refused before it is asked', async () => {
  expect((await speak([], { text: '\n' })).sent).toEqual([])
  const long = await speak([], { text: 'x'.repeat(4097) })
  expect(long.sent).toEqual([])
  expect(long.error).toMatchObject({ code: 'vendor.refused', message: expect.stringContaining('4096') })
})

test.each<[FakeAnswer, string]>([
  [
    { status: 401, body: `{"error":{"message":"Incorrect key ${key}","code":"invalid_api_key"}}` },
    'vendor.credentials',
  ],
  [{ status: 400, body: '{"error":{"message":"no such voice"}}' }, 'settings.invalid'],
  [{ status: 429, body: '{"error":{"message":"x","code":"insufficient_quota"}}' }, 'vendor.refused'],
  [{ headers: { 'content-type': 'application/json' }, body: '{}' }, 'media.format'],
  [{ headers: { 'content-type': 'audio/wav' }, body: 'RIFF....WAVE' }, 'media.format'],
])('%j is named', async (answer, code) => {
  const { error } = await speak([answer])
  expect(error).toMatchObject({ code })
  expect(String(error)).not.toContain(key)
})

test('whoever stops listening closes the body', async () => {
  const host = fakeHost([{ body: new Uint8Array(100), size: 10 }])
  const speaker = await openaiSpeaker.open(openaiSpeaker.settings.parse({ key }), host.part)
  for await (const _ of speaker.speak('Hello.', new AbortController().signal)) break
  expect(host.closed).toBe(1)
})
