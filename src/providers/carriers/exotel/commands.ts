/** Our commands in Exotel's words. There are few: a call hangs on its stream, and ends with it. */
import { fullNumber } from '../../../protocols/e164/target.ts'
import { inner, text } from '../../../protocols/json-media/fields.ts'
import { seconds } from '../../../protocols/rest/client.ts'
import type { Accepted, Addresses, CallSeen, Control } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { purposes } from './reports.ts'
import { callsAddress, client } from './rest.ts'
import type { Settings } from './settings.ts'
import { json, keyed } from './webhook.ts'

export const control: Control<Settings> = {
  commands: ['answer', 'reject', 'dial', 'hangup'],
  detectsMachines: false,
  encode(command, call, config, { urls }) {
    switch (command.type) {
      case 'answer':
        return { by: 'reply', reply: json({ url: mediaUrl(config, urls) }) }
      case 'reject':
        // Without an address the applet has nothing to connect to, and the flow goes on.
        return { by: 'reply', reply: json({}, 404) }
      case 'dial':
        return { by: 'http', operation: dial(call, config, urls) }
      case 'hangup':
        return { by: 'stream', orders: [{ type: 'close' }] }
      default:
        return { by: 'unsupported', why: `Exotel cannot ${command.type} on calls with a stream` }
    }
  },
}

/** The rate is asked for in the query; the token stands in the path. */
function mediaUrl({ rate }: Settings, urls: Addresses): string {
  return `${urls.media()}?sample-rate=${rate}`
}

/** `From` is who is called, `CallerId` the ExoPhone. Its status is `in-progress` from the first moment, and means nothing. */
function* dial(call: CallSeen, config: Settings, urls: Addresses): Operation<Accepted> {
  const form = {
    From: fullNumber(call.to),
    CallerId: fullNumber(call.from || (config.defaultFrom ?? '')),
    StreamUrl: mediaUrl(config, urls),
    StreamType: 'bidirectional',
    TimeLimit: seconds(call.maxDuration, 1, 14_400),
    CustomField: call.id,
    StatusCallback: urls.webhook(keyed(config, purposes.status(call.id))),
    'StatusCallbackEvents[]': ['answered', 'terminal'],
    StatusCallbackContentType: 'application/json',
    ...(call.record && config.recordAtCarrier ? { Record: true, RecordingChannels: 'dual' } : {}),
  }
  const created = yield* client(config).ask('place the call', 'POST', callsAddress(config, 'connect'), { form })
  const ref = text(inner(created, 'Call'), 'Sid')
  if (ref === undefined) throw new OffhookError('carrier.failed', 'Exotel answered the dial without a call id')
  return { ref, status: 'initiated' }
}
