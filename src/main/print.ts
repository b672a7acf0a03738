/** What a simulated call looks like in a terminal. */
import { redactText } from '../lib/redact.ts'
import type { CallResult, WireEntry } from '../../simulators/index.ts'
import type { CostPart, Costs } from '../calls/costs.ts'
import type { CallEvent, TurnTimings } from '../spec/event.ts'
import type { CallRecord, Journal } from '../store/contract.ts'

/** Prints a call's events as they become durable, each with its time since `began` (ms since 1970). */
export function printEvents(journal: Journal, began: number): Disposable {
  return journal.watch(({ at, event }) => {
    const text = describe(event)
    if (text !== undefined) console.log(`${stamp(at - began)}  ${text}`)
  })
}

/** Prints what happened in a call, each event with its time since the first. */
export function printTimeline(entries: readonly { readonly at: number; readonly event: CallEvent }[]): void {
  for (const { at, event } of entries) {
    const text = describe(event)
    if (text !== undefined) console.log(`${stamp(at - (entries[0]?.at ?? at))}  ${text}`)
  }
}

/** One line of the live view; undefined for what says nothing to people. */
export function describe(event: CallEvent): string | undefined {
  switch (event.type) {
    case 'call.offered':
      return '─ the call is offered'
    case 'media.opened':
      return `─ media open (${event.encoding}, ${event.rate} Hz)`
    case 'message.added':
      return `${speakers[event.role]} ${event.text}${event.interrupted ? ' ⏎ interrupted' : ''}`
    case 'digit.received':
      return `─ key ${event.digit}`
    case 'agent.interrupted':
      return `─ interrupted after ${Math.round(event.heardMs)} ms`
    case 'turn.measured':
      return `  turn ${event.turn}: ${timingsOf(event.timings)}`
    case 'tool.called':
      return `─ tool ${event.name} ${JSON.stringify(event.arguments)}`
    case 'agent.failed':
      return `! the agent failed: ${event.message}`
    case 'command.failed':
      return `! ${event.message}`
    case 'media.lost':
      return `! media lost: ${event.cause}`
    case 'call.ended':
      return `─ ended: ${event.reason}${event.cause ? ` (${event.cause})` : ''}`
    default:
      return undefined
  }
}

const speakers = { caller: 'caller ›', agent: 'agent  ‹', tool: 'tool   ·', system: 'system ·' } as const

/** Milliseconds after the caller's last sound. */
function timingsOf(timings: TurnTimings): string {
  const names = {
    endOfTurn: 'end of turn',
    transcript: 'transcript',
    firstToken: 'first token',
    firstAudio: 'first audio',
    firstSent: 'first sent',
    firstAudible: 'first audible',
  }
  return Object.entries(names)
    .flatMap(([key, name]) => {
      const value = timings[key as keyof TurnTimings] // the keys of `names` are those of TurnTimings
      return value === undefined ? [] : [`${name} ${Math.round(value)} ms`]
    })
    .join(', ')
}

export function printWire(entry: WireEntry, began: number): void {
  const arrow = entry.from === 'gateway' ? '→' : '←'
  const text = entry.kind === 'sip' ? sipText(entry.text) : redactText(entry.text).replaceAll('\n', ' ')
  console.log(`${stamp(Math.max(0, entry.at - began))}  ${arrow} ${entry.kind.padEnd(7)} ${text}`)
}

/** SIP is read line by line; what proves a password is nobody's business. */
function sipText(message: string): string {
  return redactText(message.trimEnd())
    .replaceAll(/^((?:proxy-)?authorization:).*$/gim, '$1 [redacted]')
    .replaceAll(/\r?\n/g, `\n${' '.repeat(20)}`)
}

export function printSummary({
  result,
  record,
  costs,
  file,
}: {
  readonly result: CallResult
  readonly record: CallRecord | undefined
  readonly costs: Costs | undefined
  readonly file: string | undefined
}): void {
  console.log('')
  console.log(
    `Call ${record?.id ?? ''}: ${record?.status ?? result.status}, ${result.seconds} s, ${record?.endReason ?? result.why}`,
  )
  for (const part of costs?.parts ?? []) console.log(`  ${costLine(part)}`)
  if (file !== undefined) console.log(`Recording (caller left, agent right): ${file}`)
}

/** `llm openai-responses gpt-4.1-mini: inputTokens 812, outputTokens 96; 0.0005 USD`. */
export function costLine({ part, provider, model, usage, cost, unknown }: CostPart): string {
  const amounts = Object.entries(usage).map(([name, amount]) => `${name} ${Math.round(amount)}`)
  const price = cost
    ? cost.map(({ amount, currency }) => `${Number(amount.toPrecision(4))} ${currency}`).join(' + ') || 'nothing used'
    : `cost unknown (no price of: ${unknown.join(', ')})`
  const said = part === 'carrier' && !cost ? 'cost unknown (the carrier has not said)' : price
  return `${[part, provider, model].filter(Boolean).join(' ')}: ${[amounts.join(', '), said].filter(Boolean).join('; ')}`
}

function stamp(ms: number): string {
  return (ms / 1000).toFixed(3).padStart(8)
}
