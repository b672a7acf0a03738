/** /v2/speak: turns, each reported from its start to its end; an interruption ends the one that speaks. */
import type { VendorSocket } from '../../vendor/socket.ts'
import { orderOf, sound, type Voice } from './turn.ts'

export function talkFlux(socket: VendorSocket, voice: Voice): void {
  let text = ''
  let turns = 0
  /** The turn that speaks, and what ends it. */
  let active: { readonly gone: AbortController; readonly metadata: object } | undefined
  let speaking = Promise.resolve()
  const warn = (code: string, description: string) => socket.json({ type: 'Warning', code, description })

  const turn = async (said: string) => {
    const speech_id = `dg_sp_${++turns}`
    const characters = { input_character_count: said.length, billable_character_count: said.length }
    const metadata = { speech_id, audio_duration_ms: said.trim().length * 50, ...characters, controls_applied: {} }
    const gone = new AbortController()
    active = { gone, metadata }
    socket.json({ type: 'SpeechStarted', speech_id })
    if (said.trim() === '') warn('NO_SYNTHESIZABLE_TEXT', 'The text of the turn holds nothing to speak.')
    else if (!(await sound(socket, voice, said, gone.signal))) return
    active = undefined
    socket.json({ type: 'Flushed', speech_id })
    socket.json({ type: 'SpeechMetadata', ...metadata })
  }

  const interrupt = (offset?: number) => {
    if (turns === 0) return warn('NO_AUDIO_GENERATED', 'The session has produced no audio yet.')
    if (!active) return warn('NO_ACTIVE_SPEECH', 'No turn is active.')
    active.gone.abort(new Error('interrupted'))
    socket.json({ type: 'SpeechInterrupted', audio_played_ms: offset ?? 0, metadata: active.metadata })
    active = undefined
  }

  socket.json({
    type: 'Connected',
    request_id: 'req-1',
    model_name: voice.model,
    model_version: '1',
    model_uuids: ['uuid-1'],
  })
  socket.onMessage((message) => {
    const order = orderOf(socket, message, ['Speak', 'Flush', 'Interrupt', 'Configure', 'Close'])
    if (order?.type === 'Speak') text += order.text
    if (order?.type === 'Close') socket.close(1000)
    if (order?.type === 'Interrupt') interrupt(order.playback_offset?.value)
    if (order?.type === 'Configure') socket.json({ type: 'ConfigureSuccess', speed: order.speed ?? 1 })
    if (order?.type !== 'Flush') return
    const said = text
    text = ''
    speaking = speaking.then(() => turn(said))
  })
}
