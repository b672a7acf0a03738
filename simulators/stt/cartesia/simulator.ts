/** Cartesia's recognition, simulated: the model's turns, or manual finalizing. */
import { json, same } from '../../carrier/rest.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk, type VendorServer } from '../../vendor/server.ts'
import { queryFault, values, type QueryRule, type RecogniserOptions } from '../options.ts'
import { talkManual } from './manual.ts'
import { talkTurns } from './turns.ts'

export function startCartesiaStt(options: RecogniserOptions): Promise<VendorServer> {
  const api = {
    refuse,
    upgrade(request: VendorRequest): VendorReply | Talk {
      const ways = Object.hasOwn(paths, request.path) ? paths[request.path] : undefined
      if (!ways) return refuse(404)
      const key = request.headers['x-api-key'] ?? request.query.get('api_key') ?? bearer(request)
      if (!same(key, options.key)) return refuse(401)
      const version = request.headers['cartesia-version'] ?? request.query.get('cartesia_version') ?? ''
      if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) return refuse(400, 'cartesia-version is missing')
      const fault = queryFault(request.query, ways.rules) ?? thresholdFault(request.query)
      if (fault) return refuse(400, fault)
      return (socket) => ways.talk(socket, options.phrases)
    },
  }
  return serveVendor(api, { ...options, secrets: [options.key] })
}

function bearer({ headers }: VendorRequest): string {
  return headers['authorization']?.replace(/^Bearer /, '') ?? ''
}

const { whole, decimal, any } = values

const common: Readonly<Record<string, QueryRule>> = {
  encoding: { value: /pcm_s16le/, needed: true },
  sample_rate: { value: /8000|16000|24000|44100|48000/, needed: true },
  keyterm: { value: any, repeats: true },
  cartesia_version: { value: /[\d-]+/ },
  api_key: { value: any },
  cartesia_client: { value: any },
}

const paths: Readonly<
  Record<string, { readonly rules: Readonly<Record<string, QueryRule>>; readonly talk: typeof talkTurns }>
> = {
  '/stt/turns/websocket': {
    rules: {
      ...common,
      model: { value: /ink-2/, needed: true },
      turn_start_threshold: { value: decimal },
      turn_eager_end_threshold: { value: decimal },
      turn_end_threshold: { value: decimal },
      turn_end_timeout_ms: { value: whole },
    },
    talk: talkTurns,
  },
  '/stt/websocket': {
    rules: {
      ...common,
      model: { value: /ink-2|ink-whisper(-2025-06-04)?/, needed: true },
      language: { value: /en/ },
      min_volume: { value: decimal },
      max_silence_duration_secs: { value: decimal },
    },
    talk: talkManual,
  },
}

/** The order that the thresholds must keep, and their ranges. */
function thresholdFault(query: URLSearchParams): string | undefined {
  const end = Number(query.get('turn_end_threshold') ?? 0.2)
  const eager = Number(query.get('turn_eager_end_threshold') ?? 0.4)
  const timeout = Number(query.get('turn_end_timeout_ms') ?? 5600)
  if (end < 0.05 || end > 0.5) return 'turn_end_threshold is from 0.05 to 0.5'
  if (eager < 0.3 || eager > 0.6) return 'turn_eager_end_threshold is from 0.3 to 0.6'
  if (end > eager) return 'turn_end_threshold is below turn_eager_end_threshold'
  if (timeout < 640 || timeout > 11_200) return 'turn_end_timeout_ms is from 640 to 11200'
  const terms = query.getAll('keyterm')
  return terms.length > 100 || terms.join('').length > 1200 ? 'too many keyterms' : undefined
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  402: 'Payment required',
  404: 'Not found',
  429: 'Too many requests',
}

function refuse(status: number, message?: string): VendorReply {
  const title = titles[status] ?? 'Internal server error'
  return json(status, { error_code: `error_${status}`, title, message: message ?? title, request_id: 'req-refused' })
}
