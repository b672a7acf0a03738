/** /v1/speak: text is gathered until it is flushed; what is not wanted any more is cleared. */
import type { VendorSocket } from '../../vendor/socket.ts'
import { orderOf, sound, type Voice } from './turn.ts'

/** Flushes that are carried out in a minute. */
const most = 20
const minute = 60_000

export function talkAura(socket: VendorSocket, voice: Voice): void {
  const flushes: number[] = []
  let text = ''
  let sequence_id = 0
  let gone = new AbortController()
  let speaking = Promise.resolve()

  const flush = () => {
    const said = text
    text = ''
    const { signal } = gone
    speaking = speaking.then(async () => {
      if (signal.aborted) return
      if (said.trim() !== '' && !(await sound(socket, voice, said, signal))) return
      socket.json({ type: 'Flushed', sequence_id: sequence_id++ })
    })
  }
  const isAllowed = (): boolean => {
    const now = voice.clock.monotonic()
    while (flushes.length > 0 && now - flushes[0]! >= minute) flushes.shift()
    if (flushes.length >= most) return false
    flushes.push(now)
    return true
  }

  socket.json({
    type: 'Metadata',
    request_id: 'req-1',
    model_name: voice.model,
    model_version: '1',
    model_uuid: 'uuid-1',
  })
  socket.onMessage((message) => {
    const order = orderOf(socket, message, ['Speak', 'Flush', 'Clear', 'Close'])
    if (order?.type === 'Speak') text += order.text
    if (order?.type === 'Close') socket.close(1000)
    if (order?.type === 'Flush' && isAllowed()) flush()
    else if (order?.type === 'Flush') {
      const description = 'Flush limit exceeded: at most 20 flushes are processed in 60 seconds.'
      socket.json({ type: 'Warning', code: 'EXCESSIVE_FLUSH', description })
    }
    if (order?.type === 'Clear') {
      text = ''
      gone.abort(new Error('cleared'))
      gone = new AbortController()
      speaking = speaking.then(() => socket.json({ type: 'Cleared', sequence_id: sequence_id++ }))
    }
  })
}
