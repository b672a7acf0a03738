import { describe, expect, test } from 'vitest'
import { recogniserConformance } from '../../../../test/conformance/stt.ts'
import { VirtualClock } from '../../../lib/clock.ts'
import { seededIds } from '../../../lib/ids.ts'
import { Scope } from '../../../lib/scope.ts'
import { readWav } from '../../../media/wav.ts'
import type { PartHost } from '../../../spec/speech.ts'
import { openaiWhisper } from './openai-whisper.ts'
import { looksInvented, loudness } from './silence.ts'

const key = 'sk-0123456789abcdef'

recogniserConformance('openai-whisper', { spec: openaiWhisper, settings: { key } })

interface Asked {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly bytes: Uint8Array
}

/** A server that answers each request with the next of `replies`. */
async function opened(replies: readonly (readonly [number, unknown])[], settings: object = {}) {
  const asked: Asked[] = []
  const host: PartHost = {
    scope: new Scope('test'),
    clock: new VirtualClock(),
    ids: seededIds('whisper'),
    async stream({ url, headers, body }) {
      const bytes = Buffer.from(body ?? '')
      asked.push({ url, headers, body: bytes.toString('latin1'), bytes })
      const [status, answer] = replies[asked.length - 1] ?? [500, 'no more replies']
      return { status, headers: {}, body: pieces(typeof answer === 'string' ? answer : JSON.stringify(answer)) }
    },
  }
  const recogniser = await openaiWhisper.open(openaiWhisper.settings.parse({ key, ...settings }), host)
  const hear = (pcm: Int16Array) => recogniser.recognise(pcm, new AbortController().signal)
  return { asked, hear, rate: recogniser.rate }
}

async function* pieces(text: string) {
  yield Buffer.from(text.slice(0, 5))
  yield Buffer.from(text.slice(5))
}

const loud = Int16Array.from({ length: 8000 }, (_, at) => 8000 * Math.sin(at / 5))
const quiet = loud.map((sample) => sample / 1000)

test('an utterance goes out as a WAV in a form, and its text comes back', async () => {
  const { asked, hear } = await opened([[200, { text: ' I need help. ' }]], {
    language: 'en-US',
    terms: ['Acme', 'Zed'],
  })
  expect(await hear(loud)).toBe('I need help.')
  const [{ url, headers, body, bytes }] = asked as [Asked]
  expect(url).toBe('https://api.openai.com/v1/audio/transcriptions')
  expect(headers['authorization']).toBe(`Bearer ${key}`)
  const boundary = headers['content-type']?.split('boundary=')[1] ?? ''
  const parts = body.split(`--${boundary}`)
  expect(parts.slice(1, -2)).toEqual([
    '\r\ncontent-disposition: form-data; name="model"\r\n\r\ngpt-transcribe\r\n',
    '\r\ncontent-disposition: form-data; name="language"\r\n\r\nen\r\n',
    '\r\ncontent-disposition: form-data; name="response_format"\r\n\r\njson\r\n',
    '\r\ncontent-disposition: form-data; name="prompt"\r\n\r\nAcme, Zed\r\n',
  ])
  const head = '\r\ncontent-disposition: form-data; name="file"; filename="turn.wav"\r\ncontent-type: audio/wav\r\n\r\n'
  expect(parts.at(-2)?.startsWith(head)).toBe(true)
  expect(parts.at(-1)).toBe('--\r\n')
  const wav = readWav(bytes.subarray(body.indexOf('RIFF'), bytes.length - boundary.length - 8))
  expect(wav.rate).toBe(16_000)
  expect(wav.channels[0]).toEqual(loud)
})

test('what was said before is context for what follows, in its own session only', async () => {
  const { asked, hear } = await opened([
    [200, { text: 'My name is Zoë.' }],
    [200, { text: 'Z, O, E.' }],
  ])
  await hear(loud)
  await hear(loud)
  expect(asked[0]?.body).not.toContain('name="prompt"')
  expect(Buffer.from(asked[1]?.bytes ?? []).toString()).toContain('name="prompt"\r\n\r\nMy name is Zoë.')
})

describe('silence', () => {
  test('too short for a word is not sent', async () => {
    const { asked, hear, rate } = await opened([])
    expect(await hear(loud.subarray(0, rate / 10 - 1))).toBe('')
    expect(asked).toEqual([])
  })

  test('gives no words that nobody said; a loud "thank you" stays', async () => {
    const thanks = [200, { text: 'Thank you.' }] as const
    const { hear } = await opened([thanks, thanks, [200, { text: 'Ring me tomorrow.' }]])
    expect(await hear(quiet)).toBe('')
    expect(await hear(loud)).toBe('Thank you.')
    expect(await hear(quiet)).toBe('Ring me tomorrow.')
  })

  test('is measured by its loudest tenth of a second', () => {
    expect(loudness(loud, 8000)).toBeCloseTo(-15.3, 0)
    expect(loudness(new Int16Array(800), 8000)).toBeLessThan(-100)
    expect(['Thank you.', 'YOU', '…', 'Thanks for watching!'].every(looksInvented)).toBe(true)
    expect(['Thank you, no.', 'Yes.', 'no'].some(looksInvented)).toBe(false)
  })
})

test('without a key none is sent', async () => {
  const { asked, hear } = await opened([[200, { text: 'hi' }]], { key: '', baseUrl: 'http://localhost:8000/v1/' })
  await hear(loud)
  expect(asked[0]?.url).toBe('http://localhost:8000/v1/audio/transcriptions')
  expect(asked[0]?.headers).not.toHaveProperty('authorization')
})

describe('refusals', () => {
  test.each([
    [401, { error: { message: `Incorrect API key provided: ${key}.`, code: 'invalid_api_key' } }, 'vendor.credentials'],
    [400, { error: { message: 'Unknown model', type: 'invalid_request_error' } }, 'settings.invalid'],
    [500, '<html>', 'vendor.failed'],
  ])('%d is told as a sentence, without the key', async (status, body, code) => {
    const { hear } = await opened([[status, body]])
    const error = await hear(loud).catch((reason: Error) => reason)
    expect(error).toMatchObject({ code })
    const message = error instanceof Error ? error.message : ''
    expect(message).toContain('api.openai.com')
    expect(message).not.toContain(key)
  })

  test.each(['{"words":1}', 'plain text', '[]'])('an answer without a text is one too: %s', async (body) => {
    const { hear } = await opened([[200, body]])
    await expect(hear(loud)).rejects.toMatchObject({ code: 'vendor.failed' })
  })
})
