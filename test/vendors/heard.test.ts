/** How exactly is known what was heard of a vendor's agent, where the carrier confirms marks: on the virtual clock, with a way to the ear that only marks tell. */
import { expect, test } from 'vitest'
import { conversationDefaults, type ConversationEvent } from '../../src/conversation/contract.ts'
import { createConversation } from '../../src/conversation/converse.ts'
import { fakeVads } from '../../src/conversation/fakes.ts'
import { openWireAgent } from '../../src/conversation/wire-agent.ts'
import { settle, VirtualClock } from '../../src/lib/clock.ts'
import { seededIds } from '../../src/lib/ids.ts'
import { silentLogger } from '../../src/lib/log.ts'
import { Scope } from '../../src/lib/scope.ts'
import { socketPair, type MemorySocket } from '../../src/lib/socket/pair.ts'
import type { CarrierPlayout } from '../../src/media/playout-options.ts'
import { createPlayout } from '../../src/media/playout.ts'
import { createSource } from '../../src/media/port.ts'
import { openaiRealtime } from '../../src/providers/agents/openai-realtime/openai-realtime.ts'
import type { Brief } from '../../src/spec/agent.ts'

const brief: Brief = { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] }
const words = 'one two three four five six seven eight nine ten'

/** A carrier that plays what it gets after a while of its own, and says when a mark was reached. */
class Carrier {
  readonly playout: CarrierPlayout
  readonly #clock: VirtualClock
  /** When each frame that it has will be heard, and marks behind them. */
  #frames: { readonly at: number; readonly loud: boolean }[] = []
  #marks: { readonly name: string; at: number }[] = []
  #free = 0
  heard = 0

  constructor(clock: VirtualClock, { way, buffer }: { readonly way: number; readonly buffer: number }) {
    this.#clock = clock
    const after = (ms: number, run: () => void) => void clock.timer(ms, run)
    this.playout = createPlayout({
      ...{ clock, rate: 8000, frameMs: 20, leadMs: 400, probe: true },
      send: (frame) => {
        const loud = frame.some((sample) => sample !== 0)
        after(way, () => {
          const at = Math.max(this.#free, clock.monotonic() + buffer)
          this.#free = at + 20
          this.#frames.push({ at, loud })
        })
      },
      sendMark: (name) => {
        after(way, () => {
          this.#marks.push({ name, at: this.#free })
          after(this.#free - clock.monotonic(), () => this.#reached(name, way))
        })
      },
      sendClear: () => after(way, () => this.#clear(way)),
    })
  }

  #reached(name: string, way: number): void {
    if (this.#marks.some((mark) => mark.name === name)) this.#clock.timer(way, () => this.playout.marked(name, false))
    this.#marks = this.#marks.filter((mark) => mark.name !== name)
  }

  #clear(way: number): void {
    this.heard = this.heardMs
    this.#frames = []
    this.#free = 0
    for (const { name } of this.#marks.splice(0)) this.#clock.timer(way, () => this.playout.marked(name, true))
  }

  /** Loud sound that the caller heard by now. */
  get heardMs(): number {
    const now = this.#clock.monotonic()
    const part = (at: number) => Math.min(20, Math.max(0, now - at))
    return this.heard + this.#frames.reduce((sum, { at, loud }) => sum + (loud ? part(at) : 0), 0)
  }
}

/** An OpenAI Realtime server that says one thing when asked, in one piece. */
function server(socket: MemorySocket) {
  const truncated: number[] = []
  const say = (message: object) => socket.send(JSON.stringify(message))
  socket.onMessage(({ data }) => {
    const message = JSON.parse(data.toString()) as { type: string; audio_end_ms?: number; session?: object } // ours
    if (message.type === 'session.update') {
      say({ type: 'session.created', session: {} })
      say({ type: 'session.updated', session: message.session })
    }
    if (message.type === 'conversation.item.truncate') truncated.push(message.audio_end_ms ?? -1)
    if (message.type !== 'response.create') return
    const [response_id, item_id] = ['resp_1', 'item_1']
    const part = { response_id, item_id, output_index: 0, content_index: 0 }
    say({ type: 'response.created', response: { id: response_id, status: 'in_progress' } })
    say({ type: 'response.output_item.added', response_id, output_index: 0, item: { id: item_id, type: 'message' } })
    say({ type: 'response.output_audio_transcript.delta', ...part, delta: words })
    const delta = Buffer.alloc(8 * 5_000, 0x10).toString('base64')
    say({ type: 'response.output_audio.delta', ...part, delta })
    say({ type: 'response.output_audio.done', ...part })
    say({ type: 'response.done', response: { id: response_id, status: 'completed', output: [{ id: item_id }] } })
  })
  return truncated
}

async function interrupted(
  way: { readonly way: number; readonly buffer: number },
  after: number,
  bargeInAfter: number,
) {
  const clock = new VirtualClock()
  const [ours, theirs] = socketPair()
  const truncated = server(theirs)
  const events: ConversationEvent[] = []
  const vads = fakeVads()
  await using scope = new Scope('heard')
  const { body } = openaiRealtime
  if (body.by !== 'wire') throw new Error('a vendor’s agent speaks over a socket')
  const host = { scope, clock, ids: seededIds('heard'), stream: () => Promise.reject(new Error('no network')) }
  const config = openaiRealtime.settings.parse({ apiKey: 'sk-1', turns: 'engine', format: 'pcmu' })
  await using conversation = createConversation({
    ...{ brief, provider: 'openai-realtime', vad: vads.factory, clock, ids: seededIds('talk'), logger: silentLogger },
    settings: { ...conversationDefaults, bargeInAfter, idleTimeout: 0 },
    open: (emit) =>
      openWireAgent({
        ...{ name: 'Vendor', body, config, brief, host, emit },
        connect: async () => ours,
        logger: silentLogger,
      }),
    emit: (event) => void events.push(event),
    tool: () => Promise.resolve({ ok: true, result: '' }),
    finish: () => undefined,
  })
  await settle()
  const carrier = new Carrier(clock, way)
  conversation.attach({ microphone: createSource(8000), speaker: carrier.playout })
  vads.started()
  vads.ended(1_500)
  await settle()
  clock.advance(after)
  vads.started()
  clock.advance(bargeInAfter + 500)
  const cut = events.find((event) => event.type === 'agent.interrupted')
  return { cut, truncated, heardMs: carrier.heardMs }
}

test.each([
  { way: { way: 0, buffer: 0 }, after: 1_234 },
  { way: { way: 5, buffer: 60 }, after: 700 },
  { way: { way: 5, buffer: 120 }, after: 2_345 },
])('with a way of $way, what was heard is known to 20 ms: to us, and to the vendor', async ({ way, after }) => {
  for (const bargeInAfter of [0, 600]) {
    const { cut, truncated, heardMs } = await interrupted(way, after, bargeInAfter)
    expect(heardMs).toBeGreaterThan(after - 200)
    expect(Math.abs((cut?.heardMs ?? 0) - heardMs)).toBeLessThanOrEqual(20)
    expect(truncated).toHaveLength(1)
    expect(Math.abs(truncated[0]! - heardMs)).toBeLessThanOrEqual(20)
  }
})
