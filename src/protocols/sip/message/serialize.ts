/** A message to bytes: headers in their order and as they were written, Content-Length always the body's. */
import { headerName } from './headers.ts'
import type { SipMessage } from './message.ts'

export function serialize(message: SipMessage): Uint8Array {
  const start =
    message.type === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`
  let head = ''
  let told = false
  for (const { name, value } of message.headers) {
    const counted = headerName(name) === 'content-length'
    if (counted && told) continue
    told ||= counted
    head += `${name}: ${counted && Number(value) !== message.body.length ? message.body.length : oneLine(value)}\r\n`
  }
  if (!told) head += `Content-Length: ${message.body.length}\r\n`
  const text = Buffer.from(`${start}${head}\r\n`)
  return message.body.length === 0 ? text : Buffer.concat([text, message.body])
}

/** Whatever a value was made of, it cannot begin a line of its own. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replaceAll(/[\r\n]+/g, ' ') : value
}
