/** The INVITE client transaction: RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2. */
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

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted'

/**
 *                                     | INVITE from the user
 *               Timer A: send again   v
 *                          +----> Calling --------- Timer B, transport error: tell the user --->+
 *                          +------ |  |  |                                                      |
 *            300-699: tell, ACK    |  |  | 2xx: tell                                            |
 *        +-------------------------+  |  +-----------------------------+                        |
 *        |                       1xx: | tell                           |                        |
 *        |                            v                                |                        |
 *        |<--- 300-699: tell, ACK --- Proceeding ----- 2xx: tell ----->|                        |
 *        v                            (1xx: tell)                      v                        |
 *     Completed                                                    Accepted                     |
 *  300-699: ACK again                                              2xx: tell                    |
 *        |                                                             |                        |
 *        +-- Timer D, transport error ---> Terminated <---- Timer M ---+<-----------------------+
 */
export const inviteClient: States<InviteClientState> = { calling, proceeding, completed, accepted }

function calling(machine: Machine<InviteClientState>, input: Input): Step<InviteClientState> | undefined {
  switch (input.type) {
    case 'start':
      return { interval: machine.times.t1, outputs: [{ type: 'send-request' }, ...firstTimers(machine)] }
    case 'response': {
      const stop = [clear('A'), clear('B')]
      if (input.response.status >= 200) return final(machine, input, stop)
      return { state: 'proceeding', outputs: [...stop, { type: 'response', response: input.response }] }
    }
    case 'timer': {
      if (input.timer === 'B') return { state: 'terminated', outputs: [timedOut('no response to INVITE (Timer B)')] }
      if (input.timer !== 'A') return undefined
      const interval = machine.interval * 2
      return { interval, outputs: [{ type: 'send-request' }, set('A', interval)] }
    }
    case 'transport-error':
      return { state: 'terminated', outputs: [broken(input.why)] }
    default:
      return undefined
  }
}

function firstTimers({ reliable, times }: Machine<InviteClientState>): readonly Output[] {
  return reliable ? [set('B', patience(times))] : [set('A', times.t1), set('B', patience(times))]
}

/** How long somebody rings is their user's to judge: there is no timer here, and responses may come over another connection. */
function proceeding(machine: Machine<InviteClientState>, input: Input): Step<InviteClientState> | undefined {
  if (input.type !== 'response') return undefined
  return input.response.status >= 200
    ? final(machine, input, [])
    : { outputs: [{ type: 'response', response: input.response }] }
}

function final(
  { reliable, times }: Machine<InviteClientState>,
  { response }: Extract<Input, { type: 'response' }>,
  stop: readonly Output[],
): Step<InviteClientState> {
  const tell = { type: 'response', response } as const
  if (response.status < 300) return { state: 'accepted', outputs: [...stop, set('M', patience(times)), tell] }
  const acknowledge = { type: 'send-ack', response } as const
  if (reliable) return { state: 'terminated', outputs: [acknowledge, tell] }
  return { state: 'completed', outputs: [...stop, set('D', patience(times)), acknowledge, tell] }
}

function completed(_: Machine<InviteClientState>, input: Input): Step<InviteClientState> | undefined {
  switch (input.type) {
    case 'response':
      if (input.response.status < 300) return undefined
      return { outputs: [{ type: 'send-ack', response: input.response }] }
    case 'timer':
      return input.timer === 'D' ? { state: 'terminated' } : undefined
    case 'transport-error':
      // The user has its final response already: nothing is left to tell.
      return { state: 'terminated' }
    default:
      return undefined
  }
}

function accepted(_: Machine<InviteClientState>, input: Input): Step<InviteClientState> | undefined {
  if (input.type === 'timer') return input.timer === 'M' ? { state: 'terminated' } : undefined
  if (input.type !== 'response' || input.response.status < 200 || input.response.status > 299) return undefined
  return { outputs: [{ type: 'response', response: input.response }] }
}
