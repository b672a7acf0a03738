// A bot behind /chat/completions, as any model server is asked: it answers with what the caller said, word by word.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

const { PORT = 9000, BOT_TOKEN = '' } = process.env
const server = createServer((request, response) => {
  if (request.headers.authorization === `Bearer ${BOT_TOKEN}`) void answer(request, response)
  else response.writeHead(401).end(JSON.stringify({ error: { message: 'who are you?' } }))
})

async function answer(request, response) {
  const { messages } = await json(request)
  console.log('asked', messages.at(-1).content)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta, finish_reason = null) => {
    const choices = [{ index: 0, delta, finish_reason }]
    response.write(`data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', choices })}\n\n`)
  }
  for (const word of `You said: ${messages.at(-1).content}`.split(/(?<= )/)) send({ content: word })
  send({}, 'stop')
  response.end('data: [DONE]\n\n')
}
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening', server.address().port))
