/** What detectors, playout and recorder cost. Prints a table; the last line is JSON. */
import { pathToFileURL } from 'node:url'
import { conversationDefaults } from '../src/conversation/contract.ts'
import { createConversation } from '../src/conversation/converse.ts'
import { FakeAgent } from '../src/conversation/fakes.ts'
import { realClock, VirtualClock } from '../src/lib/clock.ts'
import { seededIds } from '../src/lib/ids.ts'
import { silentLogger } from '../src/lib/log.ts'
import { Scope } from '../src/lib/scope.ts'
import { createPlayout } from '../src/media/playout.ts'
import { createSource } from '../src/media/port.ts'
import { createRecorder, type RecordingFile } from '../src/media/recorder.ts'
import { concat, noise, overlay, silence } from '../src/media/tones.ts'
import { createVad, type VadKind } from '../src/media/vad/create.ts'
import { withEndings } from '../src/media/vad/endings.ts'
import { melodyTurns } from '../src/media/vad/melody.ts'
import { voiceLike } from '../src/media/vad/suite.ts'
import type { VadFactory } from '../src/media/vad/vad.ts'
import type { AudioSink } from '../src/spec/audio.ts'

const frameMs = 20
const frameLength = 160
const calls = 100
/** How long each measurement in real time lasts, ms. */
const duration = 8000

/** Name of what was measured → its value. */
export async function run(): Promise<Record<string, number>> {
  await using scope = new Scope('bench')
  const results: Record<string, number> = {}
  await playouts(results)
  await recorder(results)
  for (const kind of ['energy', 'fvad', 'auto', 'silero'] as const) await detector(kind, scope, results)
  await turnTaking(scope, results)
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, Math.round(value * 1000) / 1000]))
}

const turn = (ms: number) => concat(voiceLike(8000, ms), silence({ rate: 8000, ms: ms * 1.5 }))

/** Two seconds of voice in five, over a noisy line; each call begins elsewhere. */
function conversation(): Int16Array {
  const talk = concat(turn(2000), turn(700), turn(1300))
  return overlay(talk, noise(1, { rate: 8000, ms: talk.length / 8, level: -55 }))
}

async function detector(kind: VadKind, scope: Scope, results: Record<string, number>): Promise<void> {
  const vads = await createVad({ kind, scope })
  const talk = conversation()
  const single = vads.factory()(8000)
  if (kind === 'energy' || kind === 'fvad') results[`${kind}, µs per frame`] = perFrame(single, talk)
  single[Symbol.dispose]()
  const many = Array.from({ length: calls }, () => vads.factory()(8000))
  let windows = 0
  let starts = 0
  for (const vad of many) {
    vad.listen(({ type, atMs, decidedMs }) => {
      if (type !== 'started' || atMs === 0) return
      starts++
      windows += decidedMs - atMs
    })
  }
  const nothing: AudioSink = { rate: 8000, write: () => {} }
  const idle = await cpuOf(
    many.map(() => nothing),
    talk,
  )
  const busy = await cpuOf(many, talk)
  const perMinute = 60_000 / duration / calls
  results[`${kind}, CPU-s per call-minute (${calls} calls)`] = Math.max(0, busy - idle) * perMinute
  results[`${kind}, onset to decision, ms`] = windows / Math.max(1, starts)
  if (kind === 'auto') results['auto, share decided by the gate alone'] = vads.stats.fallbacks / Math.max(1, starts)
  if (kind === 'silero') results['silero, chunks per message'] = vads.stats.chunks / vads.stats.messages
  for (const vad of many) vad[Symbol.dispose]()
}

/** What a call hears with: the detector, its pauses and their melody, the guard against echo, and the turns. */
async function turnTaking(scope: Scope, results: Record<string, number>): Promise<void> {
  const vads = await createVad({ kind: 'auto', scope })
  const vad = withEndings(vads.factory({ hangover: 1_400, pause: 120 }), melodyTurns)
  const talks = await Promise.all(Array.from({ length: calls }, () => openTalk(scope, vad)))
  const nothing: AudioSink = { rate: 8000, write: () => {} }
  const talk = conversation()
  const idle = await cpuOf(
    talks.map(() => nothing),
    talk,
  )
  const busy = await cpuOf(talks, talk)
  const perMinute = 60_000 / duration / calls
  const seconds = Math.max(0, busy - idle) * perMinute
  results[`detector and turns, CPU-s per call-minute (${calls} calls)`] = seconds
  results['detector and turns, % of a core per call'] = (seconds / 60) * 100
}

/** A conversation with an agent that only listens; its line's sound is written to what is returned. */
async function openTalk(scope: Scope, vad: VadFactory): Promise<AudioSink> {
  const microphone = createSource(8000)
  const talk = scope.use(
    createConversation({
      ...{ vad, settings: { ...conversationDefaults, idleTimeout: 0, agentTimeout: 3_600_000 }, clock: realClock },
      ...{ ids: seededIds('bench'), logger: silentLogger, provider: 'silent' },
      brief: { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] },
      open: async (emit) => {
        const agent = new FakeAgent(emit)
        agent.port.speaker.write = () => undefined
        emit({ type: 'ready' })
        return agent
      },
      emit: () => undefined,
      tool: () => Promise.resolve({ ok: true, result: '' }),
      finish: () => undefined,
    }),
  )
  talk.attach({ microphone, speaker: createPlayout({ clock: realClock, rate: 8000, frameMs, send: () => {} }) })
  await realClock.sleep(0)
  return { rate: 8000, write: (pcm) => microphone.emit(pcm) }
}

function perFrame(sink: AudioSink, talk: Int16Array): number {
  let best = Infinity
  for (let round = 0; round < 6; round++) {
    const start = realClock.monotonic()
    for (let at = 0; at + frameLength <= talk.length; at += frameLength) sink.write(talk.subarray(at, at + frameLength))
    best = Math.min(best, ((realClock.monotonic() - start) * 1000) / (talk.length / frameLength))
  }
  return best
}

/** CPU seconds of the whole process, worker threads and all, while every sink gets a frame each 20 ms of real time. */
async function cpuOf(sinks: readonly AudioSink[], talk: Int16Array): Promise<number> {
  const start = realClock.monotonic()
  const before = process.cpuUsage()
  // Five groups a frame, 4 ms apart: calls do not arrive together.
  const groups = 5
  for (let step = 0; step < (duration / frameMs) * groups; step++) {
    await realClock.sleep(start + (step * frameMs) / groups - realClock.monotonic())
    for (let call = step % groups; call < sinks.length; call += groups) {
      const at = ((Math.floor(step / groups) + call * 37) * frameLength) % (talk.length - frameLength)
      sinks[call]!.write(talk.subarray(at, at + frameLength))
    }
  }
  return seconds(process.cpuUsage(before))
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

/** A hundred calls: frames that come in time, and a backlog that the clock paces. */
async function playouts(results: Record<string, number>): Promise<void> {
  const frame = new Int16Array(frameLength)
  const make = (clock: typeof realClock, leadMs: number) => {
    return Array.from({ length: calls }, () => createPlayout({ clock, rate: 8000, frameMs, leadMs, send: () => {} }))
  }
  const clock = new VirtualClock()
  const straight = make(clock, 0)
  let best = Infinity
  for (let round = 0; round < 200; round++) {
    clock.advance(frameMs)
    const start = realClock.monotonic()
    for (const playout of straight) playout.write(frame)
    best = Math.min(best, ((realClock.monotonic() - start) * 1000) / calls)
  }
  results['playout straight through, µs per frame'] = best
  const paced = make(realClock, 0)
  for (const playout of paced) playout.write(new Int16Array((8000 * (duration + 500)) / 1000))
  const before = process.cpuUsage()
  await realClock.sleep(duration)
  const used = seconds(process.cpuUsage(before))
  const stats = paced.map((playout) => playout.stats)
  const sent = stats.reduce((sum, { framesSent }) => sum + framesSent, 0)
  const late = stats.reduce((sum, { lateFrames }) => sum + lateFrames, 0)
  results[`playout paced (${calls} calls), µs per frame with timers`] = (used * 1e6) / sent
  results[`playout paced (${calls} calls), CPU-s per call-minute`] = (used * 60_000) / duration / calls
  results[`playout paced (${calls} calls), late frames per 1000`] = (late * 1000) / sent
  for (const playout of paced) playout.close()
}

async function recorder(results: Record<string, number>): Promise<void> {
  const file: RecordingFile = { write: async () => {}, patch: async () => {}, close: async () => {} }
  const clock = new VirtualClock()
  const recording = createRecorder({ clock, file })
  const frame = new Int16Array(frameLength)
  const frames = 15_000
  let best = Infinity
  for (let round = 0; round < 6; round++) {
    const start = realClock.monotonic()
    for (let count = 0; count < frames; count++) {
      clock.advance(frameMs)
      recording.caller.write(frame)
      recording.agent.heard(frame, clock.monotonic())
      if (count % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    best = Math.min(best, ((realClock.monotonic() - start) * 1000) / frames / 2)
  }
  results['recorder with its blocks, µs per frame'] = best
  await recording.close()
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const results = await run()
  for (const [name, value] of Object.entries(results)) console.log(`${String(value).padStart(10)}  ${name}`)
  console.log(JSON.stringify(results))
}
