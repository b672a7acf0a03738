/** A server of your own that gives every caller their own words back, whichever carrier they come from: `node transport.ts`. */
import { createTransport } from 'offhook/transport'
import { WebSocketServer, type WebSocket } from 'ws'

const { env } = process

async function talk(socket: WebSocket): Promise<void> {
  const transport = await createTransport(
    { type: 'websocket', socket },
    {
      twilio: () => ({ settings: { accountSid: env['TWILIO_ACCOUNT_SID']!, authToken: env['TWILIO_AUTH_TOKEN']! } }),
      plivo: () => ({ settings: { authId: env['PLIVO_AUTH_ID']!, authToken: env['PLIVO_AUTH_TOKEN']! } }),
    },
    { admit: ({ call }) => call.parameters['token'] === env['STREAM_TOKEN'] },
  )
  transport.onDigit((digit) => void (digit === '#' && transport.hangUp()))
  for await (const { pcm } of transport) transport.send(pcm)
}

const server = new WebSocketServer({ port: Number(env['PORT'] ?? 8080) })
server.on('listening', () => console.log('listening', JSON.stringify(server.address())))
server.on('connection', (socket) => void talk(socket).catch(console.error))
