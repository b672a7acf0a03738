/** /stt/websocket: pieces with their spaces, and the bare words `finalize` and `close`. */
import { Ear, samplesOf, type HeardWord, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { refuseMessage } from './turns.ts'

const request_id = 'req-1'
/** A piece is final after so many words. */
const part = 3

export function talkManual(socket: VendorSocket, phrases: Phrases): void {
  const rate = Number(socket.request.query.get('sample_rate'))
  const ear = new Ear({ rate, phrases, pause: Infinity })
  let final = 0
  const tell = (words: readonly HeardWord[], is_final: boolean) => {
    // Each piece begins with its space, but for the first of all.
    const text = words.map((word, at) => (final + at > 0 ? ` ${word.text}` : word.text)).join('')
    const timed = words.map(({ text: word, start, end }) => ({ word, start: start / 1000, end: end / 1000 }))
    socket.json({ type: 'transcript', request_id, text, is_final, language: 'en', words: timed })
    if (is_final) final += words.length
  }
  const finalize = () => {
    const ended = ear.force().find((event) => event.type === 'ended')
    const left = ended?.words.slice(final) ?? []
    if (left.length > 0) tell(left, true)
    final = 0
  }
  socket.onMessage((message) => {
    if ('binary' in message) {
      for (const event of ear.hear(samplesOf(message.binary))) {
        if (event.type !== 'word') continue
        const pending = event.words.slice(final)
        tell(pending, pending.length >= part)
      }
      return
    }
    if (message.text === 'finalize') {
      finalize()
      return socket.json({ type: 'flush_done', request_id })
    }
    if (message.text !== 'close') return refuseMessage(socket, `unknown command ${message.text.slice(0, 40)}`)
    finalize()
    socket.json({ type: 'done', request_id })
    socket.close(1000)
  })
}
