/** OpenAI Realtime, simulated: sessions over sockets, in GA or in the older beta generation's words. */
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import { keyRefused, refuse } from '../openai.ts'
import type { SimulatedAgent } from '../script.ts'
import { RealtimeSession, type RealtimeOptions } from './session.ts'

export type { RealtimeOptions } from './session.ts'

export interface SimulatedRealtime extends SimulatedAgent {
  readonly sessions: readonly RealtimeSession[]
}

const path = '/v1/realtime'

export async function startOpenaiRealtime(options: RealtimeOptions): Promise<SimulatedRealtime> {
  const { generation = 'ga', key } = options
  const sessions: RealtimeSession[] = []
  const upgrade = (request: VendorRequest): VendorReply | Talk => {
    if (request.path !== path) return refuse(404)
    const refused = keyRefused(request, key)
    if (refused) return refused
    const wantsBeta = request.headers['openai-beta'] === 'realtime=v1'
    if (wantsBeta && generation === 'ga') return switchedOff
    const model = request.query.get('model')
    if (!model || [...request.query.keys()].length > 1) return refuse(400)
    if (model.startsWith('gpt-live')) return refuse(404)
    return (socket) => void sessions.push(new RealtimeSession(socket, model, options))
  }
  const server = await serveVendor({ upgrade, refuse }, { ...options, secrets: [key] })
  return { ...server, baseUrl: `${server.socketUrl}${path}`, sessions }
}

/** The generation before this one. */
const switchedOff: Talk = (socket) => {
  const message = 'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.'
  socket.json({ type: 'error', error: { type: 'invalid_request_error', code: 'beta_api_shape_disabled', message } })
  socket.close(4000, 'invalid_request_error.beta_api_shape_disabled')
}
