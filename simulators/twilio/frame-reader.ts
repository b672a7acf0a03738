/** Reads what an application sends on a bidirectional media socket, exactly as strictly as Twilio (errors 31950, 31951). */

import type { AppMessage } from '../carrier/stream.ts'
import { readBase64 } from '../sound/codec.ts'

export function readAppMessage(text: string, streamSid: string): AppMessage {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return invalid('it is not JSON') // what the parser says would quote the message
  }
  if (!isRecord(message)) return invalid('it is no JSON object')
  if (message.streamSid !== streamSid)
    return invalid(`streamSid ${show(message.streamSid)} is not the one of this stream`)
  switch (message.event) {
    case 'media':
      return exact(message, ['event', 'streamSid', 'media']) ?? readMedia(message.media)
    case 'mark':
      return exact(message, ['event', 'streamSid', 'mark']) ?? readMark(message.mark)
    case 'clear':
      return exact(message, ['event', 'streamSid']) ?? { type: 'clear' }
    default:
      return invalid(`event ${show(message.event)} is unknown`)
  }
}

function readMedia(media: unknown): AppMessage {
  if (!isRecord(media)) return invalid('media is no object')
  const extra = exact(media, ['payload'])
  if (extra) return extra
  const bytes = readBase64(media.payload)
  return bytes ? { type: 'media', bytes } : invalid('media.payload is no base64')
}

function readMark(mark: unknown): AppMessage {
  if (!isRecord(mark)) return invalid('mark is no object')
  const extra = exact(mark, ['name'])
  if (extra) return extra
  return typeof mark.name === 'string' ? { type: 'mark', name: mark.name } : invalid('mark.name is no string')
}

/** "Missing or extra field in message" is an error of the protocol (docs/api/errors/31951). */
function exact(record: Record<string, unknown>, names: readonly string[]): AppMessage | undefined {
  const missing = names.find((name) => !(name in record))
  if (missing) return invalid(`field ${missing} is missing`)
  const extra = Object.keys(record).find((name) => !names.includes(name))
  return extra === undefined ? undefined : invalid(`field ${show(extra)} is not of the protocol`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60)
}

function invalid(why: string): AppMessage {
  return { type: 'invalid', why }
}
