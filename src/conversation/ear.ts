/** What the agent hears, and what it is told, in one order; kept for it until it is ready. */
import type { AgentOrder, AgentSession } from '../spec/agent.ts'
import type { AudioSink } from '../spec/audio.ts'
import { fit } from '../media/chain.ts'

type Kept = { readonly pcm: Int16Array; readonly rate: number } | { readonly order: AgentOrder }

/** Sound kept for an agent that is not ready, ms: as long as anyone waits for one. */
const keptLimit = 15_000

export class Ear {
  #kept: Kept[] = []
  #keptMs = 0
  #session: AgentSession | undefined
  /** One resampler for what was kept and what follows: no seam. */
  #way: AudioSink | undefined
  #closed = false
  /** Sound is let go unheard; orders are not. */
  deaf = false
  /** Sound that found no room, ms. */
  droppedMs = 0

  /** The agent is ready: it gets everything so far, then all that comes as it comes. */
  open(session: AgentSession): void {
    if (this.#session || this.#closed) return
    this.#session = session
    const kept = this.#kept
    this.#kept = []
    for (const item of kept) {
      if ('order' in item) this.#give(session, item.order)
      else this.#wayFrom(item.rate, session).write(item.pcm)
    }
  }

  order(order: AgentOrder): void {
    if (this.#closed) return
    if (this.#session) this.#give(this.#session, order)
    else this.#kept.push({ order })
  }

  /** Hears nothing and is told nothing from now on. */
  close(): void {
    this.#closed = true
    this.#kept = []
  }

  /** Where a line at `rate` sends the caller's sound. */
  sink(rate: number): AudioSink {
    return {
      rate,
      write: (pcm) => {
        if (this.#closed || this.deaf) return
        if (this.#session) this.#wayFrom(rate, this.#session).write(pcm)
        else this.#keep(pcm, rate)
      },
      toString: () => (this.#session ? `${this.#wayFrom(rate, this.#session)}` : 'kept for the agent'),
    }
  }

  #wayFrom(rate: number, session: AgentSession): AudioSink {
    if (this.#way?.rate !== rate) this.#way = fit(rate)(session.port.speaker)
    return this.#way
  }

  #keep(pcm: Int16Array, rate: number): void {
    const ms = (pcm.length * 1000) / rate
    // The oldest goes: what was said last is what an answer is wanted for.
    while (this.#keptMs + ms > keptLimit && this.#dropOldest());
    this.#kept.push({ pcm: pcm.slice(), rate })
    this.#keptMs += ms
  }

  #dropOldest(): boolean {
    const at = this.#kept.findIndex((item) => 'pcm' in item)
    const item = this.#kept[at]
    if (!item || !('pcm' in item)) return false
    this.#kept.splice(at, 1)
    const ms = (item.pcm.length * 1000) / item.rate
    this.#keptMs -= ms
    this.droppedMs += ms
    return true
  }

  /** An agent with turns of its own is not told about ours. */
  #give(session: AgentSession, order: AgentOrder): void {
    const ours = order.type === 'speech-started' || order.type === 'speech-ended'
    if (!ours || session.turns === 'engine') session.order(order)
  }
}
