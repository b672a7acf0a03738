/** The INVITE server transaction: RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1. */
import {
  broken,
  clear,
  set,
  timedOut,
  type Input,
  type Machine,
  type Output,
  type States,
  type Step,
} from './machine.ts'
import { patience } from './times.ts'

export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted'

/**
 *                        | INVITE: to the user, and 100 unless it answers within 200 ms
 *                        v
 *                   Proceeding  (INVITE again: last provisional again; 101-199 from the user: send)
 *                     |    |
 *   300-699: send     |    | 2xx from the user: send
 *        +------------+    +----------------------+
 *        v                                        v
 *    Completed                                Accepted
 *  INVITE again, Timer G: send again        INVITE again: nothing (2xx are the user's to repeat)
 *        |       |                          2xx from the user: send; ACK: to the user
 *    ACK |       | Timer H: tell                  |
 *        v       |                                |
 *   Confirmed    |                                |
 *        |       |                                |
 *        +-- I --+-------> Terminated <---- L ----+
 */
export const inviteServer: States<InviteServerState> = { proceeding, completed, confirmed, accepted }

function proceeding(machine: Machine<InviteServerState>, input: Input): Step<InviteServerState> | undefined {
  switch (input.type) {
    case 'start':
      return { outputs: [set('trying', machine.times.trying)] }
    case 'request':
      return machine.response ? { outputs: [{ type: 'send-response', response: machine.response }] } : undefined
    case 'response':
      return answered(machine, input)
    case 'timer':
      return input.timer === 'trying' ? { outputs: [{ type: 'send-trying' }] } : undefined
    case 'transport-error':
      // The peer may reach us another way: who gives up is the user (RFC 6026 §8.8).
      return { outputs: [broken(input.why)] }
    default:
      return undefined
  }
}

function answered(
  { reliable, times }: Machine<InviteServerState>,
  { response }: Extract<Input, { type: 'response' }>,
): Step<InviteServerState> {
  const outputs: readonly Output[] = [clear('trying'), { type: 'send-response', response }]
  if (response.status < 200) return { response, outputs }
  if (response.status < 300) return { state: 'accepted', response, outputs: [...outputs, set('L', patience(times))] }
  const timers = reliable ? [set('H', patience(times))] : [set('G', times.t1), set('H', patience(times))]
  return { state: 'completed', response, interval: times.t1, outputs: [...outputs, ...timers] }
}

function completed(machine: Machine<InviteServerState>, input: Input): Step<InviteServerState> | undefined {
  const again: readonly Output[] = machine.response ? [{ type: 'send-response', response: machine.response }] : []
  switch (input.type) {
    case 'request':
      return { outputs: again }
    case 'ack':
      if (machine.reliable) return { state: 'terminated' }
      return { state: 'confirmed', outputs: [clear('G'), clear('H'), set('I', machine.times.t4)] }
    case 'timer': {
      if (input.timer === 'H')
        return { state: 'terminated', outputs: [timedOut('the refusal was never acknowledged (Timer H)')] }
      if (input.timer !== 'G') return undefined
      const interval = Math.min(machine.interval * 2, machine.times.t2)
      return { interval, outputs: [...again, set('G', interval)] }
    }
    case 'transport-error':
      return { outputs: [broken(input.why)] }
    default:
      return undefined
  }
}

/** Absorbs ACKs that come again. */
function confirmed(_: Machine<InviteServerState>, input: Input): Step<InviteServerState> | undefined {
  return input.type === 'timer' && input.timer === 'I' ? { state: 'terminated' } : undefined
}

function accepted(_: Machine<InviteServerState>, input: Input): Step<InviteServerState> | undefined {
  switch (input.type) {
    case 'response':
      if (input.response.status < 200 || input.response.status > 299) return undefined
      return { response: input.response, outputs: [{ type: 'send-response', response: input.response }] }
    case 'ack':
      return { outputs: [{ type: 'ack' }] }
    case 'timer':
      return input.timer === 'L' ? { state: 'terminated' } : undefined
    case 'transport-error':
      return { outputs: [broken(input.why)] }
    default:
      return undefined
  }
}
