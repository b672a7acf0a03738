// A bot that takes the place of OpenAI's Realtime server: it takes any session, and answers with a beep and two words.
import { WebSocketServer } from 'ws'

const { PORT = 9000, BOT_TOKEN = '' } = process.env
const beep = Buffer.from(Array.from({ length: 4800 }, (_, at) => (at % 16 < 8 ? 0x9f : 0x1f))) // 500 Hz in µ-law, 0.6 s
const verifyClient = ({ req }) => req.headers.authorization === `Bearer ${BOT_TOKEN}`
const server = new WebSocketServer({ port: Number(PORT), host: '127.0.0.1', verifyClient })

let ids = 0
server.on('connection', (socket) => {
  const send = (type, more) => socket.send(JSON.stringify({ type, event_id: `event_${++ids}`, ...more }))
  const on = {
    'session.update': ({ session }) => send('session.updated', { session }),
    'response.create'() {
      const response_id = `resp_${++ids}`
      const part = { response_id, item_id: `item_${ids}`, output_index: 0, content_index: 0 }
      console.log('answer', response_id)
      send('response.created', { response: { id: response_id, status: 'in_progress' } })
      send('response.output_audio_transcript.delta', { ...part, delta: 'Beep beep.' })
      send('response.output_audio.delta', { ...part, delta: beep.toString('base64') })
      send('response.done', { response: { id: response_id, status: 'completed', output: [] } })
    },
  }
  send('session.created', { session: { type: 'realtime' } })
  socket.on('message', (data) => on[JSON.parse(data).type]?.(JSON.parse(data)))
})
server.on('listening', () => console.log('listening', server.address().port))
