/** Our SIP stack in a process of its own, with nothing behind it: every call is answered at once with the same description. */
import { openSockets } from '../simulators/sip/wire.ts'
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import { Scope } from '../src/lib/scope.ts'
import { createUserAgent } from '../src/protocols/sip/ua/agent.ts'

export interface StackUsage {
  /** µs of this process since its start. */
  readonly cpu: number
  readonly alive: Readonly<Record<string, number>>
}

const scope = new Scope('bench stack')
const description = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 40000 RTP/AVP 0 101', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv', ''],
].join('\r\n')

const { wire, at } = await openSockets(scope)
const agent = createUserAgent({
  clock: realClock,
  random: (bytes) => Buffer.from(randomIds.token(bytes), 'base64url').toString('hex'),
  wire,
  resolve: () => Promise.reject(new Error('nobody is called here')),
  product: 'Offhook bench',
  onInvite: (session) => session.accept(description),
})
scope.use(agent)

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const usage: StackUsage = { cpu: user + system, alive: agent.alive }
  process.send?.(usage)
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: at.port })
