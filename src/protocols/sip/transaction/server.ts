/** The server transaction of everything but INVITE: RFC 3261 §17.2.2. */
import { broken, set, type Input, type Machine, type Output, type States, type Step } from './machine.ts'
import { patience } from './times.ts'

export type ServerState = 'trying' | 'proceeding' | 'completed'

/**
 *               | request: to the user
 *               v
 *            Trying  (request again: nothing)
 *            |    |
 *            |    | 1xx from the user: send
 *   200-699: |    v
 *     send   |  Proceeding  (request again, 1xx from the user: send)
 *            |    |
 *            |    | 200-699 from the user: send
 *            v    v
 *          Completed  (request again: send again)
 *               |
 *               +---- Timer J, transport error: tell the user ----> Terminated
 */
export const server: States<ServerState> = { trying, proceeding, completed }

function trying(machine: Machine<ServerState>, input: Input): Step<ServerState> | undefined {
  return input.type === 'response' ? answered(machine, input) : lost(input)
}

function proceeding(machine: Machine<ServerState>, input: Input): Step<ServerState> | undefined {
  if (input.type === 'request') return { outputs: again(machine) }
  return input.type === 'response' ? answered(machine, input) : lost(input)
}

function answered(
  { reliable, times }: Machine<ServerState>,
  { response }: Extract<Input, { type: 'response' }>,
): Step<ServerState> {
  const send = { type: 'send-response', response } as const
  if (response.status < 200) return { state: 'proceeding', response, outputs: [send] }
  if (reliable) return { state: 'terminated', response, outputs: [send] }
  return { state: 'completed', response, outputs: [set('J', patience(times)), send] }
}

function completed(machine: Machine<ServerState>, input: Input): Step<ServerState> | undefined {
  if (input.type === 'request') return { outputs: again(machine) }
  if (input.type === 'timer' && input.timer === 'J') return { state: 'terminated' }
  return lost(input)
}

function again({ response }: Machine<ServerState>): readonly Output[] {
  return response ? [{ type: 'send-response', response }] : []
}

function lost(input: Input): Step<ServerState> | undefined {
  return input.type === 'transport-error' ? { state: 'terminated', outputs: [broken(input.why)] } : undefined
}
