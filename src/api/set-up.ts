/** What a save does at the carrier: the account is prepared and tried, its numbers pointed again. What fails is a warning, never a failed save. */
import { nowOf, runOperation, type Requester } from '../calls/operation.ts'
import type { CarrierSpec, SetUp } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Operation } from '../spec/http.ts'
import { managedOf } from '../spec/provider.ts'
import type { Connection, PhoneNumber, Warning } from '../store/contract.ts'
import { specOf, type ApiParts } from './parts.ts'
import { isHere, webhooksOf } from './reach.ts'

/** For all of it, ms: somebody waits for their save. */
const patience = 8_000
/** Of a lease on a connection, ms; renewed while it is held. */
const leaseLife = 15_000
/** Numbers that could not be pointed; beyond them it is the carrier, not the number. */
const mostComplaints = 5
/** Between two looks whether somebody else's save is done, ms, and how many of them. */
const lookAgain = 100
const mostLooks = 120

/** One save at a time per connection, in all processes: two of them would make two applications. Rejects with `conflict` after a while. */
export async function turnOf({ engine }: ApiParts, connection: string): Promise<AsyncDisposable> {
  const { coordination, clock, ids, scope } = engine
  const holder = ids.id('save')
  for (let look = 0; look < mostLooks; look++) {
    const lease = await coordination.lease(`connection:${connection}`, holder, leaseLife)
    if (lease) return lease
    await clock.sleep(lookAgain, scope.signal)
  }
  throw new OffhookError('conflict', 'This connection is being saved by somebody else: try again in a moment')
}

/** Within the connection's turn. Resolves to the connection with what came of it, which is stored. */
export async function setUpConnection(parts: ApiParts, record: Connection): Promise<Connection> {
  const spec = specOf(parts, record.kind, record.provider)
  if (!parts.setUpCarriers || spec?.kind !== 'carrier' || !(spec.setUp || spec.check)) return record
  const { clock, store } = parts.engine
  using visit = visitTo(parts, spec)
  const done = await prepared(parts, spec, { record, visit })
  const after = done?.settings ? { ...record, settings: { ...record.settings, ...done.settings } } : record
  // Kept before anything else can fail: a forgotten application would be made again.
  if (after !== record) await store.connections.update(after)
  const said = await checked(parts, spec, { record: after, visit })
  if (visit.warnings.length === 0) await pointAgain(parts, spec, { record: after, visit })
  const notes = [...(done?.notes ?? []), ...(said === undefined ? [] : [said])]
  const left = (done?.warnings ?? []).map((message) => ({ code: 'setup.incomplete', message }))
  const address = parts.engine.publicUrl().href
  const setUp = { at: clock.now(), address, notes, warnings: [...left, ...visit.warnings] }
  await store.connections.update({ ...after, setUp })
  return { ...after, setUp }
}

/** Before a number is pointed: what its account keeps for us is made, if it is not there. Failures are the caller's. */
export async function readyForNumbers(parts: ApiParts, record: Connection, signal: AbortSignal): Promise<Connection> {
  const spec = specOf(parts, record.kind, record.provider)
  if (spec?.kind !== 'carrier' || !spec.setUp || !lacksManaged(spec, record)) return record
  await using _turn = await turnOf(parts, record.id)
  const { store } = parts.engine
  const now = (await store.connections.get(record.organization, record.id)) ?? record
  if (!lacksManaged(spec, now)) return now
  const done = await runOperation(setUpOf(parts, spec, now), parts.request, signal)
  const after = { ...now, settings: { ...now.settings, ...done.settings } }
  if (done.settings) await store.connections.update(after)
  return after
}

function lacksManaged(spec: CarrierSpec, { settings }: Connection): boolean {
  return managedOf(spec.settings).some((name) => settings[name] === undefined)
}

function setUpOf(parts: ApiParts, spec: CarrierSpec, record: Connection): Operation<SetUp> {
  const { voice = '', status = '' } = webhooksOf(parts, record, spec)
  if (!spec.setUp) throw new OffhookError('internal', `${spec.label} has no set-up`)
  return spec.setUp({ voice, status }, spec.settings.parse(record.settings), nowOf(parts.engine))
}

/** The time that a set-up has, and what went wrong in it. */
interface Visit extends Disposable {
  readonly warnings: Warning[]
  /** The time is over. */
  readonly late: boolean
  /** The result, or undefined: then a warning says why, unless the same was said before. `about`: what it begins with. */
  attempt<T>(begin: () => Operation<T>, request?: Requester, about?: string): Promise<T | undefined>
}

function visitTo({ engine, request }: ApiParts, { label }: CarrierSpec): Visit {
  const { clock, logger, scope } = engine
  const limit = new AbortController()
  const late = `${label} did not answer within ${patience / 1_000} seconds: set the connection up again later`
  const timer = clock.timer(patience, () => limit.abort(new OffhookError('carrier.timeout', late)))
  const signal = AbortSignal.any([limit.signal, scope.signal])
  const warnings: Warning[] = []
  const warn = (cause: unknown, about: string | undefined) => {
    if (cause === nowhere) return
    const known = cause instanceof OffhookError
    if (!known) logger.error('a set-up failed', { carrier: label, error: cause })
    const { code, message } = known ? cause : unknownFailure
    if (about !== undefined) warnings.push({ code, message: `${about} ${message}` })
    else if (!warnings.some((one) => one.code === code)) warnings.push({ code, message })
  }
  return {
    warnings,
    get late() {
      return limit.signal.aborted
    },
    async attempt(begin, requester = request, about) {
      try {
        return await runOperation(begin(), requester, signal)
      } catch (error) {
        warn(limit.signal.aborted ? limit.signal.reason : error, about)
        return undefined
      }
    },
    [Symbol.dispose]: () => timer.cancel(),
  }
}

const unknownFailure = { code: 'internal', message: 'The set-up failed inside Offhook; the log says more' } as const

/** Why nobody is told an address that leads nowhere. That it does is a warning of its own. */
const nowhere = new OffhookError('environment.invalid', 'The gateway has no public address')

interface Work {
  readonly record: Connection
  readonly visit: Visit
}

async function prepared(parts: ApiParts, spec: CarrierSpec, { record, visit }: Work): Promise<SetUp | undefined> {
  if (!spec.setUp) return undefined
  return visit.attempt(() => setUpOf(parts, spec, record), reachable(parts))
}

async function checked(parts: ApiParts, spec: CarrierSpec, { record, visit }: Work): Promise<string | undefined> {
  const { check } = spec
  return check && visit.attempt(() => check(spec.settings.parse(record.settings), nowOf(parts.engine)))
}

/** A carrier is told where we are only if it can get there: from this machine only what is on it can. */
function reachable({ engine, request }: ApiParts): Requester {
  return async (wanted, signal) => {
    if (isHere(engine.publicUrl()) && !isHere(new URL(wanted.url))) throw nowhere
    return request(wanted, signal)
  }
}

/** Those that we pointed: the others go where somebody wants them to go. */
async function pointAgain(parts: ApiParts, spec: CarrierSpec, { record, visit }: Work): Promise<void> {
  const { numbers, settings } = spec
  if (!numbers?.point) return
  const { voice = '', status = '' } = webhooksOf(parts, record, spec)
  const config = settings.parse(record.settings)
  const point = numbers.point.bind(numbers)
  for await (const { number } of pointedNumbers(parts, record)) {
    const begin = () => point(number, { voice, status }, config)
    await visit.attempt(begin, reachable(parts), `${number} was not pointed here again.`)
    if (visit.late || visit.warnings.length >= mostComplaints) break
  }
}

async function* pointedNumbers({ engine }: ApiParts, { id, organization }: Connection): AsyncGenerator<PhoneNumber> {
  let cursor: string | undefined
  do {
    const page = await engine.store.numbers.list(organization, { limit: 200, ...(cursor ? { cursor } : {}) })
    yield* page.items.filter(({ connection, pointed }) => connection === id && pointed === true)
    cursor = page.next
  } while (cursor !== undefined)
}
