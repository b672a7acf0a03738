/** The multi-context socket: contexts are opened by their first text, speak when flushed, and end when closed. */
import { z } from 'zod'
import { jsonBody } from '../../carrier/rest.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { base64, type Booth, type Format } from '../booth.ts'

export const voiceSettings = z.strictObject({
  stability: z.number().min(0).max(1).optional(),
  similarity_boost: z.number().min(0).max(1).optional(),
  style: z.number().min(0).max(1).optional(),
  use_speaker_boost: z.boolean().optional(),
  speed: z.number().min(0.7).max(1.2).optional(),
})

const message = z.strictObject({
  context_id: z.string().min(1).optional(),
  text: z.string().optional(),
  flush: z.boolean().optional(),
  close_context: z.boolean().optional(),
  close_socket: z.boolean().optional(),
  voice_settings: voiceSettings.optional(),
  generation_config: z.strictObject({ chunk_length_schedule: z.array(z.int().min(50).max(500)) }).optional(),
  xi_api_key: z.string().optional(),
})

type Message = z.output<typeof message>

interface Context {
  text: string
  closing: boolean
  /** What is being made comes before what is flushed later. */
  speaking: Promise<void>
  touched: number
}

/** Closing ones count. */
const most = 5

interface Setting {
  readonly format: Format
  /** Of a context that nothing is said to, ms. */
  readonly timeout: number
  readonly booth: Booth
}

export function talk(socket: VendorSocket, setting: Setting): void {
  const contexts = new Map<string, Context>()
  socket.onMessage((raw) => {
    const parsed = message.safeParse('text' in raw ? jsonBody(raw.text) : undefined)
    if (!parsed.success) return fail(socket, 'invalid_message', parsed.error.issues[0]?.message ?? 'not JSON')
    const said = parsed.data
    if (said.close_socket) return socket.close(1000)
    const fault = take(socket, contexts, said, setting)
    if (fault) fail(socket, ...fault)
  })
}

function fail(socket: VendorSocket, error: string, said: string): void {
  socket.json({ error, message: said, code: 1008 })
  socket.close(1008, said.slice(0, 100))
}

function take(
  socket: VendorSocket,
  contexts: Map<string, Context>,
  said: Message,
  setting: Setting,
): readonly [error: string, message: string] | undefined {
  const { context_id: id = 'default', text, flush, close_context: closed, voice_settings: voice } = said
  const known = contexts.get(id)
  if (known?.closing) return ['context_closing', `Context ${id} is closing.`]
  if (known && (voice || said.generation_config))
    return ['invalid_message', 'Settings belong to the first message of a context.']
  if (!known && (text ?? '') === '') return ['invalid_message', `Context ${id} does not exist.`]
  if (!known && contexts.size >= most) {
    const why = `Maximum simultaneous contexts per WebSocket connection exceeded (${most}). Please close an existing context before opening a new one.`
    return ['max_active_conversations', why]
  }
  const context = known ?? { text: '', closing: false, speaking: Promise.resolve(), touched: 0 }
  contexts.set(id, context)
  context.text += text ?? ''
  watch(socket, contexts, id, context, setting)
  if (flush || closed) speak(socket, id, context, setting)
  if (!closed) return undefined
  context.closing = true
  context.speaking = context.speaking.then(() => {
    contexts.delete(id)
    socket.json({ audio: null, isFinal: true, contextId: id, alignment: null, normalizedAlignment: null })
  })
  return undefined
}

function speak(socket: VendorSocket, id: string, context: Context, { booth, format }: Setting): void {
  const text = context.text.trim()
  context.text = ''
  if (text === '') return
  const said = async () => {
    try {
      for await (const piece of booth.speak(text, format, socket.scope.signal)) {
        socket.json({ audio: base64(piece), isFinal: null, contextId: id, alignment: null, normalizedAlignment: null })
      }
    } catch {
      // The connection is gone, and the rest of the sentence with it.
    }
  }
  context.speaking = context.speaking.then(said)
}

function watch(
  socket: VendorSocket,
  contexts: ReadonlyMap<string, Context>,
  id: string,
  context: Context,
  { timeout }: Setting,
): void {
  const touch = ++context.touched
  socket.after(timeout, () => {
    if (contexts.get(id) !== context || context.touched !== touch || context.closing) return
    fail(socket, 'input_timeout_exceeded', `Context ${id} has not received input for ${timeout / 1000} seconds.`)
  })
}
