/** What both of Deepgram's voices do: read an order, and make the sound of one text after another. */
import { z } from 'zod'
import type { Clock } from '../../../src/lib/clock.ts'
import { jsonBody } from '../../carrier/rest.ts'
import type { VendorMessage, VendorSocket } from '../../vendor/socket.ts'
import type { Booth, Format } from '../booth.ts'

export interface Voice {
  readonly booth: Booth
  readonly format: Format
  readonly model: string
  readonly clock: Clock
}

const offset = z.strictObject({ type: z.literal('time_ms'), value: z.number().min(0) })

const order = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Speak'), text: z.string().max(2000) }),
  z.strictObject({ type: z.literal('Flush') }),
  z.strictObject({ type: z.literal('Clear') }),
  z.strictObject({ type: z.literal('Interrupt'), playback_offset: offset.optional() }),
  z.strictObject({ type: z.literal('Configure'), speed: z.number().optional() }),
  z.strictObject({ type: z.literal('Close') }),
])

export type Order = z.output<typeof order>

/** Undefined after it refused: the connection closes. */
export function orderOf(socket: VendorSocket, message: VendorMessage, known: readonly string[]): Order | undefined {
  const parsed = order.safeParse('text' in message ? jsonBody(message.text) : undefined)
  if (parsed.success && known.includes(parsed.data.type)) return parsed.data
  const why = parsed.success ? `unknown message type ${parsed.data.type}` : parsed.error.issues[0]?.message
  socket.json({ type: 'Error', code: 'MESSAGE-0000', description: `Invalid message: ${why}` })
  socket.close(1008, 'MESSAGE-0000')
  return undefined
}

/** Sends the sound of a text; false when it was called off. */
export async function sound(socket: VendorSocket, voice: Voice, text: string, gone: AbortSignal): Promise<boolean> {
  try {
    const signal = AbortSignal.any([gone, socket.scope.signal])
    for await (const piece of voice.booth.speak(text, voice.format, signal)) socket.send(piece)
    return true
  } catch {
    return false // called off, or the connection is gone
  }
}
