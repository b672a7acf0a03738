/** The media path of SIP calls in a process of its own, to be measured: RTP, link, codec, an agent's port, playout, and back. */
import { openLeg } from '../src/calls/leg.ts'
import { liveInputs } from '../src/calls/inputs.ts'
import { realClock } from '../src/lib/clock.ts'
import { randomIds } from '../src/lib/ids.ts'
import { silentLogger } from '../src/lib/log.ts'
import { socketPair } from '../src/lib/socket/pair.ts'
import { openCodec } from '../src/media/codecs/open.ts'
import { openMedia, type Media } from '../src/providers/carriers/sip/media/media.ts'
import { Ports } from '../src/providers/carriers/sip/media/ports.ts'
import { stream } from '../src/providers/carriers/sip/stream.ts'
import type { WireMessage } from '../src/spec/carrier.ts'
import type { LineCall } from '../src/spec/listen.ts'
import type { RtpAnswer, RtpQuestion } from './rtp.ts'
import { sines } from '../src/media/tones.ts'

const here = '127.0.0.1'
const [clock, ids] = [realClock, randomIds]
const ports = new Ports({ clock, fraction: () => ids.fraction(), range: { first: 0, last: 0 } })
const calls: Media[] = []
let since = { cpu: process.cpuUsage(), at: clock.monotonic() }

/** An echo, or somebody who never stops talking. */
type Agent = (RtpQuestion & { readonly type: 'open' })['agent']

async function open({ offers, agent, srtp }: RtpQuestion & { readonly type: 'open' }): Promise<readonly string[]> {
  const answers: string[] = []
  for (const offer of offers) {
    const media = await openMedia({
      ...{ clock, ids, ports, bind: here, advertised: here, codecs: ['pcmu', 'pcma', 'g722', 'opus'], srtp },
      on: { timedOut: () => undefined },
    })
    const answer = media.answer(offer)
    if (!answer.ok) throw new Error(answer.why)
    answers.push(answer.sdp)
    await media.connect(callOf(agent))
    calls.push(media)
  }
  return answers
}

/** The engine's own leg, with a port at its other end. */
function callOf(agent: Agent): LineCall {
  const connect = async (start: WireMessage) => {
    const { state, events } = stream.step(stream.begin(), { type: 'message', message: start })
    const started = events.find((event) => event.type === 'started')
    if (started?.type !== 'started') throw new Error('the link did not start')
    const [ours, theirs] = socketPair()
    const nothing = () => undefined
    const leg = openLeg({
      ...{ socket: ours, stream, state, format: started.format, codec: await openCodec(started.format) },
      ...{ streamRef: started.streamRef, inputs: liveInputs(clock, ids), pace: clock, logger: silentLogger, taps: {} },
      ...{ onDigit: nothing, onStopped: nothing, onLost: nothing, count: nothing },
    })
    if (agent === 'echo') leg.microphone.pipe(leg.speaker)
    else leg.speaker.write(sines([{ frequency: 440, level: -12 }], { rate: started.format.rate, ms: 120_000 }))
    return theirs
  }
  return { id: ids.id('call'), over: false, ready: true, connect } as unknown as LineCall // the rest is not asked for
}

function usage(): { readonly share: number; readonly rss: number } {
  const { user, system } = process.cpuUsage(since.cpu)
  const wall = clock.monotonic() - since.at
  since = { cpu: process.cpuUsage(), at: clock.monotonic() }
  return { share: (user + system) / 1000 / wall, rss: process.memoryUsage().rss }
}

async function answer(question: RtpQuestion): Promise<RtpAnswer> {
  if (question.type === 'open') return { type: 'opened', answers: await open(question) }
  if (question.type === 'usage') return { type: 'used', ...usage() }
  for (const media of calls) media.close()
  await ports.close()
  return { type: 'closed' }
}

process.on('message', (message) => {
  const question = message as RtpQuestion // sent by rtp.ts
  answer(question).then(
    (value) => process.send?.(value),
    (error: unknown) => process.send?.({ type: 'failed', why: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
