/** A translator of an agent behind a vendor's socket, made of the few things in which vendors differ. */
import type { AgentBody, AgentInput, AgentOrder, AgentWireEvent, Brief } from '../../spec/agent.ts'
import type { WireMessage } from '../../spec/carrier.ts'
import type { ErrorCode } from '../../spec/errors.ts'
import type { SocketTarget } from '../../spec/speech.ts'
import { parseFields, type Fields } from '../json-media/fields.ts'

/** A step in the making. `state` is ours until the step is over: its fields are replaced, never changed in place. */
export interface Draft<S> {
  readonly state: S
  tell(...events: readonly AgentWireEvent[]): void
  /** As JSON, in order. */
  send(message: object): void
}

/** `C`: settings; `S`: what is remembered. */
export interface AgentWords<C, S extends object> extends Pick<
  WireBody<C>,
  'open' | 'turns' | 'rates' | 'greets' | 'resumes'
> {
  begin(config: C, brief: Brief, target: SocketTarget): S
  opened(draft: Draft<S>): void
  heard(draft: Draft<S>, message: Fields): void
  order(draft: Draft<S>, order: AgentOrder): void
  sound(draft: Draft<S>, pcm: Int16Array): void
  /** The call is over: last words before the socket is closed. */
  leaving?(draft: Draft<S>): void
  /** Nothing told: the engine judges by the code. */
  closed?(draft: Draft<S>, code: number, reason: string): void
}

type WireBody<C> = Extract<AgentBody<C>, { by: 'wire' }>

interface Memory<S> {
  readonly own: S
  /** Messages that could not be read. */
  readonly unread: number
}

export function agentWire<C, S extends object>(words: AgentWords<C, S>): WireBody<C> {
  const { open, turns, rates, greets, resumes } = words
  return {
    by: 'wire',
    open,
    turns,
    rates,
    ...(greets !== undefined && { greets }),
    ...(resumes !== undefined && { resumes }),
    begin: (config, brief, target): Memory<S> => ({ own: words.begin(config, brief, target), unread: 0 }),
    // The engine hands back what `begin` or the last step gave it.
    step: (state, input) => step(words, state as Memory<S>, input),
  }
}

function step<C, S extends object>(words: AgentWords<C, S>, memory: Memory<S>, input: AgentInput) {
  const own = { ...memory.own }
  const events: AgentWireEvent[] = []
  const messages: WireMessage[] = []
  const draft: Draft<S> = {
    state: own,
    tell: (...more) => void events.push(...more),
    send: (message) => void messages.push({ text: JSON.stringify(message) }),
  }
  const read = act(words, draft, input)
  const unread = memory.unread + (read ? 0 : 1)
  // Once: a vendor that sends nothing else would fill the log.
  if (!read && unread === 1) events.push(unreadable)
  return { state: { own, unread }, events, messages }
}

const unreadable: AgentWireEvent = failed(
  'vendor.failed',
  'it sent a message that is no JSON object; such messages are passed over',
)

/** False for a message that cannot be read. */
function act<C, S extends object>(words: AgentWords<C, S>, draft: Draft<S>, input: AgentInput): boolean {
  switch (input.type) {
    case 'opened':
      words.opened(draft)
      return true
    case 'audio':
      words.sound(draft, input.pcm)
      return true
    case 'order':
      words.order(draft, input.order)
      return true
    case 'leaving':
      words.leaving?.(draft)
      return true
    case 'closed':
      words.closed?.(draft, input.code, input.reason)
      return true
    case 'message': {
      const fields = 'text' in input.message ? parseFields(input.message.text) : undefined
      if (fields) words.heard(draft, fields)
      return fields !== undefined
    }
    default:
      return input satisfies never
  }
}

/** The engine puts the vendor's name before the message. */
export function failed(code: ErrorCode, message: string, fatal = false) {
  return { type: 'failed', code, message, fatal } as const
}

/** What a tool returned, as a model reads it. */
export function wordsOf({ ok, result }: { readonly ok: boolean; readonly result: unknown }): string {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? 'done')
  return ok ? text : `failed: ${text}`
}

/** A number field; undefined when missing or of another type. */
export function number(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
