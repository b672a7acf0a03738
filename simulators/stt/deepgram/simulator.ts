/** Deepgram's live recognition, simulated: /v1/listen and /v2/listen, as strict as its handshake. */
import { json, same } from '../../carrier/rest.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { authorization } from '../../vendor/request.ts'
import { serveVendor, type VendorServer } from '../../vendor/server.ts'
import { type RecogniserOptions } from '../options.ts'
import { listenFault, talkNova } from './listen.ts'
import { fluxFault, talkFlux } from './flux.ts'

export function startDeepgramStt(options: RecogniserOptions): Promise<VendorServer> {
  const api = {
    refuse,
    upgrade(request: VendorRequest) {
      if (!knows(options.key, request)) return refuse(401)
      const version = request.path === '/v1/listen' ? 1 : request.path === '/v2/listen' ? 2 : undefined
      if (!version) return refuse(404)
      const fault = version === 1 ? listenFault(request.query) : fluxFault(request.query)
      if (fault) return refuse(400, fault)
      const talk = version === 1 ? talkNova : talkFlux
      return (socket: Parameters<typeof talk>[0]) => talk(socket, options.phrases)
    },
  }
  return serveVendor(api, { ...options, secrets: [options.key] })
}

/** By header, or for browsers as the second subprotocol. */
function knows(key: string, request: VendorRequest): boolean {
  const [scheme, offered = ''] = request.protocols
  const given =
    authorization(request, 'Token') ?? authorization(request, 'Bearer') ?? (scheme === 'token' ? offered : '')
  return same(given, key)
}

const codes: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['Bad Request', 'Bad Request'],
  401: ['INVALID_AUTH', 'Invalid credentials.'],
  402: ['ASR_PAYMENT_REQUIRED', 'Project does not have enough credits for an ASR request.'],
  404: ['NOT_FOUND', 'Not found.'],
  429: ['TOO_MANY_REQUESTS', 'Too many requests. Please try again later.'],
}

function refuse(status: number, detail?: string): VendorReply {
  const [code, message] = codes[status] ?? ['INTERNAL_SERVER_ERROR', 'Internal server error.']
  const said = detail ? `${message}: ${detail}` : message
  const body = { err_code: code, err_msg: said, request_id: 'req-refused' }
  return json(status, body, { 'dg-error': said, 'dg-request-id': 'req-refused' })
}
