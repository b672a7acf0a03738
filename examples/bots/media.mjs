// A bot that knows Twilio's media streams and nothing else: it beeps, says back what it hears, and ends the call on a #.
import { WebSocketServer } from 'ws'

const { PORT = 9000, BOT_TOKEN = '' } = process.env
const beep = Buffer.from(Array.from({ length: 4800 }, (_, at) => (at % 16 < 8 ? 0x9f : 0x1f))) // 500 Hz in µ-law, 0.6 s
const verifyClient = ({ req }) => req.headers.authorization === `Bearer ${BOT_TOKEN}`
const server = new WebSocketServer({ port: Number(PORT), host: '127.0.0.1', verifyClient })

server.on('connection', (socket) => {
  let streamSid
  let greeted = false
  const send = (event, more) => socket.send(JSON.stringify({ event, streamSid, ...more }))
  const say = (payload) => send('media', { media: { payload } })
  const on = {
    start({ start }) {
      streamSid = start.streamSid
      console.log('start', JSON.stringify(start))
      say(beep.toString('base64'))
      send('mark', { mark: { name: 'beep' } })
    },
    mark: () => (greeted = true),
    media: ({ media }) => greeted && say(media.payload),
    dtmf: ({ dtmf }) => (dtmf.digit === '#' ? socket.close(1000) : send('clear')),
    stop: ({ stop }) => console.log('stop', JSON.stringify(stop)),
  }
  socket.on('message', (data) => on[JSON.parse(data).event]?.(JSON.parse(data)))
})
server.on('listening', () => console.log('listening', server.address().port))
