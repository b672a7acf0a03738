/** From the journal into the store's spool, and from there to the users' servers: nothing lost, retried, in doubt sent again. */
import type { Engine } from '../../calls/engine.ts'
import type { Requester } from '../../calls/operation.ts'
import type { Timer } from '../../lib/clock.ts'
import type { Scope } from '../../lib/scope.ts'
import type { Journaled } from '../../spec/event.ts'
import type { Delivery, Subscription } from '../../store/contract.ts'
import { presentEvent } from '../present.ts'
import { houseOf, type Redaction } from '../privacy.ts'
import { bodyOfEnd } from './closing.ts'
import { signDelivery } from '../../protocols/webhook/sign.ts'

/** Waits before the next attempt, ms; after the last one the delivery is given up. */
export const retryDelays = [5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000] as const
/** How long one process may take for what it claimed, ms. */
const claimLife = 60_000
const claimedAtOnce = 20
const readAtOnce = 200
/** Without news the spool is looked through this often, ms: for retries, and for deliveries of a process that died. */
const idle = 5_000
/** News is gathered this long, ms: a hundred calls make more than a hundred events a second. */
const gathering = 200

/** Processes tell each other that a delivery is to be sent at once. */
export const deliveriesDue = 'deliveries.due'

/** Processes tell each other which deliveries of a subscription have changed: whoever looks at its log reads them. */
export function deliveriesOf(subscription: string): string {
  return `deliveries of ${subscription}`
}

/** Runs until the scope closes. */
export function startSpool(engine: Engine, request: Requester, scope: Scope): void {
  let running = false
  let news = false
  let timer: Timer | undefined
  const wait = (delay: number): void => {
    timer?.cancel()
    timer = engine.clock.timer(delay, () => void work())
  }
  const work = async (): Promise<void> => {
    running = true
    news = false
    try {
      await spool(engine)
      while (await deliver(engine, request, scope.signal)) if (scope.closed) return
    } catch (error) {
      if (!scope.closed) engine.logger.error('the webhook spool stumbled; it goes on', { error })
    } finally {
      running = false
      if (!scope.closed) wait(news ? gathering : idle)
    }
  }
  const told = (): void => {
    if (news) return
    news = true
    if (!running) wait(gathering)
  }
  scope.use(engine.store.journal.watch(told))
  const due = engine.coordination.subscribe(deliveriesDue, told)
  scope.defer(async () => (await due)[Symbol.asyncDispose]())
  scope.defer(() => timer?.cancel())
  void work()
}

/** Turns new journal entries into deliveries. Enqueueing is idempotent, so a crash between the two writes only repeats it. */
async function spool(engine: Engine): Promise<void> {
  const { journal, deliveries } = engine.store
  for (;;) {
    const entries = await journal.after(await deliveries.cursor(), { limit: readAtOnce })
    const wanting = subscriptionsOf(engine)
    const hiding = hidingOf(engine)
    for (const entry of entries)
      for (const subscription of await wanting(entry)) {
        const delivery = deliveryOf(engine, subscription, entry, await hiding(entry.organization))
        await deliveries.enqueue(delivery)
        tell(engine, delivery)
      }
    const last = entries.at(-1)
    if (last) await deliveries.advance(last.position)
    if (entries.length < readAtOnce) return
  }
}

/** Who wants an entry; asked once for all entries of one kind in a batch. */
function subscriptionsOf({ store }: Engine): (entry: Journaled) => Promise<readonly Subscription[]> {
  const known = new Map<string, Promise<readonly Subscription[]>>()
  return ({ organization, event }) => {
    const kind = `${organization} ${event.type}`
    const wanting = known.get(kind) ?? store.lately.wanting(organization, event.type)
    known.set(kind, wanting)
    return wanting
  }
}

/** What an organization hides; asked once in a batch. */
function hidingOf(engine: Engine): (organization: string) => Promise<Redaction> {
  const known = new Map<string, Promise<Redaction>>()
  return (organization) => {
    const hidden = known.get(organization) ?? houseOf(engine, organization).then(({ redaction }) => redaction)
    known.set(organization, hidden)
    return hidden
  }
}

function deliveryOf(engine: Engine, subscription: Subscription, entry: Journaled, hidden: Redaction): Delivery {
  const now = engine.clock.now()
  return {
    id: engine.ids.id('dlv'),
    subscription: subscription.id,
    organization: entry.organization,
    position: entry.position,
    body: JSON.stringify(presentEvent(entry, hidden)),
    attempts: 0,
    status: 'waiting',
    nextAt: now,
    createdAt: now,
  }
}

/** Sends what is due. True when there may be more. */
async function deliver(engine: Engine, request: Requester, signal: AbortSignal): Promise<boolean> {
  const due = await engine.store.deliveries.claim(engine.clock.now(), claimedAtOnce, claimLife)
  await Promise.all(due.map((delivery) => attempt(engine, request, delivery, signal)))
  return due.length === claimedAtOnce
}

function tell({ coordination, logger }: Engine, { subscription, id }: Delivery): void {
  coordination
    .publish(deliveriesOf(subscription), id)
    .catch((error: unknown) => logger.warn('a delivery was not shown to those who watch', { error }))
}

async function settle(engine: Engine, delivery: Delivery): Promise<void> {
  await engine.store.deliveries.settle(delivery)
  tell(engine, delivery)
}

async function attempt(engine: Engine, request: Requester, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const subscription = await engine.store.subscriptions.get(delivery.organization, delivery.subscription)
  if (!subscription?.enabled)
    return settle(engine, {
      ...delivery,
      status: 'given-up',
      lastError: 'the webhook was removed or switched off',
    })
  const body = await bodyOfEnd(engine, delivery)
  // Told of when its call is closed, and looked for again with the next news.
  if (body === 'early') return engine.store.deliveries.settle({ ...delivery, nextAt: engine.clock.now() + gathering })
  const outcome = await send(engine, request, subscription, { ...delivery, body }, signal)
  engine.count('webhook.delivery', { outcome: outcome.ok ? 'delivered' : 'failed' })
  await settle(engine, after(delivery, outcome, engine.clock.now()))
}

interface Sent {
  readonly ok: boolean
  readonly status?: number
  readonly error?: string
}

async function send(
  engine: Engine,
  request: Requester,
  to: Subscription,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Sent> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Offhook',
    ...signDelivery(delivery.id, delivery.body, to.secret, engine.clock.now()),
  }
  try {
    const { status } = await request(
      { method: 'POST', url: to.url, headers, body: delivery.body, timeout: 15_000 },
      signal,
    )
    return status >= 200 && status < 300
      ? { ok: true, status }
      : { ok: false, status, error: `the server answered ${status}` }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

/** The delivery after an attempt: delivered, waiting for the next, or given up. */
export function after(delivery: Delivery, sent: Sent, now: number): Delivery {
  const attempts = delivery.attempts + 1
  const delay = retryDelays[attempts - 1]
  const status = sent.ok ? 'delivered' : delay === undefined ? 'given-up' : 'waiting'
  return {
    ...delivery,
    attempts,
    status,
    nextAt: now + (delay ?? 0),
    ...(sent.status === undefined ? {} : { lastStatus: sent.status }),
    ...(sent.error === undefined ? {} : { lastError: sent.error }),
  }
}
