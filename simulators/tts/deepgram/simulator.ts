/** Deepgram's voices, simulated: aura on /v1/speak, flux on /v2/speak. */
import { json, same } from '../../carrier/rest.ts'
import { queryFault } from '../../stt/options.ts'
import { authorization, type VendorReply, type VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import { Booth, withBooth, type Format, type SpeakerOptions, type SpeakerServer } from '../booth.ts'
import { talkAura } from './aura.ts'
import { talkFlux } from './flux.ts'

export async function startDeepgramTts(options: SpeakerOptions): Promise<SpeakerServer> {
  const booth = new Booth(options)
  const api = {
    refuse,
    upgrade(request: VendorRequest): VendorReply | Talk {
      const flux = request.path === '/v2/speak'
      if (!flux && request.path !== '/v1/speak') return refuse(404)
      if (!same(keyOf(request), options.key)) return refuse(401)
      const fault = queryFault(
        request.query,
        flux ? { ...query, model: { value: /flux-[\w-]+/, needed: true } } : query,
      )
      if (fault) return refuse(400, fault)
      const format = formatOf(request.query)
      if (!format) return refuse(400, 'Unsupported audio format.')
      const voice = { booth, format, model: request.query.get('model') ?? 'aura-asteria-en', clock: options.clock }
      return (socket) => (flux ? talkFlux(socket, voice) : talkAura(socket, voice))
    },
  }
  return withBooth(await serveVendor(api, { ...options, secrets: [options.key] }), booth)
}

const query = {
  model: { value: /aura-[\w-]+/ },
  encoding: { value: /linear16|mulaw|alaw/ },
  sample_rate: { value: /8000|16000|24000|32000|44100|48000/ },
  speed: { value: /0?\.[7-9]\d*|1(\.[0-5]\d*)?/ },
  mip_opt_out: { value: /true|false/ },
  tag: { value: /.+/ },
} as const

function formatOf(asked: URLSearchParams): Format | undefined {
  const encoding = asked.get('encoding') ?? 'linear16'
  const rate = Number(asked.get('sample_rate') ?? 24_000)
  // A-law is not simulated.
  if (encoding === 'alaw' || (encoding === 'mulaw' && rate > 16_000)) return undefined
  return { encoding: encoding === 'mulaw' ? 'mulaw' : 'linear', rate }
}

/** By header, or for browsers as the second subprotocol. */
function keyOf(request: VendorRequest): string {
  const [scheme, offered = ''] = request.protocols
  return authorization(request, 'Token') ?? authorization(request, 'Bearer') ?? (scheme === 'token' ? offered : '')
}

const codes: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['Bad Request', 'Bad Request'],
  401: ['INVALID_AUTH', 'Invalid credentials.'],
  402: ['INSUFFICIENT_CREDITS', 'Project does not have enough credits.'],
  404: ['NOT_FOUND', 'Not found.'],
  429: ['TOO_MANY_REQUESTS', 'Too many requests. Please try again later.'],
}

function refuse(status: number, detail?: string): VendorReply {
  const [code, message] = codes[status] ?? ['INTERNAL_SERVER_ERROR', 'Internal server error.']
  const said = detail ? `${message}: ${detail}` : message
  return json(status, { err_code: code, err_msg: said, request_id: 'req-refused' }, { 'dg-error': said })
}
