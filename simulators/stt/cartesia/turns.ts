/** /stt/turns/websocket: the model says when a turn begins, may be over, goes on, and is over. */
import { Ear, samplesOf, written, type EarEvent, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf } from '../options.ts'

const request_id = 'req-1'
/** Silence after which the model is rather sure, and sure, ms. */
const hesitation = 160
const pause = 480

export function talkTurns(socket: VendorSocket, phrases: Phrases): void {
  const rate = Number(socket.request.query.get('sample_rate'))
  const ear = new Ear({ rate, phrases, pause, hesitation })
  const tell = (type: string, transcript?: string) =>
    socket.json({ type, request_id, ...(transcript !== undefined && { transcript }) })
  const note = (event: EarEvent) => {
    if (event.type === 'started') tell('turn.start')
    if (event.type === 'word') tell('turn.update', written(event.words))
    if (event.type === 'hesitated') tell('turn.eager_end', written(ear.words))
    if (event.type === 'resumed') tell('turn.resume')
    if (event.type === 'ended') tell('turn.end', written(event.words))
  }
  tell('connected')
  socket.onMessage((message) => {
    if ('binary' in message) return ear.hear(samplesOf(message.binary)).forEach(note)
    const type = objectOf(message.text)?.['type']
    if (type === 'close') return socket.close(1000)
    if (type === 'config') return
    refuseMessage(socket, `unknown command ${message.text.slice(0, 40)}`)
  })
}

/** A message the vendor does not know ends the session. */
export function refuseMessage(socket: VendorSocket, message: string): void {
  socket.json({
    type: 'error',
    title: 'Bad request',
    message,
    status_code: 400,
    error_code: 'invalid_message',
    request_id,
  })
  socket.close(1008, 'invalid message')
}
