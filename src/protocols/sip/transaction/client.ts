/** The client transaction of everything but INVITE: RFC 3261 §17.1.2. */
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

export type ClientState = 'trying' | 'proceeding' | 'completed'

/**
 *                              | request from the user
 *        Timer E: send again   v
 *                   +----> Trying -------- Timer F, transport error: tell the user ----->+
 *                   +------  |  |                                                        |
 *                            |  | 1xx: tell                                              |
 *                            |  v                                                        |
 *                            | Proceeding ---- Timer F, transport error: tell the user ->|
 *                            |  (Timer E: send again; 1xx: tell)                         |
 *             200-699: tell  |  | 200-699: tell                                          |
 *                            v  v                                                        |
 *                          Completed -- Timer K --> Terminated <-------------------------+
 */
export const client: States<ClientState> = { trying, proceeding, completed }

function trying(machine: Machine<ClientState>, input: Input): Step<ClientState> | undefined {
  if (input.type === 'start')
    return { interval: machine.times.t1, outputs: [{ type: 'send-request' }, ...firstTimers(machine)] }
  return waiting(machine, input, Math.min(machine.interval * 2, machine.times.t2))
}

function firstTimers({ reliable, times }: Machine<ClientState>): readonly Output[] {
  return reliable ? [set('F', patience(times))] : [set('E', times.t1), set('F', patience(times))]
}

function proceeding(machine: Machine<ClientState>, input: Input): Step<ClientState> | undefined {
  return waiting(machine, input, machine.times.t2)
}

/** What Trying and Proceeding share: all but how soon the request is sent again. */
function waiting(machine: Machine<ClientState>, input: Input, interval: number): Step<ClientState> | undefined {
  switch (input.type) {
    case 'response': {
      const tell = { type: 'response', response: input.response } as const
      if (input.response.status < 200) return { state: 'proceeding', outputs: [tell] }
      if (machine.reliable) return { state: 'terminated', outputs: [tell] }
      return { state: 'completed', outputs: [clear('E'), clear('F'), set('K', machine.times.t4), tell] }
    }
    case 'timer':
      if (input.timer === 'F') return { state: 'terminated', outputs: [timedOut('no final response (Timer F)')] }
      if (input.timer !== 'E') return undefined
      return { interval, outputs: [{ type: 'send-request' }, set('E', interval)] }
    case 'transport-error':
      return { state: 'terminated', outputs: [broken(input.why)] }
    default:
      return undefined
  }
}

/** Absorbs responses that come again. */
function completed(_: Machine<ClientState>, input: Input): Step<ClientState> | undefined {
  return input.type === 'timer' && input.timer === 'K' ? { state: 'terminated' } : undefined
}
