/** What the four machines have in common: a state is a function of an input, timers post inputs, nothing here waits. */
import type { SipResponse } from '../message/message.ts'
import type { Times } from './times.ts'

/** As in RFC 3261 Table 4 and RFC 6026 §7; `trying` is the 200 ms of §17.2.1. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'trying'

export type Input =
  /** The transaction comes to be. */
  | { readonly type: 'start' }
  /** Server: the request came again. */
  | { readonly type: 'request' }
  /** Server: an ACK to what was answered. */
  | { readonly type: 'ack' }
  /** Client: from the network. Server: from the user. */
  | { readonly type: 'response'; readonly response: SipResponse }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error'; readonly why: string }

export type Output =
  /** Client. */
  | { readonly type: 'send-request' }
  /** INVITE client: to a refusal, §17.1.1.3. */
  | { readonly type: 'send-ack'; readonly response: SipResponse }
  /** Server. */
  | { readonly type: 'send-response'; readonly response: SipResponse }
  /** INVITE server: 100, made by the machine's owner. */
  | { readonly type: 'send-trying' }
  /** Client: for the user. */
  | { readonly type: 'response'; readonly response: SipResponse }
  /** INVITE server: an ACK to a 2xx is its user's. */
  | { readonly type: 'ack' }
  | { readonly type: 'failed'; readonly kind: 'timeout' | 'transport'; readonly why: string }
  | { readonly type: 'set'; readonly timer: TimerName; readonly after: number }
  | { readonly type: 'clear'; readonly timer: TimerName }

/** One transaction as a value. */
export interface Machine<State extends string> {
  readonly state: State | 'terminated'
  readonly times: Times
  /** TCP, TLS, WebSocket: nothing is sent twice, and nothing is waited for that could only come twice. */
  readonly reliable: boolean
  /** Of the timer that sends again: what it waited last. */
  readonly interval: number
  /** Server: what was answered last. */
  readonly response?: SipResponse
}

/** What a state makes of an input; undefined: it changes nothing. */
export type Step<State extends string> = {
  readonly state?: State | 'terminated'
  readonly interval?: number
  readonly response?: SipResponse
  readonly outputs?: readonly Output[]
}

export type StateFunction<State extends string> = (machine: Machine<State>, input: Input) => Step<State> | undefined

/** Every state of a machine but the last one, in which nothing happens. */
export type States<State extends string> = Readonly<Record<State, StateFunction<State>>>

export function advance<State extends string>(
  states: States<State>,
  machine: Machine<State>,
  input: Input,
): { readonly machine: Machine<State>; readonly outputs: readonly Output[] } {
  const step = machine.state === 'terminated' ? undefined : states[machine.state](machine, input)
  if (!step) return { machine, outputs: [] }
  const { outputs = [], ...changes } = step
  return { machine: { ...machine, ...changes }, outputs }
}

export const set = (timer: TimerName, after: number): Output => ({ type: 'set', timer, after })
export const clear = (timer: TimerName): Output => ({ type: 'clear', timer })

export const timedOut = (why: string): Output => ({ type: 'failed', kind: 'timeout', why })
export const broken = (why: string): Output => ({ type: 'failed', kind: 'transport', why })
