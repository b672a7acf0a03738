// A bot that knows ConversationRelay and nothing else: it says back what it is told, word by word, and ends the call on "goodbye".
import { WebSocketServer } from 'ws'

const { PORT = 9000, BOT_TOKEN = '' } = process.env
const verifyClient = ({ req }) => req.headers.authorization === `Bearer ${BOT_TOKEN}`
const server = new WebSocketServer({ port: Number(PORT), host: '127.0.0.1', verifyClient })

server.on('connection', (socket) => {
  const send = (message) => socket.send(JSON.stringify(message))
  const say = (words) => {
    for (const word of words.split(/(?<= )/)) send({ type: 'text', token: word, last: false })
    send({ type: 'text', token: '', last: true })
  }
  const on = {
    setup: () => say('Hello there.'),
    prompt({ voicePrompt }) {
      say(`You said: ${voicePrompt}`)
      if (/goodbye/i.test(voicePrompt)) send({ type: 'end', handoffData: 'done' })
      if (/story/i.test(voicePrompt)) say('Once upon a time '.repeat(200))
    },
    dtmf: ({ digit }) => say(`You pressed ${digit}.`),
  }
  socket.on('message', (data) => {
    console.log(String(data))
    on[JSON.parse(data).type]?.(JSON.parse(data))
  })
})
server.on('listening', () => console.log('listening', server.address().port))
