/** A call as a tree of spans, made of its journal once it is over: numbers, words and keys stay out of it. */
import type { CallEvent, Journaled, TurnTimings } from '../../spec/event.ts'
import type { CallRecord } from '../../store/contract.ts'

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface CallSpan {
  readonly name: string
  /** ms since 1970. */
  readonly start: number
  readonly end: number
  readonly attributes: Attributes
  /** Why it did not go well. */
  readonly error?: string
  /** Moments within it. */
  readonly moments?: readonly { readonly name: string; readonly at: number; readonly attributes: Attributes }[]
  readonly children: readonly CallSpan[]
}

/** The span of the whole call: it begins first and ends last. */
export function spansOf(record: CallRecord, history: readonly Journaled[]): CallSpan {
  const end = Math.max(record.endedAt ?? record.createdAt, ...history.map(({ at }) => at))
  const children = [
    ...ringing(record, end),
    ...pairsOf(history, end, mediaPair),
    ...pairsOf(history, end, commandPair),
    ...pairsOf(history, end, toolPair),
    ...history.flatMap(({ event, at }) =>
      event.type === 'turn.measured' ? [turn(event.turn, event.timings, at)] : [],
    ),
  ]
  return {
    name: `call ${record.direction}`,
    start: Math.min(record.createdAt, ...children.map(({ start }) => start)),
    end,
    attributes: aboutCall(record),
    ...(record.status === 'failed' ? { error: record.cause ?? record.endReason ?? 'failed' } : {}),
    moments: history.flatMap(({ event, at }) => moment(event, at)),
    children: children.toSorted((a, b) => a.start - b.start),
  }
}

function aboutCall(record: CallRecord): Attributes {
  const { id, organization, direction, carrier, connection, agent, status, endReason, ref, cost, answeredBy } = record
  return {
    'offhook.call.id': id,
    'offhook.call.side': direction,
    'offhook.organization': organization,
    'offhook.carrier': carrier,
    'offhook.connection': connection,
    'offhook.agent': agent,
    'offhook.call.status': status,
    ...(endReason === undefined ? {} : { 'offhook.call.end_reason': endReason }),
    ...(ref === undefined ? {} : { 'offhook.call.ref': ref }),
    ...(answeredBy === undefined ? {} : { 'offhook.call.answered_by': answeredBy }),
    ...usageOf(record),
    ...(cost ? { 'offhook.call.cost': cost.amount, 'offhook.call.cost.currency': cost.currency } : {}),
  }
}

/** By part, provider and what was counted. */
function usageOf({ usage = [] }: CallRecord): Attributes {
  return Object.fromEntries(
    usage.flatMap(({ part, provider, usage: amounts }) =>
      Object.entries(amounts).map(([name, amount]) => [`offhook.usage.${part}.${provider}.${name}`, amount]),
    ),
  )
}

function ringing({ createdAt, answeredAt }: CallRecord, end: number): readonly CallSpan[] {
  const answered = answeredAt !== undefined
  return [span('ring', createdAt, answeredAt ?? end, { 'offhook.answered': answered })]
}

/** Milestones follow each other: each phase begins where the one before it ended, so that they add up to the silence heard. */
function turn(number: number, timings: TurnTimings, told: number): CallSpan {
  const milestones = Object.entries(timings)
    .flatMap(([name, at]) => (at === undefined ? [] : [{ name, at }]))
    .toSorted((a, b) => a.at - b.at)
  const last = milestones.at(-1)?.at ?? 0
  const start = told - last
  const phases = milestones.map(({ name, at }, index) =>
    span(name, start + (milestones[index - 1]?.at ?? 0), start + at, {}),
  )
  const attributes = Object.fromEntries(milestones.map(({ name, at }) => [`offhook.turn.${name}`, at]))
  return { ...span(`turn ${number}`, start, told, { 'offhook.turn': number, ...attributes }), children: phases }
}

/** What an event opens or closes, by a key of its own. */
type Half =
  | { readonly opens: string; readonly name: string; readonly attributes: Attributes }
  | { readonly closes: string; readonly attributes: Attributes; readonly error?: string }

/** Spans between two events; what was never closed lasts until the end. */
function pairsOf(history: readonly Journaled[], end: number, half: (event: CallEvent) => Half | undefined): CallSpan[] {
  const open = new Map<string, CallSpan>()
  const done: CallSpan[] = []
  for (const { event, at } of history) {
    const found = half(event)
    if (!found) continue
    if ('opens' in found) {
      open.set(found.opens, span(found.name, at, end, found.attributes))
      continue
    }
    const begun = open.get(found.closes)
    if (!begun) continue
    open.delete(found.closes)
    const { error } = found
    done.push({
      ...{ ...begun, end: at, attributes: { ...begun.attributes, ...found.attributes } },
      ...(error === undefined ? {} : { error }),
    })
  }
  return [...done, ...open.values()]
}

function mediaPair(event: CallEvent): Half | undefined {
  switch (event.type) {
    case 'media.opened': {
      const attributes = { 'offhook.media.encoding': event.encoding, 'offhook.media.rate': event.rate }
      return { opens: 'media', name: 'media', attributes }
    }
    case 'media.lost':
      return { closes: 'media', attributes: {}, error: event.cause }
    case 'media.closed':
      return { closes: 'media', attributes: {} }
    default:
      return undefined
  }
}

function commandPair(event: CallEvent): Half | undefined {
  switch (event.type) {
    case 'command.requested':
      return { opens: event.id, name: event.command.type, attributes: { 'offhook.command.origin': event.origin } }
    case 'command.accepted':
      return { closes: event.id, attributes: {} }
    case 'command.failed':
      return { closes: event.id, attributes: { 'offhook.error.code': event.code }, error: event.message }
    case 'command.uncertain':
      return { closes: event.id, attributes: {}, error: 'the carrier may or may not have taken it' }
    default:
      return undefined
  }
}

function toolPair(event: CallEvent): Half | undefined {
  if (event.type === 'tool.called') return { opens: event.id, name: `tool ${event.name}`, attributes: {} }
  if (event.type !== 'tool.returned') return undefined
  return { closes: event.id, attributes: {}, ...(event.ok ? {} : { error: 'the tool failed' }) }
}

function moment(event: CallEvent, at: number): NonNullable<CallSpan['moments']> {
  switch (event.type) {
    case 'agent.interrupted':
      return [{ name: event.type, at, attributes: { 'offhook.heard_ms': event.heardMs } }]
    case 'agent.failed':
      return [{ name: event.type, at, attributes: { 'offhook.error.code': event.code } }]
    case 'machine.detected':
      return [{ name: event.type, at, attributes: { 'offhook.machine': event.result } }]
    case 'digit.received':
    case 'call.returned':
    case 'call.held':
    case 'call.resumed':
    case 'agent.connected':
    case 'agent.disconnected':
      return [{ name: event.type, at, attributes: {} }]
    default:
      return []
  }
}

function span(name: string, start: number, end: number, attributes: Attributes): CallSpan {
  return { name, start, end: Math.max(start, end), attributes, children: [] }
}
