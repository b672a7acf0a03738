/** Two user agents on an internet in memory, for tests: alice calls bob. */
import { VirtualClock } from '../../../lib/clock.ts'
import type { SipHeader } from '../message/message.ts'
import { parseUri } from '../message/uri.ts'
import type { Protocol, Target } from '../transport/contract.ts'
import { FakeNetwork } from '../transport/fakes.ts'
import { createUserAgent } from './agent.ts'
import type { IncomingSession, InviteOptions, Session, SessionEvent, UserAgent, UserAgentOptions } from './contract.ts'
import { brief, hexOf, Ladder, Scripted, seeded } from './fakes.ts'

export const offer = 'v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 0\r\n'
export const answer = 'v=0\r\no=b 2 1 IN IP4 192.0.2.2\r\ns=-\r\nm=audio 4002 RTP/AVP 0\r\n'

const third = '192.0.2.9'

export interface Side<Kind extends Session> {
  readonly agent: UserAgent
  readonly sessions: Kind[]
  readonly events: SessionEvent[]
}

export interface PairOptions {
  readonly seed?: number
  readonly protocol?: Protocol
  readonly alice?: Partial<UserAgentOptions>
  readonly bob?: Partial<UserAgentOptions>
  /** What bob does with a call. Default: takes it at once. */
  readonly answer?: (session: IncomingSession) => void
}

export class Pair {
  readonly clock = new VirtualClock()
  readonly network = new FakeNetwork(this.clock)
  readonly passed = new Ladder()
  readonly alice: Side<Session>
  readonly bob: Side<IncomingSession>
  readonly errors: unknown[] = []
  #third: Scripted | undefined

  constructor(options: PairOptions = {}) {
    const take = options.answer ?? ((session: IncomingSession) => session.accept(answer))
    this.alice = { ...this.#side('192.0.2.1', options, options.alice, () => {}), sessions: [] }
    this.bob = this.#side('192.0.2.2', options, options.bob, take)
  }

  call(options: Partial<InviteOptions> & { readonly headers?: readonly SipHeader[] } = {}): Session {
    const session = this.alice.agent.invite({
      uri: 'sip:bob@192.0.2.2',
      from: '"Alice" <sip:alice@192.0.2.1>',
      to: 'sip:bob@192.0.2.2',
      offer,
      ...options,
    })
    this.alice.sessions.push(session)
    session.onEvent((event) => this.alice.events.push(event))
    return session
  }

  /** A third one, by script, that talks to bob or to alice: the same for the whole test. */
  scripted(to: string): Scripted {
    this.#third ??= new Scripted(this.passed.watch(this.network.host(third, ['udp']), third), third, to)
    return this.#third
  }

  /** An established call. */
  async talk(options: Partial<InviteOptions> = {}): Promise<{ readonly ours: Session; readonly theirs: Session }> {
    const ours = this.call(options)
    await this.clock.advanceAsync(500)
    const [theirs] = this.bob.sessions
    if (ours.state !== 'established' || theirs?.state !== 'established')
      throw new Error(`Not established: ${ours.state}`)
    return { ours, theirs }
  }

  /** Until no timer of a transaction is left. */
  async settle(duration = 120_000): Promise<void> {
    await this.clock.advanceAsync(duration)
  }

  /** What passed, as a ladder: `> INVITE` from alice, `< 200 INVITE` from bob. */
  get ladder(): readonly string[] {
    return this.passed.sent.map(({ from, text }) => `${from === '192.0.2.1' ? '>' : '<'} ${brief(text)}`)
  }

  /** Of the messages that begin so, the last one. */
  last(start: string): string | undefined {
    return this.passed.sent.findLast(({ text }) => brief(text) === start)?.text
  }

  get alive(): number {
    return [this.alice, this.bob]
      .flatMap(({ agent }) => Object.values(agent.alive))
      .reduce((sum, count) => sum + count, 0)
  }

  #side(
    address: string,
    { protocol = 'udp', seed = 1 }: PairOptions,
    options: Partial<UserAgentOptions> = {},
    take: (session: IncomingSession) => void,
  ): Side<IncomingSession> {
    const events: SessionEvent[] = []
    const sessions: IncomingSession[] = []
    const agent = createUserAgent({
      clock: this.clock,
      random: hexOf(seeded(seed * 1000 + Number(address.at(-1)))),
      wire: this.passed.watch(this.network.host(address, [protocol]), address),
      resolve: (uri) => Promise.resolve(lead(uri, protocol)),
      product: 'Offhook test',
      onInvite: (session) => {
        sessions.push(session)
        session.onEvent((event) => events.push(event))
        take(session)
      },
      onError: (error) => this.errors.push(error),
      ...options,
    })
    return { agent, sessions, events }
  }
}

function lead(text: string, protocol: Protocol): readonly Target[] {
  const uri = parseUri(text)
  if (!uri || !('host' in uri)) throw new Error(`${text} is no SIP URI`)
  return [{ protocol, address: uri.host, port: uri.port ?? 5060 }]
}
