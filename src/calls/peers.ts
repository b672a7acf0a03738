/** What processes ask of each other about a call: only one has it, and the carrier and the API may speak to any. */
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Actor, EngineCommand } from '../spec/call.ts'
import type { CallEvent } from '../spec/event.ts'
import type { Coordination } from '../store/contract.ts'

export type PeerRequest =
  /** Done when the event is durable. */
  | { readonly type: 'event'; readonly event: CallEvent }
  /** `sound`: a WAV in base64, where the command names one; it stands in no journal. */
  | {
      readonly type: 'play'
      readonly id: string
      readonly command: EngineCommand
      readonly sound?: string
      readonly by?: Actor
    }
  /** Hand the call over: done when it is free for whoever asked. */
  | { readonly type: 'yield' }

/** `busy`: no answer in time; asked again under the same id it is not done twice. `refused`: the owner cannot. */
export type PeerAnswer = 'done' | 'refused' | 'busy'

export interface Peers {
  ask(call: string, id: string, request: PeerRequest): Promise<PeerAnswer>
  /** Answers what is asked about a call that runs here. */
  serve(call: string, perform: (request: PeerRequest) => Promise<boolean>): Promise<AsyncDisposable>
}

export interface PeersOptions {
  readonly coordination: Coordination
  readonly clock: Clock
  readonly logger: Logger
  readonly scope: Scope
  readonly node: string
}

/** The owner is asked again after this long, ms: it may have died, and somebody else may have the call by then. */
const patience = 2_000
/** Requests of one call that are remembered, so that a repeated one is not done twice. */
const remembered = 100

interface Asked {
  readonly id: string
  readonly from: string
  readonly request: PeerRequest
}

interface Answered {
  readonly id: string
  readonly answer: PeerAnswer
}

export function openPeers({ coordination, clock, logger, scope, node }: PeersOptions): Peers {
  const waiting = new Map<string, (answer: PeerAnswer) => void>()
  let listening: Promise<unknown> | undefined
  const listen = async (): Promise<void> => {
    const answers = await coordination.subscribe(answersOf(node), (message) => {
      const { id, answer } = JSON.parse(message) as Answered // written by `serve` of a peer
      waiting.get(id)?.(answer)
    })
    scope.use(answers)
  }
  return {
    async ask(call, id, request) {
      listening ??= listen().catch((error: unknown) => {
        listening = undefined
        throw error
      })
      await listening
      const { promise, resolve } = Promise.withResolvers<PeerAnswer>()
      const timer = clock.timer(patience, () => resolve('busy'))
      waiting.set(id, resolve)
      try {
        await coordination.publish(channelOf(call), JSON.stringify({ id, from: node, request } satisfies Asked))
        return await promise
      } finally {
        timer.cancel()
        waiting.delete(id)
      }
    },
    serve(call, perform) {
      const known = new Map<string, Promise<PeerAnswer>>()
      const answer = async ({ id, from, request }: Asked): Promise<void> => {
        const doing = known.get(id) ?? perform(request).then((done) => (done ? 'done' : 'refused'))
        known.set(id, doing)
        if (known.size > remembered) known.delete(known.keys().next().value ?? id)
        const answered: Answered = { id, answer: await doing }
        await coordination.publish(answersOf(from), JSON.stringify(answered))
      }
      return coordination.subscribe(channelOf(call), (message) => {
        const asked = JSON.parse(message) as Asked // written by `ask` of a peer
        answer(asked).catch((error: unknown) => logger.warn('a peer got no answer', { call, error }))
      })
    },
  }
}

function channelOf(call: string): string {
  return `call:${call}`
}

function answersOf(node: string): string {
  return `node:${node}`
}
