/** A customer's own test: an application that answers with markup, called through the simulated carrier. */
import { createServer } from 'node:http'
import { Phone, randomIds, realClock, Scope, startTwilio } from 'offhook/testing'

await using scope = new Scope('customer')
const application = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Hangup/></Response>')
})
await new Promise((resolve) => application.listen(0, '127.0.0.1', resolve))
scope.defer(() => new Promise((resolve) => application.close(resolve)))

const voiceUrl = `http://127.0.0.1:${application.address().port}/voice`
const twilio = await startTwilio({
  clock: realClock,
  ids: randomIds,
  scope,
  accounts: [
    {
      accountSid: 'AC0123456789abcdef0123456789abcdef',
      authToken: '0123456789abcdef0123456789abcdef',
      numbers: [{ phoneNumber: '+15550100001', voiceUrl }],
    },
  ],
})
const phone = new Phone({ clock: realClock })
const { status } = await twilio.call({ from: '+15550199999', to: '+15550100001', phone }).ended
console.log(`the call is ${status}`)
