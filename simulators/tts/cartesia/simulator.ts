/** Cartesia's voices, simulated: contexts on one socket. */
import { z } from 'zod'
import { json, jsonBody, same } from '../../carrier/rest.ts'
import { queryFault } from '../../stt/options.ts'
import { authorization, type VendorReply, type VendorRequest } from '../../vendor/request.ts'
import { serveVendor, type Talk } from '../../vendor/server.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { base64, Booth, withBooth, type Format, type SpeakerOptions, type SpeakerServer } from '../booth.ts'

export async function startCartesiaTts(options: SpeakerOptions): Promise<SpeakerServer> {
  const booth = new Booth(options)
  const api = {
    refuse,
    upgrade(request: VendorRequest): VendorReply | Talk {
      if (request.path !== '/tts/websocket') return refuse(404)
      const query = {
        cartesia_version: { value: /\d{4}-\d{2}-\d{2}/ },
        api_key: { value: /.+/ },
        access_token: { value: /.+/ },
        cartesia_client: { value: /.+/ },
      }
      const fault = queryFault(request.query, query)
      if (fault) return refuse(400, fault)
      const version = request.query.get('cartesia_version') ?? request.headers['cartesia-version']
      if (!version) return refuse(400, 'Cartesia-Version is missing')
      const { headers } = request
      const given = headers['x-api-key'] ?? authorization(request, 'Bearer') ?? request.query.get('api_key') ?? ''
      if (!same(given, options.key)) return refuse(401)
      return (socket) => talk(socket, booth)
    },
  }
  return withBooth(await serveVendor(api, { ...options, secrets: [options.key] }), booth)
}

const voice = z.union([z.string().min(1), z.strictObject({ mode: z.literal('id').optional(), id: z.string().min(1) })])

const generation = z.strictObject({
  context_id: z.string().regex(/^[\w-]{1,100}$/),
  model_id: z.string().min(1),
  transcript: z.string(),
  voice,
  output_format: z.strictObject({
    container: z.literal('raw'),
    encoding: z.enum(['pcm_s16le', 'pcm_mulaw']),
    sample_rate: z.union([8000, 16_000, 22_050, 24_000, 44_100, 48_000].map((rate) => z.literal(rate))),
  }),
  language: z.string().nullish(),
  locale: z.string().nullish(),
  continue: z.boolean().nullish(),
  flush: z.boolean().nullish(),
  add_timestamps: z.boolean().nullish(),
  add_phoneme_timestamps: z.boolean().nullish(),
  use_normalized_timestamps: z.boolean().nullish(),
  max_buffer_delay_ms: z.int().min(0).max(5000).nullish(),
  generation_config: z
    .strictObject({
      speed: z.number().min(0.6).max(1.5).optional(),
      volume: z.number().min(0.5).max(2).optional(),
      emotion: z.string().optional(),
    })
    .optional(),
  normalization: z.string().nullish(),
  pronunciation_dict_id: z.string().nullish(),
})

type Generation = z.output<typeof generation>

const cancel = z.strictObject({ context_id: z.string().min(1), cancel: z.literal(true) })

interface Context {
  readonly manner: string
  readonly gone: AbortController
  speaking: Promise<void>
}

function talk(socket: VendorSocket, booth: Booth): void {
  const contexts = new Map<string, Context>()
  socket.onMessage((message) => {
    const fields = 'text' in message ? jsonBody(message.text) : undefined
    const context_id = typeof fields?.['context_id'] === 'string' ? fields['context_id'] : undefined
    const stop = cancel.safeParse(fields)
    if (stop.success) {
      contexts.get(stop.data.context_id)?.gone.abort(new Error('cancelled'))
      contexts.delete(stop.data.context_id)
      return
    }
    const parsed = generation.safeParse(fields)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const place = issue?.path.join('.')
      return fail(socket, context_id, 400, `${place ? `${place}: ` : ''}${issue?.message ?? 'not JSON'}`)
    }
    if (parsed.data.language && parsed.data.locale)
      return fail(socket, context_id, 400, 'language and locale exclude each other')
    if (idOf(parsed.data) === 'no-such-voice') return fail(socket, context_id, 404, 'Voice not found: no-such-voice')
    generate(socket, contexts, booth, parsed.data)
  })
}

function idOf({ voice: given }: Generation): string {
  return typeof given === 'string' ? given : given.id
}

function generate(socket: VendorSocket, contexts: Map<string, Context>, booth: Booth, asked: Generation): void {
  const { context_id, transcript, output_format, continue: more } = asked
  const { model_id, language } = asked
  const manner = JSON.stringify({ voice: asked.voice, output_format, model_id, language })
  const known = contexts.get(context_id)
  if (known && known.manner !== manner) {
    return fail(
      socket,
      context_id,
      400,
      'All fields except transcript, continue and duration must be the same for a context.',
    )
  }
  if (!known && transcript.trim() === '') return fail(socket, context_id, 400, 'transcript is empty')
  const context = known ?? { manner, gone: new AbortController(), speaking: Promise.resolve() }
  contexts.set(context_id, context)
  const format: Format = {
    encoding: output_format.encoding === 'pcm_mulaw' ? 'mulaw' : 'linear',
    rate: output_format.sample_rate,
  }
  const signal = AbortSignal.any([context.gone.signal, socket.scope.signal])
  const said = async () => {
    try {
      for await (const piece of booth.speak(transcript, format, signal)) {
        socket.json({ type: 'chunk', context_id, data: base64(piece), done: false, status_code: 206, step_time: 1 })
      }
      if (more) return
      contexts.delete(context_id)
      socket.json({ type: 'done', context_id, done: true, status_code: 200 })
    } catch {
      // Called off, or the connection is gone.
    }
  }
  context.speaking = context.speaking.then(said)
}

function fail(socket: VendorSocket, context_id: string | undefined, status_code: number, message: string): void {
  const named = context_id === undefined ? {} : { context_id }
  socket.json({ type: 'error', title: 'Bad request', message, status_code, done: true, request_id: 'req-1', ...named })
}

const usual: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['bad_request', 'Bad request.'],
  401: ['unauthorized', 'Invalid API key.'],
  402: ['quota_exceeded', 'You are out of credits.'],
  404: ['not_found', 'Not found.'],
  429: ['concurrency_limited', 'Too many concurrent requests.'],
}

function refuse(status: number, said?: string): VendorReply {
  const [error_code, message] = usual[status] ?? ['internal', 'Internal server error.']
  return json(status, { title: message, message: said ?? message, error_code, request_id: 'req-1' })
}
