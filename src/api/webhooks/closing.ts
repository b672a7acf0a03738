/** What users' servers are told of the end of a call: the event with the transcript, the measurements and the cost, once all are there. */
import type { Engine } from '../../calls/engine.ts'
import type { Journaled } from '../../spec/event.ts'
import type { Delivery, Message, Metric } from '../../store/contract.ts'
import { costsIn } from '../costs.ts'
import { presentCosts, presentEvent, presentMessage, presentMetric } from '../present.ts'
import { houseOf, type Redaction } from '../privacy.ts'

/** How long the end waits for what follows it, ms: a process that died tells nothing more. */
const longest = 30_000

/** Text of a transcript that is sent, in characters, and measurements: receivers refuse bodies without end. */
const most = { text: 200_000, metrics: 1_000 }

/** A delivery's body: as it was written, or of an end with all that belongs to it; `'early'` while some of that is to come. */
export async function bodyOfEnd(
  engine: Pick<Engine, 'store' | 'prices' | 'clock'>,
  { organization, position, createdAt, body }: Delivery,
): Promise<string> {
  const { store, clock } = engine
  const { call, event } = JSON.parse(body) as Pick<Journaled, 'call' | 'event'> // what we wrote: see presentEvent
  if (event.type !== 'call.ended') return body
  const history = await store.journal.read(organization, call)
  const closed = history.some(({ event }) => event.type === 'call.closed')
  if (!closed && clock.now() < createdAt + longest) return 'early'
  const entry = history.find((one) => one.position === position)
  const record = await store.calls.get(organization, call)
  // Removed meanwhile: then there is no more to tell than there was.
  if (!entry || !record) return body
  const { redaction: hidden } = await houseOf(engine, organization)
  const messages = await store.messages.list(organization, call)
  const metrics = await store.metrics.list(organization, call)
  const costs = presentCosts(await costsIn(engine, record))
  return JSON.stringify({ ...presentEnd(entry, messages, metrics, hidden), costs })
}

/** The newest of what was said, and the first of what was measured, as much as fits; `omitted` counts the rest. */
export function presentEnd(
  entry: Journaled,
  messages: readonly Message[],
  metrics: readonly Metric[],
  hidden?: Redaction,
) {
  const transcript = newest(messages).map((message) => presentMessage(message, hidden))
  const measured = metrics.slice(0, most.metrics).map(presentMetric)
  const omitted = { messages: messages.length - transcript.length, metrics: metrics.length - measured.length }
  return { ...presentEvent(entry, hidden), transcript, metrics: measured, omitted }
}

function newest(messages: readonly Message[]): readonly Message[] {
  let left = most.text
  const from = messages.findLastIndex(({ text }) => (left -= text.length) < 0)
  return messages.slice(from + 1)
}
