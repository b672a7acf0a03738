/** AssemblyAI's streaming API v3, simulated. */
import { json, same } from '../../carrier/rest.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk, type VendorServer } from '../../vendor/server.ts'
import { queryFault, values, type QueryRule, type RecogniserOptions } from '../options.ts'
import { fail, Streaming } from './streaming.ts'

export function startAssemblyaiStt(options: RecogniserOptions): Promise<VendorServer> {
  const api = {
    refuse,
    // It opens, and closes with its own codes.
    refuseSocket:
      (status: number): Talk =>
      (socket) =>
        fail(socket, closes[status] ?? 3005, `status ${status}`),
    upgrade(request: VendorRequest): VendorReply | Talk {
      if (request.path !== '/v3/ws') return refuse(404)
      const key = request.headers['authorization'] ?? request.query.get('token') ?? ''
      if (!same(key, options.key)) return (socket) => fail(socket, 4001, 'Not Authorized')
      const fault = queryFault(request.query, rules) ?? listFault(request.query)
      if (fault) return (socket) => fail(socket, 3006, `Invalid Configuration: ${fault}`)
      return (socket) => new Streaming(socket, options.phrases, options.clock).begin()
    },
  }
  return serveVendor(api, { ...options, secrets: [options.key] })
}

const { flag, whole, decimal, any } = values

const rules: Readonly<Record<string, QueryRule>> = {
  sample_rate: { value: /8000|16000|24000|48000/, needed: true },
  encoding: { value: /pcm_s16le/ },
  speech_model: {
    value: /universal-streaming-(english|multilingual)|u3-rt-pro|universal-3-5-pro|universal-3-6(-pro)?|whisper-rt/,
  },
  format_turns: { value: flag },
  end_of_turn_confidence_threshold: { value: decimal },
  min_turn_silence: { value: whole },
  max_turn_silence: { value: whole },
  vad_threshold: { value: decimal },
  keyterms_prompt: { value: any },
  prompt: { value: any },
  agent_context: { value: any },
  inactivity_timeout: { value: whole },
  language_detection: { value: flag },
  filter_profanity: { value: flag },
  session_heartbeat: { value: flag },
  token: { value: any },
}

function listFault(query: URLSearchParams): string | undefined {
  const terms = query.get('keyterms_prompt')
  try {
    return terms === null || Array.isArray(JSON.parse(terms)) ? undefined : 'keyterms_prompt is no list'
  } catch {
    return 'keyterms_prompt is no JSON'
  }
}

const closes: Readonly<Record<number, number>> = { 401: 4001, 402: 4002, 429: 3009 }

function refuse(status: number): VendorReply {
  return json(status, { error: `status ${status}` })
}
