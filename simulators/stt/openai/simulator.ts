/** OpenAI's two ways of transcription, simulated: realtime sessions, and files. */
import { json, same } from '../../carrier/rest.ts'
import { authorization, type VendorReply, type VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk, type VendorServer } from '../../vendor/server.ts'
import { type RecogniserOptions } from '../options.ts'
import { transcribe } from './files.ts'
import { talkTranscription } from './session.ts'

/** Each file is a turn, in the order they come. */
export function startOpenaiStt(options: RecogniserOptions): Promise<VendorServer> {
  const { phrases } = options
  let files = 0
  const phrase = () => (typeof phrases === 'function' ? phrases() : (phrases[files++] ?? ''))
  const now = () => options.clock.now()
  const api = {
    refuse,
    route(request: VendorRequest) {
      if (request.method !== 'POST' || request.path !== '/v1/audio/transcriptions') return refuse(404)
      if (!same(authorization(request, 'Bearer') ?? '', options.key)) return badKey(request)
      return transcribe(request, phrase)
    },
    upgrade(request: VendorRequest): VendorReply | Talk {
      if (request.path !== '/v1/realtime') return refuse(404)
      if (!same(authorization(request, 'Bearer') ?? '', options.key)) return badKey(request)
      if (request.headers['openai-beta']) return switchedOff
      if (String(request.query) !== 'intent=transcription') return refuse(400)
      return (socket) => talkTranscription(socket, options.phrases, now)
    },
  }
  return serveVendor(api, { ...options, secrets: [options.key] })
}

/** The generation before this one. */
const switchedOff: Talk = (socket) => {
  const message = 'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.'
  socket.json({ type: 'error', error: { type: 'invalid_request_error', code: 'beta_api_shape_disabled', message } })
  socket.close(4000, 'invalid_request_error.beta_api_shape_disabled')
}

/** The vendor repeats the key it was given. */
function badKey(request: VendorRequest): VendorReply {
  const given = authorization(request, 'Bearer') ?? ''
  const message = `Incorrect API key provided: ${given}. You can find your API key at https://platform.openai.com/account/api-keys.`
  return json(401, { error: { message, type: 'invalid_request_error', param: null, code: 'invalid_api_key' } })
}

const errors: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> = {
  400: ['invalid_request_error', null, 'Invalid request.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  404: ['invalid_request_error', null, 'Invalid URL.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached.'],
}

function refuse(status: number): VendorReply {
  const [type, code, message] = errors[status] ?? ['server_error', null, 'The server had an error.']
  return json(status, { error: { message, type, param: null, code } })
}
