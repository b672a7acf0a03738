/** GPT-Live, simulated: sessions over sockets. */
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import { keyRefused, refuse } from '../openai.ts'
import type { AgentSimulatorOptions, SimulatedAgent } from '../script.ts'
import { LiveSession } from './session.ts'

export interface SimulatedLive extends SimulatedAgent {
  readonly sessions: readonly LiveSession[]
}

const path = '/v1/live/sessions'

export async function startOpenaiLive(options: AgentSimulatorOptions): Promise<SimulatedLive> {
  const sessions: LiveSession[] = []
  const upgrade = (request: VendorRequest): VendorReply | Talk => {
    if (request.path !== path) return refuse(404)
    const refused = keyRefused(request, options.key)
    if (refused) return refused
    // The model stands in the first event, never in the address.
    if ([...request.query.keys()].length > 0 || request.headers['openai-beta']) return refuse(400)
    return (socket) => void sessions.push(new LiveSession(socket, options))
  }
  const server = await serveVendor({ upgrade, refuse }, { ...options, secrets: [options.key] })
  return { ...server, baseUrl: `${server.socketUrl}${path}`, sessions }
}
