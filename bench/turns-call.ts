/** One call of the turn corpus, held with an agent that answers: what the conversation decided, and when. */
import type { ConversationSettings } from '../src/conversation/contract.ts'
import { createConversation } from '../src/conversation/converse.ts'
import { FakeAgent, FakePlayout } from '../src/conversation/fakes.ts'
import { settle, VirtualClock, type Timer } from '../src/lib/clock.ts'
import { seededIds } from '../src/lib/ids.ts'
import { silentLogger } from '../src/lib/log.ts'
import { createSource } from '../src/media/port.ts'
import type { VadFactory } from '../src/media/vad/vad.ts'
import type { AgentOrder } from '../src/spec/agent.ts'
import { rate, type CorpusCall, type Labels } from '../tools/make-turns.ts'

export interface Rule {
  readonly name: string
  readonly settings: ConversationSettings
  /** The agent hears words, as a recogniser on a stream does. */
  readonly words: boolean
  readonly melody: boolean
}

export interface Verdicts {
  /** `cuts`: how often its end was seen before it was. `delay`: from its end until that was seen, ms; absent: never. */
  readonly turns: readonly { readonly cuts: number; readonly delay?: number }[]
  readonly overlaps: readonly Overlap[]
}

/** `silentAfter`: when the agent was last heard, counted from the caller's onset; `silentFor`: until it went on, where it did. */
interface Overlap {
  readonly stops: boolean
  readonly stoppedAfter?: number
  readonly silentAfter?: number
  readonly silentFor?: number
}

interface Ears {
  readonly vad: VadFactory
  /** Verdicts of a model are still to come. */
  readonly behind: () => boolean
}

const frameMs = 20
/** A recogniser's words come so much after they were said, ms. */
const wordsLate = 300
/** An agent thinks before it answers, and then says this long; over what the caller says it talks from before until after. */
const thinks = 700
const answers = 500
const talks = { before: 1_500, after: 2_500 }
/** An end that was seen so little before the label is none too soon: labels are no better. */
const tolerance = 40

/** When the line was hushed, and until when. */
class Line extends FakePlayout {
  readonly hushes: { readonly from: number; to?: number }[] = []
  readonly clock: VirtualClock

  constructor(clock: VirtualClock) {
    super(clock, rate)
    this.clock = clock
  }

  override hush(): void {
    super.hush()
    this.hushes.push({ from: this.clock.monotonic() })
  }

  override goOn(): void {
    super.goOn()
    const last = this.hushes.at(-1)
    if (last) last.to ??= this.clock.monotonic()
  }
}

class Talker extends FakeAgent {
  readonly ends: number[] = []
  readonly stops: number[] = []
  readonly clock: VirtualClock
  #answer: Timer | undefined
  #replies = 0

  constructor(clock: VirtualClock, emit: ConstructorParameters<typeof FakeAgent>[0]) {
    super(emit)
    this.clock = clock
  }

  override order(order: AgentOrder): void {
    if (order.type === 'interrupt') this.stops.push(this.clock.monotonic())
    if (order.type === 'speech-started') this.#answer?.cancel()
    if (order.type !== 'speech-ended') return
    this.ends.push(this.clock.monotonic())
    this.#answer = this.clock.timer(thinks, () => this.talk('All right.', answers))
  }

  talk(text: string, ms: number): void {
    this.reply(`reply ${++this.#replies}`, text, ms)
  }
}

/** `call` in virtual time, 20 ms at a time. */
export async function hold({ pcm, labels }: CorpusCall, { vad, behind }: Ears, rule: Rule): Promise<Verdicts> {
  const clock = new VirtualClock()
  let agent: Talker | undefined
  await using conversation = createConversation({
    ...{ vad, settings: { ...rule.settings, idleTimeout: 0 }, clock, ids: seededIds('corpus'), logger: silentLogger },
    brief: { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] },
    provider: 'corpus',
    open: async (emit) => (agent = new Talker(clock, emit)),
    emit: () => undefined,
    tool: () => Promise.resolve({ ok: true, result: '' }),
    finish: () => undefined,
  })
  await settle()
  agent!.emit({ type: 'ready' })
  const microphone = createSource(rate)
  const line = new Line(clock)
  conversation.attach({ microphone, speaker: line })
  const start = clock.monotonic()
  schedule(labels, rule, clock, agent!)
  const length = (rate * frameMs) / 1000
  for (let at = 0; at + length <= pcm.length; at += length) {
    clock.advance(frameMs)
    microphone.emit(pcm.subarray(at, at + length))
    while (behind()) await settle()
  }
  return judge(labels, { agent: agent!, line }, start)
}

/** Words when a recogniser would tell them, and an agent that talks where the caller is to talk over it. */
function schedule({ turns, overlaps = [] }: Labels, { words }: Rule, clock: VirtualClock, agent: Talker): void {
  for (const turn of words ? turns : []) {
    let text = ''
    for (const word of turn.words ?? []) {
      clock.timer(word.to + wordsLate, () => {
        text = `${text} ${word.text}`.trim()
        agent.emit({ type: 'caller-text', text, final: false })
      })
    }
  }
  for (const { from, to } of overlaps) {
    const ms = to - from + talks.before + talks.after
    clock.timer(Math.max(0, from - talks.before), () => agent.talk('I have put you down for that evening.', ms))
  }
}

interface Parties {
  readonly agent: Talker
  readonly line: Line
}

function judge({ turns, overlaps = [] }: Labels, { agent, line }: Parties, start: number): Verdicts {
  const { ends, stops } = agent
  const [seen, stopped] = [ends, stops].map((times) => times.map((time) => time - start))
  return {
    turns: turns.map(({ from, to }, index) => {
      const next = Math.min(turns[index + 1]?.from ?? Infinity, to + 3_400)
      const end = seen!.find((time) => time > to - tolerance && time < next)
      const cuts = seen!.filter((time) => time > from && time <= to - tolerance).length
      return { cuts, ...(end !== undefined && { delay: Math.max(0, end - to) }) }
    }),
    overlaps: overlaps.map(({ from, to, stops: wants }) => {
      const during = (time: number) => time > from && time < to + talks.after
      const at = stopped!.find(during)
      const hushed = line.hushes.filter((hush) => during(hush.from - start))
      // Silent for good only where it did not go on before it was stopped.
      const last = at === undefined ? hushed[0] : hushed.findLast((hush) => (hush.to ?? Infinity) - start >= at)
      const silent = last ? last.from - start : at
      return {
        stops: wants,
        ...(at !== undefined && { stoppedAfter: at - from }),
        ...(silent !== undefined && { silentAfter: silent - from }),
        ...(at === undefined && {
          silentFor: hushed.reduce((sum, hush) => sum + (hush.to ?? hush.from) - hush.from, 0),
        }),
      }
    }),
  }
}
