/** Starts the program that is named, and calls it through a simulated carrier: does it say back what the caller says? */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Phone, randomIds, realClock, Scope, startTwilio, tone, framesOfTone } from 'offhook/testing'

const accountSid = 'AC0123456789abcdef0123456789abcdef'
const authToken = '0123456789abcdef0123456789abcdef'
await using scope = new Scope('caller')
const credentials = { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, STREAM_TOKEN: 't0ken' }
const program = spawn(process.execPath, [process.argv[2]], {
  env: { ...process.env, ...credentials, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
scope.defer(() => program.kill())
const [line] = await once(createInterface(program.stdout), 'line')
const { port } = JSON.parse(line.slice(line.indexOf('{')))

const stream = `<Stream url="ws://127.0.0.1:${port}"><Parameter name="token" value="t0ken"/></Stream>`
const application = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/xml' }).end(`<Response><Connect>${stream}</Connect></Response>`)
})
await new Promise((resolve) => application.listen(0, '127.0.0.1', resolve))
scope.defer(() => new Promise((resolve) => application.close(resolve)))

const voiceUrl = `http://127.0.0.1:${application.address().port}/voice`
const numbers = [{ phoneNumber: '+15550100001', voiceUrl }]
const carrier = { clock: realClock, ids: randomIds, scope, accounts: [{ accountSid, authToken, numbers }] }
const twilio = await startTwilio(carrier)
const phone = new Phone({
  clock: realClock,
  script: async (person) => {
    await person.say(tone(700, 2_000, 9_000))
    await person.hangup()
  },
})
const call = twilio.call({ from: '+15550199999', to: '+15550100001', phone })
await call.ended
const heard = framesOfTone(call.heard(), 700) * 20
console.log(heard > 800 ? 'the caller heard their own voice' : `the caller heard ${heard} ms of it`)
