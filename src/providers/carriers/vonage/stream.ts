/** Vonage's media socket: linear sound in binary messages of exactly one frame, and control as text beside it. */
import { given, inner, strings, text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Started } from '../../../protocols/json-media/dialect.ts'
import { jsonMedia } from '../../../protocols/json-media/stream.ts'
import { withPlus } from '../../../protocols/e164/target.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream } from '../../../spec/carrier.ts'

/** Little-endian, although `audio/l16` would be big. Vonage buffers a minute and plays it in real time; `clear` takes it back. */
const formats: readonly StreamFormat[] = [16_000, 8_000, 24_000].map((rate) => ({
  ...{ encoding: 'l16le', rate, frameMs: 20, leadMs: 400 },
}))

export const stream: Stream = {
  formats,
  marks: true,
  ...jsonMedia({
    greets: (first) => first['event'] === 'websocket:connected',
    events: {
      'websocket:connected': 'start',
      'websocket:dtmf': 'digit',
      'websocket:notify': 'mark',
      'websocket:cleared': 'cleared',
    },
    start,
    streamOf: () => undefined,
    markOf: (message) => inner(message, 'payload')['mark'],
    binary: ({ rate, frameMs }) => (rate * frameMs * 2) / 1_000,
    write: {
      clear: () => ({ action: 'clear' }),
      mark: (name) => ({ action: 'notify', payload: { mark: name } }),
    },
  }),
}

/** It names no call but by the headers that our answer gave it; the token in the address says which call it is. */
function start(message: Fields): Started | string {
  const rate = Number(/^audio\/l16;\s*rate=(\d+)$/i.exec(text(message, 'content-type') ?? '')?.[1] ?? Number.NaN)
  const format = formats.find((one) => one.rate === rate)
  if (!format) return 'start with a format that was not asked for'
  const { event: _event, 'content-type': _type, ...headers } = strings(message)
  const { leg, from, to, token } = headers
  return {
    ...(leg === undefined ? {} : { ref: leg }),
    ...{ streamRef: text(message, 'call') ?? 'websocket', format, parameters: headers },
    ...given({ from: from && withPlus(from), to: to && withPlus(to), token }),
    data: { ...given({ call_id: leg, from, to }), content_type: message['content-type'], body: headers },
  }
}
