/** The data channel of a call: pings in, RTVI messages both ways; bounded in every direction. */
import type { RTCDataChannel } from 'werift'
import type { Clock } from '../../../lib/clock.ts'
import type { Ids } from '../../../lib/ids.ts'
import type { AgentEvent } from '../../../spec/agent.ts'
import type { CallEvent } from '../../../spec/event.ts'
import type { LineCall } from '../../../spec/listen.ts'

export interface ChannelOptions {
  readonly call: LineCall
  readonly clock: Clock
  readonly ids: Ids
  readonly count: (name: string) => void
  readonly digit: (digit: string) => void
  /** The client gave a sign of life. */
  readonly alive: () => void
  /** The client wants to end the call. */
  readonly leave: (why: string) => void
  /** The client sends what no client sends. */
  readonly misbehaved: (why: string) => void
}

export class Channel {
  readonly #options: ChannelOptions
  #channel: RTCDataChannel | undefined
  /** The client pings: it is one that can be missed. */
  pinged = false

  constructor(options: ChannelOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#channel?.readyState === 'open'
  }

  open(channel: RTCDataChannel): void {
    this.#channel = channel
    channel.onMessage.subscribe((message) => {
      if (typeof message === 'string' && message.startsWith('ping')) {
        this.pinged = true
        this.#options.alive()
      }
    })
  }

  seen(_seen: CallEvent | AgentEvent): void {}

  sounded(): void {}

  async close(): Promise<void> {
    if (this.isOpen) this.#channel?.send(JSON.stringify({ type: 'signalling', message: { type: 'peerLeft' } }))
  }
}
