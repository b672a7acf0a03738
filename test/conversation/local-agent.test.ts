import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAgent } from '../../src/conversation/agents.ts'
import { conversationDefaults, type ConversationEvent } from '../../src/conversation/contract.ts'
import { createConversation } from '../../src/conversation/converse.ts'
import { engineTools } from '../../src/conversation/tools.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { silentLogger } from '../../src/lib/log.ts'
import { Scope } from '../../src/lib/scope.ts'
import { decodeUlaw, encodeUlaw } from '../../src/media/codecs/g711.ts'
import { createPlayout } from '../../src/media/playout.ts'
import { createSource } from '../../src/media/port.ts'
import { resampled } from '../../src/media/resample.ts'
import { createVad } from '../../src/media/vad/create.ts'
import { local } from '../../src/providers/agents/local/local.ts'
import { scriptedModel } from '../../src/providers/llm/scripted/index.ts'
import { localRecogniser } from '../../src/providers/stt/local/index.ts'
import { localSpeaker } from '../../src/providers/tts/local/index.ts'
import type { Brief } from '../../src/spec/agent.ts'
import type { PartHost } from '../../src/spec/speech.ts'

const scope = new Scope('local agent')
const host: PartHost = {
  scope,
  clock: realClock,
  ids: randomIds,
  stream: () => Promise.reject(new Error('no network in this test')),
}
const brief: Brief = {
  call: 'c',
  direction: 'inbound',
  from: '',
  to: '',
  variables: {},
  metadata: {},
  tools: engineTools,
}
const sounds = new Map<string, Int16Array>()
const sentences = ['I would like a table for four on Friday at eight.', 'No, wait a moment please.']

beforeAll(async () => {
  const speaker = await localSpeaker.open(localSpeaker.settings.parse({ voice: 'rms' }), host)
  for (const text of sentences) {
    const pieces: number[] = []
    for await (const pcm of speaker.speak(text, scope.signal)) pieces.push(...pcm)
    sounds.set(text, decodeUlaw(encodeUlaw(resampled(Int16Array.from(pieces), speaker.rate, 8000))))
  }
})
afterAll(() => scope.close())

/** A caller on an 8 kHz line, in real time: silence, unless something is to be said. */
function openCaller() {
  const microphone = createSource(8000)
  const silence = new Int16Array(160)
  let saying = new Int16Array(0)
  let next = realClock.monotonic()
  const stop = new AbortController()
  const tick = () => {
    for (; next <= realClock.monotonic(); next += 20) {
      microphone.emit(saying.length >= 160 ? saying.subarray(0, 160) : silence)
      saying = saying.subarray(160)
    }
    if (!stop.signal.aborted) realClock.timer(10, tick)
  }
  tick()
  scope.defer(() => stop.abort())
  return { microphone, say: (text: string) => void (saying = new Int16Array(sounds.get(text) ?? [])) }
}

test('the local receptionist answers a spoken sentence, and stops when it is talked over', async () => {
  const events: ConversationEvent[] = []
  const vads = await createVad({ kind: 'auto', scope })
  const caller = openCaller()
  let loud = 0
  const speaker = createPlayout({
    clock: realClock,
    rate: 8000,
    frameMs: 20,
    send: (frame) => void (loud += frame.some((sample) => Math.abs(sample) > 500) ? 1 : 0),
    sendClear: () => undefined,
  })
  const parts = {
    recogniser: () => localRecogniser,
    model: () => scriptedModel,
    speaker: () => localSpeaker,
    connected: () => Promise.resolve({}),
    host,
    connect: () => Promise.reject(new Error('no sockets in this test')),
    logger: silentLogger,
  }
  await using conversation = createConversation({
    brief,
    provider: 'local',
    open: (emit) => openAgent(local, {}, brief, parts, emit),
    vad: vads.factory({ hangover: 600 }),
    settings: { ...conversationDefaults, greeting: 'Hello. How can I help you?' },
    clock: realClock,
    ids: randomIds,
    logger: silentLogger,
    emit: (event) => void events.push(event),
    tool: () => Promise.resolve({ ok: true, result: 'done' }),
    finish: () => undefined,
  })
  const messages = () => events.flatMap((event) => (event.type === 'message.added' ? [event] : []))
  const until = async (reached: () => boolean, limit = 20_000) => {
    for (let waited = 0; !reached() && waited < limit; waited += 20) await realClock.sleep(20)
    if (!reached()) throw new Error(`not reached: ${JSON.stringify(events, undefined, 1)}`)
  }
  conversation.attach({ microphone: caller.microphone, speaker })
  await until(() => messages().some(({ role, text }) => role === 'agent' && text === 'Hello. How can I help you?'))
  const heardBefore = loud
  caller.say(sentences[0]!)
  await until(() => messages().some(({ role }) => role === 'caller'))
  expect(messages().at(-1)?.text.toLowerCase()).toMatch(/table for (four|4).*friday/)
  await until(() => loud > heardBefore + 10)
  caller.say(sentences[1]!)
  await until(() => events.some(({ type }) => type === 'agent.interrupted'))
  expect(speaker.queuedMs).toBeLessThan(60)
  const cut = messages().findLast(({ role }) => role === 'agent')
  expect(cut).toMatchObject({ interrupted: true })
  const measured = events.find((event) => event.type === 'turn.measured')
  expect(measured?.timings.firstSent).toBeLessThan(4_000)
  await until(() => messages().filter(({ role }) => role === 'caller').length === 2)
}, 60_000)
