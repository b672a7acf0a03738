/** What the agent says: its sound on the way to the line, its words, and how far the caller has heard them. */
import type { AgentSession } from '../spec/agent.ts'
import type { Playout } from '../spec/audio.ts'
import { fit } from '../media/chain.ts'
import type { Clip } from './contract.ts'
import type { Piece } from './heard.ts'
import { Replies, type HeardReply } from './replies.ts'
import type { TurnMeter } from './timings.ts'
import type { TurnInput, TurnState } from './turn.ts'
import { Voice } from './voice.ts'

export interface UtteranceOptions {
  readonly state: () => TurnState
  readonly post: (input: TurnInput) => void
  /** Replies of which nothing more will be heard. */
  readonly heard: (replies: readonly HeardReply[]) => void
  readonly meter: TurnMeter
}

/** So little of a reply is let run out when the caller speaks, ms: said after their word it would make no sense. */
const lastWords = 200

type Reached = Parameters<Playout['mark']>[0]

export class Utterances {
  readonly #options: UtteranceOptions
  readonly #replies = new Replies()
  #voice: Voice | undefined
  #playout: Playout | undefined
  /** An agent that takes no turns makes no replies: its sound is only passed on. */
  #counted = true
  #marks = 0
  /** Markers of the agent's own that wait for a line. */
  #waiting: Reached[] = []

  constructor(options: UtteranceOptions) {
    this.#options = options
  }

  /** Sound of the agent is queued and not yet heard. */
  get audible(): boolean {
    return (this.#voice?.unheardMs ?? 0) > 0
  }

  /** What the caller hears just now is a question. */
  get asking(): boolean {
    return this.#replies.asks(this.#voice?.unheardMs ?? 0)
  }

  open(session: AgentSession): Disposable {
    this.#counted = session.turns !== 'none'
    this.#voice = new Voice(session.port.microphone.rate, {
      closed: () => this.#options.state().closed,
      passing: (ms) => this.#passing(ms),
      passed: () => this.#passed(),
    })
    if (this.#playout) this.#voice.attach(this.#playout)
    return session.port.microphone.pipe(this.#voice)
  }

  attach(line: Playout): void {
    if (this.#playout) this.#lose()
    const playout = this.#options.meter.watch(line)
    this.#playout = playout
    this.#voice?.attach(playout)
    const ended = this.#replies.ended
    if (ended !== undefined) this.#mark(ended)
    for (const reached of this.#waiting.splice(0)) playout.mark(reached)
  }

  /** Tells when all that was said so far has been heard, or was cleared. */
  marker(reached: Reached): void {
    if (this.#playout) this.#playout.mark(reached)
    else this.#waiting.push(reached)
  }

  start(reply: string, shielded?: true): void {
    this.#options.post({ type: 'reply-started', reply, shielded })
    if (this.#options.state().reply === reply) this.#replies.start(reply)
  }

  text(reply: string, piece: Piece): void {
    this.#replies.text(reply, piece)
  }

  end(reply: string, broken?: boolean): void {
    const sounded = this.#replies.end(reply, broken)
    if (sounded) {
      this.#voice?.flush()
      this.#options.meter.settle()
    }
    this.#options.post({ type: 'reply-ended', reply })
    if (sounded) this.#mark(reply)
  }

  /** A sound of the user's: a reply that nobody thought of, counted with any agent. */
  play({ id, pcm, rate }: Clip): void {
    const voice = this.#voice
    if (!voice) return
    const counted = this.#counted
    this.#counted = true
    this.start(id)
    const way = fit(rate)(voice)
    way.write(pcm)
    way.flush?.()
    this.end(id)
    this.#counted = counted
  }

  /** The agent falls silent, now. Returns how much was heard of what. */
  cut(clear: boolean): readonly HeardReply[] {
    const unheard = this.#voice?.unheardMs ?? 0
    if (clear) this.#voice?.clear()
    if (clear) for (const reached of this.#waiting.splice(0)) reached('cleared')
    return this.#replies.cut(unheard)
  }

  /** The caller says something: whether it stops the agent is not known yet, but they are not talked over. */
  hush(): void {
    const ending = this.#replies.ended !== undefined && (this.#voice?.unheardMs ?? 0) <= lastWords
    if (!ending) this.#voice?.hush()
  }

  goOn(): void {
    this.#voice?.goOn()
  }

  toString(): string {
    return this.#voice ? `${this.#voice}` : 'not open'
  }

  #lose(): void {
    this.#marks = 0
    this.#options.heard(this.#replies.lose(this.#voice?.unheardMs ?? 0))
    if (!this.#replies.sounding) this.#options.post({ type: 'heard' })
  }

  #passing(ms: number): void {
    if (!this.#counted || ms === 0) return
    this.#replies.sound(ms)
    const { meter, state, post } = this.#options
    meter.take('firstAudio')
    if (!state().sounding || state().owed > 0) post({ type: 'sounded' })
  }

  /** Sound after the end of its reply, or without one, gets a mark of its own; one at a time. */
  #passed(): void {
    const late = this.#counted && this.#marks === 0 ? this.#replies.ended : undefined
    if (late !== undefined) this.#mark(late)
  }

  /** Tells when `reply` was heard. Without a line yet, that comes with the line. */
  #mark(reply: string): void {
    const playout = this.#playout
    if (!playout) return
    this.#marks++
    playout.mark((how) => {
      if (playout !== this.#playout) return
      this.#marks = Math.max(0, this.#marks - 1)
      if (how === 'cleared') return
      this.#options.heard(this.#replies.heard(reply))
      if (!this.#replies.sounding) this.#options.post({ type: 'heard' })
    })
  }
}
