/** The journal as a feed: from a position on, in order, nothing twice, live as it becomes durable in any process. */
import type { Engine } from '../calls/engine.ts'
import type { Journaled } from '../spec/event.ts'

/** Processes tell each other that the journal grew. */
const journalChannel = 'journal'
/** Read at once from the store. */
const batch = 500

export interface FeedOptions {
  readonly organization?: string
  readonly call?: string
  /** Default: from now on. */
  readonly after?: number
}

/** `listener` runs for each event, in position order. A read that fails is tried again with the next wake-up, and after a second. */
export function eventFeed(engine: Engine, options: FeedOptions, listener: (entry: Journaled) => void): Disposable {
  const { journal } = engine.store
  let position = options.after
  let reading = false
  let again = false
  let over = false
  const wants = (entry: Journaled) =>
    (options.organization === undefined || entry.organization === options.organization) &&
    (options.call === undefined || entry.call === options.call)

  /** One batch. True when there may be more. */
  const advance = async (from: number): Promise<boolean> => {
    again = false
    const entries = await journal.after(from, { limit: batch, ...filterOf(options) })
    for (const entry of entries) {
      position = entry.position
      if (!over) listener(entry)
    }
    return !over && (again || entries.length === batch)
  }
  const read = async (): Promise<void> => {
    if (reading || over || position === undefined) {
      again = true
      return
    }
    reading = true
    try {
      while (await advance(position)) continue
    } catch (error) {
      engine.logger.error('event feed could not read the journal', { error })
      if (!over) engine.clock.timer(1_000, () => void read())
    } finally {
      reading = false
    }
  }
  const watch = journal.watch((entry) => {
    if (position === undefined) position = entry.position - 1
    if (wants(entry)) void read()
  })
  const subscription = engine.coordination.subscribe(journalChannel, (message) => {
    position ??= Number(message) - 1
    void read()
  })
  if (position !== undefined) void read()
  return {
    [Symbol.dispose]: () => {
      over = true
      watch[Symbol.dispose]()
      void subscription.then((one) => one[Symbol.asyncDispose]())
    },
  }
}

function filterOf(options: FeedOptions) {
  const { organization, call } = options
  return { ...(organization === undefined ? {} : { organization }), ...(call === undefined ? {} : { call }) }
}

/** Tells the other processes when this one's journal grows; for stores that several processes share. */
export function announceJournal(engine: Engine): Disposable {
  return engine.store.journal.watch((entry) => {
    engine.coordination.publish(journalChannel, String(entry.position)).catch((error: unknown) => {
      engine.logger.warn('the journal could not be announced to other processes', { error })
    })
  })
}
