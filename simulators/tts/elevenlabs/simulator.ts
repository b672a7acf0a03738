/** ElevenLabs' voices, simulated: the multi-context socket, and requests. */
import { z } from 'zod'
import { json, jsonBody, same } from '../../carrier/rest.ts'
import { queryFault, values } from '../../stt/options.ts'
import type { VendorReply, VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import { Booth, withBooth, type Format, type SpeakerOptions, type SpeakerServer } from '../booth.ts'
import { talk, voiceSettings } from './contexts.ts'

export async function startElevenlabsTts(options: SpeakerOptions): Promise<SpeakerServer> {
  const booth = new Booth(options)
  const api = {
    refuse,
    route: (request: VendorRequest): VendorReply => requested(request, booth, options),
    upgrade: (request: VendorRequest): VendorReply | Talk => upgraded(request, booth, options),
  }
  return withBooth(await serveVendor(api, { ...options, secrets: [options.key] }), booth)
}

const socketPath = /^\/v1\/text-to-speech\/([\w-]+)\/multi-stream-input$/
const httpPath = /^\/v1\/text-to-speech\/([\w-]+)\/stream$/

/** Rates below the vendor's best; µ-law is a format of its own. */
const formats: Readonly<Record<string, Format>> = {
  pcm_8000: { encoding: 'linear', rate: 8000 },
  pcm_16000: { encoding: 'linear', rate: 16_000 },
  pcm_22050: { encoding: 'linear', rate: 22_050 },
  pcm_24000: { encoding: 'linear', rate: 24_000 },
  ulaw_8000: { encoding: 'mulaw', rate: 8000 },
}

const shared = {
  output_format: { value: new RegExp(Object.keys(formats).join('|')), needed: true },
  enable_logging: { value: values.flag },
} as const

const socketQuery = {
  ...shared,
  model_id: { value: /eleven_[\w.]+/ },
  language_code: { value: /[a-z]{2}/ },
  auto_mode: { value: values.flag },
  sync_alignment: { value: values.flag },
  inactivity_timeout: { value: /[1-9]\d?|1[0-7]\d|180/ },
  enable_ssml_parsing: { value: values.flag },
  apply_text_normalization: { value: /auto|on|off/ },
  seed: { value: values.whole },
} as const

function upgraded(request: VendorRequest, booth: Booth, { key }: SpeakerOptions): VendorReply | Talk {
  const voice = socketPath.exec(request.path)?.[1]
  if (voice === undefined) return refuse(404)
  if (!same(request.headers['xi-api-key'] ?? '', key)) return refuse(401)
  const fault = queryFault(request.query, socketQuery)
  if (fault) return refuse(400, 'invalid_parameters', fault)
  if (voice === 'no-such-voice') return noVoice(voice)
  const format = formats[request.query.get('output_format')!]! // looked at above
  const timeout = Number(request.query.get('inactivity_timeout') ?? 20) * 1000
  return (socket) => talk(socket, { format, timeout, booth })
}

const body = z.strictObject({
  text: z.string().trim().min(1),
  model_id: z
    .string()
    .regex(/^eleven_[\w.]+$/)
    .optional(),
  language_code: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  voice_settings: voiceSettings.optional(),
  previous_text: z.string().optional(),
  next_text: z.string().optional(),
  seed: z.int().optional(),
  apply_text_normalization: z.enum(['auto', 'on', 'off']).optional(),
})

function requested(request: VendorRequest, booth: Booth, { key }: SpeakerOptions): VendorReply {
  const voice = httpPath.exec(request.path)?.[1]
  if (request.method !== 'POST' || voice === undefined) return refuse(404)
  if (!same(request.headers['xi-api-key'] ?? '', key)) return refuse(401)
  const fault = queryFault(request.query, shared)
  if (fault) return refuse(400, 'invalid_output_format', fault)
  const parsed = body.safeParse(jsonBody(Buffer.from(request.body).toString()))
  if (!parsed.success)
    return json(422, { detail: parsed.error.issues.map(({ path, message }) => ({ loc: path, msg: message })) })
  if (voice === 'no-such-voice') return noVoice(voice)
  const format = formats[request.query.get('output_format')!]! // looked at above
  const headers = { 'content-type': 'audio/pcm' }
  return { status: 200, headers, body: booth.speak(parsed.data.text, format, request.signal) }
}

function noVoice(voice: string): VendorReply {
  return refuse(404, 'voice_not_found', `A voice with the voice_id ${voice} was not found.`)
}

const usual: Readonly<Record<number, readonly [status: string, message: string]>> = {
  401: ['invalid_api_key', 'Invalid API key'],
  402: ['quota_exceeded', 'This request exceeds your quota.'],
  404: ['not_found', 'Not Found'],
  429: ['too_many_concurrent_requests', 'Too many concurrent requests.'],
}

function refuse(code: number, named?: string, said?: string): VendorReply {
  const [status, message] = usual[code] ?? ['server_error', 'Something went wrong.']
  return json(code, { detail: { status: named ?? status, message: said ?? message } })
}
