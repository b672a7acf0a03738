/** Cartesia's `error` messages, the same on both sockets. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { refusalEvent } from '../../../protocols/recogniser/failure.ts'
import type { PartFailed } from '../../../spec/speech.ts'

export function errorEvent(key: string, message: Fields): PartFailed {
  const { status_code: status } = message
  const said = [text(message, 'title'), text(message, 'message')].filter(Boolean).join(': ')
  const code = text(message, 'error_code')
  return refusalEvent([key], {
    status: typeof status === 'number' ? status : 0,
    message: said || undefined,
    names: code ? [code] : [],
  })
}
