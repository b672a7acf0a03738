/** The calls that are open here: by our ids, and how many there are on each trunk. */
import type { Session } from '../../../protocols/sip/ua/contract.ts'
import type { LineCall, ListenHost } from '../../../spec/listen.ts'
import type { Captures } from './captures.ts'
import type { Ladder } from './ladder.ts'
import { Leg, type LegOptions } from './leg.ts'
import type { Load } from './load.ts'
import type { Prepare, Refer } from './referral.ts'
import type { Settings } from './settings.ts'
import type { Trunk } from './trunk.ts'

export interface LegsOptions {
  readonly host: Pick<ListenHost<Settings>, 'clock' | 'logger' | 'count'>
  readonly ladder: Ladder
  readonly captures: Captures
  readonly load: Load
  /** Whom a REFER names, over this trunk. */
  readonly prepare: (refer: Refer, trunk: Trunk, line: LineCall) => ReturnType<Prepare>
}

export class Legs {
  readonly #options: LegsOptions
  readonly #legs = new Map<string, Leg>()
  readonly #callIds = new Set<string>()
  readonly #perTrunk = new Map<string, number>()

  constructor(options: LegsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#legs.size
  }

  /** By our id of the call. */
  of(call: string): Leg | undefined {
    return this.#legs.get(call)
  }

  hasCallId(callId: string): boolean {
    return this.#callIds.has(callId)
  }

  having(session: Session): Leg | undefined {
    return [...this.#legs.values()].find((leg) => leg.has(session))
  }

  on(trunk: Trunk): number {
    return this.#perTrunk.get(trunk.id) ?? 0
  }

  /** Counts a call in; disposing counts it out, once. */
  enter(trunk: Trunk): Disposable {
    const { load } = this.#options
    load.calls++
    this.#perTrunk.set(trunk.id, this.on(trunk) + 1)
    let left = false
    return {
      [Symbol.dispose]: () => {
        if (left) return
        left = true
        load.calls--
        const others = this.on(trunk) - 1
        if (others > 0) this.#perTrunk.set(trunk.id, others)
        else this.#perTrunk.delete(trunk.id)
      },
    }
  }

  /** Session, sound and line are known: from here on the leg looks after them. */
  open(
    options: Pick<LegOptions, 'trunk' | 'session' | 'outgoing' | 'sound' | 'lateOffer'>,
    line: LineCall,
    room: Disposable,
  ): Leg {
    const { host, captures } = this.#options
    const { session, sound, trunk } = options
    let opened: Leg | undefined
    captures.begin(line.id, () => opened?.captured() ?? sound.media.captured())
    const dialogs = this.#dialogsOf(line)
    dialogs.add(session)
    const gone = (): void => {
      this.#legs.delete(line.id)
      dialogs.close()
      captures.end(line.id)
      room[Symbol.dispose]()
    }
    const prepare: Prepare = async (refer) => {
      const call = await this.#options.prepare(refer, trunk, line)
      return async () => {
        const onward = await call()
        dialogs.add(onward.session)
        return onward
      }
    }
    const leg = new Leg({ ...options, host, line, prepare, gone })
    opened = leg
    if (!leg.over) this.#legs.set(line.id, leg)
    return leg
  }

  /** One call has several where its peer transfers it: the messages of all of them are its own. */
  #dialogsOf(line: LineCall) {
    const { host, ladder } = this.#options
    const known = new Set<string>()
    return {
      add: ({ callId }: Session): void => {
        known.add(callId)
        this.#callIds.add(callId)
        ladder.bind(callId, line)
      },
      close: (): void => {
        for (const callId of known) {
          this.#callIds.delete(callId)
          ladder.leave(callId, host.clock.monotonic())
        }
      },
    }
  }

  /** This process stops. */
  close(): void {
    for (const leg of this.#legs.values()) leg.hangUp('this process stops', 503)
  }
}
