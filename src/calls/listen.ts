/** Calls that reach us by themselves: what a listening provider asks of the engine, and how its media becomes a line. */
import { socketPair } from '../lib/socket/pair.ts'
import type { Socket } from '../lib/socket/socket.ts'
import { openCodec } from '../media/codecs/open.ts'
import type { CarrierSpec, Stream, StreamEvent, WireMessage } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { LineCall, LineOffer, ListenConnection, ListenHost } from '../spec/listen.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import { receiveCall } from './inbound.ts'
import { keptWire, plain } from './inputs.ts'
import { watchLevels } from './levels.ts'
import type { LiveCall } from './live.ts'
import { attach } from './media.ts'
import { ownNumber, requireAllowed } from './targets.ts'

/** Of the environment, for each provider that listens: the texts of its `process` fields. */
export type ProcessValues = (carrier: CarrierSpec) => Readonly<Record<string, string>>

/** Opens what listens, once per process. What it opened closes with the engine's scope. */
export async function openListeners(engine: Engine, values: ProcessValues = () => ({})): Promise<void> {
  for (const carrier of engine.carriers.values())
    if (carrier.listen)
      engine.listeners.set(carrier.name, await carrier.listen(hostOf(engine, carrier, values(carrier))))
}

function hostOf(
  engine: Engine,
  carrier: CarrierSpec,
  process: Readonly<Record<string, string>>,
): ListenHost<Readonly<Record<string, unknown>>> {
  const { clock, ids, scope, count, publicUrl } = engine
  return {
    ...{ clock, ids, scope, count, publicUrl, process },
    onChange: (listener) => changes(engine, listener),
    logger: engine.logger.child({ carrier: carrier.name }),
    connections: (organization) => connectionsOf(engine, carrier, organization),
    serves: async (connection, number) => (await engine.store.lately.number(connection, number)) !== undefined,
    offer: (offer) => offerCall(engine, carrier, offer),
  }
}

/** Other processes change connections too: looked at this often, ms. */
const lookEvery = 5_000

function changes({ store, clock, scope }: Engine, listener: () => void): Disposable {
  const ours = store.lately.onChange(listener)
  let timer: Disposable
  const again = (): void => {
    timer = clock.timer(lookEvery, again)
    listener()
  }
  timer = clock.timer(lookEvery, again)
  const undo = (): void => {
    timer[Symbol.dispose]()
    ours[Symbol.dispose]()
  }
  scope.defer(undo)
  return { [Symbol.dispose]: undo }
}

async function connectionsOf(
  engine: Engine,
  carrier: CarrierSpec,
  organization: string | undefined,
): Promise<readonly ListenConnection<Readonly<Record<string, unknown>>>[]> {
  const { store } = engine
  const organizations =
    organization === undefined ? (await store.organizations.list()).map(({ id }) => id) : [organization]
  const found: ListenConnection<Readonly<Record<string, unknown>>>[] = []
  for (const one of organizations)
    for await (const record of everyConnection(engine, one)) {
      if (record.kind !== 'carrier' || record.provider !== carrier.name) continue
      const parsed = carrier.settings.safeParse(record.settings)
      if (parsed.success)
        found.push({ id: record.id, organization: one, isDefault: record.isDefault, settings: parsed.data })
      else engine.logger.warn('settings of a connection do not fit', { connection: record.id })
    }
  return found.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault))
}

async function* everyConnection({ store }: Engine, organization: string): AsyncGenerator<Connection> {
  let cursor: string | undefined
  do {
    const page = await store.connections.list(organization, { limit: 200, ...(cursor ? { cursor } : {}) })
    yield* page.items
    cursor = page.next
  } while (cursor)
}

async function offerCall(engine: Engine, carrier: CarrierSpec, offer: LineOffer): Promise<LineCall> {
  const connection = await engine.connection(offer.connection)
  if (connection.provider !== carrier.name)
    throw new OffhookError('not-found', `Connection "${offer.connection}" is no connection of ${carrier.label}`)
  if (offer.agent !== undefined) await agentThere(engine, connection.organization, offer.agent)
  const { connection: _, ...rest } = offer
  const { live } = await receiveCall(engine, connection, { type: 'call.offered', ...rest })
  return new LinkedCall(engine, carrier, live, await looks(engine, live))
}

async function agentThere({ store }: Engine, organization: string, agent: string): Promise<void> {
  if (await store.agents.get(organization, agent)) return
  throw new OffhookError('not-found', `There is no agent "${agent}" that could answer`)
}

/** Does the agent of this call want to see? Known before it is open: the line's offer is answered at once. */
async function looks({ store, agents }: Engine, live: LiveCall): Promise<boolean> {
  const { plan } = live.running.call
  const agent = await store.agents.get(plan.organization, plan.agent)
  const spec = agent && agents.get(agent.provider)
  const config = spec?.settings.safeParse(agent?.settings)
  return config?.success === true && spec?.sees?.(config.data) === true
}

/** The line's side of a call that runs here: for commands that its listener carries out. */
export function lineCall(engine: Engine, carrier: CarrierSpec, live: LiveCall): LineCall {
  return new LinkedCall(engine, carrier, live, false)
}

class LinkedCall implements LineCall {
  readonly id: string
  readonly looks: boolean
  readonly #engine: Engine
  readonly #carrier: CarrierSpec
  readonly #live: LiveCall

  constructor(engine: Engine, carrier: CarrierSpec, live: LiveCall, looks: boolean) {
    this.id = live.running.id
    this.looks = looks
    this.#engine = engine
    this.#carrier = carrier
    this.#live = live
  }

  get over(): boolean {
    return this.#live.running.ended
  }

  get ready(): boolean {
    return this.#live.ready
  }

  get own(): string {
    return ownNumber(this.#live.running.call.plan)
  }

  requireAllowed(to: string): Promise<void> {
    return requireAllowed(this.#engine, this.#live.running.call.plan.organization, to, this.own)
  }

  async connect(start: WireMessage): Promise<Socket> {
    const { stream } = this.#carrier
    if (!stream) throw new OffhookError('internal', `${this.#carrier.label} has no media dialect`)
    const { state, started } = opening(stream, start)
    const codec = await openCodec(started.format, started.sends)
    const live = this.#live
    try {
      await live.recordingOpen(started.format.rate)
      if (this.over) throw new OffhookError('call.ended', `Call ${this.id} has ended`)
    } catch (error) {
      codec[Symbol.dispose]()
      throw error
    }
    const [ours, theirs] = socketPair()
    live.inputs.take(
      'attach',
      () => plain({ carrier: this.#carrier.name, before: [keptWire(start)] }),
      () => attach(live, ours, { carrier: this.#carrier, stream, state, started, codec }),
    )
    this.#engine.logger.info('media open', { call: this.id, path: String(live.leg) })
    return theirs
  }

  report: LineCall['report'] = (status, raw, cause) =>
    void this.#live.post({ type: 'call.progressed', status, raw, ...(cause === undefined ? {} : { cause }) })

  transferred: LineCall['transferred'] = (result, raw) => void this.#live.post({ type: 'transfer.ended', result, raw })

  held(on: boolean): void {
    if (on === (this.#live.running.call.held === true)) return
    void this.#live.post({ type: on ? 'call.held' : 'call.resumed' })
  }

  note: LineCall['note'] = (word) => {
    const { organization } = this.#live.running.call.plan
    this.#engine.wire?.note({ organization, call: this.id }, { channel: 'signalling', ...word })
  }

  watch: LineCall['watch'] = (listener) => this.#live.watch(listener)

  levels: LineCall['levels'] = (listener) => {
    const { organization } = this.#live.running.call.plan
    return watchLevels(this.#engine, { organization, call: this.id }, ([level]) => {
      if (level) listener(level.caller, level.agent)
    })
  }

  measured: LineCall['measured'] = (quality) => void this.#live.post({ type: 'media.measured', ...quality })

  write(text: string): boolean {
    return this.#live.write(text)
  }

  interrupt(): void {
    this.#live.interrupt()
  }

  async message(type: string, data: unknown): Promise<unknown> {
    const { agent } = this.#live
    if (agent?.message) return agent.message(type, data)
    throw new OffhookError('command.unsupported', 'The agent of this call takes no messages of the client')
  }

  see: LineCall['see'] = (frame) => this.#live.agent?.see?.(frame)
}

type Started = StreamEvent & { readonly type: 'started' }

/** What a start message says, in the line's own dialect. Throws when it is none. */
function opening(stream: Stream, start: WireMessage): { readonly state: unknown; readonly started: Started } {
  const { state, events } = stream.step(stream.begin(), { type: 'message', message: start })
  const started = events.find((event): event is Started => event.type === 'started')
  if (!started) throw new OffhookError('internal', 'The first message of a link is no start message')
  return { state, started }
}
