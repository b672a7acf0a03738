/** What a finished call is held to: the scenario's expectations, and that whoever spoke was heard. */
import { level } from '../../media/measure.ts'
import type { CallEvent } from '../../spec/event.ts'
import type { CallRecord } from '../../store/contract.ts'
import { finder, type Scenario } from './scenario.ts'

export interface Evidence {
  readonly record: CallRecord | undefined
  readonly events: readonly CallEvent[]
  /** Sound at the person's ear, 8 kHz. */
  readonly heard: Int16Array
}

/** A sentence per disappointment. */
export function judge({ expect: wanted }: Scenario, { record, events, heard }: Evidence): readonly string[] {
  if (!record) return ['Offhook has no record of the call']
  const said = (role: 'agent' | 'caller') =>
    events.flatMap((event) => (event.type === 'message.added' && event.role === role ? [event.text] : []))
  const problems: string[] = []
  const same = (what: string, expected: unknown, got: unknown): void => {
    if (expected !== undefined && expected !== got) problems.push(`${what} is ${String(got)}, not ${String(expected)}`)
  }
  same('the status', wanted.status, record.status)
  same('the end', wanted.endReason, record.endReason)
  same('who answered', wanted.answeredBy, record.answeredBy)
  same('keys pressed', wanted.digits, digitsOf(events))
  same('the transfer', wanted.transferredTo, transferOf(events))
  for (const text of wanted.said)
    if (!said('caller').some(finder(text)))
      problems.push(`the caller was not understood to say "${text}": ${list(said('caller'))}`)
  for (const text of wanted.heard)
    if (!said('agent').some(finder(text))) problems.push(`the agent did not say "${text}": ${list(said('agent'))}`)
  const slowest = Math.max(
    0,
    ...events.flatMap((event) =>
      event.type === 'turn.measured' ? [event.timings.firstAudible ?? event.timings.firstSent ?? 0] : [],
    ),
  )
  if (wanted.answersWithinMs !== undefined && slowest > wanted.answersWithinMs)
    problems.push(`the slowest answer took ${Math.round(slowest)} ms, more than ${wanted.answersWithinMs} ms`)
  // Words in the transcript that never sounded are the fault that no log shows.
  const soundMs = loudMs(heard)
  if (said('agent').length > 0 && soundMs < leastSound)
    problems.push(`the agent spoke, and the person heard ${soundMs} ms of sound: one-way audio`)
  for (const event of events) if (event.type === 'agent.failed') problems.push(`the agent failed: ${event.message}`)
  return problems
}

/** Less is a click, ms. */
const leastSound = 200
/** Samples of 20 ms at 8 kHz, and dBFS above which they are a sound. */
const frame = 160
const audible = -45

function loudMs(pcm: Int16Array): number {
  let loud = 0
  for (let at = 0; at + frame <= pcm.length; at += frame) if (level(pcm.subarray(at, at + frame)) > audible) loud++
  return loud * 20
}

function digitsOf(events: readonly CallEvent[]): string {
  return events.flatMap((event) => (event.type === 'digit.received' ? [event.digit] : [])).join('')
}

function transferOf(events: readonly CallEvent[]): string | undefined {
  return events.flatMap((event) =>
    event.type === 'command.requested' && event.command.type === 'transfer' ? [event.command.to] : [],
  )[0]
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing was said' : texts.map((text) => `"${text}"`).join(', ')
}
