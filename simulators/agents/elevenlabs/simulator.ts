/** ElevenLabs Agents, simulated: signed addresses, and conversations over sockets. */
import { json, same } from '../../carrier/rest.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import type { SimulatedAgent } from '../script.ts'
import { Conversation, type ElevenlabsOptions } from './conversation.ts'

export type { AgentSetup, ElevenlabsOptions } from './conversation.ts'

export interface SimulatedElevenlabs extends SimulatedAgent {
  readonly sessions: readonly Conversation[]
}

/** The one agent there is. */
export const agentId = 'agent_simulated'

const path = '/v1/convai/conversation'

/** A signed address must be opened within so long, ms. */
const validity = 15 * 60_000

export async function startElevenlabs(options: ElevenlabsOptions): Promise<SimulatedElevenlabs> {
  const { key, clock } = options
  const sessions: Conversation[] = []
  const signed = new Map<string, number>()
  const keyFits = ({ headers }: VendorRequest) => same(headers['xi-api-key'] ?? '', key)

  const route = (request: VendorRequest): VendorReply => {
    if (request.method !== 'GET' || request.path !== `${path}/get-signed-url`) return refuse(404)
    if (!keyFits(request)) return badKey(request.headers['xi-api-key'])
    if (request.query.get('agent_id') !== agentId) return refuse(404)
    const signature = `cvtkn_${signed.size + 1}_${Math.floor(clock.now())}`
    signed.set(signature, clock.now() + validity)
    const query = new URLSearchParams({ agent_id: agentId, conversation_signature: signature })
    return json(200, { signed_url: `${server.socketUrl}${path}?${query}` })
  }

  const upgrade = (request: VendorRequest): VendorReply | Talk => {
    if (request.path !== path || request.query.get('agent_id') !== agentId) return refuse(404)
    const signature = request.query.get('conversation_signature')
    const until = signature === null ? 0 : (signed.get(signature) ?? 0)
    if (signature !== null && until < clock.now()) return refuse(403)
    if (signature === null && !keyFits(request)) return badKey(request.headers['xi-api-key'])
    return (socket) => void sessions.push(new Conversation(socket, options))
  }

  const server = await serveVendor({ route, upgrade, refuse }, { ...options, secrets: [key] })
  return { ...server, baseUrl: server.url, sessions }
}

/** Not the vendor's habit, but others': to be prepared for. */
function badKey(given = ''): VendorReply {
  return json(401, { detail: { status: 'invalid_api_key', message: `Invalid API key ${given}` } })
}

const errors: Readonly<Record<number, readonly [status: string, message: string]>> = {
  401: ['invalid_api_key', 'Invalid API key'],
  403: ['invalid_signature', 'The signature is not valid, or no longer.'],
  404: ['not_found', 'The document was not found.'],
  429: ['rate_limit_exceeded', 'Too many concurrent requests.'],
}

function refuse(status: number): VendorReply {
  const [name, message] = errors[status] ?? ['internal_server_error', 'Something went wrong.']
  return json(status, { detail: { status: name, message } })
}
