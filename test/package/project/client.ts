/** A customer's program: every type comes from the package, and a mistake is one at compile time. */
import { createClient, type Call } from 'offhook/client'
import { Phone, realClock } from 'offhook/testing'
import { recogniseTransport } from 'offhook/transport'

const [url = '', key = ''] = process.argv.slice(2)
const client = createClient({ url, key })

const { data, error } = await client.GET('/v1/calls', { params: { query: { limit: 1 } } })
if (!data) throw new Error(error.error.message)
const calls: readonly Call[] = data.items

const wrong = await client.POST('/v1/calls', {
  // @ts-expect-error a number is no agent
  body: { to: '+15550100001', agent: 7 },
})
const phone = new Phone({ clock: realClock })
// @ts-expect-error a phone has no such key
phone.pressed = true

const stream = recogniseTransport(['{"event":"connected"}'])
if (stream?.carrier === 'telnyx') stream.data.call_control_id.trim()
// @ts-expect-error only Telnyx has it
if (stream?.carrier === 'twilio') stream.data.call_control_id.trim()

console.log(`${calls.length} calls, then ${wrong.response.status}`)
