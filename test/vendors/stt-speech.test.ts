/** Recognisers hear a voice: speech out of a synthesiser through the engine to each vendor's simulator, on good days and bad. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { VendorServer } from '../../simulators/vendor/server.ts'
import { openSocketRecogniser, type HeardEvent } from '../../src/conversation/pipeline/socket-recogniser.ts'
import { realClock } from '../../src/lib/clock.ts'
import { resampled } from '../../src/media/resample.ts'
import { loadFlite, rate as fliteRate } from '../../src/providers/tts/local/flite.ts'
import type { OffhookError } from '../../src/spec/errors.ts'
import type { SocketRecogniserSpec } from '../../src/spec/speech.ts'
import { realNeeds, until } from '../conformance/parts/engine.ts'
import { textOf } from '../conformance/stt.ts'
import { key, settingsFor, sockets, type Vendor } from './recognisers.ts'

interface Call {
  readonly needs: ReturnType<typeof realNeeds>
  readonly vendor: Vendor<SocketRecogniserSpec>
  readonly server: VendorServer
}

/** A simulator of its own for each test: they run side by side. */
async function calling(vendor: Vendor<SocketRecogniserSpec>, ...phrases: string[]): Promise<Call & AsyncDisposable> {
  const needs = realNeeds()
  const { scope } = needs
  const server = await vendor.start({ scope, clock: realClock, key, phrases })
  return { needs, vendor, server, [Symbol.asyncDispose]: () => scope.close() }
}

type Ears = Awaited<ReturnType<typeof listen>>

async function listen(call: Call) {
  const { needs, vendor, server } = call
  const { spec } = vendor
  const events: HeardEvent[] = []
  const lost: OffhookError[] = []
  const session = await openSocketRecogniser({
    ...needs,
    secrets: [key],
    spec,
    config: spec.settings.parse(settingsFor(vendor, server)),
    hear: (event) => void events.push(event),
    lost: (error) => void lost.push(error),
  })
  needs.scope.use(session)
  return { events, lost, session }
}

/** Twice as fast as it was spoken; then silence, as a line has it. */
async function speak({ session }: Ears, pcm: Int16Array): Promise<void> {
  const step = session.rate / 50
  for (let at = 0; at < pcm.length; at += step) {
    session.write(pcm.slice(at, at + step))
    await realClock.sleep(10)
  }
  if (session.turns === 'engine') session.flush()
}

async function turn(ears: Ears, pcm: Int16Array): Promise<string> {
  ears.events.length = 0
  await speak(ears, pcm)
  const over = ears.session.turns === 'engine' ? 'flushed' : 'turn-ended'
  await until(over, () => ears.lost.length > 0 || ears.events.some(({ type }) => type === over))
  return textOf(ears.events)
}

let speech: Int16Array
beforeAll(async () => {
  const flite = await loadFlite()
  speech = await flite.synthesize({ text: 'I would like a table for two', voice: 'rms', speed: 1 })
})

describe.concurrent.each(sockets)('$name', (vendor) => {
  test('hears speech, tells of it while it lasts, and what of it is billed', async () => {
    await using call = await calling(vendor, 'I would like a table for two.', 'yes')
    const ears = await listen(call)
    const said = resampled(speech, fliteRate, ears.session.rate)
    expect(await turn(ears, said)).toBe('I would like a table for two.')
    const kinds = new Set(ears.events.map(({ type }) => type))
    expect(kinds.has('text') && kinds.has('usage')).toBe(true)
    expect(ears.events.filter(({ type }) => type === 'failed')).toEqual([])
    expect(await turn(ears, said.subarray(0, said.length / 4))).toBe('yes')
    expect(ears.lost).toEqual([])
  })

  test('is told of a rate limit as such', async () => {
    await using call = await calling(vendor)
    call.server.faults.refuse = { status: 429 }
    const ears = await listen(call).catch((error: OffhookError) => ({ lost: [error] }))
    await until('the refusal', () => ears.lost.length > 0)
    expect(ears.lost[0]).toMatchObject({ code: 'vendor.rate-limited' })
  })

  test('passes over a message that cannot be read', async () => {
    await using call = await calling(vendor, 'I would like a table for two.')
    // Those before it make the session ready.
    call.server.faults.malformed = { after: 3 }
    const ears = await listen(call)
    await speak(ears, resampled(speech, fliteRate, ears.session.rate))
    await until('a failure', () => ears.events.some(({ type }) => type === 'failed'))
    expect(ears.events.find(({ type }) => type === 'failed')).toMatchObject({ code: 'vendor.failed', fatal: false })
    expect(ears.lost).toEqual([])
  })
})
